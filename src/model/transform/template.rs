//! Input templates: text with `<variables>`, in one of two ways of filling them.

use super::path::{Found, JsonPath};
use super::source::Source;
use super::syntax::Scan;
use super::{Context, InvalidJson, Refused};
use crate::model::json::{Json, write_escaped};
use std::ops::Range;

/// Where filling stops, far above what any target takes.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// A template that AWS admits, ready to fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputTransformer {
    style: Style,
    pieces: Vec<Piece>,
}

/// How values are written, which AWS decides by the template's first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// The template is an object: values are JSON, strings inside quotes are escaped.
    Object,
    /// Anything else: strings go in as they are, and objects and arrays lose their quotes.
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable { variable: Variable, quoted: bool },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Variable {
    Event,
    EventJson,
    IngestionTime,
    Path(JsonPath),
    RuleArn,
    RuleName,
}

/// A token of a template: text, or the name between `<` and `>`.
enum Token<'a> {
    Text(String),
    Name { name: &'a str, quoted: bool },
}

impl InputTransformer {
    /// Admits a template and its paths (nothing if no `InputPathsMap` was given), or refuses them in AWS's
    /// words.
    ///
    /// Without a map an undefined `<name>` is plain text; with one it is refused. A `\<` is a plain `<`.
    pub(super) fn parse(
        target_id: &str,
        template: &str,
        paths: Option<&[(&str, JsonPath)]>,
    ) -> Result<Self, Refused> {
        let tokens = tokens(template);
        let (probe, names) = probe(&tokens);
        let scan = Scan::of(&probe);
        if overlap(&scan.keys, &names) {
            let problem = "InputTemplate placeholder present as a JSON object key for target";
            return Err(Refused::rule(format!("{problem} {target_id}.")));
        }
        let style = if template.trim_start().starts_with('{') { Style::Object } else { Style::Text };
        let mut pieces = Vec::with_capacity(tokens.len());
        for token in tokens {
            pieces.push(match token {
                Token::Text(text) => Piece::Text(text),
                Token::Name { name, quoted } => match (Variable::find(name, paths), paths) {
                    (Some(Variable::Event | Variable::EventJson), _) if style == Style::Text => {
                        return Err(Refused::rule(format!(
                            "InputTemplate for target {target_id} contains placeholder {name} valid only for JSON \
                             template."
                        )));
                    }
                    (Some(variable), _) => Piece::Variable { variable, quoted },
                    (None, None) => Piece::Text(format!("<{name}>")),
                    (None, Some(_)) => {
                        return Err(Refused::rule(format!(
                            "InputTemplate for target {target_id} contains invalid placeholder {name}."
                        )));
                    }
                },
            });
        }
        let one_object = style == Style::Text || scan.values == 1;
        if scan.is_json() && one_object {
            return Ok(Self { style, pieces });
        }
        let offence = scan.offence.unwrap_or(probe.len()..probe.len());
        let source = Source::new(&probe, &offence);
        Err(Refused::rule(format!("Invalid InputTemplate for target {target_id} : {source}.")))
    }

    /// Fills the template; a result that is not JSON is what AWS puts into the dead-letter queue.
    ///
    /// A template may repeat a large value hundreds of times: past 16 MiB the result counts as not JSON.
    pub(super) fn fill(&self, event: &Json, context: &Context<'_>) -> Result<String, InvalidJson> {
        let mut body = String::new();
        for piece in &self.pieces {
            if body.len() > MAX_BODY {
                return Err(InvalidJson { body });
            }
            match piece {
                Piece::Text(text) => body.push_str(text),
                Piece::Variable { variable, quoted } => {
                    self.style.write(&mut body, *quoted, &variable.value(event, context));
                }
            }
        }
        if Scan::of(&body).is_json() { Ok(body) } else { Err(InvalidJson { body }) }
    }
}

/// What a variable stands for.
enum Value<'a> {
    /// Text that is JSON already.
    Json(String),
    /// A path that found nothing.
    Missing,
    /// A string, unescaped.
    Text(&'a str),
}

