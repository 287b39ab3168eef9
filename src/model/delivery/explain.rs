//! What the error message of a dead letter means.

use crate::model::json::Json;

/// The cause that an `ERROR_MESSAGE` tells; read from the text, because codes differ between records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause<'a> {
    /// The destination answered with a failure.
    Http {
        /// The body, and in some records response headers after it.
        payload: &'a str,
        /// The status.
        status: u16,
    },
    /// The input was not JSON.
    InvalidJson,
    /// Something else, in AWS's words.
    Other(&'a str),
    /// The destination did not answer in time.
    TimedOut,
    /// The destination could not be reached.
    Unreachable,
}

impl<'a> Cause<'a> {
    /// Reads an error message; any text has a cause.
    pub fn of(error_message: &'a str) -> Self {
        match error_message {
            _ if let Some(http) = Self::http(error_message) => http,
            "Invalid input for target." => Self::InvalidJson,
            _ if error_message.contains("Timeout calling endpoint") => Self::TimedOut,
            _ if error_message.contains("endpoint cannot be reached") => Self::Unreachable,
            _ => Self::Other(error_message),
        }
    }

    fn http(message: &'a str) -> Option<Self> {
        let (_, rest) = message.split_once("returned HTTP status ")?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let status = rest[..end].parse().ok()?;
        let payload = rest[end..].split_once("with payload:").map_or("", |(_, payload)| payload.trim());
        Some(Self::Http { payload, status })
    }

    /// Tells in plain words why Momento did not take the event, and what to do.
    pub fn reason(&self) -> String {
        match *self {
            Self::Http { payload, status } => {
                let said = said(payload).map_or(String::new(), |said| format!(" Momento said: {said}"));
                format!("{}{said}", meaning(status))
            }
            Self::InvalidJson => "The input that the target's template made is not JSON, so it was never sent: the \
                                  value holds a quote, a backslash or a line break, or it is an object. Use InputPath, \
                                  or an object template."
                .to_owned(),
            Self::Other(message) => message.to_owned(),
            Self::TimedOut => "Momento did not answer within five seconds, until the retries ended. Look at Momento's \
                               status page and at the region of the endpoint."
                .to_owned(),
            Self::Unreachable => "The endpoint cannot be reached: its host name does not exist or refuses \
                                  connections. Check the endpoint of the API destination."
                .to_owned(),
        }
    }
}

/// What a status of Momento's HTTP API means (Momento docs, "HTTP API").
fn meaning(status: u16) -> &'static str {
    match status {
        300..=399 => {
            "The endpoint redirects, which EventBridge does not follow. Use the address it redirects to."
        }
        400 => {
            "Momento found the request malformed: exactly one of key and key_base64, and a positive TTL, are needed."
        }
        401 => {
            "Momento did not accept the token: it is wrong, expired or revoked, or of another region. Set a new one."
        }
        403 => "The token may not do this. It needs write access to this cache or topic.",
        404 => {
            "The cache does not exist. Create it in the region of the endpoint, or correct the event's cache name."
        }
        409 => "Momento reported a conflict.",
        413 => "The value or message is larger than Momento takes.",
        429 => "A limit of Momento was reached. Lower the invocation rate, or ask Momento for more.",
        500..=599 => {
            "Momento failed to serve the request, until the retries ended. Send the event again later."
        }
        _ => "Momento refused the request.",
    }
}

/// Momento's own words: the description of its JSON error, or its title.
fn said(payload: &str) -> Option<String> {
    // Some records hold response headers after the body.
    let object = payload.rfind('}').map(|end| &payload[..=end])?;
    let json = Json::parse(object).ok()?;
    let text = |name| json.get(name).and_then(Json::as_str).filter(|text| !text.trim().is_empty());
    text("description").or_else(|| text("title")).or_else(|| text("message")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::delivery::{Answer, Verdict};
    use jiff::Timestamp;
    use proptest::prelude::*;

    #[test]
    fn reads_real_records() {
        let github = "ApiDestination returned HTTP status 403 with payload:\n{\"message\":\"Resource not accessible by \
                      personal access token\"}\nx-header: 1";
        let cause = Cause::of(github);
        assert!(matches!(cause, Cause::Http { status: 403, .. }));
        assert_eq!(
            cause.reason(),
            "The token may not do this. It needs write access to this cache or topic. Momento said: Resource not \
             accessible by personal access token"
        );
        let timeout = "Unable to invoke ApiDestination endpoint: Timeout calling endpoint for API Destination: socket closed.";
        assert_eq!(Cause::of(timeout), Cause::TimedOut);
        let unreachable =
            "Unable to invoke ApiDestination endpoint: API destination endpoint cannot be reached.";
        assert_eq!(Cause::of(unreachable), Cause::Unreachable);
        assert_eq!(Cause::of("Invalid input for target."), Cause::InvalidJson);
        assert_eq!(Cause::of("HTTP status x"), Cause::Other("HTTP status x"));
    }

    #[test]
    fn tells_the_reason_in_plain_words() {
        let reason = |status, payload| Cause::Http { payload, status }.reason();
        let not_found = r#"{"status":404,"title":"Not Found","description":"Cache not found"}"#;
        assert_eq!(
            reason(404, not_found),
            "The cache does not exist. Create it in the region of the endpoint, or correct the event's cache name. \
             Momento said: Cache not found"
        );
        assert!(reason(401, "").starts_with("Momento did not accept the token"));
        assert!(
            reason(429, r#"{"title":"Resources Exhausted"}"#).ends_with("Momento said: Resources Exhausted")
        );
        assert!(reason(503, "<html>").starts_with("Momento failed"));
        assert_eq!(reason(418, "é}"), "Momento refused the request.");
    }

    proptest! {
        #[test]
        fn reads_back_what_a_verdict_wrote(status in 400_u16..600, body: String) {
            let answer = Answer::Response { body: &body, retry_after: None, status };
            let (Verdict::DeadLetter(failure) | Verdict::Retry { failure, .. }) =
                Verdict::of(&answer, Timestamp::UNIX_EPOCH) else { panic!("delivered") };
            prop_assert_eq!(Cause::of(&failure.message), Cause::Http { payload: body.trim(), status });
            let _ = Cause::of(&body).reason();
        }
    }
}
