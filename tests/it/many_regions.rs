//! One command in several regions at once.

use serde_json::Value;
use snapbox::str;

use crate::harness::{Session, token};

#[test]
fn every_region_is_deployed_looked_at_and_destroyed() {
    let session = Session::new();
    session.run("deploy --local --quiet --region us-east-1 --region eu-west-1,us-east-1").is(str![[r#"
us-east-1
EventBusName        default
MomentoEndpoint     https://api.cache.cell-us-east-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]

eu-west-1
EventBusName        default
MomentoEndpoint     https://api.cache.cell-1-eu-west-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]

us-east-1  created     [DURATION]
eu-west-1  created     [DURATION]

"#]]);
    session.run("deploy --local --quiet --region us-east-1 --region eu-west-1").is(str![[r#"
us-east-1
EventBusName        default
MomentoEndpoint     https://api.cache.cell-us-east-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]

eu-west-1
EventBusName        default
MomentoEndpoint     https://api.cache.cell-1-eu-west-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]

us-east-1  unchanged     [DURATION]
eu-west-1  unchanged     [DURATION]

"#]]);
    let status = session.run("status --local --region us-east-1,eu-west-1 --output json");
    let status: Value = serde_json::from_str(&status.success()).unwrap();
    assert_eq!(status["schema"], "in-regions/1");
    let regions: Vec<&Value> = status["regions"].as_array().unwrap().iter().collect();
    assert_eq!(regions.len(), 2);
    for (region, name) in regions.iter().zip(["us-east-1", "eu-west-1"]) {
        assert_eq!(region["region"], name);
        assert_eq!(region["outcome"], "CREATE_COMPLETE");
        assert_eq!(region["answer"]["schema"], "status/1");
        assert_eq!(region["answer"]["region"], name);
    }
    session.run("diff --local --quiet --region us-east-1 --region eu-west-1").is(str![[r#"
us-east-1  no resource changes     [DURATION]
eu-west-1  no resource changes     [DURATION]

"#]]);
    session.run("destroy --local --quiet --region all").is(str![[r#"
us-east-1       deleted       [DURATION]
us-east-2       not there     [DURATION]
us-west-2       not there     [DURATION]
eu-west-1       deleted       [DURATION]
eu-west-2       not there     [DURATION]
eu-central-1    not there     [DURATION]
eu-north-1      not there     [DURATION]
ap-south-1      not there     [DURATION]
ap-northeast-1  not there     [DURATION]
ap-southeast-1  not there     [DURATION]
ap-southeast-2  not there     [DURATION]

"#]]);
    session.run("destroy --local --quiet --region all").is(str![[r#"
us-east-1       not there     [DURATION]
us-east-2       not there     [DURATION]
us-west-2       not there     [DURATION]
eu-west-1       not there     [DURATION]
eu-west-2       not there     [DURATION]
eu-central-1    not there     [DURATION]
eu-north-1      not there     [DURATION]
ap-south-1      not there     [DURATION]
ap-northeast-1  not there     [DURATION]
ap-southeast-1  not there     [DURATION]
ap-southeast-2  not there     [DURATION]
[exit status: 1]

"#]]);
}

#[test]
fn a_region_that_fails_does_not_stop_the_others() {
    let session =
        Session::new().env("MOMENTO_API_KEY", &token::wrapped("cell-us-east-1-1", &token::global("x")));
    session.run("deploy --local --quiet --region eu-west-1 --region us-east-1").is(str![[r#"
us-east-1
EventBusName        default
MomentoEndpoint     https://api.cache.cell-us-east-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]

eu-west-1  failed      [DURATION]
us-east-1  created     [DURATION]
------- stderr -------
error in eu-west-1: the token from MOMENTO_API_KEY is refused
  cause: the token belongs to us-east-1 (cell-us-east-1-1), and the stack calls eu-west-1 (cell-1-eu-west-1-1)

hint: deploy with --region us-east-1, or make a key at https://console.gomomento.com for eu-west-1
[exit status: 4]

"#]]);
    let status = session.run("status --local --quiet --region eu-west-1 --region us-east-1");
    assert_eq!(status.status(), Some(1));
    for line in
        ["momento-api in us-east-1: CREATE_COMPLETE", "eu-west-1  not there", "us-east-1  CREATE_COMPLETE"]
    {
        assert!(status.stdout().contains(line), "{status}");
    }
    let failed = session.run("deploy --local --region eu-west-1 --region us-east-1 --output json");
    let failed = failed.json();
    assert_eq!(failed["regions"][0]["failure"]["error"]["kind"], "settings");
    assert_eq!(failed["regions"][0]["exit_code"], 4);
    assert_eq!(failed["regions"][1]["answer"]["outcome"], "unchanged");
}

#[test]
fn a_region_that_rolls_back_does_not_stop_the_others() {
    let session = Session::new();
    session.run("local fault add --resource AWS::IAM::Role --on create --region us-west-2").success();
    session.run("deploy --local --quiet --region us-east-1 --region us-west-2 --region eu-west-1").is(str![
        [r#"
us-east-1
EventBusName        default
MomentoEndpoint     https://api.cache.cell-us-east-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]

eu-west-1
EventBusName        default
MomentoEndpoint     https://api.cache.cell-1-eu-west-1-1.prod.a.momentohq.com
DeadLetterQueueUrl  http://localhost:[PORT]/000000000000/momento-api-DeadLetterQueue-[ID]

us-east-1  created     [DURATION]
us-west-2  failed      [DURATION]
eu-west-1  created     [DURATION]
------- stderr -------
error in us-west-2: the stack was not deployed: it ended in ROLLBACK_COMPLETE
  cause: DeliveryRole failed first: A fault was asked for (local fault)
[exit status: 7]

"#]
    ]);
    session.run("deploy --local --region us-east-1 --profile us-esat-1=east").is(str![[r#"
------- stderr -------
error: `--profile` or `--assume-role` names us-esat-1, and `--region` does not

hint: name the region with `--region` too, or correct its spelling
[exit status: 2]

"#]]);
}

#[test]
fn each_region_has_its_own_token() {
    let session = Session::new()
        .env("MOMENTO_API_KEY_EU_WEST_1", &token::wrapped("cell-1-eu-west-1-1", &token::global("e")))
        .env("MOMENTO_API_KEY", &token::wrapped("cell-us-east-1-1", &token::global("u")));
    session.run("deploy --local --quiet --region eu-west-1 --region us-east-1").success();
    let session = Session::new();
    session.file("us-east-1.key", token::wrapped("cell-us-east-1-1", &token::global("u")));
    session.file("eu-west-1.key", token::wrapped("cell-1-eu-west-1-1", &token::global("e")));
    let places = "--local --region eu-west-1 --region us-east-1";
    session.run(&format!("deploy --quiet {places} --token-file {{region}}.key")).success();
    session.run(&format!("destroy --quiet {places}")).success();
    session.run(&format!("deploy --quiet {places} --from-command 'cat {{region}}.key'")).success();
    session.run_with(&format!("deploy --quiet {places} --token-stdin"), "x").is(str![[r#"
eu-west-1  failed     [DURATION]
us-east-1  failed     [DURATION]
------- stderr -------
error in eu-west-1: standard input is read once, and there are several regions

hint: name a file for each: `--token-file 'keys/{region}'`

hint: or set MOMENTO_API_KEY, or one for each region, such as MOMENTO_API_KEY_US_EAST_1
error in us-east-1: standard input is read once, and there are several regions

hint: name a file for each: `--token-file 'keys/{region}'`

hint: or set MOMENTO_API_KEY, or one for each region, such as MOMENTO_API_KEY_US_EAST_1
[exit status: 2]

"#]]);
}

#[test]
fn other_commands_work_in_one_region() {
    let session = Session::new();
    session.run("put-event cacheSet --local --region us-east-1 --region eu-west-1").is(str![[r#"
------- stderr -------
error: this command works in one region at a time

hint: deploy, destroy, diff, doctor, drift and status take several `--region`, or `--region all`
[exit status: 2]

"#]]);
    session.run("status --local --watch --region us-east-1 --region eu-west-1").is(str![[r#"
------- stderr -------
error: `--follow` and `--watch` look at one region at a time
[exit status: 2]

"#]]);
}

#[test]
fn a_region_has_the_profile_and_the_role_of_its_account() {
    let provider = Session::new();
    let (_server, url) = provider.serve_cloud("");
    let user = Session::new()
        .env("AWS_ENDPOINT_URL", &url)
        .env("MOMENTO_API_KEY", &token::global("x"))
        .env("HTTPS_PROXY", "http://127.0.0.1:9");
    let config = user.file(
        "config",
        "[profile east]\naws_access_key_id = a\naws_secret_access_key = b\n\
         [profile tokyo]\naws_access_key_id = c\naws_secret_access_key = d\n",
    );
    let user = user.env("AWS_CONFIG_FILE", config.to_str().unwrap());
    let places = "--region us-east-1 --region ap-northeast-1";
    let profiles = "--profile us-east-1=east --profile ap-northeast-1=tokyo";
    let deployed = user.run(&format!("deploy --yes {places} {profiles} --output json"));
    let deployed = deployed.json();
    assert_eq!(deployed["regions"][0]["profile"], "east");
    assert_eq!(deployed["regions"][1]["profile"], "tokyo");
    // Without a profile of its own, a region has no credentials here.
    let status = user.run(&format!("status --quiet {places} --profile us-east-1=east"));
    assert_eq!(status.status(), Some(4));
    assert!(status.stdout().contains("ap-northeast-1  failed"), "{status}");
    assert!(
        status.stderr().starts_with("error in ap-northeast-1: no AWS credentials were found"),
        "{status}"
    );

    let status = user.run("status --output json --region us-east-1 --profile east");
    let status: Value = serde_json::from_str(&status.success()).unwrap();
    let role = format!("arn:aws:iam::000000000000:role/{}", status["role"].as_str().unwrap());
    let line = format!("--quiet --region us-east-1 --profile east --assume-role us-east-1={role}");
    // The role may deliver events and nothing else: that it is refused shows that the command works as it.
    let refused = user.run(&format!("diff {line}")).stderr();
    assert!(
        refused.contains("User: arn:aws:sts::000000000000:assumed-role/momento-api-DeliveryRole"),
        "{refused}"
    );
    let missing = "us-east-1=arn:aws:iam::000000000000:role/nobody";
    user.run(&format!("diff --region us-east-1 --profile east --assume-role {missing}")).is(str![[r#"
------- stderr -------
error: the role arn:aws:iam::000000000000:role/nobody cannot be assumed
  cause: AccessDenied: User: arn:aws:iam::000000000000:user/local is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/nobody

hint: look at the role's trust policy, and at the sts:AssumeRole permission of the caller
[exit status: 4]

"#]]);
}
