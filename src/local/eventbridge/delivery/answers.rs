//! What the other services say, remembered for a moment.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// How long a yes counts: far shorter than IAM's own propagation, long enough for a burst of events.
const FRESH: Duration = Duration::from_millis(250);
const KEPT: usize = 1024;

/// The questions that were answered with yes lately. A no is never remembered.
pub(super) struct Answers<V>(Mutex<HashMap<String, (Instant, V)>>);

impl<V> Default for Answers<V> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<V: Clone> Answers<V> {
    /// Returns the answer to a question, asking only if it was not answered lately.
    pub(super) fn of<E>(&self, question: String, ask: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
        if let Some((at, answer)) = self.0.lock().get(&question)
            && at.elapsed() < FRESH
        {
            return Ok(answer.clone());
        }
        let answer = ask()?;
        let mut answers = self.0.lock();
        if answers.len() >= KEPT {
            answers.clear();
        }
        answers.insert(question, (Instant::now(), answer.clone()));
        Ok(answer)
    }
}
