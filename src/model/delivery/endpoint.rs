//! A destination's URL, with `*` where a target puts its path values.

use std::fmt;

/// An invocation endpoint such as `https://api.example.com/cache/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    origin: String,
    scheme: usize,
    target: String,
}

/// Why a text is not an invocation endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpoint {
    /// A space, a control character or a character outside ASCII.
    #[error("the endpoint holds a character that a URL cannot hold; percent-encode it")]
    Character,
    /// A part after `#`, which never reaches a server.
    #[error("the endpoint has a fragment (#…), which is never sent; remove it")]
    Fragment,
    /// No host, or more than a host and a port.
    #[error("the endpoint needs a plain host name after the scheme, with no user name and no *")]
    Host,
    /// Not HTTP.
    #[error("the endpoint must start with https://")]
    Scheme,
}

impl Endpoint {
    /// Reads an endpoint; `http://` is read too, for a stand-in on this computer.
    pub fn parse(text: &str) -> Result<Self, InvalidEndpoint> {
        if text.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(InvalidEndpoint::Character);
        }
        if text.contains('#') {
            return Err(InvalidEndpoint::Fragment);
        }
        let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme));
        let scheme = scheme.ok_or(InvalidEndpoint::Scheme)?.len();
        let end = text[scheme..].find(['/', '?']).map_or(text.len(), |end| scheme + end);
        let host = &text[scheme..end];
        if host.is_empty() || host.starts_with(':') || host.contains(['@', '*', '\\']) {
            return Err(InvalidEndpoint::Host);
        }
        let slash = if text[end..].starts_with('/') { "" } else { "/" };
        Ok(Self { origin: text[..end].to_owned(), scheme, target: format!("{slash}{}", &text[end..]) })
    }

    /// Returns the host with its port if it has one, as the `Host` header says it.
    pub fn host(&self) -> &str {
        &self.origin[self.scheme..]
    }

    /// Returns the scheme and the host: `https://api.example.com`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the path and the query, with their `*`.
    pub fn target(&self) -> &str {
        &self.target
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_an_endpoint() {
        let endpoint = Endpoint::parse("https://h.example:8443/cache/*?a=b").unwrap();
        assert_eq!((endpoint.host(), endpoint.target()), ("h.example:8443", "/cache/*?a=b"));
        assert_eq!(Endpoint::parse("http://h?a").unwrap().to_string(), "http://h/?a");
        assert_eq!(Endpoint::parse("https://h").unwrap().target(), "/");
    }

    #[test]
    fn refuses_what_is_not_an_endpoint() {
        use InvalidEndpoint as I;
        for (text, error) in [
            ("h/x", I::Scheme),
            ("ftp://h", I::Scheme),
            ("https://", I::Host),
            ("https://u:p@h/", I::Host),
            ("https://*.h/", I::Host),
            ("https://h/#x", I::Fragment),
            ("https://h/a b", I::Character),
            ("https://h/\r\nX: y", I::Character),
            ("https://é/", I::Character),
        ] {
            assert_eq!(Endpoint::parse(text), Err(error), "{text}");
        }
    }
}
