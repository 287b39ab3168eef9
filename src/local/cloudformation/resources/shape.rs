//! The shapes of properties: what a resource type knows, and how values are brought to their types.

use serde_json::{Map, Number, Value};

/// A property of a resource type, or a member of one.
#[derive(Debug)]
pub(crate) struct Property {
    /// The name.
    pub(crate) name: &'static str,
    /// What its values look like.
    pub(crate) shape: Shape,
    /// Whether it must be given.
    pub(crate) is_required: bool,
    /// Whether a change of it needs a new physical resource.
    pub(crate) is_create_only: bool,
    /// Whether no API gives it back.
    pub(crate) is_write_only: bool,
}

/// What a property's values look like.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Text; numbers and truths are written as text.
    Text,
    /// A whole number, also as text.
    Integer,
    /// `true` or `false`, also as text.
    Boolean,
    /// Any JSON object, or its text.
    Document,
    /// A list.
    List(&'static Shape),
    /// An object with any names.
    Map(&'static Shape),
    /// An object with these members.
    Object(&'static [Property]),
}

impl Property {
    /// A property with a shape.
    pub(crate) const fn of(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, is_required: false, is_create_only: false, is_write_only: false }
    }

    /// A text property.
    pub(crate) const fn text(name: &'static str) -> Self {
        Self::of(name, Shape::Text)
    }

    /// The same, required.
    pub(crate) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// The same, create-only.
    pub(crate) const fn create_only(mut self) -> Self {
        self.is_create_only = true;
        self
    }

    /// The same, write-only.
    pub(crate) const fn write_only(mut self) -> Self {
        self.is_write_only = true;
        self
    }
}

/// A list of tags.
pub(crate) const TAGS: Shape =
    Shape::List(&Shape::Object(&[Property::text("Key").required(), Property::text("Value").required()]));

/// Checks properties against what a type knows and brings each value to its type.
pub(crate) fn check(known: &[Property], given: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    if let Some(unknown) = given.keys().find(|name| !known.iter().any(|property| property.name == *name)) {
        return Err(format!("Encountered unsupported property {unknown}"));
    }
    let mut checked = Map::new();
    for property in known {
        match given.get(property.name) {
            Some(value) => {
                checked.insert(property.name.to_owned(), bring(property.name, &property.shape, value)?);
            }
            None if property.is_required => {
                return Err(format!("Property {} cannot be empty.", property.name));
            }
            None => {}
        }
    }
    Ok(checked)
}

/// Brings properties to their types as far as that goes: what an API answers has other types and lacks members.
pub(crate) fn shaped(known: &[Property], given: &Map<String, Value>) -> Map<String, Value> {
    let of = |name: &str| known.iter().find(|property| property.name == name);
    given
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), as_shaped(&of(name)?.shape, value))))
        .collect()
}

fn as_shaped(shape: &Shape, value: &Value) -> Value {
    match (shape, value) {
        (Shape::List(of), Value::Array(items)) => items.iter().map(|item| as_shaped(of, item)).collect(),
        (Shape::Map(of), Value::Object(members)) => Value::Object(
            members.iter().map(|(name, member)| (name.clone(), as_shaped(of, member))).collect(),
        ),
        (Shape::Object(known), Value::Object(members)) => Value::Object(shaped(known, members)),
        (Shape::List(_) | Shape::Map(_) | Shape::Object(_), _) => value.clone(),
        _ => bring("", shape, value).unwrap_or_else(|_| value.clone()),
    }
}

fn bring(name: &str, shape: &Shape, value: &Value) -> Result<Value, String> {
    let wrong = |what: &str| Err(format!("Value of property {name} must be {what}"));
    match (shape, value) {
        (Shape::Text, Value::String(_))
        | (Shape::Boolean, Value::Bool(_))
        | (Shape::Document, Value::Object(_)) => Ok(value.clone()),
        (Shape::Text, Value::Number(_) | Value::Bool(_)) => Ok(Value::String(value.to_string())),
        (Shape::Text, _) => wrong("of type String"),
        (Shape::Integer, value) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            match text.trim().parse::<i64>() {
                Ok(number) => Ok(Value::Number(Number::from(number))),
                Err(_) => wrong("of type Integer"),
            }
        }
        (Shape::Boolean, value) => match value.as_str() {
            Some("true") => Ok(Value::Bool(true)),
            Some("false") => Ok(Value::Bool(false)),
            _ => wrong("of type Boolean"),
        },
        (Shape::Document, Value::String(text)) => match serde_json::from_str(text) {
            Ok(object @ Value::Object(_)) => Ok(object),
            _ => wrong("an object"),
        },
        (Shape::List(of), Value::Array(items)) => {
            items.iter().map(|item| bring(name, of, item)).collect::<Result<_, _>>().map(Value::Array)
        }
        (Shape::List(_), _) => wrong("of type List"),
        (Shape::Map(of), Value::Object(members)) => {
            let mut all = Map::with_capacity(members.len());
            for (key, member) in members {
                all.insert(key.clone(), bring(key, of, member)?);
            }
            Ok(Value::Object(all))
        }
        (Shape::Object(known), Value::Object(members)) => check(known, members).map(Value::Object),
        (Shape::Document | Shape::Map(_) | Shape::Object(_), _) => wrong("an object"),
    }
}
