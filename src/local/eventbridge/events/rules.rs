//! The rules of a bus, compiled once and kept until any rule changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

use crate::local::store::StoreError;
use crate::model::json::Json;
use crate::model::pattern::{Pattern, RuleSet};

use crate::local::eventbridge::documents::{Archive, Bus as BusDocument, Rule as RuleDocument};
use crate::local::eventbridge::names::rule_arn;
use crate::local::eventbridge::{EventBridge, documents};

/// The compiled rules of all buses.
#[derive(Default)]
pub(in crate::local::eventbridge) struct Rules {
    generation: AtomicU64,
    buses: RwLock<HashMap<Key, (u64, Arc<Bus>)>>,
}

/// A region and a name in it.
type Key = (String, String);

/// A bus as an event meets it.
pub(in crate::local::eventbridge) struct Bus {
    pub(in crate::local::eventbridge) rules: Vec<Rule>,
    pub(in crate::local::eventbridge) archives: Vec<(String, Option<Pattern>)>,
    patterns: RuleSet<usize>,
}

/// An enabled rule.
pub(in crate::local::eventbridge) struct Rule {
    pub(in crate::local::eventbridge) name: String,
    pub(in crate::local::eventbridge) arn: String,
    targets: Vec<String>,
}

impl Rules {
    /// Says that rules, destinations or connections are changing; the caller holds the transaction.
    pub(in crate::local::eventbridge) fn changed(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns the number of changes so far.
    pub(in crate::local::eventbridge) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }
}

impl Bus {
    /// Returns the rules that match an event.
    pub(in crate::local::eventbridge) fn matching(&self, event: &Json) -> Vec<usize> {
        self.patterns.matches(event).copied().collect()
    }
}

impl Rule {
    /// Returns the rule's name and its targets as JSON.
    pub(in crate::local::eventbridge) fn deliveries(&self) -> (&str, &[String]) {
        (&self.name, &self.targets)
    }
}

impl EventBridge {
    /// Returns a bus with its compiled rules, or nothing for one that does not exist.
    pub(in crate::local::eventbridge) fn compiled(
        &self,
        region: &str,
        name: &str,
    ) -> Result<Option<Arc<Bus>>, StoreError> {
        let key = (region.to_owned(), name.to_owned());
        let generation = self.rules.generation();
        if let Some((kept, bus)) = self.rules.buses.read().get(&key)
            && *kept == generation
        {
            return Ok(Some(bus.clone()));
        }
        // Under the store's lock nothing changes between the generation and what is read.
        let compiled = self.store.atomically(|| {
            let generation = self.rules.generation();
            Ok::<_, StoreError>((generation, self.compile(region, name)?))
        })?;
        let (generation, Some(bus)) = compiled else { return Ok(None) };
        let bus = Arc::new(bus);
        let mut buses = self.rules.buses.write();
        buses.retain(|_, (kept, _)| *kept >= generation);
        buses.insert(key, (generation, bus.clone()));
        Ok(Some(bus))
    }

    fn compile(&self, region: &str, name: &str) -> Result<Option<Bus>, StoreError> {
        if BusDocument::read(&self.store, region, name)?.is_none() {
            return Ok(None);
        }
        let mut rules = Vec::new();
        let mut patterns = RuleSet::new();
        for rule in RuleDocument::all(&self.store, region, name)? {
            let Some(pattern) = rule.pattern.as_deref().filter(|_| rule.state != "DISABLED") else {
                continue;
            };
            let Ok(pattern) = Pattern::parse(pattern) else { continue };
            patterns.insert(rules.len(), pattern);
            rules.push(Rule {
                arn: rule_arn(region, name, &rule.name),
                name: rule.name,
                targets: rule.targets.iter().map(ToString::to_string).collect(),
            });
        }
        let archives = self
            .store
            .list::<Archive>(region)?
            .into_iter()
            .filter(|(_, archive): &(_, documents::Archive)| archive.bus == name)
            .map(|(name, archive)| (name, archive.pattern.and_then(|pattern| Pattern::parse(&pattern).ok())))
            .collect();
        Ok(Some(Bus { rules, archives, patterns }))
    }
}
