//! Many patterns at once.
//!
//! Every clause of every pattern waits at one of its fields, its anchor: under the strings, numbers,
//! prefixes or suffixes that the field may have, or (where it wants something else) under the field's
//! presence. An event wakes only the clauses whose anchor it holds, and only these are looked at in full.
//! The anchor of a clause is the field under which the fewest others wait.

mod anchors;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::Hash;

use super::Pattern;
use super::consistency::Decision;
use super::fields::Paths;
use crate::model::json::Json;
use anchors::{Anchor, Anchors, Waiting};

/// A set of patterns by key, which finds those that match an event.
///
/// The cost of [`Self::matches`] grows with the event and with the patterns that share its distinguishing
/// values, not with the others.
#[derive(Clone, Debug)]
pub struct RuleSet<K> {
    rules: Vec<Option<Rule<K>>>,
    slots: HashMap<K, u32>,
    free: Vec<u32>,
    paths: Paths,
    anchors: Anchors,
    /// How many fields the paths have taken since they were last built.
    fields_added: usize,
}

#[derive(Clone, Debug)]
struct Rule<K> {
    key: K,
    pattern: Pattern,
    /// For each field of the pattern, its number in the set's paths.
    numbers: Vec<u32>,
    /// For each clause, where it waits.
    anchors: Vec<Anchor>,
}

impl<K> Default for RuleSet<K> {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            slots: HashMap::new(),
            free: Vec::new(),
            paths: Paths::new(),
            anchors: Anchors::default(),
            fields_added: 0,
        }
    }
}

impl<K: Clone + Eq + Hash> RuleSet<K> {
    /// Makes an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns how many patterns are in the set.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Reports whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Puts a pattern into the set; returns the one that had the key before.
    pub fn insert(&mut self, key: K, pattern: Pattern) -> Option<Pattern> {
        let before = self.remove(&key);
        self.add(key, pattern);
        before
    }

    /// Takes a pattern out of the set.
    pub fn remove(&mut self, key: &K) -> Option<Pattern> {
        let slot = self.slots.remove(key)?;
        let rule = self.rules.get_mut(slot as usize)?.take()?;
        for (clause, anchor) in rule.anchors.iter().enumerate() {
            self.anchors.remove(anchor, Waiting::new(slot, clause));
        }
        self.free.push(slot);
        self.forget_old_paths();
        Some(rule.pattern)
    }

    /// Returns a pattern of the set.
    pub fn get(&self, key: &K) -> Option<&Pattern> {
        let slot = self.slots.get(key)?;
        self.rules.get(*slot as usize)?.as_ref().map(|rule| &rule.pattern)
    }

    /// Finds the keys of all patterns that match an event, each once, in the order of their places in the set
    /// (the order of insertion, as long as nothing was removed).
    pub fn matches<'a>(&'a self, event: &Json) -> impl Iterator<Item = &'a K> + use<'a, K> {
        let mut matching: Vec<u32> = Vec::new();
        if matches!(event, Json::Object(_)) {
            let fields = self.paths.read(event);
            let awake = self.anchors.wake(&fields);
            for clauses in awake.chunk_by(|left, right| left.slot == right.slot) {
                let slot = clauses[0].slot;
                let Some(Some(rule)) = self.rules.get(slot as usize) else {
                    continue;
                };
                let mut decision = Decision::new(&fields, &rule.pattern.fields, &rule.numbers, clauses.len());
                if clauses.iter().any(|one| decision.satisfies(&rule.pattern.clauses[one.clause as usize])) {
                    matching.push(slot);
                }
            }
        }
        matching.into_iter().filter_map(|slot| self.rules[slot as usize].as_ref().map(|rule| &rule.key))
    }

    fn add(&mut self, key: K, pattern: Pattern) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.rules.push(None);
            super::fields::index(self.rules.len() - 1)
        });
        let numbers: Vec<u32> = pattern.fields.iter().map(|field| self.paths.add(&field.path)).collect();
        self.fields_added += numbers.len();
        let mut anchors = Vec::with_capacity(pattern.clauses.len());
        for (index, clause) in pattern.clauses.iter().enumerate() {
            let wants = clause.iter().map(|field| (numbers[*field], &pattern.fields[*field].test));
            let anchor = self.anchors.choose(wants);
            self.anchors.add(&anchor, Waiting::new(slot, index));
            anchors.push(anchor);
        }
        self.slots.insert(key.clone(), slot);
        self.rules[slot as usize] = Some(Rule { key, pattern, numbers, anchors });
    }

    /// Builds the set anew when most of its paths belong to patterns that are gone.
    fn forget_old_paths(&mut self) {
        let used: usize = self.rules.iter().flatten().map(|rule| rule.numbers.len()).sum();
        if self.fields_added <= 2 * used + 64 {
            return;
        }
        let old = std::mem::take(self);
        for rule in old.rules.into_iter().flatten() {
            self.add(rule.key, rule.pattern);
        }
    }
}
