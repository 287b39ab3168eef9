//! A stack's life: every state that a deploy and a destroy can find, made on demand by `local fault`.

#![allow(clippy::needless_raw_string_hashes, reason = "snapbox writes its snapshots so")]

use aws_sdk_cloudformation::config::{BehaviorVersion, Credentials, Region};
use serde_json::Value;
use snapbox::str;

use crate::harness::{Outcome, Session};

const DEPLOY: &str = "deploy --local --quiet";
const CHANGED: &str = "deploy --local --quiet --momento-endpoint https://api.example.com";

/// A session whose stack is deployed.
fn deployed() -> Session {
    let session = Session::new();
    session.run(DEPLOY).success();
    session
}

fn fault(session: &Session, arguments: &str) {
    session.run(&format!("local fault add {arguments}")).success();
}

fn status(session: &Session) -> Value {
    serde_json::from_str(&session.run("status --local --output json").success()).unwrap()
}

#[track_caller]
fn ends(outcome: &Outcome, status: i32, text: &str) {
    assert_eq!(outcome.status(), Some(status), "{outcome}");
    assert!(outcome.stderr().contains(text), "`{text}` is not in:\n{outcome}");
}

#[test]
fn a_failed_update_is_taken_back_and_its_cause_is_named() {
    let session = deployed();
    fault(&session, "--resource AWS::Events::ApiDestination --on update --reason 'iam:PassRole is missing'");
    session.run(CHANGED).is(str![[r#"
------- stderr -------
error: the stack was not deployed: it ended in UPDATE_ROLLBACK_COMPLETE
  cause: CacheSetDestination failed first: iam:PassRole is missing

hint: allow the deployer `iam:PassRole` on the stack's role
[exit status: 7]

"#]]);
    session.run(CHANGED).success();
    assert_eq!(status(&session)["status"], "UPDATE_COMPLETE");
}

#[test]
fn a_failed_rollback_is_continued() {
    let session = deployed();
    // Once for the update, once for its rollback.
    fault(&session, "--resource AWS::Events::ApiDestination --on update --times 2");
    ends(&session.run(CHANGED), 7, "it ended in UPDATE_ROLLBACK_FAILED");
    session.run(CHANGED).is(str![[r#"
------- stderr -------
error: the stack momento-api is in UPDATE_ROLLBACK_FAILED
  cause: taking an update back failed; the rollback is to be continued before the deploy

hint: add `--yes` to do that and deploy
[exit status: 6]

"#]]);
    session.run(&format!("{CHANGED} --yes")).success();
    assert_eq!(status(&session)["outputs"]["MomentoEndpoint"], "https://api.example.com");
}

#[test]
fn a_rollback_that_fails_again_says_why() {
    let session = deployed();
    fault(&session, "--resource AWS::Events::ApiDestination --on update --always --reason 'still no'");
    ends(&session.run(CHANGED), 7, "it ended in UPDATE_ROLLBACK_FAILED");
    let outcome = session.run(&format!("{CHANGED} --yes"));
    ends(&outcome, 6, "the rollback of momento-api failed: it ended in UPDATE_ROLLBACK_FAILED");
    ends(&outcome, 6, "CacheSetDestination failed first: still no");
    session.run("local fault clear").success();
    session.run(&format!("{CHANGED} --yes")).success();
}

#[test]
fn a_failed_update_that_was_kept_is_corrected_or_taken_back() {
    for next in ["--yes", "--on-failure keep"] {
        let session = deployed();
        fault(&session, "--resource AWS::Events::ApiDestination --on update");
        ends(&session.run(&format!("{CHANGED} --on-failure keep")), 6, "is kept as it is, in UPDATE_FAILED");
        session.run(&format!("{CHANGED} {next}")).success();
        assert_eq!(status(&session)["outputs"]["MomentoEndpoint"], "https://api.example.com");
    }
}

#[test]
fn a_failed_creation_is_made_again() {
    let states = [("rollback", "", "ROLLBACK_COMPLETE"), ("keep", "", "CREATE_FAILED")];
    let states = states.into_iter().chain([("rollback", "delete", "ROLLBACK_FAILED")]);
    for (on_failure, deletion, state) in states {
        let session = Session::new();
        fault(&session, "--resource AWS::IAM::Role --on create");
        if deletion == "delete" {
            fault(&session, "--resource DeadLetterQueue --on delete");
        }
        let outcome = session.run(&format!("{DEPLOY} --on-failure {on_failure}"));
        assert!(outcome.stderr().contains(state), "{outcome}");
        ends(&session.run(DEPLOY), 6, "its first creation failed, and CloudFormation can only delete it");
        session.run(&format!("{DEPLOY} --yes")).success();
        assert_eq!(status(&session)["status"], "CREATE_COMPLETE");
    }
}

#[test]
fn a_failed_creation_that_was_deleted_leaves_nothing_to_ask_about() {
    let session = Session::new();
    fault(&session, "--resource AWS::IAM::Role --on create");
    ends(&session.run(&format!("{DEPLOY} --on-failure delete")), 7, "it ended in DELETE_COMPLETE");
    ends(&session.run("status --local"), 1, "there is no stack momento-api");
    session.run(DEPLOY).success();
}

#[test]
fn a_failed_deletion_is_ended_by_leaving_what_cannot_be_deleted() {
    for flag in ["--retain DeadLetterQueue", "--force"] {
        let session = deployed();
        fault(&session, "--resource DeadLetterQueue --on delete --always");
        ends(&session.run("destroy --local --quiet"), 6, "`--retain DeadLetterQueue`, or `--force`");
        ends(&session.run(DEPLOY), 6, "finish the deletion, then deploy: `evbridge-momento destroy`");
        let left = session.run(&format!("destroy --local --output json {flag}")).json();
        assert_eq!(left["left"], serde_json::json!(["DeadLetterQueue"]));
        ends(&session.run("status --local"), 1, "there is no stack momento-api");
    }
}

#[test]
fn what_cannot_be_deleted_is_left_in_one_command() {
    let session = deployed();
    fault(&session, "--resource DeadLetterQueue --on delete --always");
    let outcome = session.run("destroy --local --force");
    outcome.success();
    ends(&outcome, 0, "deleting it again, without what cannot be deleted");
}

#[test]
fn a_destroy_that_was_interrupted_after_the_stack_ends_with_the_secret() {
    let session = deployed();
    fault(&session, "--action secretsmanager:DeleteSecret --status 400");
    ends(&session.run("destroy --local"), 6, "deleting the secret evbridge-momento/momento-api was refused");
    let outcome = session.run("destroy --local --purge");
    ends(&outcome, 0, "there is no stack momento-api, but its secret evbridge-momento/momento-api is left");
    ends(&outcome, 0, "destroyed what was left of momento-api");
    ends(&session.run("destroy --local"), 1, "nothing to delete: there is no stack momento-api");
}

#[test]
fn a_protected_stack_is_deleted_only_when_that_is_said() {
    let session = Session::new();
    session.run(&format!("{DEPLOY} --termination-protection")).success();
    ends(&session.run("destroy --local"), 6, "add `--disable-termination-protection`");
    assert_eq!(status(&session)["protected"], true);
    session.run(&format!("{DEPLOY} --no-termination-protection")).success();
    assert_eq!(status(&session)["protected"], false);
    session.run(&format!("{DEPLOY} --termination-protection")).success();
    session.run("destroy --local --quiet --disable-termination-protection").success();
}

#[test]
fn an_operation_is_left_and_followed_again() {
    let session = deployed();
    fault(&session, "--resource CacheSetDestination --on update --delay 1s");
    ends(&session.run(&format!("{CHANGED} --timeout 300ms")), 8, "--follow --local`");
    // A deploy waits for what runs; a status follows it.
    ends(&session.run("diff --local"), 6, "CloudFormation cannot compare it now");
    let followed = session.run("status --local --follow");
    assert!(followed.success().starts_with("momento-api in us-east-1: UPDATE_COMPLETE"), "{followed}");
    assert!(followed.stderr().contains("UPDATE_COMPLETE  CacheSetDestination"), "{followed}");

    fault(&session, "--resource CacheSetDestination --on update --delay 1s");
    ends(&session.run("deploy --local --detach"), 8, "evbridge-momento status --stack-name momento-api");
    let waited = session.run("deploy --local");
    ends(&waited, 0, "waiting for the operation that runs on momento-api (UPDATE_IN_PROGRESS)");
    ends(&waited, 0, "is as it should be");
}

#[test]
fn following_tells_that_the_operation_was_rolled_back() {
    let session = deployed();
    fault(&session, "--resource CacheSetDestination --on update");
    ends(&session.run(&format!("{CHANGED} --detach")), 8, "");
    ends(&session.run("status --local --follow"), 7, "CacheSetDestination failed first");
}

#[test]
fn a_change_set_is_prepared_in_one_step_and_carried_out_in_another() {
    let session = Session::new();
    session.run(&format!("{DEPLOY} --change-set-name release-1 --no-execute-changeset")).success();
    assert_eq!(status(&session)["status"], "REVIEW_IN_PROGRESS");
    session.run(&format!("{DEPLOY} --change-set-name release-1")).success();
    assert_eq!(status(&session)["status"], "CREATE_COMPLETE");
    ends(&session.run(&format!("{DEPLOY} --change-set-name release-1")), 6, "cannot be carried out");
    ends(&session.run(&format!("{DEPLOY} --change-set-name other")), 1, "has no change set other");
    // Preparing again replaces the one of that name.
    for _ in 0..2 {
        session.run(&format!("{CHANGED} --change-set-name release-2 --no-execute-changeset")).success();
    }
    session.run(&format!("{DEPLOY} --change-set-name release-2")).success();
    assert_eq!(status(&session)["outputs"]["MomentoEndpoint"], "https://api.example.com");
}

/// The calls of a deploy, an update, a status and a destroy.
const CALLS: &str = "cloudformation:DescribeStacks cloudformation:CreateChangeSet \
    cloudformation:DescribeChangeSet cloudformation:ExecuteChangeSet cloudformation:DescribeStackEvents \
    cloudformation:DescribeStackResources cloudformation:DeleteStack events:DescribeEventBus \
    secretsmanager:GetSecretValue secretsmanager:CreateSecret secretsmanager:DeleteSecret \
    sqs:GetQueueAttributes";

/// Lets every call fail once, in every command; each command still ends right, and leaves nothing.
fn every_call_fails_once(effect: &str) {
    let session = Session::new();
    for command in [DEPLOY, CHANGED, "status --local --quiet", "destroy --local --quiet --purge"] {
        fault(&session, &format!("--action {CALLS} {effect}"));
        let outcome = session.run(command);
        assert_eq!(outcome.status(), Some(0), "{command} with {effect}: {outcome}");
        session.run("local fault clear").success();
    }
    assert_eq!(count(&session), Count::default(), "{effect}");
}

#[test]
fn every_call_may_be_throttled_once() {
    every_call_fails_once("--throttle");
}

#[test]
fn every_call_may_answer_an_error_once() {
    every_call_fails_once("--status 503");
}

#[test]
fn every_connection_may_break_once_before_the_work() {
    every_call_fails_once("--drop");
}

#[test]
fn every_connection_may_break_once_after_the_work() {
    every_call_fails_once("--lose-answer");
}

#[test]
fn the_served_cloud_breaks_connections_too() {
    let session = deployed();
    let mut server = session.serve("local --port 0");
    server.wait_for("serving");
    fault(&session, "--action cloudformation:DescribeStacks --drop --times 2");
    session.run("status --local --quiet").success();
    fault(&session, "--action cloudformation:DescribeStacks --drop --always");
    ends(&session.run("status --local"), 6, "looking at the stack momento-api could not reach AWS");
    let listed = session.run("local fault list").success();
    assert!(listed.starts_with("1  spent   happened 2  "), "{listed}");
}

/// A deploy and a destroy are killed; the same command again converges, and nothing is there twice.
#[test]
fn a_killed_command_is_run_again() {
    let session = Session::new();
    fault(&session, "--resource AWS::IAM::Role --on create --delay 400ms");
    let mut killed = session.serve("deploy --local");
    killed.wait_for("CREATE_COMPLETE");
    killed.kill();
    session.run(DEPLOY).success();
    assert_eq!(count(&session), Count { stacks: 1, change_sets: 0, secrets: 1 });

    // Killed between making the change set and executing it, which a lost connection looks like.
    fault(&session, "--action cloudformation:ExecuteChangeSet --status 400 --always");
    ends(&session.run(CHANGED), 6, "executing the change set was refused");
    ends(&session.run(CHANGED), 6, "executing the change set was refused");
    assert_eq!(count(&session).change_sets, 1);
    session.run("local fault clear").success();
    session.run(CHANGED).success();

    fault(&session, "--resource AWS::IAM::Role --on delete --delay 400ms");
    let mut killed = session.serve("destroy --local");
    killed.wait_for("DELETE_COMPLETE");
    killed.kill();
    session.run("destroy --local --quiet --purge").success();
    assert_eq!(count(&session), Count::default());
}

/// What there is, as the SDK's own client sees it over HTTP.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    stacks: usize,
    /// Those that can still be executed.
    change_sets: usize,
    secrets: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn count(session: &Session) -> Count {
    let mut server = session.serve("local --port 0");
    let port = server.wait_for("AWS_ENDPOINT_URL=http://127.0.0.1:");
    let port = port.split(' ').next().unwrap();
    let config = aws_config::SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("http://127.0.0.1:{port}"))
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
            Credentials::for_tests(),
        ))
        .build();
    let cloudformation = aws_sdk_cloudformation::Client::new(&config);
    let stacks = cloudformation.describe_stacks().send().await.unwrap();
    let mut change_sets = 0;
    for stack in stacks.stacks() {
        let listed = cloudformation.list_change_sets().stack_name(stack.stack_name().unwrap()).send().await;
        let open = aws_sdk_cloudformation::types::ExecutionStatus::Available;
        change_sets +=
            listed.unwrap().summaries().iter().filter(|one| one.execution_status() == Some(&open)).count();
    }
    let secrets = aws_sdk_secretsmanager::Client::new(&config).list_secrets().send().await.unwrap();
    Count { stacks: stacks.stacks().len(), change_sets, secrets: secrets.secret_list().len() }
}
