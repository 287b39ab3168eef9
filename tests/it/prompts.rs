//! What the commands ask a person at a terminal.

use crate::callers::assumed;
use crate::harness::{Server, Session, Terminal, token, with_cloud};

/// A session whose AWS is the local cloud of another session: on the local cloud itself little is asked.
struct Aws {
    user: Session,
    provider: Session,
    _server: Server,
}

const DEPLOY: &str = "deploy --region us-east-1";

impl Aws {
    fn start() -> Self {
        let provider = Session::new();
        let (server, url) = provider.serve_cloud("");
        let user = Session::new()
            .env("AWS_ENDPOINT_URL", &url)
            .env("AWS_ACCESS_KEY_ID", "x")
            .env("AWS_SECRET_ACCESS_KEY", "y")
            // Nobody is there: what would go to Momento goes nowhere, whatever the network is like.
            .env("HTTPS_PROXY", "http://127.0.0.1:9");
        Self { user, provider, _server: server }
    }

    fn with_token(self) -> Self {
        Self { user: self.user.env("MOMENTO_API_KEY", &token::global("x")), ..self }
    }

    /// Returns how many stacks and secrets there are.
    fn count(&self) -> (usize, usize) {
        let found = self.provider.cloud("us-east-1").footprint("momento-api");
        (found.stacks.len(), found.secrets.len())
    }
}

#[track_caller]
fn ends(terminal: Terminal, status: i32, text: &str) -> String {
    let (ended, shown) = terminal.end();
    assert_eq!(ended, Some(status), "{shown}");
    assert!(shown.contains(text), "no `{text}` in:\n{shown}");
    shown
}

const CREATE: &str = "Create the stack momento-api in us-east-1 of account 000000000000? [y/N]";

#[test]
fn a_deploy_that_is_declined_leaves_nothing() {
    let aws = Aws::start().with_token();
    for no in ["", "n", "no", "maybe"] {
        ends(aws.user.at_terminal(DEPLOY).answer(CREATE, no), 0, "declined nothing was changed");
        assert_eq!(aws.count(), (0, 0), "after {no:?}");
    }
    ends(aws.user.at_terminal(DEPLOY).answer(CREATE, "y"), 0, "created momento-api");
    assert_eq!(aws.count(), (1, 1));
    // What was there before stays, whatever is answered.
    let update = format!("{DEPLOY} --momento-endpoint https://api.example.com");
    let question = "Update the stack momento-api in us-east-1 of account 000000000000? [y/N]";
    ends(aws.user.at_terminal(&update).answer(question, ""), 0, "declined nothing was changed");
    assert_eq!(aws.count(), (1, 1));
    let found = aws.provider.cloud("us-east-1").footprint("momento-api");
    assert!(found.change_sets.is_empty(), "{found:?}");
}

/// Returns the labels of a secret's versions, those that have none left out.
fn labels(provider: &Session) -> Vec<String> {
    with_cloud(provider, async |cloud| {
        let secret = cloud.clients.secrets().describe_secret().secret_id("evbridge-momento/momento-api");
        let answer = secret.send().await.unwrap();
        let versions = answer.version_ids_to_stages().unwrap();
        let mut labels: Vec<String> =
            versions.iter().map(|(id, labels)| format!("{} {}", id, labels.join(" "))).collect();
        labels.sort_unstable();
        labels
    })
}

#[test]
fn a_new_token_counts_when_the_deploy_was_agreed_to() {
    let aws = Aws::start().with_token();
    ends(aws.user.at_terminal(DEPLOY).answer(CREATE, "y"), 0, "created momento-api");
    let before = labels(&aws.provider);
    assert_eq!(before.len(), 1);
    // Who deploys has the deployer's policy, and no more.
    let text = aws.provider.run("permissions deployer --local --principal role/ci").success();
    let key = assumed(&aws.provider, "/", "ci", &text);
    let Aws { user, provider, _server } = aws;
    let user = user.env("AWS_ACCESS_KEY_ID", &key);
    user.file("key.txt", token::global("y"));
    let update = format!("{DEPLOY} --token-file key.txt");
    let question = "Update the stack momento-api in us-east-1 of account 000000000000? [y/N]";
    ends(user.at_terminal(&update).answer(question, "n"), 0, "declined nothing was changed");
    let after = labels(&provider);
    assert_eq!(after.iter().filter(|one| one.contains("AWS")).collect::<Vec<_>>(), [&before[0]]);
    ends(user.at_terminal(&update).answer(question, "y"), 0, "updated momento-api");
    let after = labels(&provider);
    let id = before[0].split(' ').next().unwrap();
    assert!(after.contains(&format!("{id} AWSPREVIOUS")), "{after:?}");
    assert!(after.iter().any(|one| one.ends_with(" AWSCURRENT")), "{after:?}");
    assert!(!after.iter().any(|one| one.contains("AWSPENDING")), "{after:?}");
}

