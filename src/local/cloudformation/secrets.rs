//! Dynamic references: text that stands for a secret until the moment a resource is made.
//!
//! What is resolved goes into the service's call and nowhere else: neither the state nor an event holds it.
//! A `NoEcho` parameter's value travels in the same way, as `{{resolve:noecho:Name:revision}}`.
//! Source: the CloudFormation user guide, "Using dynamic references".

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::record::Hidden;

const OPEN: &str = "{{resolve:";
const HIDDEN: &str = "{{resolve:noecho:";

/// A reference to a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Secret {
    /// A value in Secrets Manager.
    Manager {
        /// The secret's name or ARN.
        id: String,
        /// The key in the secret's JSON, or nothing for all of its text.
        key: Option<String>,
        /// The version's stage.
        stage: Option<String>,
        /// The version's id.
        version: Option<String>,
    },
    /// A hidden parameter.
    Parameter {
        /// The parameter's name.
        name: String,
        /// Which of its values.
        revision: usize,
    },
}

/// Replaces every reference in a value; what was put in is added to `revealed`.
pub(crate) fn reveal<E: From<String>>(
    value: &Value,
    revealed: &mut Vec<String>,
    lookup: &dyn Fn(&Secret) -> Result<String, E>,
) -> Result<Value, E> {
    Ok(match value {
        Value::String(text) => Value::String(reveal_text(text, revealed, lookup)?),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| reveal(item, revealed, lookup)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let mut all = Map::with_capacity(members.len());
            for (name, member) in members {
                all.insert(name.clone(), reveal(member, revealed, lookup)?);
            }
            Value::Object(all)
        }
        other => other.clone(),
    })
}

/// Writes `****` in place of every revealed secret, for messages that repeat what they were given.
pub(crate) fn conceal(text: &str, revealed: &[String]) -> String {
    let mut longest_first: Vec<&String> = revealed.iter().filter(|secret| !secret.is_empty()).collect();
    longest_first.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    longest_first.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "****"))
}

/// Writes `****` in place of every hidden parameter's reference.
pub(crate) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(HIDDEN) {
        let Some(length) = rest[start..].find("}}") else { break };
        masked.push_str(&rest[..start]);
        masked.push_str("****");
        rest = &rest[start + length + 2..];
    }
    masked.push_str(rest);
    masked
}

impl Hidden {
    /// Keeps a hidden parameter's value and returns its reference; an old value has its old reference.
    pub(crate) fn keep(&mut self, name: &str, value: &str) -> String {
        let values = self.values.entry(name.to_owned()).or_default();
        let revision = values.iter().position(|known| known == value).unwrap_or_else(|| {
            values.push(value.to_owned());
            values.len() - 1
        });
        format!("{HIDDEN}{name}:{revision}}}}}")
    }

    /// Returns what a text is with its references to hidden parameters replaced.
    pub(crate) fn open(&self, text: &str) -> String {
        let lookup = |secret: &Secret| match secret {
            Secret::Parameter { name, revision } => Ok(self.value(name, *revision).unwrap_or_default()),
            Secret::Manager { .. } => Err(String::new()),
        };
        if !text.starts_with(HIDDEN) {
            return text.to_owned();
        }
        reveal_text(text, &mut Vec::new(), &lookup).unwrap_or_else(|_: String| text.to_owned())
    }

    /// Empties every value that none of these parameters refers to.
    pub(crate) fn forget_all_but(&mut self, parameters: &BTreeMap<String, String>) {
        for (name, values) in &mut self.values {
            for (revision, value) in values.iter_mut().enumerate() {
                if parameters.get(name) != Some(&format!("{HIDDEN}{name}:{revision}}}}}")) {
                    value.clear();
                }
            }
        }
    }

    /// Returns a hidden parameter's value.
    pub(crate) fn value(&self, name: &str, revision: usize) -> Option<String> {
        self.values.get(name)?.get(revision).cloned()
    }
}

/// Replaces every reference in a text; what was put in is added to `revealed`.
pub(crate) fn reveal_text<E: From<String>>(
    text: &str,
    revealed: &mut Vec<String>,
    lookup: &dyn Fn(&Secret) -> Result<String, E>,
) -> Result<String, E> {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(OPEN) {
        let Some(length) = rest[start..].find("}}") else { break };
        whole.push_str(&rest[..start]);
        let secret = lookup(&parse(&rest[start + OPEN.len()..start + length])?)?;
        whole.push_str(&secret);
        revealed.push(secret);
        rest = &rest[start + length + 2..];
    }
    whole.push_str(rest);
    Ok(whole)
}

