//! The transformer against what the author of a template means, and against noise.

use super::*;
use proptest::prelude::*;

/// A part of a template, as its author means it.
#[derive(Clone, Debug)]
enum Part {
    Bare,
    Quoted(String, String),
}

impl Part {
    fn written(&self) -> String {
        match self {
            Self::Bare => "<v>".to_owned(),
            Self::Quoted(before, after) => format!("\"{before}<v>{after}\""),
        }
    }

    /// What it becomes: in an object JSON, in a text raw.
    fn filled(&self, object: bool, value: Option<&Json>) -> String {
        let json = value.map(ToString::to_string);
        let string = value.is_none() || matches!(value, Some(Json::String(_)));
        let quoted = json.clone().unwrap_or("\"\"".to_owned());
        let bare = if string { quoted[1..quoted.len() - 1].to_owned() } else { quoted.clone() };
        let raw = match value {
            Some(Json::String(text)) => text.clone(),
            _ => json.unwrap_or_default().replace('"', ""),
        };
        match self {
            Self::Bare if object => quoted,
            Self::Bare => raw,
            Self::Quoted(before, after) => {
                format!("\"{before}{}{after}\"", if object { bare } else { raw })
            }
        }
    }
}

fn part() -> impl Strategy<Value = Part> {
    let text = "[a-z {}:,>é]{0,6}";
    prop_oneof![Just(Part::Bare), (text, text).prop_map(|(before, after)| Part::Quoted(before, after))]
}

fn json() -> impl Strategy<Value = Json> {
    let text = "[a-zé\"\\\\\n<>]{0,6}";
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        "(0|-?[1-9][0-9]{0,20})(\\.[0-9]{1,3})?".prop_map(|number| Json::Number(number.into())),
        text.prop_map(Json::String),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::btree_map(text, inner, 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn fills_as_the_reference_does(
        object: bool,
        parts in prop::collection::vec(part(), 1..4),
        value in prop::option::of(json()),
    ) {
        let members = value.clone().map(|value| ("v".to_owned(), value));
        let event = Json::Object(members.into_iter().collect()).to_string();
        let (mut template, mut expected) = (Vec::new(), Vec::new());
        for (index, part) in parts.iter().enumerate() {
            let key = if object { format!("\"{index}\": ") } else { String::new() };
            template.push(format!("{key}{}", part.written()));
            expected.push(format!("{key}{}", part.filled(object, value.as_ref())));
        }
        let (open, close) = if object { ("{", "}") } else { ("[", "]") };
        let around = |parts: Vec<String>| format!("{open}{}{close}", parts.join(","));
        let (template, expected) = (around(template), around(expected));
        let valid = Json::parse(&expected).is_ok();
        prop_assert_eq!(fill(&template, &event), if valid { Ok(expected) } else { dlq(&expected) });
    }

    #[test]
    fn never_panics(template in "[<>a-z.\\\\\"{}\\[\\]:, \n€v]{0,40}", event in json(), path in "[$.a-z\\[\\]*0-9é]{0,12}") {
        let _ = fill(&template, &event.to_string());
        let settings = Settings { input_path: Some(&path), ..Settings::default() };
        let _ = TargetInput::parse(Place { id: "t", position: 1 }, &settings);
    }
}
