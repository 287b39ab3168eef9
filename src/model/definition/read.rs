//! Reads a definition from positioned YAML, collecting every problem.

use std::str::FromStr;

use super::values::InvalidValue;
use super::{Bus, BusName, Definition, Delivery, EventType, Momento, SourceName};
use crate::model::problem::{Problem, did_you_mean, list, shown};
use crate::model::yaml::{Document, Node, Position, Style, Value};

/// The most characters that sources may take in an event pattern: EventBridge takes 2,048 for the whole,
/// and the longest pattern of ours takes about 800 without them.
const MAX_SOURCES: usize = 1000;

/// The most problems that are told at once.
const MOST_PROBLEMS: usize = 100;

/// Reads a definition.
pub(super) fn definition(text: &str, file: &str) -> Result<Definition, Vec<Problem>> {
    let document = Document::parse(text).map_err(|error| vec![Problem::unreadable(file, &error)])?;
    let mut reader = Reader { file, problems: Vec::new() };
    for repeated in &document.repeated {
        let message = format!("key `{}` is already on line {}", shown(&repeated.key), repeated.first.line);
        reader.problem(repeated.at, message, "keep one of the two");
    }
    let definition = reader.definition(&document.root);
    let mut problems = reader.problems;
    match definition {
        Some(definition) if problems.is_empty() => Ok(definition),
        _ => {
            problems.sort_by_key(|problem| (problem.line, problem.column));
            Err(problems)
        }
    }
}

