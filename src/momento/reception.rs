//! What two probes, a read and a write, say about a key.

use super::{Answer, Finding};
use crate::model::doctor::token::{Allowed, Reception};

/// Puts together what a read and a write of an item that does not exist were answered.
///
/// A cache that is not there says nothing about what the key may do: whether Momento looks at the permissions
/// or at the cache first is not documented.
pub fn reception(read: &Answer, write: Option<&Answer>) -> Reception {
    match read.finding {
        Finding::Unauthorized => return Reception::Refused(read.words.clone()),
        Finding::Failed(status) => {
            return Reception::Silent(format!("Momento answers with status {status} {}", read.words));
        }
        _ => {}
    }
    let findings = [Some(read), write].map(|answer| answer.map(|answer| answer.finding));
    let there = |finding: &Option<Finding>| matches!(finding, Some(Finding::Done | Finding::KeyNotFound));
    let cache = if findings.iter().any(there) {
        Some(true)
    } else {
        findings.contains(&Some(Finding::CacheNotFound)).then_some(false)
    };
    let allowed = findings.map(|finding| match finding {
        Some(Finding::Done | Finding::KeyNotFound) => Some(true),
        Some(Finding::Forbidden) => Some(false),
        _ => None,
    });
    Reception::Accepted { allowed: Allowed { read: allowed[0], write: allowed[1] }, cache }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(read: u16, title: &str, write: u16) -> Reception {
        let body = format!(r#"{{"title":"{title}"}}"#);
        reception(&Answer::new(read, None, body.as_bytes()), Some(&Answer::new(write, None, b"")))
    }

    #[test]
    fn two_probes_make_one_picture() {
        let accepted = |read, write, cache| Reception::Accepted { allowed: Allowed { read, write }, cache };
        assert_eq!(received(404, "Key Not Found", 204), accepted(Some(true), Some(true), Some(true)));
        assert_eq!(received(403, "Forbidden", 204), accepted(Some(false), Some(true), Some(true)));
        assert_eq!(received(200, "", 403), accepted(Some(true), Some(false), Some(true)));
        assert_eq!(received(404, "Not Found", 404), accepted(None, None, Some(false)));
        assert_eq!(received(429, "", 429), accepted(None, None, None));
        assert_eq!(received(401, "Unauthorized", 401), Reception::Refused("Unauthorized".into()));
        assert_eq!(received(502, "", 502), Reception::Silent("Momento answers with status 502 ".into()));
    }
}
