//! The pages that are made from the code: they are those of the repository, and the real answers keep to them.
//!
//! `UPDATE=1 cargo test --test it docs` writes them anew.

use std::fmt::Write as _;
use std::fs;

use clap::builder::Resettable;
use clap::{Command, CommandFactory as _};
use evbridge_momento::cli::Cli;
use evbridge_momento::commands::{
    completions, demo, deploy, destroy, diff, doctor, drift, each_region, explain, local, put_event, regions,
    status, token, validate,
};
use evbridge_momento::ui::progress::Step;
use evbridge_momento::ui::{Failure, Report, schema};
use serde_json::Value;

use crate::harness::{Session, repository, sources};

#[test]
fn the_command_page_is_that_of_the_repository() {
    let mut page = "\
# Commands

Made from the program's own help by `UPDATE=1 cargo test --test it docs`.
"
    .to_owned();
    let mut root = plain(Cli::command().term_width(100));
    root.build();
    describe(&mut page, &mut root, "evbridge-momento");
    assert_file("docs/cli.md", &page);
}

#[test]
fn the_schemas_are_those_of_the_repository() {
    let mut names = Vec::new();
    for (name, schema) in schemas() {
        assert_file(&format!("docs/schemas/{name}.json"), &format!("{schema:#}\n"));
        names.push(format!("{name}.json"));
    }
    names.sort();
    let directory = fs::read_dir(repository().join("docs/schemas")).unwrap();
    let mut found: Vec<_> =
        directory.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    found.sort();
    assert_eq!(found, names, "a schema without a command");
}

#[test]
fn real_answers_keep_to_their_schemas() {
    let session = Session::new();
    for line in [
        "validate",
        "regions",
        "completions fish",
        "deploy --local --no-execute-changeset",
        "deploy --local",
        "deploy --local",
        "deploy --local --tags a=b",
        "put-event cacheSet --local",
        "put-event cacheDelete --local",
        "put-event topicPublish --local --cache none --topic t --message m",
        "put-event topicPublish --dry-run",
        "local cache get my-cache --key test-key",
        "local cache create shop",
        "local cache get shop --key none",
        "local cache list",
        "local key",
        "local fault list",
        "status --local",
        "diff --local",
        "diff --local --tags c=d",
        "drift --local",
        "drift --local --revert",
        "doctor --local",
        "explain cacheSet",
        "put-event cacheSet --local --explain",
        "token check --local",
        "destroy --local",
        "destroy --local",
        "deploy --local",
        "destroy --local --purge",
        "deploy --local --region us-east-1 --region us-west-2",
        "destroy --local --region all",
        "regions nowhere",
        "nonsense",
        "demo",
    ] {
        let outcome = session.run(&format!("{line} --output json"));
        assert_kept(line, &outcome.json());
        for step in outcome.steps() {
            assert_kept(line, &step);
        }
    }
    session.run("deploy --local").success();
    let mut server = session.serve("local --port 0 --output json");
    let start = server.wait_for("{\"schema\":");
    assert_kept("local", &serde_json::from_str(&format!("{{\"schema\":{start}")).unwrap());
    let mut subscriber = session.serve("local topic subscribe my-cache my-topic --output json");
    let mut publisher = session.command(["put-event", "topicPublish", "--local"]);
    // Nothing tells when the subscriber listens: publish until it has heard.
    let publishing = std::thread::spawn(move || (0..5).for_each(|_| drop(publisher.output().unwrap())));
    let heard = subscriber.wait_for("{\"schema\":");
    assert_kept("local topic subscribe", &serde_json::from_str(&format!("{{\"schema\":{heard}")).unwrap());
    publishing.join().unwrap();
}

/// An answer whose schema nobody made is found by the name of its layout in the sources.
#[test]
fn no_answer_is_without_a_schema() {
    let layout = regex::Regex::new(r#"const SCHEMA: &'static str = "([a-z-]+)/\d+""#).unwrap();
    let known = schemas();
    // The template is CloudFormation's own format.
    let is_known = |name: &str| name == "template" || known.iter().any(|(known, _)| *known == name);
    for source in sources("src", "rs") {
        for found in layout.captures_iter(&source.text) {
            assert!(is_known(&found[1]), "{}: {} has no schema in docs/schemas", source.path, &found[1]);
        }
    }
}

fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        of::<completions::Verbatim>(),
        of::<demo::Shown>(),
        of::<deploy::Deployed>(),
        of::<destroy::Destroyed>(),
        of::<diff::Difference>(),
        of::<doctor::Diagnosis>(),
        of::<drift::Drift>(),
        of::<each_region::InRegions>(),
        of::<explain::Explained>(),
        of::<local::Caches>(),
        of::<local::Changed>(),
        of::<local::Faults>(),
        of::<local::Heard>(),
        of::<local::Item>(),
        of::<local::LocalKey>(),
        of::<local::Serving>(),
        of::<put_event::Put>(),
        of::<regions::Regions>(),
        of::<status::Status>(),
        of::<token::check::Checked>(),
        of::<token::report::Changed>(),
        of::<validate::Valid>(),
        (name(Step::SCHEMA), schema::of::<Step>(Step::SCHEMA)),
        (name(Failure::SCHEMA), schema::of::<Failure>(Failure::SCHEMA)),
    ]
}

fn of<R: Report>() -> (&'static str, Value) {
    (name(R::SCHEMA), schema::of::<R>(R::SCHEMA))
}

/// The name without the version.
fn name(layout: &'static str) -> &'static str {
    layout.split_once('/').unwrap().0
}

#[track_caller]
fn assert_kept(line: &str, answer: &Value) {
    let layout = answer["schema"].as_str().unwrap();
    let wanted = layout.split_once('/').unwrap().0;
    let (_, schema) = schemas().into_iter().find(|(name, _)| *name == wanted).unwrap();
    let mut schema = schema;
    // A member that the schema does not know is a member that it forgot.
    schema["additionalProperties"] = Value::Bool(false);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(answer).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{line}: {wrong:#?}\n{answer:#}");
}

/// Leaves out what the environment of whoever runs the tests would show.
fn plain(command: Command) -> Command {
    let named = |arg: clap::Arg| match arg.get_env().map(ToOwned::to_owned) {
        Some(_) => arg.hide_env_values(true),
        None => arg.env(Resettable::Reset),
    };
    command.mut_args(named).mut_subcommands(plain)
}

fn describe(page: &mut String, command: &mut Command, name: &str) {
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    write!(page, "\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n").trim_end()).unwrap();
    for subcommand in command.get_subcommands_mut() {
        if subcommand.is_hide_set() || subcommand.get_name() == "help" {
            continue;
        }
        let name = format!("{name} {}", subcommand.get_name());
        // The flags of every command stand at the top of the page.
        let own = |arg: clap::Arg| if arg.is_global_set() { arg.hide(true) } else { arg };
        *subcommand = std::mem::take(subcommand).mut_args(own);
        describe(page, subcommand, &name);
    }
}

#[track_caller]
#[expect(clippy::disallowed_methods, reason = "a switch of the tests, not of the program")]
fn assert_file(path: &str, expected: &str) {
    let file = repository().join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == expected, "{path} is not what the code makes: run `UPDATE=1 cargo test --test it docs`");
}
