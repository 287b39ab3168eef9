//! Templates: what they come to, and every refusal's exact words.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Given, Plan, Pseudo, Template, TemplateError};

const PSEUDO: Pseudo<'_> =
    Pseudo { region: "eu-west-1", account: "000000000000", stack_name: "shop", stack_id: "arn:stack" };

fn attributes(kind: &str) -> Option<&'static [&'static str]> {
    kind.starts_with("T::").then_some(&["Arn", "Nested.Name"])
}

fn plan_with(text: &str, given: &[(&str, &str)]) -> Result<Plan, TemplateError> {
    let template = Template::parse(text)?;
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), Given::Value((*value).to_owned())));
    let values = template.values(&given.collect(), &BTreeMap::new())?;
    template.plan(&values, &values, &PSEUDO, attributes)
}

fn plan(text: &str) -> Result<Plan, TemplateError> {
    plan_with(text, &[])
}

/// The value that one expression comes to, in a template with a few names to use.
fn value(expression: &str) -> Result<Value, TemplateError> {
    let text = format!(
        "Parameters:
  P: {{ Type: String, Default: p }}
  L: {{ Type: CommaDelimitedList, Default: 'a, b' }}
Mappings: {{ M: {{ k: {{ one: 1, list: [x, y] }} }} }}
Conditions: {{ Yes: !Equals [!Ref P, p], No: !Not [!Condition Yes] }}
Resources:
  R: {{ Type: T::R }}
  S:
    Type: T::S
    Properties: {{ V: {expression} }}
"
    );
    let plan = plan(&text)?;
    Ok(plan.resources[1].properties.get("V").cloned().unwrap_or(Value::Null))
}

fn refusal(text: &str) -> String {
    plan(text).unwrap_err().to_string()
}

#[test]
fn functions_come_to_their_values() {
    for (expression, expected) in [
        ("!Ref P", json!("p")),
        ("!Ref L", json!(["a", "b"])),
        ("!Ref AWS::Region", json!("eu-west-1")),
        ("!Ref AWS::NoValue", Value::Null),
        ("[1, !Ref 'AWS::NoValue', 2]", json!([1, 2])),
        ("{ a: !If [No, 1, !Ref 'AWS::NoValue'], b: !If [Yes, 1, 2] }", json!({"b": 1})),
        ("!Sub '${P}-${AWS::AccountId}-${!Kept}-$'", json!("p-000000000000-${Kept}-$")),
        ("!Sub ['${x}/${P}', { x: !FindInMap [M, k, one] }]", json!("1/p")),
        (
            "!Sub '${R}.${R.Arn}'",
            json!({"Fn::Join": ["", [{"Ref": "R"}, ".", {"Fn::GetAtt": ["R", "Arn"]}]]}),
        ),
        ("!GetAtt R.Nested.Name", json!({"Fn::GetAtt": ["R", "Nested.Name"]})),
        ("{ 'Fn::GetAtt': [R, Arn] }", json!({"Fn::GetAtt": ["R", "Arn"]})),
        ("{ 'Fn::GetAtt': R.Arn }", json!({"Fn::GetAtt": ["R", "Arn"]})),
        ("!Join ['-', [a, 1, true]]", json!("a-1-true")),
        ("!Join ['-', !Ref L]", json!("a-b")),
        ("!Join ['-', [a, !Ref R]]", json!({"Fn::Join": ["-", ["a", {"Ref": "R"}]]})),
        ("!Select [1, !Split ['|', 'a|b|c']]", json!("b")),
        ("!Select ['0', !FindInMap [M, k, list]]", json!("x")),
        ("!Select [0, !Split ['|', !Ref R]]", json!({"Fn::Select": [0, {"Fn::Split": ["|", {"Ref": "R"}]}]})),
        ("!FindInMap [M, none, one, { DefaultValue: d }]", json!("d")),
        ("{ 'Fn::Base64': !Sub 'x${P}' }", json!("eHA=")),
        ("{ Ref: P, Other: 1 }", json!({"Ref": "P", "Other": 1})),
        ("{ 2012-10-17: true }", json!({"2012-10-17": true})),
    ] {
        assert_eq!(value(expression), Ok(expected), "{expression}");
    }
}

