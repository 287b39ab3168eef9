use super::*;
use crate::model::template::tests::assert_file;

/// Returns problems and hints as they are printed.
fn problems(text: &str) -> String {
    use std::fmt::Write as _;
    let mut said = String::new();
    for problem in Definition::parse(text, "s.yaml").unwrap_err() {
        writeln!(said, "{problem}\n  {}", problem.hint.as_deref().unwrap_or("-")).unwrap();
    }
    said
}

/// One row: a definition and what is said of it.
macro_rules! refused {
    ($($name:ident: $text:expr => $said:expr;)*) => {$(
        #[test]
        fn $name() {
            assert_eq!(problems($text), $said);
        }
    )*};
}

#[test]
fn the_default_is_what_leaving_out_means() {
    let written = Definition::parse(DEFAULT, "stacks/momento.yaml").unwrap();
    let left_out = Definition::parse("name: momento-api", "s.yaml").unwrap();
    assert_eq!(written, left_out);
    assert_eq!(written.name.as_str(), "momento-api");
    assert_eq!(written.delivery.max_age.seconds(), 3600);
    assert_eq!(written.events, EventType::ALL);
    assert!(written.warnings().is_empty());
}

#[test]
fn the_example_is_read() {
    let shop = Definition::parse(include_str!("../../../stacks/shop.yaml"), "stacks/shop.yaml").unwrap();
    assert_eq!(shop.bus, Bus { name: "shop".parse().unwrap(), create: true });
    assert_eq!(
        shop.source.iter().map(SourceName::as_str).collect::<Vec<_>>(),
        ["shop.orders", "shop.prices"]
    );
    assert_eq!((shop.delivery.max_age.seconds(), shop.delivery.cache_rate.per_second()), (300, 50));
}

#[test]
fn events_are_in_the_documented_order() {
    let definition = Definition::parse("name: a\nevents: [topicPublish, cacheSet]", "s.yaml").unwrap();
    assert_eq!(definition.events, [EventType::CacheSet, EventType::TopicPublish]);
}

#[test]
fn rates_above_the_quota_are_warned_of() {
    let definition =
        Definition::parse("name: a\ndelivery: {cache-rate: 301, topic-rate: 300}", "s.yaml").unwrap();
    assert_eq!(
        definition.warnings(),
        [
            "delivery.cache-rate is 301, and EventBridge's quota is 300 calls per second for one API destination: \
          ask AWS to raise it, or lower the rate"
        ]
    );
}

#[test]
fn durations() {
    let seconds = |text: &str| text.parse::<MaxAge>().map(MaxAge::seconds).ok();
    for (text, expected) in [
        ("1h", Some(3600)),
        ("60s", Some(60)),
        ("1m", Some(60)),
        ("1d", Some(86_400)),
        ("24h", Some(86_400)),
        ("1h30m", Some(5400)),
        ("1h1m1s", Some(3661)),
        ("59s", None),
        ("86401s", None),
        ("", None),
        ("h", None),
        ("1", None),
        ("3600", None),
        ("1h1h", None),
        ("1m1h", None),
        ("-1h", None),
        ("1.5h", None),
        ("1 h", None),
        ("99999999999999999999s", None),
        ("4294967297h", None),
        ("1H", None),
    ] {
        assert_eq!(seconds(text), expected, "{text}");
    }
    assert_eq!("5400s".parse::<MaxAge>().unwrap().to_string(), "1h30m");
}

#[test]
fn endpoints() {
    for text in ["auto", "https://a.example.com", "https://a:8443", "https://a.b-c.d/v1/x_y~z.w"] {
        assert_eq!(text.parse::<Endpoint>().unwrap().as_str(), text);
    }
    for text in [
        "",
        "Auto",
        "http://a.example.com",
        "a.example.com",
        "https://",
        "https://a/",
        "https://a//b",
        "https://a..b",
        "https://u@a",
        "https://a:0",
        "https://a:99999",
        "https://a:",
        "https://a?b",
        "https://a#b",
        "https://a/*",
        "https://a/%2f",
        "https://a b",
        "https://日本",
        "HTTPS://a",
        "https://a/b/",
        "https://a\n",
    ] {
        assert!(text.parse::<Endpoint>().is_err(), "{text}");
    }
    assert!(format!("https://{}", "a".repeat(1017)).parse::<Endpoint>().is_err());
}

