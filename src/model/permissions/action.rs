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
    /// For which stacks and principals it is needed.
    pub when: When,
    /// The action, such as `events:PutRule`.
    pub action: &'static str,
    /// The commands that need it.
    pub commands: Vec<&'static str>,
    /// On which occasions a deploy needs it; none where no deploy does, or not for certain.
    pub deploy: Vec<Occasion>,
}

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The command itself.
    Command,
    /// CloudFormation, with the permissions of who runs the command.
    Stack,
    /// Another service, in the command's own call, on AWS only.
    ServiceOnAws,
    /// CloudFormation as well, but on AWS only: the local cloud does without.
    StackOnAws,
}

/// For which stacks and principals a permission is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// For all.
    Always,
    /// For stacks that make their own event bus.
    OwnBus,
    /// For stacks whose event bus is there before.
    GivenBus,
    /// For stacks that are encrypted with a key of the customer's.
    OwnKey,
    /// Where the policy names a role.
    Role,
    /// Where CloudFormation works with a role of its own.
    WorkingRole,
}

/// On which occasions a deploy needs a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Whatever it makes or changes.
    Any,
    /// Where it makes the change set.
    Preparing,
    /// Where it carries the change set out.
    Executing,
    /// Where the resource is made.
    Creating,
    /// Where the resource is changed.
    Updating,
    /// Where the resource is removed, or another takes its place.
    Deleting,
    /// Where a resource that stays gets a tag or another value of one.
    Tagging,
    /// Where a resource that stays loses a tag.
    Untagging,
}

/// What the needs depend on, apart from the role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column's word of its own")]
pub struct Case {
    /// Whether the stack makes its own bus.
    pub own_bus: bool,
    /// Whether the stack is encrypted with a key of the customer's.
    pub own_key: bool,
    /// Whether the policy is for a role, and not for a user.
    pub for_role: bool,
    /// Whether CloudFormation is given a role to work with.
    pub working_role: bool,
}

/// Returns what a role needs.
pub fn needs(role: Role, case: Case) -> impl Iterator<Item = &'static Need> {
    TABLE
        .iter()
        .filter(move |need| match need.when {
            When::Always => true,
            When::OwnBus => case.own_bus,
            When::GivenBus => !case.own_bus,
            When::OwnKey => case.own_key,
            When::Role => case.for_role,
            When::WorkingRole => case.working_role,
        })
        .filter(move |need| need.commands.iter().any(|command| role.commands().contains(command)))
}

static TABLE: LazyLock<Vec<Need>> = LazyLock::new(|| rows().filter_map(parse).collect());

/// Returns the rows of the table, without its comment.
fn rows() -> impl Iterator<Item = &'static str> {
    include_str!("actions.tsv").lines().filter(|line| !line.starts_with('#'))
}

/// Reads a row; nothing where it has a word that no column knows.
fn parse(row: &'static str) -> Option<Need> {
    let [by, resource, when, action, commands] = row.split('\t').collect::<Vec<_>>()[..] else { return None };
    let by = match by {
        "self" => By::Command,
        "stack" => By::Stack,
        "service" => By::ServiceOnAws,
        "aws" => By::StackOnAws,
        _ => return None,
    };
    let when = match when {
        "always" => When::Always,
        "own" => When::OwnBus,
        "given" => When::GivenBus,
        "key" => When::OwnKey,
        "role" => When::Role,
        "working" => When::WorkingRole,
        _ => return None,
    };
    let mut deploy = Vec::new();
    let mut names = Vec::new();
    for word in commands.split(' ') {
        let (command, occasion) = match word {
            "deploy" => ("deploy", Some(Occasion::Any)),
            "deploy?" => ("deploy", None),
            other => match other.strip_prefix("deploy:") {
                Some(occasion) => ("deploy", Some(self::occasion(occasion)?)),
                None => (other, None),
            },
        };
        if !names.contains(&command) {
            names.push(command);
        }
        deploy.extend(occasion);
    }
    Some(Need { by, resource, when, action, commands: names, deploy })
}

/// Reads the word for an occasion of a deploy.
fn occasion(word: &str) -> Option<Occasion> {
    Some(match word {
        "prepare" => Occasion::Preparing,
        "execute" => Occasion::Executing,
        "create" => Occasion::Creating,
        "update" => Occasion::Updating,
        "delete" => Occasion::Deleting,
        "tag" => Occasion::Tagging,
        "untag" => Occasion::Untagging,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::permissions::resource::KINDS;

    #[test]
    fn every_row_has_words_that_its_columns_know() {
        for row in rows() {
            let need = parse(row).unwrap_or_else(|| panic!("a word of this row is not known: {row:?}"));
            assert!(KINDS.contains(&need.resource), "no kind of resource: {row:?}");
            let known = |command: &&&str| Role::ALL.iter().any(|role| role.commands().contains(*command));
            let unknown = need.commands.iter().find(|command| !known(command));
            assert_eq!(unknown, None, "a command that no role runs: {row:?}");
            let (service, name) = need.action.split_once(':').unwrap_or_default();
            let is_word =
                |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
            assert!(is_word(service) && is_word(name), "no action: {row:?}");
        }
    }

    #[test]
    fn every_row_is_in_its_place_and_there_once() {
        let key = |row: &str| row.rsplit_once('\t').map(|(key, _)| key.to_owned());
        let all: Vec<&str> = rows().collect();
        for pair in all.windows(2) {
            assert!(key(pair[0]) < key(pair[1]), "out of order, or twice:\n{}\n{}", pair[0], pair[1]);
        }
        for row in all {
            let commands: Vec<&str> = row.rsplit('\t').next().unwrap_or_default().split(' ').collect();
            assert!(commands.windows(2).all(|pair| pair[0] < pair[1]), "commands out of order: {row:?}");
            // What every deploy is asked for, or none is, has no occasions of its own but a removal.
            let deploys = commands.iter().filter(|command| command.starts_with("deploy")).count();
            assert!(!commands.contains(&"deploy?") || deploys == 1, "asked for and not: {row:?}");
            let is_extra = |word: &&str| word.starts_with("deploy:") && *word != "deploy:delete";
            assert!(!commands.contains(&"deploy") || !commands.iter().any(is_extra), "said twice: {row:?}");
        }
    }

    #[test]
    fn every_command_of_a_role_has_a_row() {
        for command in Role::ALL.iter().flat_map(|role| role.commands()) {
            assert!(TABLE.iter().any(|need| need.commands.contains(command)), "{command} needs nothing");
        }
    }

    #[test]
    fn nobody_but_cloudformation_may_repoint_a_destination() {
        for role in Role::ALL {
            let case = Case { own_bus: true, own_key: true, for_role: true, working_role: true };
            let direct = needs(role, case).filter(|need| need.by == By::Command);
            assert!(direct.into_iter().all(|need| need.action != "events:UpdateApiDestination"));
        }
    }
}
