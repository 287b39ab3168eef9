//! Which numbers AWS can compare, and how it spells them.
//!
//! AWS compares numbers as 64-bit floats, and only those that a float holds without loss: the decimal
//! must be the very one that the float is written as. `9007199254740993` and `1e309` are not comparable.

use std::cmp::Ordering;

/// The most significant digits that every float keeps, away from the ends of the range.
const SAFE_DIGITS: usize = 15;
/// The exponents between which [`SAFE_DIGITS`] digits are safe.
const SAFE_EXPONENT: i64 = 290;

/// Returns a JSON number as a float, if AWS can compare it.
pub(super) fn comparable(text: &str) -> Option<f64> {
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite())?;
    let decimal = Decimal::read(text);
    let safe = decimal.digits.len() <= SAFE_DIGITS && decimal.exponent.abs() <= SAFE_EXPONENT;
    // Adding zero turns -0 into 0, which AWS does not tell apart.
    (safe || decimal == Decimal::read(&format!("{value:e}"))).then_some(value + 0.0)
}

/// Reads a number of an event; nothing if AWS cannot compare it, so that only its text can be equal.
///
/// AWS reads an event's fractions and exponents as floats before it matches them (a pattern's keep
/// their spelling): patterns-aws.tsv, where `[1e-400]` does not match `1e-400`.
pub(super) fn of_event(text: &str) -> Option<f64> {
    if let Some(value) = short_integer(text) {
        return Some(value);
    }
    if is_integer(text) {
        return comparable(text);
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| value + 0.0)
}

/// Writes an event's number as AWS's engine sees it: a float as Java spells it.
pub(super) fn spelled(text: &str) -> String {
    if is_integer(text) {
        return if text == "-0" { "0".to_owned() } else { text.to_owned() };
    }
    let value = text.parse::<f64>().unwrap_or_default();
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let size = value.abs();
    if size == f64::INFINITY {
        return format!("{sign}Infinity");
    }
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{value:?}");
    }
    let scientific = format!("{size:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{sign}{digits}{point}E{exponent}")
}

/// Orders two floats, neither of which is NaN.
pub(super) fn order(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or(Ordering::Equal)
}

fn is_integer(text: &str) -> bool {
    !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
}

/// Reads an integer of few digits, which is exact; the common case of an event.
fn short_integer(text: &str) -> Option<f64> {
    if text.len() > SAFE_DIGITS {
        return None;
    }
    let mut value = 0.0;
    for byte in text.strip_prefix('-').unwrap_or(text).bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10.0 + f64::from(byte - b'0');
    }
    Some(if text.starts_with('-') { 0.0 - value } else { value })
}

/// A decimal: `0.digits × 10^exponent`, with no zero at either end of the digits.
#[derive(PartialEq)]
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn read(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent = exponent.parse::<i64>().unwrap_or(i64::from(i32::MAX));
        let unsigned = mantissa.trim_start_matches('-');
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros);
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Self { negative: false, digits, exponent: 0 };
        }
        let length = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let exponent = exponent.saturating_add(length(whole.len())).saturating_sub(length(zeros));
        Self { negative: mantissa.starts_with('-'), digits, exponent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_what_a_float_holds_without_loss() {
        for text in [
            "0",
            "-0",
            "1.0",
            "9007199254740992",
            "1e100",
            "0.1234567",
            "5000000001",
            "-1.50E+3",
            "1.7976931348623157E308",
        ] {
            assert!(comparable(text).is_some(), "{text}");
        }
        for text in ["9007199254740993", "1.0000000000000001", "1e309", "1e-400", "0.1234567890123456789"] {
            assert_eq!(comparable(text), None, "{text}");
        }
        assert_eq!(comparable("-0").map(f64::is_sign_negative), Some(false));
    }

    #[test]
    fn spells_floats_as_java_does() {
        let spellings = [
            ("1.0", "1.0"),
            ("1e7", "1.0E7"),
            ("100000.50", "100000.5"),
            ("12345678.9", "1.23456789E7"),
            ("1e-4", "1.0E-4"),
            ("-1e400", "-Infinity"),
            ("-0", "0"),
            ("90071992547409931", "90071992547409931"),
        ];
        for (text, expected) in spellings {
            assert_eq!(spelled(text), expected);
        }
    }
}
