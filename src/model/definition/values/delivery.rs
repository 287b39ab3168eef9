//! How long, how often and how fast.

use std::fmt;
use std::str::FromStr;

use super::InvalidValue;
use crate::model::problem::shown;

/// How long a failing call is retried: 60 seconds to 24 hours, written as `90s`, `15m` or `1h30m`
/// (EventBridge API reference, `RetryPolicy`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxAge(u32);

/// How often a failing call is retried: 0 to 185 times (EventBridge API reference, `RetryPolicy`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Retries(u32);

/// The most calls per second to one API destination, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u32);

impl MaxAge {
    /// Returns the age in seconds, 60 to 86,400.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

/// One hour: a cache write that is later is a wrong one.
impl Default for MaxAge {
    fn default() -> Self {
        Self(3600)
    }
}

impl FromStr for MaxAge {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let hint = "write 60 seconds to 24 hours as `90s`, `15m`, `1h` or `1h30m`";
        let Some(seconds) = seconds(text) else {
            return Err(InvalidValue::new(format!("`{}` is not a duration", shown(text)), hint));
        };
        match u32::try_from(seconds) {
            Ok(seconds @ 60..=86_400) => Ok(Self(seconds)),
            _ => Err(InvalidValue::new(format!("EventBridge cannot retry for `{}`", shown(text)), hint)),
        }
    }
}

/// Written as its largest units: `1h30m`.
impl fmt::Display for MaxAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (amount, unit) in [(self.0 / 3600, 'h'), (self.0 / 60 % 60, 'm'), (self.0 % 60, 's')] {
            if amount > 0 {
                write!(f, "{amount}{unit}")?;
            }
        }
        Ok(())
    }
}

impl Retries {
    /// Returns the number of retries.
    pub fn count(self) -> u32 {
        self.0
    }
}

/// Twenty: about what backing off leaves room for in an hour.
impl Default for Retries {
    fn default() -> Self {
        Self(20)
    }
}

impl FromStr for Retries {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match digits(text) {
            Some(count @ 0..=185) => Ok(Self(count)),
            _ => Err(InvalidValue::new(
                format!("`{}` is not a number of retries", shown(text)),
                "EventBridge retries a call 0 to 185 times",
            )),
        }
    }
}

impl Rate {
    /// EventBridge's quota for one API destination, unless AWS raised it for the account.
    pub const QUOTA: u32 = 300;

    /// Returns Momento's limit for cache calls, unless raised.
    pub fn cache() -> Self {
        Self(100)
    }

    /// Returns Momento's limit for topic calls, unless raised.
    pub fn topic() -> Self {
        Self(10)
    }

    /// Returns the calls per second.
    pub fn per_second(self) -> u32 {
        self.0
    }
}

impl FromStr for Rate {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match digits(text) {
            Some(rate @ 1..=1_000_000) => Ok(Self(rate)),
            _ => Err(InvalidValue::new(
                format!("`{}` is not a rate", shown(text)),
                "write calls per second, at least 1",
            )),
        }
    }
}

fn digits(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Reads `1h30m`: amounts with units, the largest first, each at most once.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0_u64;
    for (unit, length) in [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)] {
        if let Some((amount, after)) = rest.split_once(unit) {
            total = total.checked_add(u64::from(digits(amount)?) * length)?;
            rest = after;
        }
    }
    (rest.is_empty() && !text.is_empty()).then_some(total)
}