refused! {
    unknown_key: "name: a\nbsu: b\ndelivery:\n  retrys: 3\n  colour: red\n" => "\
s.yaml:2:1: unknown key `bsu`
  did you mean `bus`?
s.yaml:4:3: unknown key `retrys`
  did you mean `retries`?
s.yaml:5:3: unknown key `colour`
  the keys here are `max-age`, `retries`, `cache-rate` and `topic-rate`
";
    repeated_key: "name: a\nbus: b\nname: c\n" => "\
s.yaml:3:1: key `name` is already on line 1
  keep one of the two
";
    empty: "" => "\
s.yaml:1:1: a stack definition is a mapping of keys to values, and this is nothing
  its keys are `name`, `bus`, `momento`, `events`, `source`, `delivery`, `kms-key` and `routes`
";
    a_list: "- name: a" => "\
s.yaml:1:1: a stack definition is a mapping of keys to values, and this is a list
  its keys are `name`, `bus`, `momento`, `events`, `source`, `delivery`, `kms-key` and `routes`
";
    no_name: "bus: b" => "\
s.yaml:1:1: a stack definition needs a `name`
  add a line such as `name: momento-api`
";
    bad_name: "name: 1st" => "\
s.yaml:1:7: `1st` cannot name a CloudFormation stack
  a stack name has a letter first, then letters, digits and hyphens, 128 characters at most
";
    null_name: "name:\nbus: b" => "\
s.yaml:1:5: `name` takes a single value, and this is nothing
  write the value after `name:`, or leave the key out
";
    name_is_a_list: "name: [a]" => "\
s.yaml:1:7: `name` takes a single value, and this is a list
  write the value after `name:`, or leave the key out
";
    tagged: "name: !Ref a" => "\
s.yaml:1:7: `name` takes a single value, and this is a tagged value
  write the value after `name:`, or leave the key out
";
    bad_bus: "name: a\nbus: my bus" => "\
s.yaml:2:6: `my bus` cannot name an event bus
  a bus name has 1 to 256 letters, digits, and the characters / . - _
";
    bus_arn: "name: a\nbus: arn:aws:events:us-east-1:1:event-bus/b" => "\
s.yaml:2:6: `arn:aws:events:us-east-1:1:event-bus/b` cannot name an event bus
  give the name of a bus in the stack's own account and region: what follows `event-bus/` in its ARN
";
    create_default: "name: a\nbus: {name: default, create: true}" => "\
s.yaml:2:13: the bus `default` cannot be created: every account has it
  leave `create` out, or give the new bus another name
";
    create_partner: "name: a\nbus: {name: a/b, create: true}" => "\
s.yaml:2:13: a bus named `a/b` cannot be created: only partner buses have a `/` in their name
  use letters, digits and the characters . - _
";
    bus_without_name: "name: a\nbus: {create: true}" => "\
s.yaml:2:6: `bus` needs a `name`
  write `bus: orders`, or `bus: { name: orders, create: true }`
";
    create_is_boolean: "name: a\nbus: {name: b, create: 'yes'}" => "\
s.yaml:2:24: `create` is true or false, and this is `yes`
  write `true` or `false`
";
    bus_is_a_list: "name: a\nbus: [b]" => "\
s.yaml:2:6: `bus` is a mapping of keys to values, and this is a list
  its keys are `name` and `create`
";
    bad_endpoint: "name: a\nmomento: {endpoint: 'http://x'}" => "\
s.yaml:2:21: `http://x` cannot be called
  write `auto`, or a base URL that starts with https://
";
    endpoint_slash: "name: a\nmomento: {endpoint: 'https://x/'}" => "\
s.yaml:2:21: `https://x/` cannot be called
  leave out the slash at the end: paths such as /cache/* are added to the base URL
";
    momento_is_text: "name: a\nmomento: auto" => "\
s.yaml:2:10: `momento` is a mapping of keys to values, and this is a single value
  its keys are `endpoint`
";
    no_events: "name: a\nevents: []" => "\
s.yaml:2:9: `events` is empty, so nothing would be delivered
  name some of cacheSet, cacheDelete, topicPublish
";
    unknown_event: "name: a\nevents: [cacheset, cacheGet, cacheSet, cacheSet]" => "\
s.yaml:2:10: unknown event `cacheset`
  did you mean `cacheSet`?
s.yaml:2:20: unknown event `cacheGet`
  did you mean `cacheSet`?
s.yaml:2:40: `cacheSet` is already in the list
  keep one of the two
";
    events_is_text: "name: a\nevents: cacheSet" => "\
s.yaml:2:9: `events` takes a list, and this is a single value
  write `events: [first, second]`
";
    bad_source: "name: a\nsource: ['', \"a\\tb\"]" => "\
s.yaml:2:10: `` cannot be the source of an event
  a source has 1 to 256 bytes and no control characters
s.yaml:2:14: `a\\tb` cannot be the source of an event
  a source has 1 to 256 bytes and no control characters
";
    bad_max_age: "name: a\ndelivery: {max-age: 3600}" => "\
s.yaml:2:21: `3600` is not a duration
  write 60 seconds to 24 hours as `90s`, `15m`, `1h` or `1h30m`
";
    long_max_age: "name: a\ndelivery: {max-age: 2d}" => "\
s.yaml:2:21: EventBridge cannot retry for `2d`
  write 60 seconds to 24 hours as `90s`, `15m`, `1h` or `1h30m`
";
    bad_key: "name: a\nkms-key: alias/mine" => "\
s.yaml:2:10: `alias/mine` is not the ARN of a KMS key
  give a key's ARN, such as arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab, \
  and no alias: `aws kms describe-key --key-id ALIAS` names it
";
    bad_retries: "name: a\ndelivery: {retries: 186}" => "\
s.yaml:2:21: `186` is not a number of retries
  EventBridge retries a call 0 to 185 times
";
    bad_rate: "name: a\ndelivery: {cache-rate: 0, topic-rate: fast}" => "\
s.yaml:2:24: `0` is not a rate
  write calls per second, at least 1
s.yaml:2:39: `fast` is not a rate
  write calls per second, at least 1
";
    routes: "name: a\nroutes:\n  - from: orderPlaced\n" => "\
s.yaml:3:5: routes are not supported in this version
  leave `routes` empty, and put cacheSet, cacheDelete or topicPublish events on the bus
";
    routes_is_text: "name: a\nroutes: none" => "\
s.yaml:2:9: `routes` takes a list, and this is a single value
  leave `routes` out, or write `routes: []`: routes are not supported in this version
";
    alias: "name: &a b\nbus: *a" => "\
s.yaml:2:6: YAML aliases are not supported
  write the value out where the alias stands
";
}

#[test]
fn too_many_sources_do_not_fit_a_pattern() {
    let sources: Vec<String> = (0..5).map(|n| format!("{n}{}", "s".repeat(250))).collect();
    assert_eq!(
        problems(&format!("name: a\nsource: [{}]", sources.join(", "))),
        "s.yaml:2:9: the sources take 1275 characters of an event pattern, and 1000 is the most\n  \
         leave some out, or make a stack for each group of sources\n"
    );
}

#[test]
fn long_foreign_text_is_cut_and_escaped() {
    assert_eq!(
        problems(&format!("name: \"\\e[31m{}\"", "x".repeat(1000))).lines().next().unwrap(),
        format!("s.yaml:1:7: `\\u{{1b}}[31m{}…` cannot name a CloudFormation stack", "x".repeat(55))
    );
}

#[test]
fn hostile_definitions_end_soon() {
    let many = (0..50_000).map(|n| format!("k{n}: {n}\n")).collect::<Vec<_>>().concat();
    assert_eq!(Definition::parse(&many, "s.yaml").unwrap_err().len(), 100);
    let events = format!("name: a\nevents: [{}]", "cacheSet, ".repeat(50_000));
    assert_eq!(Definition::parse(&events, "s.yaml").unwrap_err().len(), 100);
}

#[test]
fn the_schema_is_that_of_the_repository() {
    assert_file("docs/stack.schema.json", &Definition::schema());
}

#[test]
fn the_schema_takes_the_stacks_and_refuses_what_is_refused() {
    let schema = serde_json::from_str(&Definition::schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value = |text: &str| serde_yaml::from_str::<serde_json::Value>(text).unwrap();
    for text in [DEFAULT, include_str!("../../../stacks/shop.yaml"), "name: a", "name: a\nbus: {name: b}"] {
        let errors: Vec<String> =
            validator.iter_errors(&value(text)).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    for text in [
        "bus: b",
        "name: 1st",
        "name: a\nbsu: b",
        "name: a\nevents: []",
        "name: a\nevents: [x]",
        "name: a\nroutes: [{}]",
        "name: a\ndelivery: {retries: 186}",
        "name: a\ndelivery: {max-age: 3600}",
        "name: a\nbus: {create: true}",
        "name: a\nbus: {name: b, creat: true}",
        "name: a\nmomento: {endpoint: 'http://x'}",
    ] {
        assert!(!validator.is_valid(&value(text)), "{text}");
    }
}

/// The keys that the reader knows and those of the schema are written in two places: they are the same.
#[test]
fn the_schema_knows_the_keys_of_the_reader() {
    let schema: serde_json::Value = serde_json::from_str(&Definition::schema()).unwrap();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value["properties"].as_object().unwrap().keys().map(|key| format!("`{key}`")).collect()
    };
    let said = problems("[]");
    for key in keys(&schema) {
        assert!(said.contains(&key), "{key}");
    }
    let said = problems("name: a\ndelivery: []");
    for key in keys(&schema["$defs"]["Delivery"]) {
        assert!(said.contains(&key), "{key}");
    }
    let described = |value: &serde_json::Value| {
        let properties = value["properties"].as_object().unwrap();
        properties.values().all(|property| property["description"].is_string())
    };
    assert!(described(&schema) && described(&schema["$defs"]["Delivery"]));
}