#[test]
fn several_regions_ask_together() {
    let aws = Aws::start().with_token();
    let line = |command: &str| format!("{command} --region us-east-1 --region eu-west-1");
    let deploy = line("deploy");
    let shown = ends(aws.user.at_terminal(&deploy).answer("Yes to all 2? [y/N]", "n"), 0, "declined");
    for region in ["us-east-1", "eu-west-1"] {
        let question = format!("Create the stack momento-api in {region} of account 000000000000?");
        assert!(shown.contains(&question), "{shown}");
    }
    assert_eq!(aws.count(), (0, 0));
    ends(aws.user.at_terminal(&deploy).answer("Yes to all 2? [y/N]", "y"), 0, "created");
    assert_eq!(aws.count(), (1, 1));
    let typed = "Yes to all 2? Type momento-api to confirm:";
    ends(aws.user.at_terminal(&line("destroy")).answer(typed, "no"), 1, "nothing was deleted");
    assert_eq!(aws.count(), (1, 1));
    ends(aws.user.at_terminal(&line("destroy")).answer(typed, "momento-api"), 0, "deleted");
    assert_eq!(aws.count().0, 0);
}

#[test]
fn the_token_is_asked_for_and_not_shown() {
    let aws = Aws::start();
    let key = token::global("a-signature-that-nobody-may-see");
    let terminal = aws.user.at_terminal(DEPLOY).answer_hidden("Momento API key", &key).answer(CREATE, "yes");
    let shown = ends(terminal, 0, "created momento-api");
    assert!(!shown.contains("nobody-may-see"), "{shown}");
    // Nothing typed is no token.
    let aws = Aws::start();
    ends(aws.user.at_terminal(DEPLOY).answer_hidden("Momento API key", ""), 4, "no Momento token was given");
    assert_eq!(aws.count(), (0, 0));
}

#[test]
fn what_is_missing_of_an_event_is_asked_for() {
    let session = Session::new();
    session.run("deploy --local").success();
    let terminal = session
        .at_terminal("put-event cacheSet --local")
        .answer("cache name [my-cache]", "")
        .answer("key [test-key]", "")
        .answer("message [hello world!]", "")
        .answer("time to live in seconds [300]", "");
    ends(terminal, 0, "stored my-cache/test-key = \"hello world!\"");
    // A wrong answer is explained and asked for again; a flag is not asked for.
    let terminal = session
        .at_terminal("put-event cacheSet --local --key k")
        .answer("cache name [my-cache]", "")
        .answer("message [hello world!]", "hi")
        .answer("time to live in seconds [300]", "soon")
        .answer("time to live in seconds [300]", "60");
    ends(terminal, 0, "stored my-cache/k = \"hi\"");
    let terminal = session
        .at_terminal("put-event topicPublish --local")
        .answer("cache name [my-cache]", "")
        .answer("topic name [my-topic]", "")
        .answer("message [hello world!]", "");
    ends(terminal, 0, "my-topic");
}

#[test]
fn a_stack_is_deleted_when_its_name_is_typed() {
    let aws = Aws::start().with_token();
    aws.user.run(&format!("{DEPLOY} --yes")).success();
    let question =
        "Delete momento-api in us-east-1 of account 000000000000? Type the stack's name to confirm:";
    for wrong in ["", "y", "yes", "momento"] {
        ends(aws.user.at_terminal("destroy").answer(question, wrong), 1, "nothing was deleted");
    }
    assert_eq!(aws.count(), (1, 1));
    ends(aws.user.at_terminal("destroy --purge").answer(question, "momento-api"), 0, "momento-api");
    assert_eq!(aws.count(), (0, 0));
}

#[test]
fn drift_is_changed_back_when_somebody_agrees() {
    let aws = Aws::start().with_token();
    aws.user.run(&format!("{DEPLOY} --yes")).success();
    aws.provider.cloud("us-east-1").ask(async |clients| {
        let rules = clients.events().list_rules().name_prefix("momento-api-TopicPublishRule").send().await;
        let rules = rules.unwrap();
        clients.events().disable_rule().name(rules.rules()[0].name().unwrap()).send().await.unwrap();
    });
    let question = "Update the stack momento-api in us-east-1 of account 000000000000? [y/N]";
    let revert = "drift --revert --exit-code";
    ends(aws.user.at_terminal(revert).answer(question, ""), 3, "declined nothing was changed");
    ends(aws.user.at_terminal(revert).answer(question, "y"), 0, "reverted:");
    aws.user.run("drift --exit-code").success();
}
