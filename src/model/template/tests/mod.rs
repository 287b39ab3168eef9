mod contract;

use super::*;
use crate::model::definition::Definition;

/// The stack definitions of the repository and their texts.
const STACKS: [(&str, &str); 3] = [
    ("momento", include_str!("../../../../stacks/momento.yaml")),
    ("private", include_str!("../../../../stacks/private.yaml")),
    ("shop", include_str!("../../../../stacks/shop.yaml")),
];

/// Holds a text against a file of the repository; `UPDATE=1` writes the file.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment to write")]
pub(crate) fn assert_file(path: &str, actual: &str) {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == expected, "{path} is stale: run the tests with UPDATE=1");
}

#[test]
fn the_rendered_templates_are_those_of_the_repository() {
    for (name, text) in STACKS {
        let definition = Definition::parse(text, name).unwrap();
        for (variant, suffix) in [(Variant::Managed, ""), (Variant::Standalone, "-standalone")] {
            let rendered = render(&definition, variant).unwrap();
            assert_file(&format!("templates/rendered/{name}{suffix}.yaml"), &rendered);
        }
    }
}

#[test]
fn every_rendered_template_is_checked() {
    for (name, text) in STACKS {
        let definition = Definition::parse(text, name).unwrap();
        for variant in [Variant::Managed, Variant::Standalone] {
            assert_eq!(check(&render(&definition, variant).unwrap(), name), []);
        }
    }
}

/// Every structure that a definition can ask for renders and passes the check.
#[test]
fn every_structure_passes_the_check() {
    let events = ["cacheSet", "cacheDelete", "topicPublish"];
    for chosen in 1..8_usize {
        let chosen: Vec<&str> = (0..3).filter(|bit| chosen >> bit & 1 == 1).map(|bit| events[bit]).collect();
        for bus in ["default", "{name: orders, create: true}"] {
            for endpoint in ["auto", "https://momento.example.com/v1"] {
                for source in ["[]", r#"["a\"b", "日本語 \\ #x", "a: b"]"#] {
                    let text = format!(
                        "name: s\nbus: {bus}\nmomento: {{endpoint: '{endpoint}'}}\nevents: [{}]\nsource: {source}\n",
                        chosen.join(", ")
                    );
                    let definition = Definition::parse(&text, "s.yaml").unwrap();
                    for variant in [Variant::Managed, Variant::Standalone] {
                        let rendered = render(&definition, variant).unwrap();
                        assert_eq!(check(&rendered, "s"), [], "{text}");
                        assert!(!rendered.contains("  \n") && !rendered.contains("\n\n\n"), "{rendered}");
                        assert!(serde_yaml::from_str::<serde_yaml::Value>(&rendered).is_ok());
                        assert!(to_json(&rendered).unwrap().starts_with("{\n"));
                    }
                }
            }
        }
    }
}