impl Style {
    fn write(self, body: &mut String, quoted: bool, value: &Value<'_>) {
        match (self, value) {
            (Self::Object, Value::Missing) if !quoted => body.push_str("\"\""),
            (_, Value::Missing) => {}
            (Self::Object, Value::Json(json)) => body.push_str(json),
            // AWS removes the quotes inside objects and arrays, so that they fit into a string.
            (Self::Text, Value::Json(json)) => body.extend(json.chars().filter(|c| *c != '"')),
            (Self::Text, Value::Text(text)) => body.push_str(text),
            (Self::Object, Value::Text(text)) => {
                let quote = if quoted { "" } else { "\"" };
                body.push_str(quote);
                // Writing into a String cannot fail.
                let _ = write_escaped(body, text);
                body.push_str(quote);
            }
        }
    }
}

impl Variable {
    fn find(name: &str, paths: Option<&[(&str, JsonPath)]>) -> Option<Self> {
        match name {
            "aws.events.event" => Some(Self::Event),
            "aws.events.event.ingestion-time" => Some(Self::IngestionTime),
            "aws.events.event.json" => Some(Self::EventJson),
            "aws.events.rule-arn" => Some(Self::RuleArn),
            "aws.events.rule-name" => Some(Self::RuleName),
            _ => {
                let (_, path) = paths?.iter().find(|(key, _)| *key == name)?;
                Some(Self::Path(path.clone()))
            }
        }
    }

    fn value<'a>(&self, event: &'a Json, context: &Context<'a>) -> Value<'a> {
        match self {
            Self::Event => Value::Json(without_detail(event)),
            Self::EventJson => Value::Json(event.to_string()),
            Self::IngestionTime => Value::Text(context.ingestion_time),
            Self::RuleArn => Value::Text(context.rule_arn),
            Self::RuleName => Value::Text(context.rule_name),
            Self::Path(path) => match path.find(event) {
                None => Value::Missing,
                Some(Found::One(Json::String(text))) => Value::Text(text),
                Some(found) => Value::Json(found.to_string()),
            },
        }
    }
}

/// `<aws.events.event>`: the event without its detail, and with `detail-type` spelled `detailType`, as
/// `LocalStack`'s comparison with AWS reports it.
fn without_detail(event: &Json) -> String {
    let Json::Object(members) = event else { return event.to_string() };
    let renamed = |name: &String| if name == "detail-type" { "detailType".to_owned() } else { name.clone() };
    let kept = members.iter().filter(|(name, _)| name != "detail");
    Json::Object(kept.map(|(name, value)| (renamed(name), value.clone())).collect()).to_string()
}

/// Splits a template at its `<names>`, and notes which are inside quotes.
fn tokens(template: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut text = String::new();
    let mut quoted = false;
    let mut rest = template;
    while let Some(next) = rest.chars().next() {
        let mut length = next.len_utf8();
        match next {
            '<' => {
                if let Some(name) = name(rest) {
                    if !text.is_empty() {
                        tokens.push(Token::Text(std::mem::take(&mut text)));
                    }
                    tokens.push(Token::Name { name, quoted });
                    rest = &rest[name.len() + 2..];
                    continue;
                }
                text.push('<');
            }
            '\\' => match rest[1..].chars().next() {
                Some(escaped @ ('<' | '>')) => {
                    text.push(escaped);
                    length += 1;
                }
                Some(escaped) => {
                    text.extend(['\\', escaped]);
                    length += escaped.len_utf8();
                }
                None => text.push('\\'),
            },
            _ => {
                quoted ^= next == '"';
                text.push(next);
            }
        }
        rest = &rest[length..];
    }
    if !text.is_empty() {
        tokens.push(Token::Text(text));
    }
    tokens
}

/// The name at the start of `<name>…`.
fn name(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?;
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))?;
    (end > 0 && inner[end..].starts_with('>')).then(|| &inner[..end])
}

/// The text whose syntax AWS checks, every variable being `null`, and where the variables are in it.
fn probe(tokens: &[Token<'_>]) -> (String, Vec<Range<usize>>) {
    let mut probe = String::new();
    let mut names = Vec::new();
    for token in tokens {
        let start = probe.len();
        match token {
            Token::Text(text) => probe.push_str(text),
            Token::Name { .. } => {
                probe.push_str("null");
                names.push(start..probe.len());
            }
        }
    }
    (probe, names)
}

/// Tells whether a range of one sorted list lies in a range of another.
fn overlap(outer: &[Range<usize>], inner: &[Range<usize>]) -> bool {
    let mut outer = outer.iter().peekable();
    inner.iter().any(|range| {
        while outer.next_if(|candidate| candidate.end < range.end).is_some() {}
        outer.peek().is_some_and(|candidate| candidate.start <= range.start)
    })
}