#[test]
fn wrong_functions_are_refused() {
    for (expression, message) in [
        (
            "!Ref Nothing",
            "Template format error: Unresolved resource dependencies [Nothing] in the Resources block of the template",
        ),
        (
            "!Sub '${Nothing} ${P}'",
            "Template format error: Unresolved resource dependencies [Nothing] in the Resources block of the template",
        ),
        (
            "!If [No, !Ref Nothing, 1]",
            "Template format error: Unresolved resource dependencies [Nothing] in the Resources block of the template",
        ),
        (
            "!GetAtt Nothing.Arn",
            "Template error: instance of Fn::GetAtt references undefined resource Nothing",
        ),
        (
            "!GetAtt R.Colour",
            "Template error: resource R does not support attribute type Colour in Fn::GetAtt",
        ),
        (
            "!GetAtt R",
            "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
        ),
        (
            "!If [Maybe, 1, 2]",
            "Template format error: Unresolved condition dependency Maybe in the Resources block of the template",
        ),
        (
            "!If [Yes, 1]",
            "Template error: every Fn::If object requires three parameters, the condition name and the values for true and false",
        ),
        ("!FindInMap [M, none, one]", "Template error: Unable to get mapping for M::none::one"),
        (
            "!FindInMap [N, k, one]",
            "Template error: Mapping named 'N' is not present in the 'Mappings' section of template.",
        ),
        ("!Select [7, [a]]", "Template error: Fn::Select  cannot select nonexistent value at index 7"),
        ("!ImportValue other", "No export named other found."),
        ("!Cidr [a, 1, 2]", "Template error: Fn::Cidr is not supported by the local cloud"),
        ("!Odd x", "Template format error: YAML not well-formed. The tag !Odd is not known."),
        ("!Ref [x]", "Template error: every Ref object must have a single String value."),
        (
            "!Sub ['${x}', { x: [1] }]",
            "Template error: every Fn::Sub object requires one argument that is either a string to be substituted, or a list of two: the string and a map of variables that resolve to strings",
        ),
        (
            "null",
            "Template format error: [/Resources/S/Properties/V] 'null' values are not allowed in templates",
        ),
    ] {
        assert_eq!(value(expression).unwrap_err().to_string(), message, "{expression}");
    }
}

#[test]
fn wrong_templates_are_refused() {
    for (text, message) in [
        ("", "Template format error: unsupported structure."),
        ("[1]", "Template format error: unsupported structure."),
        ("{", "Template format error: JSON not well-formed. (line 1, column 1)"),
        ("a: b: c", "Template format error: YAML not well-formed. (line 1, column 5)"),
        ("Resources: {}", "Template format error: At least one Resources member must be defined."),
        ("Resource: {}", "Invalid template property or properties [Resource]"),
        (
            "AWSTemplateFormatVersion: 2011-01-01",
            "Template format error: Unsupported value for AWSTemplateFormatVersion.",
        ),
        ("Transform: X", "The Transform section is not supported by the local cloud"),
        (
            "Resources: { A: { Properties: {} } }",
            "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
        ),
        (
            "Resources: { A-b: { Type: T::A } }",
            "Template format error: Resource name A-b is non alphanumeric.",
        ),
        ("Resources: { A: { Type: T::A, Color: red } }", "Invalid template resource property 'Color'"),
        (
            "Resources: { A: { Type: T::A, DeletionPolicy: Snap } }",
            "Template format error: Unrecognized DeletionPolicy \"Snap\" for resource A",
        ),
        (
            "Resources: { A: { Type: AWS::X::Y }, B: { Type: AWS::A::B } }",
            "Template format error: Unrecognized resource types: [AWS::A::B, AWS::X::Y]",
        ),
        (
            "Resources: { A: { Type: T::A, DependsOn: B } }",
            "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
        ),
        (
            "Resources: { A: { Type: T::A, Condition: C } }",
            "Template format error: Unresolved condition dependency C in the Resources block of the template",
        ),
        (
            "Resources: { A: { Type: T::A } }\nOutputs: { O: {} }",
            "Template format error: Output O is malformed. Every Outputs member must contain a Value object",
        ),
        (
            "Resources: { A: { Type: T::A } }\nOutputs: { O: { Value: !Ref B } }",
            "Template format error: Unresolved resource dependencies [B] in the Outputs block of the template",
        ),
        (
            "Conditions: { C: !Equals [a, b] }\nResources: { A: { Type: T::A, Condition: C }, B: { Type: T::B, Properties: { V: !Ref A } } }",
            "Template format error: Unresolved resource dependencies [A] in the Resources block of the template",
        ),
        (
            "Conditions: { C: !Not [!Condition D], D: !Condition C }\nResources: { A: { Type: T::A } }",
            "Template format error: Circular dependency between conditions: [C, D]",
        ),
        (
            "Conditions: { C: !Equals [!Ref A, b] }\nResources: { A: { Type: T::A } }",
            "Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template",
        ),
        (
            "Conditions: { C: !Equals [a] }\nResources: { A: { Type: T::A } }",
            "Template error: every Fn::Equals object requires a list of 2 string parameters.",
        ),
        (
            "Parameters: { A: { Type: String, Default: x } }\nResources: { A: { Type: T::A } }",
            "Template format error: Duplicate logical name A in Parameters and Resources.",
        ),
    ] {
        assert_eq!(refusal(text), message, "{text}");
    }
}

