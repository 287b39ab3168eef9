//! Recognises intrinsic functions, in the short form (`!Ref x`) and the long one (`Ref: x`).

use crate::model::yaml::{Node, Position, Value};

/// The functions of CloudFormation by their short names; `Fn::` stands before the long ones but for `Ref`
/// and `Condition`. Functions of the `Rules` section are included.
pub(super) const NAMES: [&str; 28] = [
    "And",
    "Base64",
    "Cidr",
    "Condition",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "ForEach",
    "GetAtt",
    "GetAZs",
    "GetStackOutput",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Ref",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

/// A call of an intrinsic function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    /// The short name, such as `GetAtt`.
    pub name: &'a str,
    /// Where the call starts.
    pub at: Position,
    /// The argument. In the short form it is the tagged node itself, whose tag says nothing more.
    pub argument: &'a Node,
    /// Whether other keys stand beside the function.
    pub crowded: bool,
}

/// Returns the call that a node is, or nothing where it is plain data.
pub(super) fn call(node: &Node) -> Option<Call<'_>> {
    if let Some(tag) = &node.tag {
        return Some(Call { name: tag, at: node.at, argument: node, crowded: false });
    }
    let Value::Mapping(entries) = &node.value else { return None };
    entries.iter().find_map(|(key, argument)| {
        let name = key.scalar()?;
        let short = match name {
            "Ref" => name,
            // A policy statement has a `Condition` too: it is a call only alone, with the name of a condition.
            "Condition" if entries.len() == 1 && argument.scalar().is_some() => name,
            _ => name.strip_prefix("Fn::")?,
        };
        Some(Call {
            name: short,
            at: key.at,
            argument,
            crowded: entries.len() > 1 && !short.starts_with("ForEach"),
        })
    })
}

/// Tells whether a node is `!Ref AWS::NoValue`: as if it were not there.
pub(super) fn is_no_value(node: &Node) -> bool {
    call(node).is_some_and(|call| call.name == "Ref" && call.argument.scalar() == Some("AWS::NoValue"))
}

/// A part of the text of `Fn::Sub`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// `${Name}` or `${Name.Attribute}`.
    Variable(&'a str),
    /// `${` without its `}`.
    Open,
}

/// Returns what `Fn::Sub` fills in; `${!Literal}` is left out.
pub(super) fn variables(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        rest = &rest[start + 2..];
        let Some(end) = rest.find('}') else {
            parts.push(Part::Open);
            break;
        };
        let name = &rest[..end];
        if !name.starts_with('!') {
            parts.push(Part::Variable(name.trim()));
        }
        rest = &rest[end + 1..];
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::yaml::Document;

    fn named(text: &str) -> Option<String> {
        let document = Document::parse(text).unwrap();
        call(&document.root).map(|call| call.name.to_owned())
    }

    #[test]
    fn both_forms_are_calls() {
        assert_eq!(named("!Ref x").as_deref(), Some("Ref"));
        assert_eq!(named("Ref: x").as_deref(), Some("Ref"));
        assert_eq!(named("!GetAtt a.b").as_deref(), Some("GetAtt"));
        assert_eq!(named("Fn::GetAtt: [a, b]").as_deref(), Some("GetAtt"));
        assert_eq!(named("{Fn::If: [a, b, c], d: e}").as_deref(), Some("If"));
    }

    #[test]
    fn data_is_not_a_call() {
        assert_eq!(named("a: b"), None);
        assert_eq!(named("Condition: {StringEquals: {a: b}}"), None);
        assert_eq!(named("[Ref, x]"), None);
    }

    #[test]
    fn sub_names_its_variables() {
        use Part::{Open, Variable};
        assert_eq!(variables("a${B}${!C}${D.E}"), [Variable("B"), Variable("D.E")]);
        assert_eq!(variables("${A"), [Open]);
        assert_eq!(variables("${"), [Open]);
        assert_eq!(variables("$ {A} $A {{resolve:x:${B}}}"), [Variable("B")]);
    }
}
