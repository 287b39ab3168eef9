//! An event's retries with a real clock: each is told as it comes, and nobody has to wait for them.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;

use super::delivery::time;
use crate::context::{Context, Session};
use crate::error::Result;
use crate::local::eventbridge::{Outcome, TargetTrace, Trace};
use crate::ui::inline;

/// How long to wait before the next look.
const PAUSE: Duration = Duration::from_millis(100);

/// Watches an event until it is delivered, or given up, or nobody wants to wait any longer.
///
/// Returns its way so far, and whether the user interrupted.
pub(super) async fn watch(context: &Context, session: &Session, id: &str) -> Result<(Option<Trace>, bool)> {
    let mut told = HashMap::new();
    let mut interrupted = false;
    loop {
        let answer = session.local()?.call(session.region(), "Peek", json!({ "EventId": id })).await?;
        let trace: Option<Trace> = serde_json::from_value(answer["Trace"].clone()).unwrap_or_default();
        let Some(way) = &trace else { return Ok((None, interrupted)) };
        let mut pending = false;
        for (rule, target) in
            way.rules.iter().flat_map(|rule| rule.targets.iter().map(move |target| (&rule.rule, target)))
        {
            pending |= matches!(target.outcome, Outcome::Pending { .. });
            let before = told.entry((rule.clone(), target.id.clone())).or_default();
            tell(context, rule, target, before);
        }
        if !pending || interrupted {
            return Ok((trace, interrupted));
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = tokio::signal::ctrl_c() => interrupted = true,
        }
    }
}

/// Tells the attempts that were not told yet, and how long the wait until the next is.
fn tell(context: &Context, rule: &str, target: &TargetTrace, before: &mut usize) {
    let count = target.attempts.len();
    for (index, attempt) in target.attempts.iter().enumerate().skip(*before) {
        let status = attempt.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let next = match target.outcome {
            Outcome::Pending { due: Some(due) } if index + 1 == count => {
                let wait = due.duration_since(context.now()).as_millis();
                let seconds = u64::try_from(wait).unwrap_or_default().div_ceil(1000);
                format!("; the next in {}", time(seconds))
            }
            _ => String::new(),
        };
        context.printer.status(&format!("attempt {} by rule {}: {status}{next}", index + 1, inline(rule)));
    }
    *before = count;
}
