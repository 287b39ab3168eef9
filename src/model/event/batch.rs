//! PutEvents requests: how entries are put together, and which of them may be sent again.

use crate::model::event::entry::{Entry, SOFT_LIMIT_BYTES};

/// The most entries of one PutEvents request.
pub const MAX_ENTRIES: usize = 10;

/// What AWS answered to one entry of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The bus took it.
    Accepted {
        /// The event's id.
        event_id: String,
    },
    /// The bus did not take it.
    Refused {
        /// The error code, such as `ThrottlingException`.
        code: String,
        /// AWS's words.
        message: String,
    },
}

impl Answer {
    /// Returns whether the same entry may succeed when it is sent again.
    pub fn may_retry(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if may_retry(code))
    }
}

/// Splits entries into requests, keeping their order.
///
/// A request has at most [`MAX_ENTRIES`] entries and, unless a single entry is larger,
/// [`SOFT_LIMIT_BYTES`] in all.
pub fn split(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut requests: Vec<Vec<Entry>> = Vec::new();
    let mut total = 0;
    for entry in entries {
        let bytes = entry.bytes();
        match requests.last_mut() {
            Some(request) if request.len() < MAX_ENTRIES && total + bytes <= SOFT_LIMIT_BYTES => {
                total += bytes;
                request.push(entry);
            }
            _ => {
                total = bytes;
                requests.push(vec![entry]);
            }
        }
    }
    requests
}

/// Returns whether an entry that was refused with an error code may be sent again.
///
/// AWS's reference of `PutEventsResultEntry` names throttling and internal failures as passing; all other
/// codes (`MalformedDetail`, `NotAuthorizedForSource`, …) answer the same again. An unknown code is not
/// retried: the event might be put twice.
pub fn may_retry(code: &str) -> bool {
    matches!(code, "InternalException" | "InternalFailure" | "ThrottlingException")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, Kind, Source};

    fn entry(bytes: usize) -> Entry {
        let mut entry = Entry::new(Source::default(), &Event::sample(Kind::CacheSet));
        entry.detail = String::new();
        entry.detail = "x".repeat(bytes - entry.bytes());
        entry
    }

    fn sizes(entries: Vec<Entry>) -> Vec<Vec<usize>> {
        split(entries).iter().map(|request| request.iter().map(Entry::bytes).collect()).collect()
    }

    #[test]
    fn at_most_ten_in_a_request() {
        let counts: Vec<_> = split(vec![entry(100); 21]).iter().map(Vec::len).collect();
        assert_eq!(counts, [10, 10, 1]);
        assert!(split(Vec::new()).is_empty());
    }

    #[test]
    fn at_most_256_kilobytes_unless_one_entry_has_more() {
        assert_eq!(sizes(vec![entry(262_000), entry(144), entry(100)]), [vec![262_000, 144], vec![100]]);
        assert_eq!(
            sizes(vec![entry(100), entry(300_000), entry(200)]),
            [vec![100], vec![300_000], vec![200]]
        );
    }

    #[test]
    fn only_passing_failures_are_sent_again() {
        for code in ["ThrottlingException", "InternalFailure", "InternalException"] {
            assert!(may_retry(code), "{code}");
        }
        let lasting = [
            "AccessDeniedException",
            "InvalidAccountIdException",
            "InvalidArgument",
            "MalformedDetail",
            "NotAuthorizedForDetailType",
            "NotAuthorizedForSource",
            "RedactionFailure",
            "SomethingNew",
        ];
        for code in lasting {
            let refused = Answer::Refused { code: code.to_owned(), message: String::new() };
            assert!(!refused.may_retry(), "{code}");
        }
        assert!(!Answer::Accepted { event_id: "1".to_owned() }.may_retry());
    }
}
