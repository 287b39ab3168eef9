//! Where clauses wait for the events that may match them.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;

use super::super::fields::{Fields, NameHasher};
use super::super::number;
use super::super::test::{Alternative, FieldTest};
use crate::model::json::Json;

/// A clause that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waiting {
    pub(super) slot: u32,
    pub(super) clause: u32,
}

/// Where a clause waits: `None` is everywhere, because it may match an event that has none of its fields.
pub(super) type Anchor = Option<(u32, Vec<Value>)>;

/// What a clause waits for at its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(Box<str>),
    Number(u64),
    Literal(Box<str>),
    Prefix(Box<str>),
    Suffix(Box<str>),
    /// Any value.
    Present,
}

/// All clauses that wait, by field and value.
#[derive(Clone, Debug, Default)]
pub(super) struct Anchors {
    everywhere: Vec<Waiting>,
    fields: Vec<Field>,
}

type Table<T> = HashMap<T, Vec<Waiting>, BuildHasherDefault<NameHasher>>;

#[derive(Clone, Debug, Default)]
struct Field {
    texts: Table<Box<str>>,
    numbers: Table<u64>,
    literals: Table<Box<str>>,
    prefixes: Affixes,
    suffixes: Affixes,
    present: Vec<Waiting>,
}

/// Texts at the start or end of a value, and how many there are of each length.
#[derive(Clone, Debug, Default)]
struct Affixes {
    table: Table<Box<str>>,
    lengths: BTreeMap<usize, usize>,
}

impl Waiting {
    pub(super) fn new(slot: u32, clause: usize) -> Self {
        Self { slot, clause: super::super::fields::index(clause) }
    }
}

impl Anchors {
    /// Chooses where a clause waits: where the fewest others do.
    pub(super) fn choose<'a>(&self, clause: impl Iterator<Item = (u32, &'a FieldTest)>) -> Anchor {
        let anchors = clause.filter_map(|(field, test)| values(test).map(|values| (field, values)));
        anchors.min_by_key(|(field, values)| {
            let crowd =
                |value: &Value| self.fields.get(*field as usize).map_or(0, |field| field.crowd(value));
            let crowd: usize = values.iter().map(crowd).sum();
            // Presence is the weakest reason to wake a clause.
            if values.contains(&Value::Present) { usize::MAX / 2 + crowd } else { crowd }
        })
    }

    pub(super) fn add(&mut self, anchor: &Anchor, waiting: Waiting) {
        let Some((field, values)) = anchor else {
            return self.everywhere.push(waiting);
        };
        let field = *field as usize;
        if self.fields.len() <= field {
            self.fields.resize_with(field + 1, Field::default);
        }
        for value in values {
            self.fields[field].add(value, waiting);
        }
    }

    pub(super) fn remove(&mut self, anchor: &Anchor, waiting: Waiting) {
        match anchor {
            None => self.everywhere.retain(|other| *other != waiting),
            Some((field, values)) => {
                for value in values {
                    self.fields[*field as usize].remove(value, waiting);
                }
            }
        }
    }

    /// Returns the clauses that an event may match, in order, each once.
    pub(super) fn wake(&self, fields: &Fields<'_>) -> Vec<Waiting> {
        let mut awake = self.everywhere.clone();
        for entry in &fields.entries {
            if let Some(field) = self.fields.get(entry.field as usize) {
                field.wake(entry.value, &mut awake);
            }
        }
        awake.sort_unstable();
        awake.dedup();
        awake
    }
}

impl Field {
    fn crowd(&self, value: &Value) -> usize {
        match value {
            Value::Text(text) => self.texts.get(text).map_or(0, Vec::len),
            Value::Number(bits) => self.numbers.get(bits).map_or(0, Vec::len),
            Value::Literal(text) => self.literals.get(text).map_or(0, Vec::len),
            Value::Prefix(text) => self.prefixes.table.get(text).map_or(0, Vec::len),
            Value::Suffix(text) => self.suffixes.table.get(text).map_or(0, Vec::len),
            Value::Present => self.present.len(),
        }
    }

