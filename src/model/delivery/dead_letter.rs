//! The message that a failed delivery leaves in the dead-letter queue.

use super::failure::{ErrorCode, Failure};
use std::fmt;

/// A failed delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// How the retry policy ended, if it was retries that ended.
    pub exhausted: Option<Exhausted>,
    /// What went wrong, last.
    pub failure: Failure,
    /// The rule's ARN.
    pub rule_arn: String,
    /// The target's ARN.
    pub target_arn: String,
}

/// How a retry policy ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// Which limit it was.
    pub condition: Condition,
    /// How often the event was tried again.
    pub retries: u32,
}

/// The limit of a retry policy that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The event grew too old.
    MaximumEventAge,
    /// It was tried often enough.
    MaximumRetryAttempts,
}

impl DeadLetter {
    /// Returns the message attributes, all of type String, as AWS writes them.
    ///
    /// `RETRY_ATTEMPTS` and `EXHAUSTED_RETRY_CONDITION` are there only when retries were exhausted.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = vec![
            ("ERROR_CODE", self.failure.code.to_string()),
            ("ERROR_MESSAGE", self.failure.message.chars().map(storable).collect()),
            ("RULE_ARN", self.rule_arn.clone()),
            ("TARGET_ARN", self.target_arn.clone()),
        ];
        if let Some(Exhausted { condition, retries }) = self.exhausted {
            attributes.push(("EXHAUSTED_RETRY_CONDITION", condition.to_string()));
            attributes.push(("RETRY_ATTEMPTS", retries.to_string()));
        }
        attributes
    }

    /// Chooses the message's body: what was tried, or the event.
    ///
    /// AWS stores the attempted input when that was not JSON, when the target denied access and when it was
    /// gone (captured), and the event when an API destination failed (a real record, of a target without
    /// transformer: that a transformed input is not stored there is inferred). An empty input becomes the
    /// event, because SQS takes no empty message: on AWS nothing was seen to arrive.
    pub fn body<'a>(&self, attempted: &'a str, event: &'a str) -> &'a str {
        match self.failure.code {
            ErrorCode::InvalidJson | ErrorCode::NoPermissions | ErrorCode::NoResource
                if !attempted.trim().is_empty() =>
            {
                attempted
            }
            _ => event,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MaximumEventAge => "MaximumEventAgeInSeconds",
            Self::MaximumRetryAttempts => "MaximumRetryAttempts",
        })
    }
}

/// SQS refuses the characters that XML 1.0 has not; a response body may hold any.
fn storable(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => c,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::transform::InvalidJson;

    fn letter(failure: Failure, exhausted: Option<Exhausted>) -> DeadLetter {
        DeadLetter {
            exhausted,
            failure,
            rule_arn: "arn:rule".to_owned(),
            target_arn: "arn:target".to_owned(),
        }
    }

    #[test]
    fn writes_the_attributes_of_aws() {
        let expected = [
            ("ERROR_CODE", "INVALID_JSON"),
            ("ERROR_MESSAGE", "Invalid input for target."),
            ("RULE_ARN", "arn:rule"),
            ("TARGET_ARN", "arn:target"),
        ];
        let attributes = |letter: &DeadLetter| letter.attributes();
        let plain = attributes(&letter(Failure::from(InvalidJson { body: String::new() }), None));
        assert_eq!(plain, expected.map(|(name, value)| (name, value.to_owned())));
        let exhausted = Exhausted { condition: Condition::MaximumEventAge, retries: 129 };
        let retried = attributes(&letter(Failure::new(ErrorCode::Unknown, "a\0b"), Some(exhausted)));
        assert_eq!(retried[1].1, "a\u{fffd}b");
        assert_eq!(
            retried[4..],
            [
                ("EXHAUSTED_RETRY_CONDITION", "MaximumEventAgeInSeconds".to_owned()),
                ("RETRY_ATTEMPTS", "129".to_owned())
            ]
        );
    }

    #[test]
    fn chooses_the_body() {
        let body = |code, attempted| letter(Failure::new(code, ""), None).body(attempted, "event").to_owned();
        assert_eq!(body(ErrorCode::InvalidJson, "{oops"), "{oops");
        assert_eq!(body(ErrorCode::InvalidJson, ""), "event");
        assert_eq!(body(ErrorCode::NoPermissions, "{}"), "{}");
        assert_eq!(body(ErrorCode::SdkClientError, "{}"), "event");
        assert_eq!(body(ErrorCode::InvalidParameter, "{}"), "event");
    }
}
