use super::*;
use crate::model::definition::Definition;

/// The stack definitions of the repository and their texts.
const STACKS: [(&str, &str); 2] = [
    ("momento", include_str!("../../../stacks/momento.yaml")),
    ("shop", include_str!("../../../stacks/shop.yaml")),
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