    fn add(&mut self, value: &Value, waiting: Waiting) {
        match value {
            Value::Text(text) => self.texts.entry(text.clone()).or_default().push(waiting),
            Value::Number(bits) => self.numbers.entry(*bits).or_default().push(waiting),
            Value::Literal(text) => self.literals.entry(text.clone()).or_default().push(waiting),
            Value::Prefix(text) => self.prefixes.add(text, waiting),
            Value::Suffix(text) => self.suffixes.add(text, waiting),
            Value::Present => self.present.push(waiting),
        }
    }

    fn remove(&mut self, value: &Value, waiting: Waiting) {
        match value {
            Value::Text(text) => take(&mut self.texts, text, waiting),
            Value::Number(bits) => take(&mut self.numbers, bits, waiting),
            Value::Literal(text) => take(&mut self.literals, text, waiting),
            Value::Prefix(text) => self.prefixes.remove(text, waiting),
            Value::Suffix(text) => self.suffixes.remove(text, waiting),
            Value::Present => self.present.retain(|other| *other != waiting),
        }
    }

    fn wake(&self, value: &Json, awake: &mut Vec<Waiting>) {
        awake.extend_from_slice(&self.present);
        match value {
            Json::String(text) => {
                awake.extend(self.texts.get(&**text).into_iter().flatten());
                for length in self.prefixes.lengths.keys().take_while(|length| **length <= text.len()) {
                    let start = text.get(..*length);
                    awake
                        .extend(start.and_then(|start| self.prefixes.table.get(start)).into_iter().flatten());
                }
                for length in self.suffixes.lengths.keys().take_while(|length| **length <= text.len()) {
                    let end = text.get(text.len() - length..);
                    awake.extend(end.and_then(|end| self.suffixes.table.get(end)).into_iter().flatten());
                }
            }
            Json::Number(text) => {
                if !self.numbers.is_empty()
                    && let Some(number) = number::of_event(text)
                {
                    awake.extend(self.numbers.get(&number.to_bits()).into_iter().flatten());
                }
                if !self.literals.is_empty() {
                    awake.extend(self.literals.get(&*number::spelled(text)).into_iter().flatten());
                }
            }
            other => {
                if !self.literals.is_empty() {
                    awake.extend(self.literals.get(&*other.to_string()).into_iter().flatten());
                }
            }
        }
    }
}

impl Affixes {
    fn add(&mut self, text: &str, waiting: Waiting) {
        let waiters = self.table.entry(text.into()).or_default();
        if waiters.is_empty() {
            *self.lengths.entry(text.len()).or_default() += 1;
        }
        waiters.push(waiting);
    }

    fn remove(&mut self, text: &str, waiting: Waiting) {
        take(&mut self.table, text, waiting);
        if !self.table.contains_key(text)
            && let Some(count) = self.lengths.get_mut(&text.len())
        {
            *count -= 1;
            if *count == 0 {
                self.lengths.remove(&text.len());
            }
        }
    }
}

fn take<T, Q>(table: &mut Table<T>, value: &Q, waiting: Waiting)
where
    T: std::hash::Hash + Eq + std::borrow::Borrow<Q>,
    Q: std::hash::Hash + Eq + ?Sized,
{
    if let Some(waiters) = table.get_mut(value) {
        waiters.retain(|other| *other != waiting);
        if waiters.is_empty() {
            table.remove(value);
        }
    }
}

/// Returns what a field must hold for its test to be satisfied; nothing if it may be absent.
fn values(test: &FieldTest) -> Option<Vec<Value>> {
    if test.allows_absence() {
        return None;
    }
    let others: Option<Vec<Value>> = test.alternatives().iter().map(value).collect();
    let texts = test.texts().iter().cloned().map(Value::Text);
    Some(others.map_or_else(|| vec![Value::Present], |others| texts.chain(others).collect()))
}

fn value(alternative: &Alternative) -> Option<Value> {
    match alternative {
        Alternative::Number(number) => Some(Value::Number(number.to_bits())),
        Alternative::Literal(text) => Some(Value::Literal(text.clone())),
        Alternative::Prefix(text) if !text.is_empty() && !text.ends_with('"') => {
            Some(Value::Prefix(text.clone()))
        }
        Alternative::Suffix(text) if !text.is_empty() && !text.starts_with('"') => {
            Some(Value::Suffix(text.clone()))
        }
        Alternative::Wildcard(wildcard) if !wildcard.start().is_empty() => {
            Some(Value::Prefix(wildcard.start().into()))
        }
        _ => None,
    }
}
