//! The recorded runs of docs/rotation.md: the real program, as a person sees it.

use std::fmt::Write as _;

use super::{MINT, PAGE};
use crate::harness::Session;

/// What is shown; each line follows the program's name.
struct Scene {
    text: &'static str,
    /// Run, and not shown.
    before: &'static [&'static str],
    /// Run and shown.
    lines: &'static [&'static str],
}

const DEPLOY: &str = "deploy --local --quiet";

const SCENES: [Scene; 5] = [
    Scene {
        text: "A new token: stored, given to the connection, tried with an event, and only then the current one.",
        before: &[DEPLOY],
        lines: &["token rotate --local"],
    },
    Scene {
        text: "Momento makes the key. The second time the key of the first time is revoked.",
        before: &[DEPLOY, MINT],
        lines: &[MINT],
    },
    Scene {
        text: "It goes back: the new version cannot be made the current one. The stack gets its token back, the new \
               key is revoked.",
        before: &[
            DEPLOY,
            MINT,
            "local fault add --action secretsmanager:UpdateSecretVersionStage --status 403",
        ],
        lines: &[MINT, "token check --local"],
    },
    Scene {
        text: "It cannot go back either: what is so is said of the stack and of the key, and what to do. A deploy \
               gives the stack the current token, and the next rotation revokes what was left.",
        before: &[
            DEPLOY,
            MINT,
            "local fault add --action secretsmanager:UpdateSecretVersionStage --status 403",
            "local fault add --action cloudformation:UpdateStack --status 403 --after 1",
        ],
        lines: &[MINT, DEPLOY, MINT],
    },
    Scene {
        text: "A rotation without a management key cannot revoke what `--mint` made, and names it.",
        before: &[DEPLOY, MINT],
        lines: &["token rotate --local"],
    },
];

#[test]
fn rotations_look_as_they_were_recorded() {
    let mut page = String::new();
    for scene in &SCENES {
        let session = Session::new();
        for line in scene.before {
            session.run(line).success();
        }
        write!(page, "\n{}\n\n```console\n", scene.text).unwrap();
        for line in scene.lines {
            write!(page, "$ evbridge-momento {line}\n{}", session.run(line).on_screen()).unwrap();
        }
        page.push_str("```\n");
    }
    page.push('\n');
    PAGE.holds("the recorded runs", &page);
}
