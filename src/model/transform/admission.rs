//! Whether `PutTargets` takes a target's input settings, and what it says if not.

use super::TargetInput;
use super::path::JsonPath;
use super::source::Source;
use super::syntax::Scan;
use super::template::InputTransformer;
use std::fmt;

/// Where a target stands in its request, as refusals name it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The target's `Id`.
    pub id: &'a str,
    /// Its position among `Targets`, from 1.
    pub position: usize,
}

/// A target's input settings, as written.
#[derive(Clone, Debug, Default)]
pub struct Settings<'a> {
    /// `Input`
    pub input: Option<&'a str>,
    /// `InputPath`
    pub input_path: Option<&'a str>,
    /// `InputTransformer`
    pub transformer: Option<Transformer<'a>>,
}

/// `InputTransformer`, as written.
#[derive(Clone, Debug, Default)]
pub struct Transformer<'a> {
    /// `InputPathsMap` in its order, or nothing if there is none.
    pub paths: Option<Vec<(&'a str, &'a str)>>,
    /// `InputTemplate`
    pub template: &'a str,
}

/// Why AWS does not take a target: the text of its `ValidationException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Limits of the API model; AWS reports all of a request's together.
    #[error("{}", Violation::all(.0))]
    Limits(Vec<Violation>),
    /// A rule of the service.
    #[error("{message}")]
    Rule {
        /// AWS's text.
        message: String,
    },
}

/// One broken limit of the API model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Value '{value}' at '{member}' failed to satisfy constraint: {constraint}")]
pub struct Violation {
    /// The value, as Java prints it.
    pub value: String,
    /// Its place, such as `targets.1.member.inputPath`.
    pub member: String,
    /// The limit.
    pub constraint: String,
}

const KEY_LIMITS: &str = "Map keys must satisfy constraint: [Member must have length less than or equal to 256, \
     Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: \
     [A-Za-z0-9\\_\\-]+]";
const MAX_INPUT: usize = 8192;
const MAX_PATH: usize = 256;
const MAX_PATHS: usize = 100;

impl TargetInput {
    /// Admits a target's input settings, or refuses them in AWS's words.
    pub fn parse(place: Place<'_>, settings: &Settings<'_>) -> Result<Self, Refused> {
        let violations = settings.violations(place.position);
        if !violations.is_empty() {
            return Err(Refused::Limits(violations));
        }
        let id = place.id;
        match (settings.input, settings.input_path, &settings.transformer) {
            (None, None, None) => Ok(Self::Whole),
            (Some(input), None, None) => constant(id, input),
            (None, Some(path), None) => Ok(Self::Path(json_path(id, path)?)),
            (None, None, Some(transformer)) => {
                let admit = |&(key, path)| Ok((key, json_path(id, path)?));
                let paths = transformer.paths.as_ref().map(|paths| paths.iter().map(admit).collect());
                let paths: Option<Vec<(&str, JsonPath)>> = paths.transpose()?;
                InputTransformer::parse(id, transformer.template, paths.as_deref()).map(Self::Transformer)
            }
            _ => Err(Refused::rule(format!(
                "Only one of Input, InputPath, or InputTransformer must be provided for target {id}."
            ))),
        }
    }
}

impl Settings<'_> {
    /// The limits of the API model that these settings break (botocore's events model).
    fn violations(&self, position: usize) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut check = |broken: bool, value: &dyn fmt::Display, member: &str, constraint: &str| {
            if broken {
                let member = format!("targets.{position}.member.{member}");
                violations.push(Violation {
                    value: value.to_string(),
                    member,
                    constraint: constraint.to_owned(),
                });
            }
        };
        if let Some(input) = self.input {
            check(length(input) > MAX_INPUT, &input, "input", &at_most(MAX_INPUT));
        }
        if let Some(path) = self.input_path {
            check(length(path) > MAX_PATH, &path, "inputPath", &at_most(MAX_PATH));
        }
        if let Some(Transformer { paths, template }) = &self.transformer {
            if let Some(paths) = paths {
                let member = "inputTransformer.inputPathsMap";
                let map = JavaMap(paths);
                check(paths.len() > MAX_PATHS, &map, member, &at_most(MAX_PATHS));
                check(!paths.iter().all(|(key, _)| is_key(key)), &map, member, KEY_LIMITS);
                let limits =
                    format!("Map value must satisfy constraint: [{}, {}]", at_most(MAX_PATH), at_least(0));
                check(paths.iter().any(|(_, path)| length(path) > MAX_PATH), &map, member, &limits);
            }
            let member = "inputTransformer.inputTemplate";
            check(length(template) > MAX_INPUT, template, member, &at_most(MAX_INPUT));
            check(template.is_empty(), template, member, &at_least(1));
        }
        violations
    }
}

impl Refused {
    pub(super) fn rule(message: String) -> Self {
        Self::Rule { message }
    }
}

impl Violation {
    /// AWS's text for a list of violations.
    pub fn all(violations: &[Self]) -> String {
        let count = violations.len();
        let noun = if count == 1 { "error" } else { "errors" };
        let texts: Vec<String> = violations.iter().map(Self::to_string).collect();
        format!("{count} validation {noun} detected: {}", texts.join("; "))
    }
}

/// A map as Java prints it: `{key=value, key=value}`.
struct JavaMap<'a>(&'a [(&'a str, &'a str)]);

impl fmt::Display for JavaMap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (key, value)) in self.0.iter().enumerate() {
            write!(f, "{}{key}={value}", if index > 0 { ", " } else { "" })?;
        }
        f.write_str("}")
    }
}

fn constant(id: &str, input: &str) -> Result<TargetInput, Refused> {
    let scan = Scan::of(input);
    match scan.offence {
        None if scan.values <= 1 => Ok(TargetInput::Constant(input.to_owned())),
        offence => {
            let source = Source::new(input, &offence.unwrap_or(input.len()..input.len()));
            Err(Refused::rule(format!("JSON syntax error in input for target {id}: {source}")))
        }
    }
}

fn json_path(id: &str, path: &str) -> Result<JsonPath, Refused> {
    // AWS says InputPath for the paths of an InputTransformer too.
    JsonPath::parse(path).map_err(|_| Refused::rule(format!("InputPath for target {id} is invalid.")))
}

fn is_key(key: &str) -> bool {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=256).contains(&key.len()) && key.bytes().all(valid)
}

/// Length as AWS's Java counts it.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn at_most(limit: usize) -> String {
    format!("Member must have length less than or equal to {limit}")
}

fn at_least(limit: usize) -> String {
    format!("Member must have length greater than or equal to {limit}")
}
