//! Names, ids and times as CloudFormation writes them.

use jiff::Timestamp;
use uuid::Uuid;

use crate::local::wire::ACCOUNT;

/// Makes a UUID.
pub(crate) fn uuid() -> String {
    Uuid::new_v4().to_string()
}

/// Makes the twelve characters that end a generated name.
pub(crate) fn suffix() -> String {
    const ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut bits = Uuid::new_v4().as_u128();
    let mut suffix = String::with_capacity(12);
    for _ in 0..12 {
        let at = usize::try_from(bits % 36).unwrap_or_default();
        suffix.push(char::from(ALPHABET[at]));
        bits /= 36;
    }
    suffix
}

/// Makes a physical name of at most `limit` characters: `StackName-LogicalId-` and twelve letters and digits.
///
/// Where it would be too long, the stack's name is cut first, to half of the room, then the logical id.
pub(crate) fn physical(stack: &str, logical_id: &str, suffix: &str, limit: usize) -> String {
    let room = limit.saturating_sub(suffix.len() + 2);
    let for_stack = room.saturating_sub(logical_id.len()).max(room / 2).min(stack.len());
    let for_logical = room.saturating_sub(for_stack).min(logical_id.len());
    format!("{}-{}-{suffix}", cut(stack, for_stack), cut(logical_id, for_logical))
}

/// Makes a stack's id.
pub(crate) fn stack_id(region: &str, name: &str) -> String {
    format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/{}", uuid())
}

/// Makes a change set's id.
pub(crate) fn change_set_id(region: &str, name: &str) -> String {
    format!("arn:aws:cloudformation:{region}:{ACCOUNT}:changeSet/{name}/{}", uuid())
}

/// Writes a time as the Query protocol has it: `2026-01-31T12:00:00.000Z`.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn cut(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text).trim_end_matches('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_keep_to_the_limit() {
        assert_eq!(physical("shop", "Queue", "ABCDEFGHIJKL", 80), "shop-Queue-ABCDEFGHIJKL");
        let long = physical(&"s".repeat(128), &"L".repeat(200), "ABCDEFGHIJKL", 64);
        assert_eq!(long, format!("{}-{}-ABCDEFGHIJKL", "s".repeat(25), "L".repeat(25)));
        assert_eq!(physical(&"s".repeat(128), "Queue", "ABCDEFGHIJKL", 64).len(), 64);
        assert!(suffix().bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
    }

    #[test]
    fn times_have_milliseconds() {
        assert_eq!(time(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
    }
}
