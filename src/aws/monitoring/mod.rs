//! What CloudWatch knows of a stack: a day of its rules' metrics, and its alarms.

mod alarms;
mod metrics;

pub use alarms::{Alarm, Alarms, alarms};
pub use metrics::{Activity, HOURS, Hours, activity};

/// A rule by CloudFormation's name for it: `rule`, or `bus|rule` on a bus that is not the default one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleName {
    /// The bus, unless it is the default one.
    pub bus: Option<String>,
    /// The rule's own name.
    pub name: String,
}

impl RuleName {
    /// Reads CloudFormation's name of a rule.
    pub fn of(physical_id: &str) -> Self {
        match physical_id.rsplit_once('|') {
            Some((bus, name)) if bus != "default" => {
                Self { bus: Some(bus.to_owned()), name: name.to_owned() }
            }
            Some((_, name)) => Self { bus: None, name: name.to_owned() },
            None => Self { bus: None, name: physical_id.to_owned() },
        }
    }

    /// Returns the dimensions of the rule's metrics; those of the default bus name no bus.
    fn dimensions(&self) -> Vec<(&str, &str)> {
        let bus = self.bus.as_deref().map(|bus| ("EventBusName", bus));
        bus.into_iter().chain([("RuleName", self.name.as_str())]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_the_default_bus_names_no_bus() {
        assert_eq!(RuleName::of("r").dimensions(), [("RuleName", "r")]);
        assert_eq!(RuleName::of("default|r").dimensions(), [("RuleName", "r")]);
        assert_eq!(RuleName::of("shop|r").dimensions(), [("EventBusName", "shop"), ("RuleName", "r")]);
    }
}