/// Reads the inside of a reference: `secretsmanager:id:SecretString:key:stage:version`.
fn parse(inside: &str) -> Result<Secret, String> {
    let wrong =
        || format!("Incorrect format is used in the following dynamic reference: [{{{{resolve:{inside}}}}}]");
    match inside.split_once(':') {
        Some(("noecho", rest)) => {
            let (name, revision) = rest.split_once(':').ok_or_else(wrong)?;
            let revision = revision.parse().map_err(|_| wrong())?;
            Ok(Secret::Parameter { name: name.to_owned(), revision })
        }
        Some(("secretsmanager", rest)) => {
            let parts: Vec<&str> = rest.split(':').collect();
            let in_id = if parts.first() == Some(&"arn") { 7 } else { 1 };
            let (id, rest) = parts.split_at_checked(in_id).ok_or_else(wrong)?;
            let part =
                |at: usize| rest.get(at).filter(|text| !text.is_empty()).map(|text| (*text).to_owned());
            let field = rest.first().copied().unwrap_or("SecretString");
            let (stage, version) = (part(2), part(3));
            let both = stage.is_some() && version.is_some();
            if !matches!(field, "SecretString" | "") || rest.len() > 4 || both || id.concat().is_empty() {
                return Err(wrong());
            }
            Ok(Secret::Manager { id: id.join(":"), key: part(1), stage, version })
        }
        Some((service, _)) => {
            Err(format!("Dynamic references to {service} are not supported by the local cloud"))
        }
        None => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(inside: &str) -> Result<Secret, String> {
        parse(inside)
    }

    #[test]
    fn references_are_read_with_their_defaults() {
        let manager = |id: &str, key: Option<&str>, stage: Option<&str>, version: Option<&str>| {
            let text = |text: Option<&str>| text.map(str::to_owned);
            Ok(Secret::Manager { id: id.into(), key: text(key), stage: text(stage), version: text(version) })
        };
        assert_eq!(read("secretsmanager:s"), manager("s", None, None, None));
        assert_eq!(
            read("secretsmanager:s:SecretString:token::v-1"),
            manager("s", Some("token"), None, Some("v-1"))
        );
        let arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:s-AbCdEf";
        assert_eq!(
            read(&format!("secretsmanager:{arn}:SecretString::AWSPREVIOUS")),
            manager(arn, None, Some("AWSPREVIOUS"), None)
        );
    }

    #[test]
    fn wrong_references_are_refused() {
        let wrong = |inside: &str| read(inside).unwrap_err();
        let form = "Incorrect format is used in the following dynamic reference: ";
        assert_eq!(
            wrong("secretsmanager:s:SecretString:k:stage:version"),
            format!("{form}[{{{{resolve:secretsmanager:s:SecretString:k:stage:version}}}}]")
        );
        assert_eq!(wrong("secretsmanager"), format!("{form}[{{{{resolve:secretsmanager}}}}]"));
        assert_eq!(wrong("ssm:x:1"), "Dynamic references to ssm are not supported by the local cloud");
    }

    #[test]
    fn hidden_values_come_back_only_through_their_reference() {
        let mut hidden = Hidden::default();
        let first = hidden.keep("Token", "one");
        let second = hidden.keep("Token", "two");
        assert_eq!(hidden.keep("Token", "one"), first);
        assert_eq!((hidden.open(&first), hidden.open(&second)), ("one".into(), "two".into()));
        assert_eq!(mask(&format!("Bearer {first}!")), "Bearer ****!");
        let mut revealed = Vec::new();
        let value = json!({"a": [format!("Bearer {second}"), 1]});
        let shown = reveal::<String>(&value, &mut revealed, &|secret| match secret {
            Secret::Parameter { name, revision } => Ok(hidden.value(name, *revision).unwrap()),
            Secret::Manager { .. } => Err("no".into()),
        });
        assert_eq!(shown, Ok(json!({"a": ["Bearer two", 1]})));
        assert_eq!(conceal("the value two is wrong", &revealed), "the value **** is wrong");
    }
}
