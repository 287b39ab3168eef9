//! `token rotate --schedule`: the line has all that decides where it works.

use snapbox::str;

use crate::harness::Session;

#[test]
fn the_line_has_what_was_typed_and_what_the_environment_says() {
    let session = Session::new()
        .env("AWS_PROFILE", "shop's")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_CONFIG_FILE", "my config")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:4566/?a=%20")
        .env("EVBRIDGE_MOMENTO_ASSUME_ROLE", "arn:aws:iam::111122223333:role/r")
        .env("EVBRIDGE_MOMENTO_CALL_TIMEOUT", "5s")
        .env("EVBRIDGE_MOMENTO_LOCAL_DIR", "else where")
        .env("EVBRIDGE_MOMENTO_STACK_NAME", "shop");
    session.run("token rotate --from-command=-x --schedule=@weekly").is(str![[r#"
@weekly cd [ROOT]/work && AWS_CONFIG_FILE='my config' [PROGRAM] token rotate --stack-name shop --region eu-west-1 --profile 'shop'\''s' --assume-role arn:aws:iam::111122223333:role/r --endpoint-url 'http://127.0.0.1:[PORT]/?a=\%20' --call-timeout [DURATION] --local-dir 'else where' --from-command=-x --yes --quiet

"#]]);
    session
        .run("token rotate --from-command x --schedule --profile a --profile us-east-1=b --region us-east-1 --assume-role arn:aws:iam::111122223333:role/s --endpoint-url http://localhost:1 --call-timeout 1500ms --local-dir d")
        .is(str![[r#"
0 3 1 * * cd [ROOT]/work && AWS_CONFIG_FILE='my config' [PROGRAM] token rotate --stack-name shop --region us-east-1 --profile b --assume-role arn:aws:iam::111122223333:role/s --endpoint-url http://localhost:1 --call-timeout [DURATION] --local-dir d --from-command x --yes --quiet

"#]]);
    session.run("token rotate --local --local-clock real --schedule --from-command x").is(str![[r#"
0 3 1 * * cd [ROOT]/work && AWS_CONFIG_FILE='my config' [PROGRAM] token rotate --stack-name shop --region eu-west-1 --call-timeout [DURATION] --local-dir 'else where' --local-clock real --from-command x --local --yes --quiet

"#]]);
}

#[test]
fn a_line_without_a_profile_says_that_it_has_no_keys() {
    let session = Session::new().env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "y");
    session.run("token rotate --from-command x --schedule --region us-east-1").is(str![[r#"
0 3 1 * * cd [ROOT]/work && [PROGRAM] token rotate --region us-east-1 --from-command x --yes --quiet
------- stderr -------
warning: the keys of AWS_ACCESS_KEY_ID are not in the line, as anybody may read them there: cron needs credentials of its own, such as those of `--profile`

"#]]);
}

#[test]
fn the_line_works_as_a_shell_reads_it() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.file("key.txt", session.run("local key").success());
    let line = session.run("token rotate --local --from-command 'cat key.txt' --schedule").success();
    let command = line.strip_prefix("0 3 1 * * ").unwrap();
    let ended = std::process::Command::new("sh").args(["-c", command]).status().unwrap();
    assert!(ended.success(), "{line}");
    let key = std::fs::read_to_string(session.directory().join("key.txt")).unwrap();
    let again = session.run_with("token set --local --token-stdin --yes", key);
    assert!(again.stderr().contains("uses this token already"), "{again}");
}

#[test]
fn a_field_that_is_wrong_is_named() {
    let session = Session::new();
    session.run("token rotate --schedule='0 24 1 * *' --from-command x").is(str![[r#"
------- stderr -------
error: `0 24 1 * *` are not the times of a cron line
  cause: the hour: `24` is not from 0 to 23

hint: give five fields, for example `--schedule='0 3 1 * *'`: at 3:00 on the first of each month
[exit status: 2]

"#]]);
    session.run("token rotate --schedule=@soon --from-command x").is(str![[r#"
------- stderr -------
error: `@soon` are not the times of a cron line
  cause: cron does not know @soon; it knows @annually, @daily, @hourly, @midnight, @monthly, @reboot, @weekly, @yearly

hint: give five fields, for example `--schedule='0 3 1 * *'`: at 3:00 on the first of each month
[exit status: 2]

"#]]);
}

#[test]
fn flags_that_mean_nothing_together_are_named() {
    let session = Session::new();
    session.run("token rotate --local --mint --role r --from-command x").is(str![[r#"
------- stderr -------
error: the argument '--mint' cannot be used with '--from-command <COMMAND>'

Usage: evbridge-momento token rotate --local --mint --role <ROLE> [STACK]

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("token check --local --cache ''").is(str![[r#"
------- stderr -------
error: a value is required for '--cache <CACHE>' but none was supplied

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("token set --local --cache ''").is(str![[r#"
------- stderr -------
error: a value is required for '--cache <CACHE>' but none was supplied

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("token check --local --region all").is(str![[r#"
------- stderr -------
error: this command works in one region at a time

hint: deploy, destroy, diff, doctor, drift and status take several `--region`, or `--region all`
[exit status: 2]

"#]]);
}
