//! A template's parameters: their declarations, and the values a request gives them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{TemplateError, format, refused};

/// A declared parameter.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// The name.
    pub(crate) name: String,
    /// The declared type.
    pub(crate) kind: Kind,
    /// The default value.
    pub(crate) default: Option<String>,
    /// What it is for.
    pub(crate) description: Option<String>,
    /// Whether its value is never shown.
    pub(crate) no_echo: bool,
    /// The values that are accepted, or any when there are none.
    pub(crate) allowed_values: Vec<String>,
    pattern: Option<(String, regex_lite::Regex)>,
    explanation: Option<String>,
    lengths: (Option<u64>, Option<u64>),
    bounds: (Option<f64>, Option<f64>),
}

/// The types of parameters that the local cloud knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    String,
    /// A number, kept as it is spelled.
    Number,
    /// Numbers between commas.
    Numbers,
    /// Texts between commas.
    List,
}

/// A parameter in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// A value.
    Value(String),
    /// The value that the stack has now.
    Previous,
}

impl Kind {
    /// Returns the type's name in templates.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Number => "Number",
            Self::Numbers => "List<Number>",
            Self::List => "CommaDelimitedList",
        }
    }

    /// Returns whether `Ref` gives a list.
    pub(crate) fn is_list(self) -> bool {
        matches!(self, Self::List | Self::Numbers)
    }
}

/// Reads the section.
pub(super) fn declare(section: Map<String, Value>) -> Result<Vec<Parameter>, TemplateError> {
    if section.len() > 200 {
        let count = section.len();
        return Err(format(format!("Number of parameters, {count}, is greater than maximum allowed, 200")));
    }
    section.into_iter().map(|(name, body)| declaration(name, body)).collect()
}

/// Gives each declared parameter its value: the request's, the stack's, or the default.
pub(super) fn values(
    declared: &[Parameter],
    given: &BTreeMap<String, Given>,
    previous: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, TemplateError> {
    let unknown: Vec<&str> = given
        .keys()
        .map(String::as_str)
        .filter(|name| !declared.iter().any(|parameter| parameter.name == *name))
        .collect();
    if !unknown.is_empty() {
        return Err(refused(format!("Parameters: [{}] do not exist in the template", unknown.join(", "))));
    }
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for parameter in declared {
        let value = match given.get(&parameter.name) {
            Some(Given::Value(value)) => Some(value),
            Some(Given::Previous) => previous.get(&parameter.name),
            None => parameter.default.as_ref(),
        };
        match value {
            Some(value) => {
                parameter.check(value)?;
                values.insert(parameter.name.clone(), value.clone());
            }
            None => missing.push(parameter.name.as_str()),
        }
    }
    if missing.is_empty() {
        return Ok(values);
    }
    Err(refused(format!("Parameters: [{}] must have values", missing.join(", "))))
}

impl Parameter {
    fn check(&self, value: &str) -> Result<(), TemplateError> {
        let complain = |rule: String| {
            let name = &self.name;
            Err(refused(match &self.explanation {
                Some(text) => format!("Parameter '{name}' failed to satisfy constraint: {text}"),
                None => format!("Parameter '{name}' {rule}"),
            }))
        };
        if value.len() > 4096 {
            return Err(refused(format!("Parameter '{}' must contain at most 4096 characters", self.name)));
        }
        let items: Vec<&str> =
            if self.kind.is_list() { value.split(',').map(str::trim).collect() } else { vec![value] };
        for item in items {
            if matches!(self.kind, Kind::Number | Kind::Numbers) && item.parse::<f64>().is_err() {
                return Err(refused(format!("Parameter '{}' must be a number", self.name)));
            }
            if !self.allowed_values.is_empty() && !self.allowed_values.iter().any(|allowed| allowed == item) {
                return complain("must be one of AllowedValues".to_owned());
            }
            if let Some((pattern, regex)) = &self.pattern
                && !regex.is_match(item)
            {
                return complain(format!("must match pattern {pattern}"));
            }
            let length = item.chars().count() as u64;
            if let Some(least) = self.lengths.0.filter(|least| length < *least) {
                return complain(format!("must contain at least {least} characters"));
            }
            if let Some(most) = self.lengths.1.filter(|most| length > *most) {
                return complain(format!("must contain at most {most} characters"));
            }
            let number = item.parse().unwrap_or(0.0_f64);
            if let Some(least) = self.bounds.0.filter(|least| number < *least) {
                return complain(format!("must be a number not less than {least}"));
            }
            if let Some(most) = self.bounds.1.filter(|most| number > *most) {
                return complain(format!("must be a number not greater than {most}"));
            }
        }
        Ok(())
    }
}

fn declaration(name: String, body: Value) -> Result<Parameter, TemplateError> {
    let at = |what: String| format(format!("Parameter {name}: {what}"));
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(format(format!("Parameter name {name} is non alphanumeric.")));
    }
    let Value::Object(mut body) = body else {
        return Err(format("Every Parameters member must be an object."));
    };
    let kind = match text(body.remove("Type")).as_deref() {
        Some("String") => Kind::String,
        Some("Number") => Kind::Number,
        Some("List<Number>") => Kind::Numbers,
        Some("CommaDelimitedList" | "List<String>") => Kind::List,
        Some(other) => return Err(format(format!("Unrecognized parameter type: {other}"))),
        None => return Err(format("Every Parameters object must contain a Type member.")),
    };
    let allowed_values = match body.remove("AllowedValues") {
        None => Vec::new(),
        Some(Value::Array(items)) => items.into_iter().filter_map(|item| text(Some(item))).collect(),
        Some(_) => return Err(at("AllowedValues must be a list.".to_owned())),
    };
    let pattern = match text(body.remove("AllowedPattern")) {
        None => None,
        Some(pattern) => {
            let regex = regex_lite::Regex::new(&format!("^(?:{pattern})$"))
                .map_err(|_| at(format!("the local cloud cannot read the AllowedPattern {pattern}")))?;
            Some((pattern, regex))
        }
    };
    let mut number = |key: &str| match text(body.remove(key)) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| at(format!("{key} must be a number."))),
    };
    let lengths = (whole(number("MinLength")?), whole(number("MaxLength")?));
    let bounds = (number("MinValue")?, number("MaxValue")?);
    let parameter = Parameter {
        kind,
        default: text(body.remove("Default")),
        description: text(body.remove("Description")),
        no_echo: text(body.remove("NoEcho")).is_some_and(|value| value.eq_ignore_ascii_case("true")),
        allowed_values,
        pattern,
        explanation: text(body.remove("ConstraintDescription")),
        lengths,
        bounds,
        name,
    };
    match body.keys().next() {
        Some(unknown) => Err(refused(format!("Invalid template parameter property '{unknown}'"))),
        None => Ok(parameter),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a length is a small whole number"
)]
fn whole(number: Option<f64>) -> Option<u64> {
    number.map(|number| number.max(0.0) as u64)
}

fn text(value: Option<Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