#[test]
fn resources_come_after_what_they_need_and_cycles_are_named() {
    let text = "Resources:
  A: { Type: T::A, Properties: { V: !GetAtt C.Arn } }
  B: { Type: T::B }
  C: { Type: T::C, DependsOn: [D] }
  D: { Type: T::D, Properties: { V: [!Sub '${B}'] } }
";
    let order: Vec<String> = plan(text).unwrap().resources.into_iter().map(|one| one.logical_id).collect();
    assert_eq!(order, ["B", "D", "C", "A"]);
    let cycle = text.replace("B: { Type: T::B }", "B: { Type: T::B, DependsOn: C }");
    assert_eq!(refusal(&cycle), "Circular dependency between resources: [B, C, D]");
    let own = "Resources: { A: { Type: T::A, Properties: { V: !Ref A } } }";
    assert_eq!(refusal(own), "Circular dependency between resources: [A]");
}

#[test]
fn parameters_are_checked() {
    let text = |declaration: &str| {
        format!(
            "Parameters: {{ P: {{ {declaration} }} }}\nResources: {{ A: {{ Type: T::A, Properties: {{ V: !Ref P }} }} }}"
        )
    };
    let refused = |declaration: &str, given: &str| {
        plan_with(&text(declaration), &[("P", given)]).map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(refused("Type: Number", "x"), "Parameter 'P' must be a number");
    assert_eq!(refused("Type: Number, MinValue: 1", "0"), "Parameter 'P' must be a number not less than 1");
    assert_eq!(
        refused("Type: Number, MaxValue: 300", "301"),
        "Parameter 'P' must be a number not greater than 300"
    );
    assert_eq!(
        refused("Type: String, MinLength: 2", "x"),
        "Parameter 'P' must contain at least 2 characters"
    );
    assert_eq!(
        refused("Type: String, MaxLength: 2", "xyz"),
        "Parameter 'P' must contain at most 2 characters"
    );
    assert_eq!(
        refused("Type: String, AllowedValues: [a]", "b"),
        "Parameter 'P' must be one of AllowedValues"
    );
    assert_eq!(
        refused("Type: String, AllowedPattern: '[a-z]+'", "B1"),
        "Parameter 'P' must match pattern [a-z]+"
    );
    assert_eq!(
        refused("Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: must be small", "B"),
        "Parameter 'P' failed to satisfy constraint: must be small"
    );
    assert_eq!(refused("Type: Colour", "b"), "Template format error: Unrecognized parameter type: Colour");
    assert_eq!(refused("Type: String, Color: red", "b"), "Invalid template parameter property 'Color'");
    let string = text("Type: String");
    assert_eq!(plan(&string).unwrap_err().to_string(), "Parameters: [P] must have values");
    assert_eq!(
        plan_with(&string, &[("P", "x"), ("Q", "x")]).unwrap_err().to_string(),
        "Parameters: [Q] do not exist in the template"
    );
    assert!(plan_with(&text("Type: List<Number>"), &[("P", "1, 2")]).is_ok());
}

#[test]
fn rules_are_asserted() {
    let text = |rule: &str| {
        format!(
            "Parameters: {{ P: {{ Type: String, Default: p }} }}\nRules: {{ R: {{ {rule} }} }}\nResources: {{ A: {{ Type: T::A }} }}"
        )
    };
    let region = "Assertions: [{ Assert: !Contains [[us-east-1], !Ref AWS::Region], AssertDescription: Momento is not there }]";
    assert_eq!(refusal(&text(region)), "Template validation error: rule R failed: Momento is not there");
    assert!(plan(&text(&format!("RuleCondition: !Equals [!Ref P, q], {region}"))).is_ok());
}

#[test]
fn json_templates_are_read_too() {
    let text =
        r#"{"Resources": {"A": {"Type": "T::A", "Properties": {"V": {"Fn::Sub": "${AWS::StackName}"}}}}}"#;
    assert_eq!(plan(text).unwrap().resources[0].properties["V"], "shop");
}

#[test]
fn hostile_templates_are_refused_in_time() {
    let bomb = format!(
        "Metadata:\n  a: &a [x, x, x, x, x, x, x, x, x]\n{}Resources: {{ A: {{ Type: T::A }} }}",
        ('b'..='j').zip('a'..).fold(String::new(), |text, (name, of)| {
            text + &format!("  {name}: &{name} [{}]\n", vec![format!("*{of}"); 9].join(", "))
        })
    );
    assert!(Template::parse(&bomb).is_err());
    assert!(Template::parse(&"[".repeat(50_000)).is_err());
    assert!(Template::parse(&"{\"a\":".repeat(8_000)).is_err());
    let conditions: Vec<String> = (0..1500).map(|at| format!("C{at}: !Condition C{}", at + 1)).collect();
    let chain = format!(
        "Conditions: {{ {}, C1500: !Equals [a, a] }}\nResources: {{ A: {{ Type: T::A }} }}",
        conditions.join(", ")
    );
    assert!(plan(&chain).is_ok());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-zA-Z!:{}\\[\\], \n'\"$&*.-]{0,200}") {
        let _ = plan(&text);
    }

    #[test]
    fn no_expression_makes_it_panic(expression in "(!(Ref|Sub|GetAtt|Join|Select|Split|If|FindInMap|Base64) ?|[PRLM.'\\[\\], 0-9${}]){0,12}") {
        let _ = value(&expression);
    }
}
