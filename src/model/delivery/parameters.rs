//! A target's HTTP parameters: literal values and paths into the event.

use super::connection::ConnectionParameters;
use super::{Endpoint, Failure, Guarded};
use crate::model::delivery::failure::ErrorCode;
use crate::model::json::Json;
use crate::model::transform::{Found, InvalidPath, JsonPath};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the characters that RFC 3986 leaves unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A target's `HttpParameters`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpParameters {
    /// `HeaderParameters`
    pub header: Vec<(String, Parameter)>,
    /// `PathParameterValues`: they take the place of the endpoint's `*`, in order.
    pub path: Vec<Parameter>,
    /// `QueryStringParameters`
    pub query: Vec<(String, Parameter)>,
}

/// A value as written, or one from the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// This text.
    Literal(String),
    /// What is at this path of the original event, not of the transformed input (user guide, "Dynamic path
    /// parameters").
    Path(JsonPath),
}

/// Why an event cannot be made into a request: a permanent failure.
///
/// What AWS does with such events is not known. None of them is sent, and all go to the dead-letter queue:
/// a call to another resource than the one meant could write or delete the wrong data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// A header value that HTTP cannot carry.
    #[error("the value of header {name} holds a character that HTTP does not allow there")]
    Header {
        /// The header.
        name: String,
    },
    /// A path value that is absent, null, blank, `.` or `..`.
    #[error("path parameter {position} is {problem}")]
    Path {
        /// Which one, from 1.
        position: usize,
        /// What it is instead of a value.
        problem: &'static str,
    },
    /// The endpoint has more `*` than the target has path values.
    #[error("the endpoint has more * than the target's {values} path parameter values")]
    Wildcards {
        /// How many values there are.
        values: usize,
    },
}

impl Parameter {
    /// Reads a value: a path if it starts with `$.`, otherwise a literal.
    ///
    /// Only a whole value can be a path, so `$.a and more` is refused (what AWS says is not known).
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        if text.starts_with("$.") {
            JsonPath::parse(text).map(Self::Path)
        } else {
            Ok(Self::Literal(text.to_owned()))
        }
    }

    /// Returns the value for an event: strings as they are, anything else as JSON, nothing for null and for
    /// what is not there.
    pub fn resolve(&self, event: &Json) -> Option<String> {
        match self {
            Self::Literal(text) => Some(text.clone()),
            Self::Path(path) => match path.find(event)? {
                Found::One(Json::Null) => None,
                Found::One(Json::String(text)) => Some(text.clone()),
                found => Some(found.to_string()),
            },
        }
    }

    /// A missing query or header value is an empty one (seen on AWS: ministackorg/ministack#1775).
    pub(super) fn or_empty(&self, event: &Json) -> String {
        self.resolve(event).unwrap_or_default()
    }
}

impl HttpParameters {
    /// Returns the request's path and query: the endpoint's, filled, then the target's query, then the
    /// connection's.
    pub(super) fn target(
        &self,
        endpoint: &Endpoint,
        connection: &ConnectionParameters,
        event: &Json,
    ) -> Result<Guarded, ParameterError> {
        let mut parts = vec![Guarded::open(self.fill(endpoint.target(), event)?)];
        let ours =
            self.query.iter().filter(|(name, _)| connection.query.iter().all(|(other, _)| other != name));
        let ours = ours.map(|(name, value)| (name, Guarded::open(encode(&value.or_empty(event)))));
        let theirs = connection.query.iter().map(|(name, value)| (name, value.map(encode)));
        let mut separator = if endpoint.target().contains('?') { '&' } else { '?' };
        for (name, value) in ours.chain(theirs) {
            parts.push(Guarded::open(format!("{separator}{}=", encode(name))));
            parts.push(value);
            separator = '&';
        }
        Ok(Guarded::concat(&parts))
    }