struct Reader<'a> {
    file: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn definition(&mut self, root: &Node) -> Option<Definition> {
        const KEYS: [&str; 8] =
            ["name", "bus", "momento", "events", "source", "delivery", "kms-key", "routes"];
        if !self.mapping(root, "a stack definition", &KEYS) {
            return None;
        }
        let name = root.get("name").map(|node| self.value(node, "name"));
        if name.is_none() {
            self.problem(
                root.at,
                "a stack definition needs a `name`",
                "add a line such as `name: momento-api`",
            );
        }
        let bus = root.get("bus").map_or_else(Bus::default, |node| self.bus(node));
        let momento = root.get("momento").map_or_else(Momento::default, |node| self.momento(node));
        let events = root.get("events").map_or_else(|| EventType::ALL.to_vec(), |node| self.events(node));
        let source = root.get("source").map_or_else(Vec::new, |node| self.sources(node));
        let delivery = root.get("delivery").map_or_else(Delivery::default, |node| self.delivery(node));
        let kms_key = root.get("kms-key").and_then(|node| self.value(node, "kms-key"));
        if let Some(routes) = root.get("routes") {
            self.routes(routes);
        }
        Some(Definition { name: name??, bus, momento, events, source, delivery, kms_key, routes: Vec::new() })
    }

    fn bus(&mut self, node: &Node) -> Bus {
        if node.scalar().is_some() {
            return Bus { name: self.value(node, "bus").unwrap_or_default(), create: false };
        }
        if !self.mapping(node, "`bus`", &["name", "create"]) {
            return Bus::default();
        }
        let create = node.get("create").is_some_and(|node| self.boolean(node, "create"));
        let Some(name_node) = node.get("name") else {
            self.problem(
                node.at,
                "`bus` needs a `name`",
                "write `bus: orders`, or `bus: { name: orders, create: true }`",
            );
            return Bus::default();
        };
        let Some(name) = self.value::<BusName>(name_node, "name") else { return Bus::default() };
        if !create {
            return Bus { name, create };
        }
        match name.creatable() {
            Ok(name) => Bus { name, create },
            Err(error) => {
                self.invalid(name_node.at, error);
                Bus::default()
            }
        }
    }

    fn momento(&mut self, node: &Node) -> Momento {
        if !self.mapping(node, "`momento`", &["endpoint"]) {
            return Momento::default();
        }
        Momento { endpoint: self.or_default(node, "endpoint", super::Endpoint::Auto) }
    }

    fn events(&mut self, node: &Node) -> Vec<EventType> {
        let mut events = self.list::<EventType>(node, "events");
        if node.items().is_some_and(<[Node]>::is_empty) {
            let names = EventType::ALL.map(EventType::as_str).join(", ");
            self.problem(
                node.at,
                "`events` is empty, so nothing would be delivered",
                format!("name some of {names}"),
            );
        }
        events.sort_unstable();
        events
    }

    fn sources(&mut self, node: &Node) -> Vec<SourceName> {
        let sources = self.list::<SourceName>(node, "source");
        let characters: usize =
            sources.iter().map(|source| source.as_str().escape_default().count() + 4).sum();
        if characters > MAX_SOURCES {
            self.problem(
                node.at,
                format!("the sources take {characters} characters of an event pattern, and {MAX_SOURCES} is the most"),
                "leave some out, or make a stack for each group of sources",
            );
        }
        sources
    }

    fn delivery(&mut self, node: &Node) -> Delivery {
        let mut delivery = Delivery::default();
        if self.mapping(node, "`delivery`", &["max-age", "retries", "cache-rate", "topic-rate"]) {
            delivery.max_age = self.or_default(node, "max-age", delivery.max_age);
            delivery.retries = self.or_default(node, "retries", delivery.retries);
            delivery.cache_rate = self.or_default(node, "cache-rate", delivery.cache_rate);
            delivery.topic_rate = self.or_default(node, "topic-rate", delivery.topic_rate);
        }
        delivery
    }

    fn routes(&mut self, node: &Node) {
        match node.items() {
            Some([]) => {}
            Some([first, ..]) => self.problem(
                first.at,
                "routes are not supported in this version",
                "leave `routes` empty, and put cacheSet, cacheDelete or topicPublish events on the bus",
            ),
            None => self.problem(
                node.at,
                format!("`routes` takes a list, and this is {}", node.describe()),
                "leave `routes` out, or write `routes: []`: routes are not supported in this version",
            ),
        }
    }

    /// Holds a mapping against the keys that it may have; tells whether it is a mapping at all.
    fn mapping(&mut self, node: &Node, what: &str, keys: &[&str]) -> bool {
        let Some(entries) = node.entries() else {
            let message = format!("{what} is a mapping of keys to values, and this is {}", node.describe());
            self.problem(node.at, message, format!("its keys are {}", list(keys.iter().copied())));
            return false;
        };
        for (key, _) in entries {
            let name = key.scalar().unwrap_or_default();
            if !keys.contains(&name) {
                let hint = did_you_mean(name, keys.iter().copied()).map_or_else(
                    || format!("the keys here are {}", list(keys.iter().copied())),
                    |key| format!("did you mean `{key}`?"),
                );
                self.problem(key.at, format!("unknown key `{}`", shown(name)), hint);
            }
        }
        true
    }

    fn list<T: FromStr<Err = InvalidValue> + PartialEq>(&mut self, node: &Node, key: &str) -> Vec<T> {
        let Some(items) = node.items() else {
            let hint = format!("write `{key}: [first, second]`");
            self.problem(node.at, format!("`{key}` takes a list, and this is {}", node.describe()), hint);
            return Vec::new();
        };
        let mut values: Vec<(&str, T)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for item in items {
            let Some(value) = self.value(item, key) else { continue };
            let text = item.scalar().unwrap_or_default();
            if seen.insert(text) {
                values.push((text, value));
            } else {
                self.problem(
                    item.at,
                    format!("`{}` is already in the list", shown(text)),
                    "keep one of the two",
                );
            }
        }
        values.into_iter().map(|(_, value)| value).collect()
    }

    fn or_default<T: FromStr<Err = InvalidValue>>(&mut self, mapping: &Node, key: &str, default: T) -> T {
        mapping.get(key).and_then(|node| self.value(node, key)).unwrap_or(default)
    }

    fn value<T: FromStr<Err = InvalidValue>>(&mut self, node: &Node, key: &str) -> Option<T> {
        let text = match &node.value {
            Value::Scalar(text, _) if node.tag.is_none() && !node.is_null() => text,
            _ => {
                let what = if node.tag.is_some() { "a tagged value" } else { node.describe() };
                let message = format!("`{key}` takes a single value, and this is {what}");
                self.problem(
                    node.at,
                    message,
                    format!("write the value after `{key}:`, or leave the key out"),
                );
                return None;
            }
        };
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.invalid(node.at, error);
                None
            }
        }
    }

    fn boolean(&mut self, node: &Node, key: &str) -> bool {
        match &node.value {
            Value::Scalar(text, Style::Plain) if text == "true" => true,
            Value::Scalar(text, Style::Plain) if text == "false" => false,
            _ => {
                let found = node
                    .scalar()
                    .map_or_else(|| node.describe().to_owned(), |text| format!("`{}`", shown(text)));
                self.problem(
                    node.at,
                    format!("`{key}` is true or false, and this is {found}"),
                    "write `true` or `false`",
                );
                false
            }
        }
    }

    fn invalid(&mut self, at: Position, error: InvalidValue) {
        self.problem(at, error.message, error.hint);
    }

    fn problem(&mut self, at: Position, message: impl Into<String>, hint: impl Into<String>) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem::new(self.file, at, message).hinted(hint));
        }
    }
}
