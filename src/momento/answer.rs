//! What an answer of Momento's HTTP API says about the key and the cache.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;

/// An answer to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it says.
    pub finding: Finding,
    /// Momento's own words: the title and the description of an error.
    pub words: String,
    /// The time at which Momento says it answered.
    pub date: Option<Timestamp>,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// There is no such cache (404).
    CacheNotFound,
    /// It is done, or the item is there (2xx).
    Done,
    /// Another status, which says nothing about the key.
    Failed(u16),
    /// The key may not do this (403).
    Forbidden,
    /// The cache is there and the item is not (404).
    KeyNotFound,
    /// A limit was reached, so that the key was accepted (429).
    Limited,
    /// The key is not accepted (401).
    Unauthorized,
}

/// An error as the API documents it.
#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

impl Answer {
    /// Reads an answer by its status, its `Date` header and its body.
    pub fn new(status: u16, date: Option<&str>, body: &[u8]) -> Self {
        let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
        let finding = match status {
            200..=299 => Finding::Done,
            401 => Finding::Unauthorized,
            403 => Finding::Forbidden,
            404 if problem.title.eq_ignore_ascii_case("Key Not Found") => Finding::KeyNotFound,
            404 => Finding::CacheNotFound,
            429 => Finding::Limited,
            other => Finding::Failed(other),
        };
        let words = [problem.title, problem.description];
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        // A `Date` is in RFC 2822's form but for the zone's name.
        let date = date.map(|date| date.trim().replace("GMT", "+0000"));
        let date = date.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(&date).ok());
        Self { finding, words: words.join(": "), date }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_answers() {
        let answer = |status, title: &str, description: &str| {
            let body = serde_json::json!({"status": status, "title": title, "description": description});
            Answer::new(status, None, body.to_string().as_bytes())
        };
        assert_eq!(answer(404, "Key Not Found", "x").finding, Finding::KeyNotFound);
        let missing = answer(404, "Not Found", "Cache not found");
        assert_eq!(
            (missing.finding, missing.words.as_str()),
            (Finding::CacheNotFound, "Not Found: Cache not found")
        );
        assert_eq!(answer(401, "Unauthorized", "").finding, Finding::Unauthorized);
        assert_eq!(answer(403, "Forbidden", "").finding, Finding::Forbidden);
        assert_eq!(answer(429, "Resources Exhausted", "").finding, Finding::Limited);
        assert_eq!(answer(503, "", "").finding, Finding::Failed(503));
        assert_eq!(Answer::new(204, None, b"").finding, Finding::Done);
        assert_eq!(Answer::new(302, None, b"<html>").finding, Finding::Failed(302));
    }

    #[test]
    fn the_date_is_read() {
        let answer = Answer::new(200, Some("Sat, 21 Nov 2026 16:06:20 GMT"), b"");
        assert_eq!(answer.date.unwrap().to_string(), "2026-11-21T16:06:20Z");
        assert_eq!(Answer::new(200, Some("yesterday"), b"").date, None);
    }
}
