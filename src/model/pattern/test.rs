//! What a pattern wants of one field: the alternatives of its list, and whether a value satisfies them.

use std::cmp::Ordering;

use super::address;
use super::number;
use super::text::{Folded, Wildcard, ends, starts};
use crate::model::json::Json;

/// One alternative of a field's list.
#[derive(Clone, Debug)]
pub(super) enum Alternative {
    /// A string.
    Text(Box<str>),
    /// `true`, `false`, `null`, or a number that cannot be compared.
    Literal(Box<str>),
    Number(f64),
    Prefix(Box<str>),
    Suffix(Box<str>),
    Folded(Folded),
    FoldedPrefix(Folded),
    FoldedSuffix(Folded),
    Wildcard(Wildcard),
    Numeric(Interval),
    Address(address::Range),
    Present,
    Absent,
    NotText(Vec<Box<str>>),
    NotNumber(Vec<f64>),
    NotPrefix(Vec<Box<str>>),
    NotSuffix(Vec<Box<str>>),
    NotFolded(Vec<Folded>),
    NotWildcard(Vec<Wildcard>),
}

/// A range of numbers; an end is a number and whether the range leaves it out.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) bottom: Option<(f64, bool)>,
    pub(super) top: Option<(f64, bool)>,
}

/// What AWS turns a field's values into before it compares them: one form for all alternatives of a list.
///
/// A list with a number in it reads numbers as numbers, and then no address as an address; a list with an
/// address reads addresses as hexadecimal digits, which no text alternative then matches (event-ruler's
/// `ByteMachine.transitionOn`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Number,
    Address,
}

/// What a pattern wants of one field.
#[derive(Clone, Debug)]
pub(super) struct FieldTest {
    alternatives: Vec<Alternative>,
    /// The strings of the list, sorted; kept apart because lists of strings are long.
    texts: Vec<Box<str>>,
    form: Form,
    /// Whether the field may be absent.
    absent: bool,
}

/// A value in the form in which it is compared.
enum Subject<'a> {
    Text(&'a str),
    Number(f64),
    Digits(Vec<u8>),
    /// A number or literal as it is written.
    Literal(std::borrow::Cow<'a, str>),
}

impl FieldTest {
    pub(super) fn new(all: Vec<Alternative>) -> Self {
        let form = if all.iter().any(Alternative::is_numeric) {
            Form::Number
        } else if all.iter().any(|one| matches!(one, Alternative::Address(_))) {
            Form::Address
        } else {
            Form::Text
        };
        let absent = all.iter().any(|one| matches!(one, Alternative::Absent));
        let (mut alternatives, mut texts) = (Vec::new(), Vec::new());
        for alternative in all {
            match alternative {
                Alternative::Text(text) => texts.push(text),
                Alternative::Absent => {}
                other => alternatives.push(other),
            }
        }
        texts.sort_unstable();
        texts.dedup();
        Self { alternatives, texts, form, absent }
    }

    /// Reports whether the field may be absent.
    pub(super) fn allows_absence(&self) -> bool {
        self.absent
    }

    /// Returns the strings that satisfy the field.
    pub(super) fn texts(&self) -> &[Box<str>] {
        &self.texts
    }

    /// Returns the alternatives besides strings and absence.
    pub(super) fn alternatives(&self) -> &[Alternative] {
        &self.alternatives
    }

    /// Reports whether a leaf value satisfies an alternative.
    pub(super) fn matches(&self, value: &Json) -> bool {
        if let (Json::String(text), true) = (value, self.form != Form::Address)
            && self.has_text(text)
        {
            return true;
        }
        if self.alternatives.is_empty() && self.form != Form::Address {
            return false;
        }
        let subject = self.subject(value);
        self.alternatives.iter().any(|alternative| alternative.matches(&subject))
            || matches!(subject, Subject::Text(text) if self.has_text(text))
    }

    fn has_text(&self, text: &str) -> bool {
        match self.texts.len() {
            0 => false,
            1..=4 => self.texts.iter().any(|one| **one == *text),
            _ => self.texts.binary_search_by(|one| (**one).cmp(text)).is_ok(),
        }
    }

    fn subject<'a>(&self, value: &'a Json) -> Subject<'a> {
        match value {
            Json::String(text) if self.form == Form::Address => {
                address::digits_of(text).map_or(Subject::Text(text), Subject::Digits)
            }
            Json::String(text) => Subject::Text(text),
            Json::Number(text) if self.form == Form::Number => number::of_event(text)
                .map_or_else(|| Subject::Literal(number::spelled(text).into()), Subject::Number),
            Json::Number(text) => Subject::Literal(number::spelled(text).into()),
            Json::Bool(true) => Subject::Literal("true".into()),
            Json::Bool(false) => Subject::Literal("false".into()),
            // Objects and arrays are never leaves.
            Json::Null | Json::Array(_) | Json::Object(_) => Subject::Literal("null".into()),
        }
    }
}

impl Alternative {
    fn is_numeric(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Numeric(_) | Self::NotNumber(_))
    }

    fn matches(&self, subject: &Subject<'_>) -> bool {
        let on_text = |test: &dyn Fn(&str) -> bool| matches!(subject, Subject::Text(text) if test(text));
        match self {
            Self::Present => true,
            Self::Absent => false,
            Self::Text(text) => on_text(&|value| value == &**text),
            Self::Literal(text) => matches!(subject, Subject::Literal(value) if **value == **text),
            Self::Number(number) => matches!(subject, Subject::Number(value) if is(*value, *number)),
            Self::Numeric(interval) => matches!(subject, Subject::Number(value) if interval.contains(*value)),
            Self::Prefix(prefix) => on_text(&|value| starts(value, prefix)),
            Self::Suffix(suffix) => on_text(&|value| ends(value, suffix)),
            Self::Folded(text) => on_text(&|value| text.equals(value)),
            Self::FoldedPrefix(text) => on_text(&|value| text.starts(value)),
            Self::FoldedSuffix(text) => on_text(&|value| text.ends(value)),
            Self::Wildcard(wildcard) => on_text(&|value| wildcard.matches(value)),
            Self::Address(range) => match subject {
                Subject::Digits(digits) => range.contains(digits),
                Subject::Literal(text) => range.contains(text.as_bytes()),
                Subject::Text(_) | Subject::Number(_) => false,
            },
            Self::NotText(texts) => !on_text(&|value| texts.iter().any(|text| **text == *value)),
            Self::NotNumber(numbers) => {
                !matches!(subject, Subject::Number(value) if numbers.iter().any(|number| is(*value, *number)))
            }
            Self::NotPrefix(texts) => !on_text(&|value| texts.iter().any(|text| starts(value, text))),
            Self::NotSuffix(texts) => !on_text(&|value| texts.iter().any(|text| ends(value, text))),
            Self::NotFolded(texts) => !on_text(&|value| texts.iter().any(|text| text.equals(value))),
            Self::NotWildcard(texts) => !on_text(&|value| texts.iter().any(|text| text.matches(value))),
        }
    }
}

impl Interval {
    fn contains(&self, value: f64) -> bool {
        let above = self.bottom.is_none_or(|(end, open)| match number::order(value, end) {
            Ordering::Greater => true,
            Ordering::Equal => !open,
            Ordering::Less => false,
        });
        above
            && self.top.is_none_or(|(end, open)| match number::order(value, end) {
                Ordering::Less => true,
                Ordering::Equal => !open,
                Ordering::Greater => false,
            })
    }
}

fn is(left: f64, right: f64) -> bool {
    number::order(left, right) == Ordering::Equal
}
