//! The recorded runs of docs/recoveries.md: the real program on faults that were asked for.
//!
//! `UPDATE=1 cargo test --test it recoveries` records them anew; without it they are run and compared, with times,
//! ports and ids replaced.

use std::fmt::Write as _;

use crate::harness::{Session, repository};

/// What is done before a recorded run, and what is recorded; each line follows the program's name.
struct Scene {
    title: &'static str,
    /// What has happened and what the recovery is.
    text: &'static str,
    /// Run, and not shown.
    before: &'static [&'static str],
    /// Run and shown.
    lines: &'static [&'static str],
}

const DEPLOY: &str = "deploy --local --quiet";
const CHANGED: &str = "deploy --local --momento-endpoint https://api.example.com";
const NO_ROLE: &str =
    "local fault add --resource AWS::IAM::Role --on create --reason 'iam:CreateRole is missing'";
const NO_UPDATE: &str = "local fault add --resource CacheSetDestination --on update --reason 'Rate exceeded for UpdateApiDestination'";
const NO_DELETION: &str =
    "local fault add --resource DeadLetterQueue --on delete --always --reason 'sqs:DeleteQueue is missing'";

const SCENES: [Scene; 15] = [
    Scene {
        title: "ROLLBACK_COMPLETE",
        text: "The first creation failed and was rolled back. CloudFormation can only delete such a stack: it is \
               deleted and made again, after a question or with `--yes`.",
        before: &[],
        lines: &[NO_ROLE, DEPLOY, DEPLOY, "deploy --local --yes"],
    },
    Scene {
        title: "ROLLBACK_FAILED",
        text: "The first creation failed, and so did its rollback. The recovery is the same.",
        before: &[NO_ROLE, "local fault add --resource DeadLetterQueue --on delete"],
        lines: &[DEPLOY, "deploy --local --quiet --yes", "status --local"],
    },
    Scene {
        title: "REVIEW_IN_PROGRESS",
        text: "A change set was prepared for a stack that does not exist, so that there is an empty stack. A deploy \
               goes on from it, and the empty stack becomes the real one.",
        before: &[],
        lines: &[
            "deploy --local --quiet --no-execute-changeset --change-set-name release-1",
            "status --local",
            DEPLOY,
            "status --local",
        ],
    },
    Scene {
        title: "CREATE_FAILED",
        text: "The first creation failed and `--on-failure keep` left it for a look. It is deleted and made again.",
        before: &[NO_ROLE],
        lines: &["deploy --local --quiet --on-failure keep", DEPLOY, "deploy --local --quiet --yes"],
    },
    Scene {
        title: "UPDATE_ROLLBACK_COMPLETE",
        text: "An update failed and was taken back: the stack is as it was. The next deploy is an ordinary update.",
        before: &[DEPLOY, NO_UPDATE],
        lines: &[CHANGED, CHANGED],
    },
    Scene {
        title: "UPDATE_FAILED",
        text: "An update failed and `--on-failure keep` left it for a look. It is taken back first, after a question \
               or with `--yes`; or corrected in place, with `--on-failure keep` again.",
        before: &[
            DEPLOY,
            NO_UPDATE,
            "deploy --local --quiet --on-failure keep --momento-endpoint https://api.example.com",
        ],
        lines: &[
            "deploy --local --quiet --momento-endpoint https://api.example.com",
            "deploy --local --yes --momento-endpoint https://api.example.com",
        ],
    },
    Scene {
        title: "UPDATE_ROLLBACK_FAILED",
        text: "An update failed, and so did its rollback. The rollback is continued (ContinueUpdateRollback), then \
               the deploy goes on.",
        before: &[DEPLOY, "local fault add --resource CacheSetDestination --on update --times 2"],
        lines: &[
            "deploy --local --quiet --momento-endpoint https://api.example.com",
            "deploy --local --quiet --momento-endpoint https://api.example.com",
            "deploy --local --quiet --yes --momento-endpoint https://api.example.com",
        ],
    },
    Scene {
        title: "DELETE_FAILED: leave one resource",
        text: "The deletion failed at a resource. What the cause names is removed, or the resource is left where it \
               is.",
        before: &[DEPLOY, NO_DELETION],
        lines: &[
            "destroy --local --quiet",
            DEPLOY,
            "destroy --local --quiet --retain DeadLetterQueue",
            "status --local",
        ],
    },
    Scene {
        title: "DELETE_FAILED: leave whatever cannot be deleted",
        text: "`--force` says so beforehand, or afterwards.",
        before: &[DEPLOY, NO_DELETION],
        lines: &["destroy --local --force --purge"],
    },
    Scene {
        title: "An operation that runs",
        text: "A deploy was left, or lost its connection, or somebody else's runs (any status that ends in \
               `_IN_PROGRESS`). `status --follow` attaches to it; a deploy waits for it and then goes on.",
        before: &[DEPLOY, "local fault add --resource CacheSetDestination --on update --delay 2s --times 2"],
        lines: &[
            "deploy --local --detach --momento-endpoint https://api.example.com",
            "status --local --follow",
            "deploy --local --quiet --detach",
            "deploy --local",
        ],
    },
    Scene {
        title: "Termination protection",
        text: "A protected stack is deleted only when that is said.",
        before: &["deploy --local --quiet --termination-protection"],
        lines: &[
            "destroy --local",
            "destroy --local --quiet --disable-termination-protection",
            "status --local",
        ],
    },
    Scene {
        title: "A stack that is half deleted",
        text: "The stack is gone, but its secret could not be deleted. The same command ends it.",
        before: &[DEPLOY, "local fault add --action secretsmanager:DeleteSecret --status 400"],
        lines: &["destroy --local --quiet", "destroy --local"],
    },
    Scene {
        title: "A stack that is not there",
        text: "There is nothing to delete, and nothing is changed.",
        before: &[],
        lines: &["destroy --local"],
    },
    Scene {
        title: "Credentials that end in the middle",
        text: "While the stack is made, a call says that the credentials have expired. CloudFormation goes on; so does \
               the same command with new credentials.",
        before: &["local fault add --action cloudformation:DescribeStackEvents --expire"],
        lines: &[DEPLOY, DEPLOY],
    },
    Scene {
        title: "What a deploy would change, in three formats",
        text: "For people, for a pull request's comment, and for programs.",
        before: &[DEPLOY],
        lines: &[
            "diff --local --momento-endpoint https://api.example.com",
            "diff --local --momento-endpoint https://api.example.com --format markdown",
            "diff --local --momento-endpoint https://api.example.com --output json",
        ],
    },
];

