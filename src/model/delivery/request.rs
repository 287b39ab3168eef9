//! The request that EventBridge sends to an API destination.

use super::connection::Connection;
use super::headers::headers;
use super::parameters::{HttpParameters, ParameterError};
use super::{Endpoint, Guarded};
use crate::model::json::{Json, write_escaped};
use std::fmt;
use std::str::FromStr;

/// An API destination, as far as a request depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// `InvocationEndpoint`
    pub endpoint: Endpoint,
    /// `HttpMethod`
    pub method: Method,
}

/// `HttpMethod`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of HTTP")]
pub enum Method {
    Delete,
    Get,
    Head,
    Options,
    Patch,
    Post,
    Put,
}

/// A text that is not a method of API destinations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use DELETE, GET, HEAD, OPTIONS, PATCH, POST or PUT")]
pub struct UnknownMethod;

/// A request, byte for byte; `Display` is the HTTP/1.1 message with its secrets as `***`.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// The body.
    pub body: Guarded,
    /// All headers, in order.
    pub headers: Vec<(String, Guarded)>,
    /// The method.
    pub method: Method,
    /// The scheme and the host: `https://api.example.com`.
    pub origin: String,
    /// The path and the query.
    pub target: Guarded,
}

impl HttpRequest {
    /// Builds the request for an event whose target receives `body`.
    pub fn build(
        destination: &Destination,
        connection: &Connection,
        parameters: &HttpParameters,
        event: &Json,
        body: &str,
    ) -> Result<Self, ParameterError> {
        let endpoint = &destination.endpoint;
        let body = with_members(body, &connection.parameters.body);
        let target = parameters.target(endpoint, &connection.parameters, event)?;
        let headers = headers(endpoint.host(), body.expose().len(), connection, parameters, event)?;
        Ok(Self { body, headers, method: destination.method, origin: endpoint.origin().to_owned(), target })
    }

    /// Returns the value of a header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&Guarded> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Returns the whole URL.
    pub fn url(&self) -> Guarded {
        Guarded::concat([&Guarded::open(&*self.origin), &self.target])
    }
}

impl fmt::Display for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} HTTP/1.1\r\n", self.method, self.target)?;
        for (name, value) in &self.headers {
            write!(f, "{name}: {value}\r\n")?;
        }
        write!(f, "\r\n{}", self.body)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        })
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(text: &str) -> Result<Self, UnknownMethod> {
        [Self::Delete, Self::Get, Self::Head, Self::Options, Self::Patch, Self::Post, Self::Put]
            .into_iter()
            .find(|method| method.to_string() == text)
            .ok_or(UnknownMethod)
    }
}

