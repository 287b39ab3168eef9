//! What `deploy` refuses before anything is done.

use snapbox::str;

use crate::harness::Session;

#[test]
fn a_region_without_momento_is_refused_before_anything_is_done() {
    let session = Session::new();
    session.run("deploy --region us-east-7 --local").is(str![[r#"
------- stderr -------
error: Momento is not in region `us-east-7`

hint: the nearest regions with Momento are us-east-1 (US East (N. Virginia)), us-east-2 (US East (Ohio)), us-west-2 (US West (Oregon)); or give the base URL of an endpoint with --momento-endpoint

hint: `evbridge-momento regions` lists all
[exit status: 4]

"#]]);
    session.run("deploy --region ap-notheast-1 --local").is(str![[r#"
------- stderr -------
error: Momento is not in region `ap-notheast-1`

hint: the nearest regions with Momento are ap-northeast-1 (Asia Pacific (Tokyo)), ap-southeast-1 (Asia Pacific (Singapore)), ap-southeast-2 (Asia Pacific (Sydney)); or give the base URL of an endpoint with --momento-endpoint

hint: `evbridge-momento regions` lists all
[exit status: 4]

"#]]);
    let footprint = session.cloud("us-east-7").footprint("momento-api");
    assert_eq!((footprint.stacks.len(), footprint.secrets.len()), (0, 0));
    // A private cell may be anywhere.
    let line =
        "deploy --region us-gov-west-1 --local --momento-endpoint https://api.cache.my-cell.momentohq.com";
    session.run(line).success();
    session.run("put-event cacheSet --local --quiet").success();
}

#[test]
fn a_bus_that_is_not_there_is_refused_before_anything_is_done() {
    let session = Session::new();
    session.run("deploy --bus shop --local").is(str![[r#"
------- stderr -------
error: the event bus shop does not exist in us-east-1

hint: make it first: `aws events create-event-bus --name shop --region us-east-1`

hint: or let the stack make it: `bus: { name: …, create: true }` in the stack definition
[exit status: 4]

"#]]);
    session.run("put-event cacheSet --bus shop --local").is(str![[r#"
------- stderr -------
no field was given: this is the documented sample of cacheSet
error: the event bus shop does not exist in us-east-1
  cause: EventBridge would answer with an event id all the same, and drop the event

hint: say which bus with `--bus`, which region with `--region`, or deploy the stack first
[exit status: 4]

"#]]);
    let footprint = session.cloud("us-east-1").footprint("momento-api");
    assert_eq!((footprint.stacks.len(), footprint.secrets.len()), (0, 0));
}

#[test]
fn a_wrong_definition_is_shown_with_its_places() {
    let session = Session::new();
    session
        .file("stacks/shop.yaml", "name: 1st\nbus: shop\nevnts: [cacheSet]\ndelivery: { max-age: 3600 }\n");
    session.run("deploy shop --local").is(str![[r#"
------- stderr -------
error: stacks/shop.yaml has 3 problems
  cause: stacks/shop.yaml:1:7: `1st` cannot name a CloudFormation stack
   hint: a stack name has a letter first, then letters, digits and hyphens, 128 characters at most
  cause: stacks/shop.yaml:3:1: unknown key `evnts`
   hint: did you mean `events`?
  cause: stacks/shop.yaml:4:22: `3600` is not a duration
   hint: write 60 seconds to 24 hours as `90s`, `15m`, `1h` or `1h30m`
[exit status: 5]

"#]]);
    session.file("stacks/broken.yaml", "name: [\n");
    session.run("deploy broken --local").is(str![[r#"
------- stderr -------
error: stacks/broken.yaml has 1 problem
  cause: stacks/broken.yaml:2:1: while parsing a node, did not find expected node content

hint: correct the YAML here or on the line before: quotes and brackets in pairs, the same indent for the keys of one mapping, and spaces, not tabs
[exit status: 5]

"#]]);
    session.run("deploy shopp --local").is(str![[r#"
------- stderr -------
error: there is no stack definition shopp: stacks/shopp.yaml does not exist

hint: did you mean `shop`? The definitions in stacks/ are: shop, broken
[exit status: 2]

"#]]);
    session.run("deploy none/at/all.yaml --local").is(str![[r#"
------- stderr -------
error: there is no stack definition none/at/all.yaml: none/at/all.yaml does not exist

hint: did you mean `broken`? The definitions in stacks/ are: shop, broken
[exit status: 2]

"#]]);
    session.file("stacks/bytes.yaml", [0xff, 0xfe, 0x00]);
    session.run("deploy bytes --local").is(str![[r#"
------- stderr -------
error: stacks/bytes.yaml has 1 problem
  cause: stacks/bytes.yaml:1:1: the byte 0xff is not UTF-8 text

hint: save the file as UTF-8
[exit status: 5]

"#]]);
    assert!(!session.directory().join(".evbridge-momento").exists());
}

#[test]
fn flags_say_what_they_take() {
    let session = Session::new();
    session.run("deploy --stack-name=1x").is(str![[r#"
------- stderr -------
error: invalid value '1x' for '--stack-name <NAME>': `1x` cannot name a CloudFormation stack: a stack name has a letter first, then letters, digits and hyphens, 128 characters at most

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("deploy --bus 'a b'").is(str![[r#"
------- stderr -------
error: invalid value 'a b' for '--bus <BUS>': `a b` cannot name an event bus: a bus name has 1 to 256 letters, digits, and the characters / . - _

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("deploy --momento-endpoint http://momento").is(str![[r#"
------- stderr -------
error: invalid value 'http://momento' for '--momento-endpoint <URL>': `http://momento` cannot be called: write `auto`, or a base URL that starts with https://

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("deploy --momento-endpoint 'https://user:secret@host'").is(str![[r#"
------- stderr -------
error: invalid value 'https://user:secret@host' for '--momento-endpoint <URL>': `https://user:secret@host` cannot be called: a base URL has a host, such as https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("deploy --tags team").is(str![[r#"
------- stderr -------
error: invalid value 'team' for '--tags <KEY=VALUE>...': expected KEY=VALUE, for example team=shop

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("deploy --tags =shop").is(str![[r#"
------- stderr -------
error: invalid value '=shop' for '--tags <KEY=VALUE>...': expected KEY=VALUE, for example team=shop

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("deploy --local-clock fast").is(str![[r#"
------- stderr -------
error: invalid value 'fast' for '--local-clock <PACE>'
  [possible values: virtual, real]

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("deploy shop cart").is(str![[r#"
------- stderr -------
error: unexpected argument 'cart' found

Usage: evbridge-momento deploy [OPTIONS] [STACK]

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.run("deploy --role-arn").is(str![[r#"
------- stderr -------
error: a value is required for '--role-arn <ARN>' but none was supplied

For more information, try '--help'.
[exit status: 2]

"#]]);
}

#[test]
fn tags_and_roles_that_cloudformation_would_refuse_are_refused_first() {
    let session = Session::new();
    let long = "k".repeat(129);
    for (line, said) in [
        ("deploy --tags a=1 a=2", "a tag `a` is there already: give each key once"),
        (
            "deploy --tags evbridge-momento:stack=x",
            "a tag `evbridge-momento:stack` is there already: give each key once",
        ),
        (
            &format!("deploy --tags {long}=1"),
            &format!(
                "invalid value '{long}=1' for '--tags <KEY=VALUE>...': a tag's key has at most 128 characters"
            ),
        ),
        (
            &format!("deploy --tags a={long}{long}"),
            &format!(
                "invalid value 'a={long}{long}' for '--tags <KEY=VALUE>...': a tag's value has at most 256 characters"
            ),
        ),
        (
            "deploy --tags aws:a=1",
            "invalid value 'aws:a=1' for '--tags <KEY=VALUE>...': a tag's key cannot start with `aws:`: only AWS gives such tags",
        ),
        (
            "deploy --role-arn foo",
            "invalid value 'foo' for '--role-arn <ARN>': expected the ARN of a role, such as arn:aws:iam::123456789012:role/deployer",
        ),
        (
            "destroy --role-arn arn:aws:iam::1:role/x",
            "invalid value 'arn:aws:iam::1:role/x' for '--role-arn <ARN>': expected the ARN of a role, such as arn:aws:iam::123456789012:role/deployer",
        ),
    ] {
        let outcome = session.run(&format!("{line} --local"));
        assert!(outcome.stderr().starts_with(&format!("error: {said}\n")), "{line}\n{outcome}");
        assert_eq!(outcome.status(), Some(2), "{line}\n{outcome}");
    }
    let tags: Vec<String> = (0..50).map(|n| format!("t{n}=1")).collect();
    let outcome = session.run(&format!("deploy --local --tags {}", tags.join(" ")));
    assert_eq!(outcome.stderr(), "error: 51 tags with the stack's own, and 50 is the most\n");
    let outcome = session.run("deploy --local --role-arn arn:aws:iam::000000000000:role/none");
    let said = "Role arn:aws:iam::000000000000:role/none is invalid or cannot be assumed";
    assert!(outcome.stderr().contains(said), "{outcome}");
    assert_eq!(outcome.status(), Some(6), "{outcome}");
    assert_eq!(session.cloud("us-east-1").footprint("momento-api").stacks.len(), 0);
}
