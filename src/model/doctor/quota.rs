//! The check on what EventBridge limits: rules of a bus, API destinations, connections.

use super::Check;
use crate::model::definition::Definition;
use crate::model::template;

/// How many there are, or how many a stack needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Rules of the bus.
    pub rules: usize,
    /// API destinations of the region.
    pub destinations: usize,
    /// Connections of the region.
    pub connections: usize,
}

/// AWS's default quotas ("Amazon EventBridge quotas"): rules of a bus in most regions, destinations and
/// connections of an account in a region.
const DEFAULTS: Counts = Counts { rules: 300, destinations: 3_000, connections: 3_000 };

impl Counts {
    /// Returns what a stack makes.
    pub fn needed(definition: &Definition) -> Self {
        Self {
            rules: definition.events.iter().map(|event| template::rules(*event)).sum(),
            destinations: definition.events.len(),
            connections: 1,
        }
    }
}

/// Holds what is there, and what the stack adds to it, against AWS's default quotas.
///
/// An account's own quotas may be higher, so that a default that is passed is a warning.
pub fn quotas(there: Result<Counts, String>, bus: &str, added: Option<Counts>) -> Check {
    let there = match there {
        Ok(there) => there,
        Err(reason) => return Check::unknown("quotas", reason),
    };
    let none = Counts { rules: 0, destinations: 0, connections: 0 };
    let adds = added.unwrap_or(none);
    let rows = [
        (format!("rules on {bus}"), there.rules, adds.rules, DEFAULTS.rules),
        ("API destinations".to_owned(), there.destinations, adds.destinations, DEFAULTS.destinations),
        ("connections".to_owned(), there.connections, adds.connections, DEFAULTS.connections),
    ];
    let words = rows.iter().map(|(what, count, adds, quota)| {
        let adds = if *adds > 0 { format!(" and {adds} to come") } else { String::new() };
        format!("{count}{adds} of {quota} {what}")
    });
    let evidence = format!("{} (AWS's defaults; yours may differ)", words.collect::<Vec<_>>().join(", "));
    if rows.iter().all(|(_, count, adds, quota)| count + adds <= *quota) {
        return Check::ok("quotas", evidence);
    }
    Check::warn("quotas", evidence)
        .treat("see your own quotas: `aws service-quotas list-service-quotas --service-code events`; ask for more there, or give the stack a bus of its own")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::definition::DEFAULT;
    use crate::model::doctor::Verdict;

    #[test]
    fn what_comes_counts_with_what_is_there() {
        let definition = Definition::parse(DEFAULT, "momento.yaml").unwrap();
        let needed = Counts::needed(&definition);
        assert_eq!(needed, Counts { rules: 8, destinations: 3, connections: 1 });
        let there = |rules| Ok(Counts { rules, destinations: 3, connections: 1 });
        let full = quotas(there(293), "default", Some(needed));
        assert_eq!(
            full.evidence,
            "293 and 8 to come of 300 rules on default, 3 and 3 to come of 3000 API destinations, 1 and 1 to come \
             of 3000 connections (AWS's defaults; yours may differ)"
        );
        assert_eq!(full.verdict, Verdict::Warn);
        assert_eq!(quotas(there(292), "default", Some(needed)).verdict, Verdict::Ok);
        assert_eq!(quotas(there(300), "default", None).verdict, Verdict::Ok);
        assert_eq!(quotas(Err("no".into()), "default", None).verdict, Verdict::Unknown);
    }
}