    /// Puts the path values where the `*` are; values to spare are not used.
    fn fill(&self, target: &str, event: &Json) -> Result<String, ParameterError> {
        let mut pieces = target.split('*');
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        let mut values = self.path.iter().enumerate();
        for piece in pieces {
            let Some((index, value)) = values.next() else {
                return Err(ParameterError::Wildcards { values: self.path.len() });
            };
            let problem = |problem| ParameterError::Path { position: index + 1, problem };
            let value = value.resolve(event).ok_or(problem("missing or null in the event"))?;
            match value.trim() {
                "" => return Err(problem("blank")),
                "." | ".." => return Err(problem("a dot segment, which would change the path")),
                _ => filled.push_str(&encode(&value)),
            }
            filled.push_str(piece);
        }
        Ok(filled)
    }
}

impl From<ParameterError> for Failure {
    fn from(error: ParameterError) -> Self {
        Self::new(ErrorCode::InvalidParameter, error.to_string())
    }
}

/// Percent-encodes a value as a whole: a `/` in it is `%2F`, a space `%20`.
fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    fn target(endpoint: &str, path: &[&str], query: &[(&str, &str)], event: &str) -> Result<String, String> {
        let parse = |text: &str| Parameter::parse(text).unwrap();
        let parameters = HttpParameters {
            path: path.iter().map(|text| parse(text)).collect(),
            query: query.iter().map(|(name, text)| ((*name).to_owned(), parse(text))).collect(),
            ..HttpParameters::default()
        };
        let connection = ConnectionParameters {
            query: vec![("token".to_owned(), Guarded::secret("s&t"))],
            ..ConnectionParameters::default()
        };
        let endpoint = Endpoint::parse(endpoint).unwrap();
        let target = parameters.target(&endpoint, &connection, &Json::parse(event).unwrap());
        assert!(!format!("{target:?}").contains("s%26t"));
        target.map(|target| target.expose().to_owned()).map_err(|error| Failure::from(error).to_string())
    }

    #[test]
    fn fills_wildcards_and_queries() {
        let event = r#"{"c":"my cache","t":"a/b?é","n":1.50,"b":true,"o":{"a":[1]},"z":null,"l":[{"k":1},{"k":"2"}]}"#;
        assert_eq!(
            target("https://h/topics/*/*?x=1", &["$.c", "$.t"], &[("a b", "$.n"), ("token", "mine")], event)
                .unwrap(),
            "/topics/my%20cache/a%2Fb%3F%C3%A9?x=1&a%20b=1.50&token=s%26t"
        );
        assert_eq!(
            target(
                "https://h/",
                &[],
                &[("b", "$.b"), ("o", "$.o"), ("z", "$.z"), ("m", "$.m"), ("l", "$.l[*].k")],
                event
            )
            .unwrap(),
            "/?b=true&o=%7B%22a%22%3A%5B1%5D%7D&z=&m=&l=%5B1%2C%222%22%5D&token=s%26t"
        );
        assert_eq!(target("https://h/*", &["$5", "spare"], &[], event).unwrap(), "/%245?token=s%26t");
    }

    #[test]
    fn never_calls_another_resource_than_the_one_meant() {
        let refused = |path: &[&str], event: &str| target("https://h/cache/*", path, &[], event).unwrap_err();
        let missing = "INVALID_PARAMETER: path parameter 1 is missing or null in the event";
        assert_eq!(refused(&["$.c"], "{}"), missing);
        assert_eq!(refused(&["$.c"], r#"{"c":null}"#), missing);
        assert_eq!(refused(&["$.c"], r#"{"c":" "}"#), "INVALID_PARAMETER: path parameter 1 is blank");
        assert!(
            refused(&["$.c"], r#"{"c":".."}"#).ends_with("is a dot segment, which would change the path")
        );
        let wildcards =
            "INVALID_PARAMETER: the endpoint has more * than the target's 0 path parameter values";
        assert_eq!(refused(&[], "{}"), wildcards);
    }

    #[test]
    fn only_a_whole_value_is_a_path() {
        assert_eq!(Parameter::parse("x-$.a").unwrap(), Parameter::Literal("x-$.a".to_owned()));
        assert_eq!(Parameter::parse("$.a and more"), Err(InvalidPath));
        assert_eq!(Parameter::parse("$.a['b']"), Err(InvalidPath));
    }

    proptest! {
        #[test]
        fn percent_encoding_round_trips(text: String) {
            let encoded = encode(&text);
            prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(percent_decode_str(&encoded).decode_utf8().unwrap(), text);
        }
    }
}
