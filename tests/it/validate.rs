//! `validate`: what is wrong with a definition or a template, with its place.

use snapbox::str;

use crate::harness::Session;

#[test]
fn the_default_stack_is_valid() {
    let session = Session::new();
    assert_eq!(session.run("validate").status(), Some(0));
    let valid = session.run("validate --output json").json();
    assert_eq!(valid["checked"].as_array().unwrap().len(), 2);
    assert!(session.files().is_empty());
}

#[test]
fn every_problem_of_a_definition_is_told_at_once() {
    let session = Session::new();
    session.file(
        "stacks/shop.yaml",
        "name: shop\nbus: { nam: shop }\ndelivery:\n  retries: 200\n  cache-rate: 0\n",
    );
    session.run("validate shop").is(str![[r#"
------- stderr -------
error: stacks/shop.yaml has 4 problems
  cause: stacks/shop.yaml:2:6: `bus` needs a `name`
   hint: write `bus: orders`, or `bus: { name: orders, create: true }`
  cause: stacks/shop.yaml:2:8: unknown key `nam`
   hint: did you mean `name`?
  cause: stacks/shop.yaml:4:12: `200` is not a number of retries
   hint: EventBridge retries a call 0 to 185 times
  cause: stacks/shop.yaml:5:15: `0` is not a rate
   hint: write calls per second, at least 1
[exit status: 5]

"#]]);
    let error = session.run("validate shop --output json");
    assert_eq!(error.status(), Some(5));
    for list in ["causes", "hints"] {
        assert_eq!(error.json()["error"][list].as_array().unwrap().len(), 4);
    }
}

#[test]
fn a_rendered_template_is_valid_and_a_broken_one_is_not() {
    let session = Session::new();
    let template = session.run("render").success();
    session.file("template.yaml", &template);
    assert_eq!(session.run("validate --template-file template.yaml").status(), Some(0));
    session.file("broken.yaml", template.replacen("!Ref EventBusName", "!Ref EventBus", 1));
    session.run("validate -t broken.yaml").is(str![[r#"
------- stderr -------
error: broken.yaml has 1 problem
  cause: broken.yaml:104:28: a condition can only refer to parameters, and `EventBus` is none

hint: did you mean `EventBusName`?
[exit status: 5]

"#]]);
    session.file("bytes.yaml", [0x80]);
    session.run("validate -t bytes.yaml").is(str![[r#"
------- stderr -------
error: bytes.yaml has 1 problem
  cause: bytes.yaml:1:1: the byte 0x80 is not UTF-8 text

hint: save the file as UTF-8
[exit status: 5]

"#]]);
    session.run("validate -t none.yaml").is(str![[r#"
------- stderr -------
error: the template none.yaml cannot be read
  cause: No such file or directory (os error 2)
[exit status: 2]

"#]]);
    session.run("validate shop -t none.yaml").is(str![[r#"
------- stderr -------
error: the argument '[STACK]' cannot be used with '--template-file <FILE>'

Usage: evbridge-momento validate <STACK>

For more information, try '--help'.
[exit status: 2]

"#]]);
}

#[test]
fn what_cannot_be_read_at_all_has_a_place_and_a_hint() {
    let session = Session::new();
    let deep = "[".repeat(101);
    let sources = vec!["shop.orders-and-much-more"; 60];
    let sources: Vec<_> = sources.iter().enumerate().map(|(n, name)| format!("{name}-{n}")).collect();
    for (text, place, hint) in [
        (&b"name: [shop\nbus: x\n"[..], "2:", "correct the YAML here or on the line before: "),
        (b"name: a\n---\nname: b\n", "2:1: a second YAML", "write it into a file of its own"),
        (b"name: &a shop\nbus: *a\n", "2:6: YAML aliases", "write the value out where the alias stands"),
        (deep.as_bytes(), "1:101: nested deeper", "take the innermost brackets or indented lines out"),
        (
            format!("name: shop\nsource: [{}]\n", sources.join(", ")).as_bytes(),
            "2:9: the sources take",
            "leave some out, or make a stack for each group of sources",
        ),
        (b"name: shop\nbus: \xe4\n", "2:6: the byte 0xe4 is not UTF-8 text", "save the file as UTF-8"),
    ] {
        session.file("stacks/shop.yaml", text);
        let outcome = session.run("validate shop");
        let stderr = outcome.stderr();
        let head = format!("error: stacks/shop.yaml has 1 problem\n  cause: stacks/shop.yaml:{place}");
        assert!(stderr.starts_with(&head), "{outcome}");
        assert!(stderr.contains(&format!("\n\nhint: {hint}")), "{outcome}");
        assert_eq!(outcome.status(), Some(5));
    }
}
