//! What would become of a detail that breaks the contract, if it were sent all the same.

use crate::commands::explain::Explained;
use crate::model::explain::End;

/// Says how to send the detail all the same, and what the stack's rules would make of it.
///
/// Without an explanation it promises nothing.
pub(super) fn hint(explained: Option<&Explained>) -> String {
    const SEND: &str = "to send it all the same";
    let Some(explained) = explained else { return format!("{SEND}, add `--unchecked`") };
    if explained.dropped {
        return format!("{SEND}, add `--unchecked`: no rule of the stack matches it, so it would be lost");
    }
    let rules = explained.rules.iter().map(|rule| &rule.explanation);
    let mut ends = rules.flat_map(|rule| rule.targets.iter().map(move |target| (&rule.rule, &target.end)));
    if let Some((rule, _)) = ends.clone().find(|(_, end)| matches!(end, End::Called)) {
        return format!("{SEND}, add `--unchecked`: the rule {rule} would call Momento with it");
    }
    if ends.all(|(_, end)| matches!(end, End::DeadLetterQueue { .. })) {
        return format!("{SEND}, and see it end in the dead-letter queue, add `--unchecked`");
    }
    format!("{SEND}, add `--unchecked`")
}