/// Adds the connection's body parameters to a body that is an object; others stay as they are (what AWS does
/// with those is not known).
fn with_members(body: &str, members: &[(String, Guarded)]) -> Guarded {
    if members.is_empty() {
        return Guarded::open(body);
    }
    let Ok(Json::Object(object)) = Json::parse(body) else { return Guarded::open(body) };
    let is_added = |name: &str| members.iter().any(|(other, _)| other == name);
    let kept = object.into_iter().filter(|(name, _)| !is_added(name));
    let kept = kept.map(|(name, value)| (name, Guarded::open(value.to_string())));
    let quote = Guarded::open("\"");
    let added = members.iter().map(|(name, value)| {
        let escaped = value.map(|text| {
            let mut escaped = String::new();
            // Writing into a String cannot fail.
            let _ = write_escaped(&mut escaped, text);
            escaped
        });
        (name.clone(), Guarded::concat([&quote, &escaped, &quote]))
    });
    let mut parts = Vec::new();
    for (index, (name, value)) in kept.chain(added).enumerate() {
        let comma = if index > 0 { "," } else { "{" };
        parts.push(Guarded::open(format!("{comma}{}:", Json::String(name))));
        parts.push(value);
    }
    parts.push(Guarded::open("}"));
    Guarded::concat(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::delivery::{Authorization, ConnectionParameters, Parameter};

    const EVENT: &str =
        r#"{"detail":{"cache":"my cache","key":"k&1","evil":"a\r\nX-Evil: 1","type":"text/plain"}}"#;

    fn destination(method: &str) -> Destination {
        let endpoint = Endpoint::parse("https://api.cache.example.com/cache/*").unwrap();
        Destination { endpoint, method: method.parse().unwrap() }
    }

    fn connection() -> Connection {
        let authorization =
            Authorization::ApiKey { name: "Authorization".to_owned(), value: "eyJ-token".into() };
        Connection { authorization, parameters: ConnectionParameters::default() }
    }

    fn named(list: &[(&str, &str)]) -> Vec<(String, Parameter)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), Parameter::parse(value).unwrap())).collect()
    }

    fn parameters(header: &[(&str, &str)]) -> HttpParameters {
        let path = vec![Parameter::parse("$.detail.cache").unwrap()];
        HttpParameters {
            path,
            query: named(&[("key", "$.detail.key"), ("ttl_seconds", "$.detail.ttl")]),
            header: named(header),
        }
    }

    fn build(
        connection: &Connection,
        header: &[(&str, &str)],
        body: &str,
    ) -> Result<HttpRequest, ParameterError> {
        HttpRequest::build(
            &destination("PUT"),
            connection,
            &parameters(header),
            &Json::parse(EVENT).unwrap(),
            body,
        )
    }

    #[test]
    fn shows_the_message_with_its_secrets_masked() {
        let request = build(&connection(), &[], "\"héllo\"").unwrap();
        let message = "PUT /cache/my%20cache?key=k%261&ttl_seconds= HTTP/1.1\r\n\
             Host: api.cache.example.com\r\n\
             User-Agent: Amazon/EventBridge/ApiDestinations\r\n\
             Range: bytes=0-1048575\r\n\
             Accept-Encoding: gzip,deflate\r\n\
             Connection: close\r\n\
             Content-Length: 8\r\n\
             Content-Type: application/json; charset=utf-8\r\n\
             Authorization: ***\r\n\
             \r\n\
             \"héllo\"";
        assert_eq!(request.to_string(), message);
        assert!(!format!("{request:?} {:?}", connection()).contains("eyJ"));
        assert_eq!(request.header("authorization").unwrap().expose(), "eyJ-token");
        assert_eq!(
            request.url().expose(),
            "https://api.cache.example.com/cache/my%20cache?key=k%261&ttl_seconds="
        );
    }

    #[test]
    fn the_connection_wins_and_reserved_headers_are_dropped() {
        let mut connection = connection();
        connection.parameters.header = vec![("x-both".to_owned(), Guarded::secret("theirs"))];
        connection.parameters.body =
            vec![("b".to_owned(), Guarded::secret("q\"")), ("c".to_owned(), Guarded::open("3"))];
        let set = [
            ("X-Both", "ours"),
            ("AUTHORIZATION", "stolen"),
            ("user-agent", "mine"),
            ("Via", "x"),
            ("content-type", "$.detail.type"),
            ("X-Missing", "$.detail.missing"),
        ];
        let request = build(&connection, &set, r#"{"a":1.0,"b":2}"#).unwrap();
        let shown: Vec<String> =
            request.headers[6..].iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(shown, ["Authorization: ***", "x-both: ***", "content-type: text/plain", "X-Missing: "]);
        assert_eq!(request.header("user-agent").unwrap().expose(), "Amazon/EventBridge/ApiDestinations");
        assert_eq!(request.body.expose(), r#"{"a":1.0,"b":"q\"","c":"3"}"#);
        assert_eq!(request.body.to_string(), r#"{"a":1.0,"b":"***","c":"3"}"#);
        assert_eq!(request.header("content-length").unwrap().expose(), "27");
        assert_eq!(build(&connection, &[], "[1 ]").unwrap().body.expose(), "[1 ]");
    }

    #[test]
    fn refuses_line_breaks_in_headers() {
        for value in ["$.detail.evil", "a\nb", "é", "\0"] {
            let error = build(&connection(), &[("X-H", value)], "{}").unwrap_err();
            assert_eq!(
                error.to_string(),
                "the value of header X-H holds a character that HTTP does not allow there"
            );
        }
        assert!(build(&connection(), &[("X H", "v")], "{}").is_err());
    }

    #[test]
    fn encodes_basic_credentials() {
        let authorization = Authorization::Basic { username: "me".to_owned(), password: "pass".into() };
        let connection = Connection { authorization, parameters: ConnectionParameters::default() };
        let request = build(&connection, &[], "{}").unwrap();
        assert_eq!(request.header("authorization").unwrap().expose(), "Basic bWU6cGFzcw==");
    }
}
