//! The condition operators of a statement.
//!
//! Source: IAM user guide, "IAM JSON policy elements: Condition operators": several values of a key
//! are alternatives, several keys must all hold; a key that the request lacks fails a positive
//! operator and satisfies a negated one; `IfExists` lets it pass.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{InvalidPolicy, glob};

/// One operator with one key and its values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    operator: Operator,
    negated: bool,
    quantifier: Quantifier,
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Quantifier {
    One,
    Any,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Arn,
    Bool,
    Date(Order),
    IpAddress,
    Null,
    Numeric(Order),
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

/// Reads the operators of a statement's condition.
pub(super) fn parse(operators: &Map<String, Value>) -> Result<Vec<Condition>, InvalidPolicy> {
    let mut conditions = Vec::new();
    for (name, keys) in operators {
        let (quantifier, rest) = match name.split_once(':') {
            Some(("ForAnyValue", rest)) => (Quantifier::Any, rest),
            Some(("ForAllValues", rest)) => (Quantifier::All, rest),
            _ => (Quantifier::One, name.as_str()),
        };
        let (rest, if_exists) =
            rest.strip_suffix("IfExists").map_or((rest, false), |operator| (operator, true));
        let (operator, negated) = operator(rest).ok_or_else(|| InvalidPolicy::Operator(name.clone()))?;
        let keys = keys.as_object().ok_or(InvalidPolicy::Element("Condition"))?;
        for (key, values) in keys {
            let values = texts(values).ok_or(InvalidPolicy::Element("Condition"))?;
            let key = key.clone();
            conditions.push(Condition { operator, negated, quantifier, if_exists, key, values });
        }
    }
    Ok(conditions)
}

impl Condition {
    /// Returns the key that the condition asks for.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Whether the condition holds in a request's context.
    pub(super) fn holds(&self, context: &[(&str, &str)]) -> bool {
        let mut asked = context
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(&self.key))
            .map(|(_, value)| *value)
            .peekable();
        let missing = asked.peek().is_none();
        if self.operator == Operator::Null {
            return self.values.iter().any(|value| value.eq_ignore_ascii_case("true") == missing);
        }
        if missing {
            return self.if_exists || self.quantifier == Quantifier::All || self.negated;
        }
        let one = |value: &str| {
            let matched = self.values.iter().any(|wanted| self.operator.compare(wanted, value, context));
            matched != self.negated
        };
        match self.quantifier {
            Quantifier::One | Quantifier::Any => asked.any(one),
            Quantifier::All => asked.all(one),
        }
    }
}

impl Operator {
    fn compare(self, wanted: &str, value: &str, context: &[(&str, &str)]) -> bool {
        match self {
            Self::Arn => arn(wanted, value, context),
            Self::Bool => wanted.eq_ignore_ascii_case(value),
            Self::Date(order) => match (date(wanted), date(value)) {
                (Some(wanted), Some(value)) => order.holds(&value, &wanted),
                _ => false,
            },
            Self::IpAddress => address(wanted, value),
            Self::Null => false,
            Self::Numeric(order) => match (wanted.parse::<f64>(), value.parse::<f64>()) {
                (Ok(wanted), Ok(value)) => order.holds(&value, &wanted),
                _ => false,
            },
            Self::StringEquals => glob::expand(wanted, context).is_some_and(|wanted| wanted == value),
            Self::StringEqualsIgnoreCase => glob::expand(wanted, context)
                .is_some_and(|wanted| wanted.to_lowercase() == value.to_lowercase()),
            Self::StringLike => glob::matches(wanted, value, context),
        }
    }
}

impl Order {
    fn holds<T: PartialOrd>(self, value: &T, wanted: &T) -> bool {
        match self {
            Self::Equals => value == wanted,
            Self::LessThan => value < wanted,
            Self::LessThanEquals => value <= wanted,
            Self::GreaterThan => value > wanted,
            Self::GreaterThanEquals => value >= wanted,
        }
    }
}

fn operator(name: &str) -> Option<(Operator, bool)> {
    let order = |rest: &str| {
        Some(match rest {
            "Equals" => (Order::Equals, false),
            "NotEquals" => (Order::Equals, true),
            "LessThan" => (Order::LessThan, false),
            "LessThanEquals" => (Order::LessThanEquals, false),
            "GreaterThan" => (Order::GreaterThan, false),
            "GreaterThanEquals" => (Order::GreaterThanEquals, false),
            _ => return None,
        })
    };
    Some(match name {
        "ArnEquals" | "ArnLike" => (Operator::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Operator::Arn, true),
        "BinaryEquals" | "StringEquals" => (Operator::StringEquals, false),
        "StringNotEquals" => (Operator::StringEquals, true),
        "StringEqualsIgnoreCase" => (Operator::StringEqualsIgnoreCase, false),
        "StringNotEqualsIgnoreCase" => (Operator::StringEqualsIgnoreCase, true),
        "StringLike" => (Operator::StringLike, false),
        "StringNotLike" => (Operator::StringLike, true),
        "Bool" => (Operator::Bool, false),
        "Null" => (Operator::Null, false),
        "IpAddress" => (Operator::IpAddress, false),
        "NotIpAddress" => (Operator::IpAddress, true),
        _ => {
            if let Some(rest) = name.strip_prefix("Numeric") {
                let (order, negated) = order(rest)?;
                return Some((Operator::Numeric(order), negated));
            }
            let (order, negated) = order(name.strip_prefix("Date")?)?;
            (Operator::Date(order), negated)
        }
    })
}

/// Compares ARNs part by part: a star does not reach over the first five colons.
fn arn(wanted: &str, value: &str, context: &[(&str, &str)]) -> bool {
    let (wanted, value): (Vec<_>, Vec<_>) = (wanted.splitn(6, ':').collect(), value.splitn(6, ':').collect());
    if wanted == ["*"] {
        return true;
    }
    wanted.len() == 6
        && value.len() == 6
        && wanted.iter().zip(&value).all(|(wanted, value)| glob::matches(wanted, value, context))
}

/// Reads an ISO 8601 time or seconds since 1970.
fn date(text: &str) -> Option<Timestamp> {
    match text.parse::<i64>() {
        Ok(seconds) => Timestamp::from_second(seconds).ok(),
        Err(_) => text.parse().ok(),
    }
}

fn address(wanted: &str, value: &str) -> bool {
    let (network, bits) =
        wanted.split_once('/').map_or((wanted, None), |(network, bits)| (network, Some(bits)));
    let (Ok(network), Ok(value)) = (network.parse::<IpAddr>(), value.parse::<IpAddr>()) else {
        return false;
    };
    let (network, value, width) = match (network, value) {
        (IpAddr::V4(network), IpAddr::V4(value)) => {
            (u128::from(network.to_bits()), u128::from(value.to_bits()), 32)
        }
        (IpAddr::V6(network), IpAddr::V6(value)) => (network.to_bits(), value.to_bits(), 128),
        _ => return false,
    };
    let bits = bits.map_or(Some(width), |bits| bits.parse::<u32>().ok().filter(|bits| *bits <= width));
    bits.is_some_and(|bits| bits == 0 || network >> (width - bits) == value >> (width - bits))
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        other => text(other).map(|text| vec![text]),
    }
}
