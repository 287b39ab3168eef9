//! Who may talk to the local server: programs of this computer, not web pages.
//!
//! The server listens on the loopback interface, where every web page that is open in a browser of this
//! computer can send requests too. A page gives itself away by the header `Origin`, and one that had its own
//! name point to this computer (DNS rebinding) by the header `Host`. Neither can be forged by a page.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use serde_json::json;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// The request is for another host.
    #[error("this server answers as localhost and 127.0.0.1 only, not as {0}")]
    Host(String),
    /// The request comes from a web page.
    #[error("this server does not answer web pages: the request comes from {0}")]
    Origin(String),
}

/// Admits a request by its headers.
pub(super) fn admit(headers: &HeaderMap) -> Result<(), Refused> {
    let shown = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let host = headers.get(header::HOST).map(shown);
    if let Some(host) = &host
        && !is_loopback(host)
    {
        return Err(Refused::Host(host.clone()));
    }
    // A page of another server on this computer is another origin too: another port may be anybody's.
    for origin in headers.get_all(header::ORIGIN).iter().map(shown) {
        if origin.strip_prefix("http://").is_none_or(|authority| Some(authority) != host.as_deref()) {
            return Err(Refused::Origin(origin));
        }
    }
    // A page's request without an `Origin`, such as for an image, says where it comes from in this header.
    match headers.get("sec-fetch-site").map(shown).as_deref() {
        Some("cross-site" | "same-site") => Err(Refused::Origin("another origin".to_owned())),
        _ => Ok(()),
    }
}

/// Returns whether an authority, with or without a port, names this computer.
fn is_loopback(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, port)) => (host, port),
            None => return false,
        },
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let digits = port.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let port = port.is_empty() || digits;
    let name = host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost");
    port && (name || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()))
}

impl Refused {
    /// Returns the answer: 403, in the form of every AWS error.
    pub(super) fn response(&self) -> Response<Bytes> {
        let body = json!({ "__type": "AccessDeniedException", "message": self.to_string() }).to_string();
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = StatusCode::FORBIDDEN;
        let json = http::HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(headers: &[(&str, &str)]) -> Result<(), Refused> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap());
        }
        admit(&map)
    }

    #[test]
    fn programs_of_this_computer_are_admitted() {
        for host in
            ["127.0.0.1:4566", "localhost", "LocalHost:80", "[::1]:4566", "127.1.2.3", "sqs.localhost:1"]
        {
            assert_eq!(admitted(&[("host", host)]), Ok(()), "{host}");
        }
        assert_eq!(admitted(&[]), Ok(()));
        assert_eq!(admitted(&[("host", "localhost:1"), ("origin", "http://localhost:1")]), Ok(()));
    }

    #[test]
    fn other_names_and_pages_are_refused() {
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:80",
            "localhost:80@evil",
            "",
            "[::1",
            "0.0.0.0",
            "notlocalhost",
        ] {
            assert_eq!(admitted(&[("host", host)]), Err(Refused::Host(host.to_owned())), "{host}");
        }
        for origin in [
            "https://evil.example",
            "null",
            "http://localhost.evil.example",
            "file://",
            "http://127.0.0.1@evil",
            "http://localhost:3000",
            "https://localhost",
        ] {
            let headers = [("host", "localhost"), ("origin", origin)];
            assert_eq!(admitted(&headers), Err(Refused::Origin(origin.to_owned())), "{origin}");
        }
        assert!(admitted(&[("host", "localhost"), ("sec-fetch-site", "cross-site")]).is_err());
        assert!(admitted(&[("host", "localhost:1"), ("sec-fetch-site", "same-site")]).is_err());
        assert!(admitted(&[("origin", "http://localhost"), ("origin", "http://evil")]).is_err());
    }
}
