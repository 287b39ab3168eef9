//! What the answer to a request means.

use super::failure::{ErrorCode, Failure};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use std::time::Duration;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// The host refused the connection, broke it, or has no certificate that can be trusted.
    ConnectionFailed,
    /// The host name does not exist.
    HostNotFound,
    /// A response.
    Response {
        /// Its body, as text.
        body: &'a str,
        /// Its `Retry-After` header.
        retry_after: Option<&'a str>,
        /// Its status.
        status: u16,
    },
    /// No response within AWS's five seconds.
    TimedOut,
}

/// What happens with an event after a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes to the dead-letter queue, now.
    DeadLetter(Failure),
    /// It has arrived.
    Delivered,
    /// It is tried again if the retry policy lets it; if not, it is a dead letter with this failure.
    Retry {
        /// The wait that the target asked for.
        after: Option<Duration>,
        /// What went wrong.
        failure: Failure,
    },
}

/// A `Retry-After` header.
enum RetryAfter {
    Never,
    Wait(Duration),
}

/// The most of a response body that a dead letter repeats, in bytes. AWS's limit is not known; a message of
/// SQS with all its attributes holds 256 KiB.
const MAX_PAYLOAD: usize = 64 * 1024;

impl Verdict {
    /// Judges an answer.
    ///
    /// Retried are 401, 407, 409, 429, 5xx and timeouts (user guide); a connection that fails is too, which is
    /// inferred. A redirect is not followed, and fails.
    pub fn of(answer: &Answer<'_>, now: Timestamp) -> Self {
        match *answer {
            Answer::Response { status: 200..=299, .. } => Self::Delivered,
            Answer::Response { body, retry_after, status } => {
                let failure = http_failure(status, body);
                if !matches!(status, 401 | 407 | 409 | 429 | 500..=599) {
                    return Self::DeadLetter(failure);
                }
                match retry_after.and_then(|header| RetryAfter::parse(header, now)) {
                    Some(RetryAfter::Never) => Self::DeadLetter(failure),
                    Some(RetryAfter::Wait(wait)) => Self::Retry { after: Some(wait), failure },
                    None => Self::Retry { after: None, failure },
                }
            }
            Answer::HostNotFound => Self::DeadLetter(unreachable(ErrorCode::SdkClientError)),
            Answer::ConnectionFailed => {
                Self::Retry { after: None, failure: unreachable(ErrorCode::ConnectionFailure) }
            }
            Answer::TimedOut => {
                let message = "Unable to invoke ApiDestination endpoint: Timeout calling endpoint for API \
                               Destination: socket closed.";
                Self::Retry { after: None, failure: Failure::new(ErrorCode::Unknown, message) }
            }
        }
    }
}

impl RetryAfter {
    /// Reads seconds or a date; anything else says nothing. A negative number stops the retries.
    fn parse(header: &str, now: Timestamp) -> Option<Self> {
        let header = header.trim();
        let digits = header.strip_prefix('-').unwrap_or(header);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let seconds = digits.parse().unwrap_or(u64::MAX);
            let negative = seconds > 0 && digits.len() < header.len();
            return Some(if negative { Self::Never } else { Self::Wait(Duration::from_secs(seconds)) });
        }
        let date = rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?;
        Some(Self::Wait(Duration::try_from(date.duration_since(now)).unwrap_or_default()))
    }
}

/// The text of real records. Their code was `SDK_CLIENT_ERROR` for 400 and 403; that a server's error is
/// `ERROR_FROM_TARGET` is an emulator's claim (ministackorg/ministack#1313).
fn http_failure(status: u16, body: &str) -> Failure {
    let code = if status >= 500 { ErrorCode::ErrorFromTarget } else { ErrorCode::SdkClientError };
    let payload = &body[..body.floor_char_boundary(MAX_PAYLOAD)];
    Failure::new(code, format!("ApiDestination returned HTTP status {status} with payload: {payload}"))
}

fn unreachable(code: ErrorCode) -> Failure {
    Failure::new(
        code,
        "Unable to invoke ApiDestination endpoint: API destination endpoint cannot be reached.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, retry_after: Option<&str>) -> Verdict {
        let now = "2026-01-02T03:04:05Z".parse().unwrap();
        Verdict::of(&Answer::Response { body: "{}", retry_after, status }, now)
    }

    #[test]
    fn knows_what_is_retried() {
        for status in [100, 199, 300, 302, 400, 403, 404, 408, 410, 418, 600, 0] {
            assert!(matches!(verdict(status, None), Verdict::DeadLetter(_)), "{status}");
        }
        for status in [401, 407, 409, 429, 500, 503, 599] {
            assert!(matches!(verdict(status, None), Verdict::Retry { after: None, .. }), "{status}");
        }
        assert_eq!(verdict(204, Some("9")), Verdict::Delivered);
    }

    #[test]
    fn words_failures_as_aws_does() {
        let Verdict::DeadLetter(failure) = verdict(400, None) else { panic!("400 is retried") };
        assert_eq!(
            failure.to_string(),
            "SDK_CLIENT_ERROR: ApiDestination returned HTTP status 400 with payload: {}"
        );
        let long = "é".repeat(MAX_PAYLOAD);
        assert!(http_failure(500, &long).message.len() < MAX_PAYLOAD + 100);
        let Verdict::Retry { failure, .. } = Verdict::of(&Answer::TimedOut, Timestamp::UNIX_EPOCH) else {
            panic!("timeouts are not retried")
        };
        assert_eq!(
            failure.to_string(),
            "UNKNOWN: Unable to invoke ApiDestination endpoint: Timeout calling endpoint for API Destination: \
             socket closed."
        );
        assert_eq!(
            Verdict::of(&Answer::HostNotFound, Timestamp::UNIX_EPOCH),
            Verdict::DeadLetter(Failure::new(
                ErrorCode::SdkClientError,
                "Unable to invoke ApiDestination endpoint: API destination endpoint cannot be reached."
            ))
        );
    }

    #[test]
    fn honours_retry_after() {
        let wait = |header: &str| match verdict(429, Some(header)) {
            Verdict::Retry { after, .. } => after.map(|wait| wait.as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(" 120 "), Some(120));
        assert_eq!(wait("0"), Some(0));
        assert_eq!(wait("-0"), Some(0));
        assert_eq!(wait("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(wait("Fri, 02 Jan 2026 03:05:05 GMT"), Some(60));
        assert_eq!(wait("Fri, 02 Jan 2025 03:05:05 GMT"), None);
        assert_eq!(wait("Thu, 02 Jan 2025 03:05:05 GMT"), Some(0));
        assert_eq!(wait("1.5"), None);
        assert_eq!(wait("soon"), None);
        assert!(matches!(verdict(503, Some("-1")), Verdict::DeadLetter(_)));
    }
}
