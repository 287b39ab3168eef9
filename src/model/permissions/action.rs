//! The table of what each command needs.

use std::sync::LazyLock;

use super::Role;

/// A permission that some commands need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Who makes the call.
    pub by: By,
    /// The kind of what it is done to.
    pub resource: &'static str,
    /// Whether only stacks need it that make their own bus, or only those that do not; nothing for all.
    pub own_bus: Option<bool>,
    /// Whether only stacks need it that are encrypted with a key of the customer's.
    pub own_key: bool,
    /// The action, such as `events:PutRule`.
    pub action: &'static str,
    /// The commands that need it.
    pub commands: Vec<&'static str>,
}

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The command itself.
    Command,
    /// CloudFormation, with the permissions of who runs the command.
    Stack,
    /// Another service, with the permissions of who runs the command, on AWS only.
    ServiceOnAws,
    /// CloudFormation as well, but on AWS only: the local cloud does without.
    StackOnAws,
}

/// Returns what a role needs for a stack that makes its own bus or does not, and has a key of the customer's or not.
pub fn needs(role: Role, own_bus: bool, own_key: bool) -> impl Iterator<Item = &'static Need> {
    TABLE
        .iter()
        .filter(move |need| need.own_bus.is_none_or(|wanted| wanted == own_bus))
        .filter(move |need| own_key || !need.own_key)
        .filter(move |need| need.commands.iter().any(|command| role.commands().contains(command)))
}

static TABLE: LazyLock<Vec<Need>> = LazyLock::new(|| parse(include_str!("actions.tsv")));

fn parse(table: &'static str) -> Vec<Need> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        let by = match cells.next()? {
            "self" => By::Command,
            "stack" => By::Stack,
            "service" => By::ServiceOnAws,
            _ => By::StackOnAws,
        };
        let (resource, when) = (cells.next()?, cells.next()?);
        Some(Need {
            by,
            resource,
            own_bus: match when {
                "own" => Some(true),
                "given" => Some(false),
                _ => None,
            },
            own_key: when == "key",
            action: cells.next()?,
            commands: cells.next()?.split(' ').collect(),
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_belongs_to_a_role() {
        let rows = include_str!("actions.tsv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(TABLE.len(), rows);
        let known: Vec<&str> = Role::ALL.iter().flat_map(|role| role.commands()).copied().collect();
        for need in TABLE.iter() {
            assert!(need.commands.iter().all(|command| known.contains(command)), "{need:?}");
            assert!(need.action.split_once(':').is_some_and(|(_, name)| !name.contains('*')), "{need:?}");
        }
    }

    #[test]
    fn nobody_but_cloudformation_may_repoint_a_destination() {
        for role in Role::ALL {
            let direct = needs(role, true, true).filter(|need| need.by == By::Command);
            assert!(direct.into_iter().all(|need| need.action != "events:UpdateApiDestination"));
        }
    }
}
