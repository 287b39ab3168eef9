//! Change sets that a run which was killed has left.

use aws_sdk_cloudformation::types;

use super::Clients;
use super::change_sets::{Pending, delete};

/// Deletes the change sets that runs which were killed have left: those whose names begin so, and that are older
/// than the given one by more than a run can take.
///
/// What cannot be listed or deleted now is left for the next time.
pub async fn clean_up(clients: &Clients, of: &Pending, prefix: &str) {
    let listed = clients.cloudformation().list_change_sets().stack_name(&of.stack_id).send().await;
    let Ok(listed) = listed else { return };
    let all: Vec<Summary> = listed.summaries().iter().filter_map(summary).collect();
    for old in left_behind(&all, &of.id, prefix) {
        let pending = Pending { id: old.to_owned(), stack_id: of.stack_id.clone() };
        if let Err(error) = delete(clients, &pending).await {
            tracing::debug!(%error, old, "a change set that was left behind stays");
        }
    }
}

/// A change set in a list: its ARN, its name, and when it was made, in seconds.
type Summary = (String, String, i64);

fn summary(summary: &types::ChangeSetSummary) -> Option<Summary> {
    let made = summary.creation_time()?.secs();
    Some((summary.change_set_id()?.to_owned(), summary.change_set_name()?.to_owned(), made))
}

/// No `diff` takes longer than this, in seconds.
const LONGEST_RUN: i64 = 600;

fn left_behind<'a>(all: &'a [Summary], own: &str, prefix: &str) -> Vec<&'a str> {
    let Some((.., now)) = all.iter().find(|(id, ..)| id == own) else { return Vec::new() };
    let is_old = |made: i64| now.saturating_sub(made) > LONGEST_RUN;
    all.iter()
        .filter(|(_, name, made)| name.starts_with(prefix) && is_old(*made))
        .map(|(id, ..)| id.as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_run_can_still_need_is_left_behind() {
        let one = |id: &str, name: &str, made| (id.to_owned(), name.to_owned(), made);
        let all = [
            one("own", "diff-3", 10_000),
            one("young", "diff-2", 9_500),
            one("old", "diff-1", 9_000),
            one("other", "release-7", 1),
        ];
        assert_eq!(left_behind(&all, "own", "diff-"), ["old"]);
        assert!(left_behind(&all, "gone", "diff-").is_empty());
    }
}
