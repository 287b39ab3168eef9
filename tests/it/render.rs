//! `render`: the template itself, offline and always the same.

use snapbox::str;

use crate::harness::Session;

#[test]
fn the_template_is_the_data_and_nothing_else() {
    let session = Session::new();
    let yaml = session.run("render");
    assert!(yaml.success().starts_with("AWSTemplateFormatVersion: '2010-09-09'\n"));
    assert_eq!(yaml.stderr(), "");
    assert_eq!(session.run("render momento --verbose").stdout(), yaml.stdout());
    assert_ne!(session.run("render --standalone").success(), yaml.stdout());
    assert!(session.files().is_empty());
}

#[test]
fn json_is_the_same_template() {
    let session = Session::new();
    let json = session.run("render --format json").success();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["Resources"].as_object().unwrap().len(), 15);
    assert_eq!(session.run("render --output json").success(), json);
    assert!(session.run("render --output json --format yaml").success().starts_with("AWSTemplate"));
}

#[test]
fn what_cannot_be_rendered_is_said() {
    let session = Session::new();
    session.run("render shop").is(str![[r#"
------- stderr -------
error: there is no stack definition shop: stacks/shop.yaml does not exist

hint: leave the name out for Momento's own integration, or write the definition there
[exit status: 2]

"#]]);
    session.run("render --format toml").is(str![[r#"
------- stderr -------
error: invalid value 'toml' for '--format <FORM>'
  [possible values: yaml, json]

For more information, try '--help'.
[exit status: 2]

"#]]);
    session.file("shop.yml", "name: shop\nevents: []\n");
    session.run("render shop.yml").is(str![[r#"
------- stderr -------
error: shop.yml has 1 problem
  cause: shop.yml:2:9: `events` is empty, so nothing would be delivered

hint: name some of cacheSet, cacheDelete, topicPublish
[exit status: 5]

"#]]);
}
