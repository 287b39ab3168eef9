//! Checks a parameter: its keys, its type, and its default against its own limits.

use super::Checker;
use crate::model::problem::{did_you_mean, list, shown};
use crate::model::yaml::Node;

const PARAMETER_KEYS: [&str; 11] = [
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

impl<'a> Checker<'a> {
    pub(super) fn parameter(&mut self, name: &str, node: &'a Node) {
        let what = format!("parameter `{}`", shown(name));
        if !self.known_keys(node, &what, "key", &PARAMETER_KEYS) {
            return;
        }
        self.description(node.get("Description"), 4000);
        let Some(kind) = node.get("Type") else {
            return self.problem(
                node.at,
                format!("{what} needs a `Type`"),
                "the most common are `String` and `Number`",
            );
        };
        let text = kind.scalar().unwrap_or_default();
        let simple = ["CommaDelimitedList", "List<Number>", "List<String>", "Number", "String"];
        if !simple.contains(&text) && !text.starts_with("AWS::") && !text.starts_with("List<AWS::") {
            let hint = did_you_mean(text, simple).map_or_else(
                || format!("some types are {}", list(simple)),
                |name| format!("did you mean `{name}`?"),
            );
            return self.problem(kind.at, format!("`{}` is not a parameter type", shown(text)), hint);
        }
        self.default(&what, text, node);
    }

    /// Holds a default against the limits of its own parameter.
    fn default(&mut self, what: &str, kind: &str, node: &'a Node) {
        let Some(default) = node.get("Default") else { return };
        let Some(text) = default.scalar() else {
            let hint = "write a list as one text with commas";
            return self.problem(
                default.at,
                format!("the default of {what} is {}", default.describe()),
                hint,
            );
        };
        let limit =
            |key: &str| node.get(key).and_then(Node::scalar).and_then(|text| text.parse::<f64>().ok());
        let (size, least, most, unit) = match kind {
            "Number" => {
                let Ok(number) = text.parse::<f64>() else {
                    let message = format!("the default of {what} is `{}`, not a number", shown(text));
                    return self.problem(default.at, message, "write a number, or use `Type: String`");
                };
                (number, limit("MinValue"), limit("MaxValue"), "")
            }
            "String" => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "a text of 2^52 characters does not fit a template"
                )]
                let length = text.chars().count() as f64;
                (length, limit("MinLength"), limit("MaxLength"), " characters")
            }
            _ => return,
        };
        if least.is_some_and(|least| size < least) || most.is_some_and(|most| size > most) {
            let message = format!("the default of {what} has {size}{unit}, outside of its own limits");
            self.problem(default.at, message, "change the default or the limits");
        }
        let allowed = node.get("AllowedValues").and_then(Node::items);
        if allowed.is_some_and(|allowed| !allowed.iter().any(|value| value.scalar() == Some(text))) {
            let message = format!("the default of {what} is not one of its `AllowedValues`");
            self.problem(default.at, message, "change the default or the list");
        }
    }
}
