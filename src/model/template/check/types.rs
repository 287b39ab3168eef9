//! The table of resource types: which properties each has, and what they hold.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The properties of a resource type, or of an object nested in one.
#[derive(Debug, Default)]
pub(super) struct ObjectType {
    /// The properties in the order of the table.
    pub properties: Vec<Property>,
    /// What `Fn::GetAtt` takes; empty for nested objects.
    pub attributes: Vec<&'static str>,
}

/// One property.
#[derive(Debug)]
pub(super) struct Property {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it holds.
    pub kind: Kind,
}

/// What a property holds.
#[derive(Debug)]
pub(super) enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Anything: a policy, a pattern.
    Json,
    /// A list.
    List(Box<Kind>),
    /// Names that the user chooses, with values of this kind.
    Map(Box<Kind>),
    /// A number.
    Number,
    /// An object, by its name in the table.
    Object(String),
    /// Text; CloudFormation turns numbers and booleans into it.
    String,
}

impl ObjectType {
    /// Returns a property by its name.
    pub(super) fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

/// Returns a type of the table, or nothing.
pub(super) fn find(name: &str) -> Option<&'static ObjectType> {
    TYPES.get(name)
}

/// Returns what `Fn::GetAtt` takes for a resource type, or nothing for a type that is not in the table.
pub fn attributes(resource_type: &str) -> Option<&'static [&'static str]> {
    find(resource_type).map(|found| found.attributes.as_slice())
}

/// Returns the names of the resource types of the table.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TYPES.keys().copied().filter(|name| !name.contains('.'))
}

static TYPES: LazyLock<HashMap<&'static str, ObjectType>> =
    LazyLock::new(|| parse(include_str!("types.txt")));

fn parse(table: &'static str) -> HashMap<&'static str, ObjectType> {
    let mut types: HashMap<&str, ObjectType> = HashMap::new();
    let mut current = "";
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some(row) = line.strip_prefix("  ") else {
            current = line;
            types.insert(current, ObjectType::default());
            continue;
        };
        let Some(object) = types.get_mut(current) else { continue };
        if let Some(attributes) = row.strip_prefix("= ") {
            object.attributes = attributes.split(' ').collect();
        } else if let Some((name, text)) = row.split_once(' ') {
            let resource_type = current.split('.').next().unwrap_or_default();
            let required = name.ends_with('!');
            let name = name.trim_end_matches('!');
            object.properties.push(Property { name, required, kind: kind(text, resource_type) });
        }
    }
    types
}

fn kind(text: &str, resource_type: &str) -> Kind {
    let inside = |open: char, close: char| text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
    if let Some(item) = inside('[', ']') {
        return Kind::List(Box::new(kind(item, resource_type)));
    }
    if let Some(value) = inside('{', '}') {
        return Kind::Map(Box::new(kind(value, resource_type)));
    }
    match text {
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer,
        "number" => Kind::Number,
        "string" => Kind::String,
        object if object.starts_with('.') => Kind::Object(format!("{resource_type}{object}")),
        _ => Kind::Json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_of_the_table_is_in_the_table() {
        fn check(kind: &Kind) {
            match kind {
                Kind::Object(name) => assert!(find(name).is_some(), "{name}"),
                Kind::List(kind) | Kind::Map(kind) => check(kind),
                _ => {}
            }
        }
        for object in TYPES.values() {
            assert!(!object.properties.is_empty());
            object.properties.iter().for_each(|property| check(&property.kind));
        }
        assert_eq!(names().count(), 11);
    }

    #[test]
    fn kinds_and_requirements_are_read() {
        let target = find("AWS::Events::Rule.Target").unwrap();
        assert!(target.property("Arn").unwrap().required);
        assert!(!target.property("Input").unwrap().required);
        assert!(matches!(&target.property("RetryPolicy").unwrap().kind,
            Kind::Object(name) if name == "AWS::Events::Rule.RetryPolicy"));
        let http = find("AWS::Events::Rule.HttpParameters").unwrap();
        assert!(matches!(&http.property("HeaderParameters").unwrap().kind, Kind::Map(_)));
        assert_eq!(find("AWS::SQS::Queue").unwrap().attributes, ["Arn", "QueueName", "QueueUrl"]);
    }
}
