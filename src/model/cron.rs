//! The times of a cron line: five fields, or a word such as `@monthly`.
//!
//! Source: crontab(5) of Vixie cron and of cronie; a name may stand in a range or a list, as cronie allows.

use std::str::FromStr;

/// The words that stand for five fields.
const WORDS: [&str; 8] =
    ["@annually", "@daily", "@hourly", "@midnight", "@monthly", "@reboot", "@weekly", "@yearly"];

/// The names of the months, from 1.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The names of the days of the week, from 0.
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// What a field is called, its least and its greatest number, and the names that stand for numbers from the least on.
const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of the month", 1, 31, &[]),
    ("month", 1, 12, &MONTHS),
    ("day of the week", 0, 7, &DAYS),
];

/// The times of a cron line, as cron reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times(String);

/// Why a text is not the times of a cron line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTimes {
    /// There are not five fields.
    #[error("it has {0} of the five fields minute, hour, day of the month, month and day of the week")]
    Count(usize),
    /// A word after `@` that cron does not know.
    #[error("cron does not know {0}; it knows {words}", words = WORDS.join(", "))]
    Word(String),
    /// A field is wrong: its name and why.
    #[error("the {0}: {1}")]
    Field(&'static str, String),
}

impl Times {
    /// Returns the fields, with a space between them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Times {
    type Err = InvalidTimes;

    fn from_str(text: &str) -> Result<Self, InvalidTimes> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        match fields[..] {
            [word] if WORDS.contains(&word) => return Ok(Self(word.to_owned())),
            [word] if word.starts_with('@') => return Err(InvalidTimes::Word(word.to_owned())),
            [_, _, _, _, _] => {}
            _ => return Err(InvalidTimes::Count(fields.len())),
        }
        for (field, (name, least, greatest, names)) in fields.iter().zip(FIELDS) {
            for part in field.split(',') {
                check(part, least, greatest, names).map_err(|reason| InvalidTimes::Field(name, reason))?;
            }
        }
        Ok(Self(fields.join(" ")))
    }
}

/// Checks one item of a field's list: `*`, a number or a range, and a step after `*` or a range.
fn check(part: &str, least: u32, greatest: u32, names: &[&str]) -> Result<(), String> {
    let number = |text: &str| {
        let by_name = (least..).zip(names).find(|(_, name)| name.eq_ignore_ascii_case(text));
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let plain = if is_number { text.parse().ok() } else { None };
        let found = by_name.map(|(number, _)| number).or(plain);
        found
            .filter(|number| (least..=greatest).contains(number))
            .ok_or_else(|| format!("`{text}` is not from {least} to {greatest}"))
    };
    let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
    let is_range = match range.split_once('-') {
        _ if range == "*" => true,
        Some((start, end)) => {
            if number(start)? > number(end)? {
                return Err(format!("`{range}` ends before it begins"));
            }
            true
        }
        None => {
            number(range)?;
            false
        }
    };
    match step {
        None => Ok(()),
        Some(_) if !is_range => Err(format!("`{part}` has a step, which only `*` and a range can have")),
        Some(step) if step.parse().is_ok_and(|step: u32| step > 0 && step <= greatest) => Ok(()),
        Some(step) => Err(format!("the step `{step}` is not from 1 to {greatest}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cron_knows_is_right() {
        for times in [
            "0 3 1 * *",
            "*/15 0-6/2,22 1,15 JAN,jul-Sep mon-fri",
            "59 23 31 12 7",
            "0 0 * * sun",
            "@monthly",
            "@reboot",
        ] {
            assert_eq!(times.parse::<Times>().as_ref().map(Times::as_str), Ok(times));
        }
        assert_eq!("  0  3 1 * *\n".parse::<Times>().unwrap().as_str(), "0 3 1 * *");
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        let said = |times: &str| times.parse::<Times>().unwrap_err().to_string();
        assert_eq!(said("60 3 1 * *"), "the minute: `60` is not from 0 to 59");
        assert_eq!(said("0 24 1 * *"), "the hour: `24` is not from 0 to 23");
        assert_eq!(said("0 3 0 * *"), "the day of the month: `0` is not from 1 to 31");
        assert_eq!(said("0 3 1 13 *"), "the month: `13` is not from 1 to 12");
        assert_eq!(said("0 3 1 mon *"), "the month: `mon` is not from 1 to 12");
        assert_eq!(said("0 3 1 * 8"), "the day of the week: `8` is not from 0 to 7");
        assert_eq!(said("5-1 3 1 * *"), "the minute: `5-1` ends before it begins");
        assert_eq!(said("*/0 3 1 * *"), "the minute: the step `0` is not from 1 to 59");
        assert_eq!(
            said("5/10 3 1 * *"),
            "the minute: `5/10` has a step, which only `*` and a range can have"
        );
        assert_eq!(said("1,,2 3 1 * *"), "the minute: `` is not from 0 to 59");
        assert_eq!(said("+1 3 1 * *"), "the minute: `+1` is not from 0 to 59");
        assert_eq!(
            said("0 3 1 *"),
            "it has 4 of the five fields minute, hour, day of the month, month and day of the week"
        );
        assert!(said("@soon").starts_with("cron does not know @soon; it knows @annually, "));
    }
}
