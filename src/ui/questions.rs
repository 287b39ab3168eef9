//! The questions of commands that run side by side, asked together.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{prompt, screen};

/// What is asked.
#[derive(Clone, Debug)]
pub enum Question {
    /// Yes or no.
    Confirm(String),
    /// The person types a word to say that they mean it.
    Typed {
        /// The question.
        text: String,
        /// The word.
        word: String,
    },
}

/// Commands that run side by side and ask together: when none of them can go on without an answer, all that they
/// ask is shown, and one answer counts for all.
#[derive(Clone, Debug)]
pub struct Questions {
    state: Arc<Mutex<State>>,
}

/// The place of one command among those that ask together; dropped when the command is over.
#[derive(Debug)]
pub struct Seat {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// How many commands neither wait for an answer nor are over.
    busy: usize,
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    question: Question,
    answer: oneshot::Sender<bool>,
}

impl Questions {
    /// Begins for a number of commands.
    pub fn new(commands: usize) -> Self {
        Self { state: Arc::new(Mutex::new(State { busy: commands, waiting: Vec::new() })) }
    }

    /// Takes one command's place.
    pub fn seat(&self) -> Seat {
        Seat { state: Arc::clone(&self.state) }
    }

    /// Asks together with the others, and returns whether the answer was yes.
    pub async fn ask(&self, question: Question) -> bool {
        let (answer, answered) = oneshot::channel();
        {
            let mut state = self.state.lock();
            state.waiting.push(Waiting { question, answer });
            state.pause();
        }
        answered.await.unwrap_or(false)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.state.lock().pause();
    }
}

impl State {
    /// One command less is busy; the last one puts the questions.
    fn pause(&mut self) {
        self.busy = self.busy.saturating_sub(1);
        if self.busy > 0 || self.waiting.is_empty() {
            return;
        }
        let questions: Vec<&Question> = self.waiting.iter().map(|waiting| &waiting.question).collect();
        let answer = put(&questions);
        self.busy = self.waiting.len();
        for waiting in self.waiting.drain(..) {
            // A command that was given up no longer listens.
            let _ = waiting.answer.send(answer);
        }
    }
}

fn put(questions: &[&Question]) -> bool {
    if let [only] = questions {
        return only.put();
    }
    for question in questions {
        screen::err(&format!("  {}\n", super::indented(question.text(), 2)));
    }
    let count = questions.len();
    let typed = questions.iter().find_map(|question| match question {
        Question::Typed { word, .. } => Some(word),
        Question::Confirm(_) => None,
    });
    match typed {
        Some(word) => typed_word(&format!("Yes to all {count}? Type {word} to confirm:"), word),
        None => prompt::confirm(&format!("Yes to all {count}?")),
    }
}

impl Question {
    /// Puts the question to the person at the terminal, and returns whether the answer was yes.
    pub fn put(&self) -> bool {
        match self {
            Self::Confirm(text) => prompt::confirm(text),
            Self::Typed { text, word } => {
                typed_word(&format!("{text} Type the stack's name to confirm:"), word)
            }
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Confirm(text) | Self::Typed { text, .. } => text,
        }
    }
}

fn typed_word(question: &str, word: &str) -> bool {
    prompt::text(question, "no").is_some_and(|answer| answer.trim() == word)
}
