//! Every command is either somebody's, with the permissions that it needs, or calls no AWS at all.

use clap::CommandFactory as _;
use evbridge_momento::cli::Cli;
use evbridge_momento::model::permissions::Role;

/// The commands that need no permission of AWS, and why.
const WITHOUT: [(&str, &str); 8] = [
    ("completions", "writes a script"),
    ("demo", "has a local cloud of its own"),
    ("local", "is the local cloud"),
    ("man", "writes a page"),
    ("permissions", "asks for the account alone, which everybody may"),
    ("regions", "reads a table"),
    ("render", "writes a template"),
    ("validate", "reads a definition"),
];

/// The commands that make the calls of another one.
const LIKE: [(&str, &str); 1] = [("token-rotate", "token-set")];

#[test]
fn every_command_is_somebodys_or_needs_no_permission() {
    let mut commands = Vec::new();
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        if name != "local" && command.has_subcommands() {
            commands.extend(command.get_subcommands().map(|sub| format!("{name}-{}", sub.get_name())));
        } else {
            commands.push(name.to_owned());
        }
    }
    let owned: Vec<&str> = Role::ALL.iter().flat_map(|role| role.commands()).copied().collect();
    let is_without = |name: &str| WITHOUT.iter().any(|(known, _)| *known == name);
    let calls_of = |name: &str| LIKE.iter().find(|(known, _)| *known == name).map(|(_, like)| *like);
    for name in &commands {
        let name = calls_of(name).unwrap_or(name);
        assert!(
            owned.contains(&name) != is_without(name),
            "{name}: give it to a role (`Role::commands`, `actions.tsv`), or say here that it needs no permission"
        );
    }
    let there = |name: &str| commands.iter().any(|command| command == name);
    let listed =
        owned.iter().chain(WITHOUT.iter().map(|(name, _)| name)).chain(LIKE.iter().map(|(name, _)| name));
    for name in listed {
        assert!(there(name), "{name} is no command");
    }
}
