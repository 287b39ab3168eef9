//! The base URL of the Momento HTTP API.

use std::str::FromStr;

use super::InvalidValue;
use crate::model::problem::shown;

/// Where Momento is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub enum Endpoint {
    /// The base URL of the stack's region.
    #[default]
    Auto,
    /// This base URL: `https://`, a host, and no slash at the end.
    Url(String),
}

impl Endpoint {
    /// Returns the text of the `MomentoEndpoint` parameter: `auto` or the URL.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Auto => "auto",
            Self::Url(url) => url,
        }
    }
}

impl FromStr for Endpoint {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let refuse = |hint: &str| Err(InvalidValue::new(format!("`{}` cannot be called", shown(text)), hint));
        let Some(rest) = text.strip_prefix("https://") else {
            return refuse("write `auto`, or a base URL that starts with https://");
        };
        if text.len() > 1024 {
            return refuse("a base URL has at most 1,024 characters");
        }
        if text.ends_with('/') {
            return refuse(
                "leave out the slash at the end: paths such as /cache/* are added to the base URL",
            );
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
        let label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if !host.split('.').all(label) || !port.parse::<u16>().is_ok_and(|port| port > 0) {
            return refuse(
                "a base URL has a host, such as https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com",
            );
        }
        let segment = |segment: &str| {
            !segment.is_empty()
                && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        };
        if !path.is_empty() && !path.split('/').all(segment) {
            return refuse("a base URL has no query, no fragment, no `*`, and nothing percent-encoded");
        }
        Ok(Self::Url(text.to_owned()))
    }
}