const HEAD: &str = "\
# Recoveries

Recorded runs of the program on its local cloud: each state that a deploy or a destroy can find, made on demand by
`local fault`, and the way out of it. A test runs them all and compares; it is
`UPDATE=1 cargo test --test it recoveries` that wrote this page. Times, ports and ids are replaced.
";

#[test]
fn the_recoveries_are_as_they_were_recorded() {
    let mut pages: Vec<String> = vec![String::new(); SCENES.len()];
    std::thread::scope(|scope| {
        for (scenes, pages) in SCENES.chunks(4).zip(pages.chunks_mut(4)) {
            scope.spawn(|| scenes.iter().zip(pages).for_each(|(scene, page)| *page = record(scene)));
        }
    });
    let page = format!("{HEAD}{}", pages.concat());
    let path = repository().join("docs/recoveries.md");
    if is_update() {
        std::fs::write(&path, &page).unwrap();
    }
    snapbox::assert_data_eq!(page, snapbox::Data::read_from(&path, None).raw());
}

fn record(scene: &Scene) -> String {
    let session = Session::new();
    for line in scene.before {
        // Some of them are to fail: that is what is recovered from.
        session.run(line).status();
    }
    let mut page = format!("\n## {}\n\n{}\n\n```console\n", scene.title, scene.text);
    for line in scene.lines {
        write!(page, "$ evbridge-momento {line}\n{}", session.run(line).on_screen()).unwrap();
    }
    page.push_str("```\n");
    page
}

#[expect(clippy::disallowed_methods, reason = "a switch of the tests, not of the program")]
fn is_update() -> bool {
    std::env::var_os("UPDATE").is_some()
}
