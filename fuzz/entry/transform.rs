//! Target inputs and HTTP parameters: what is admitted gives JSON where it must, and a request that can be sent.
//!
//! The input's first line is an event, the second an `Input` and `InputPath`, the third a template, the
//! others `name=path`, of which the last are also HTTP parameters.

use crate::model::delivery::{
    Authorization, Connection, ConnectionParameters, Destination, Endpoint, HttpParameters, HttpRequest,
    Parameter,
};
use crate::model::json::Json;
use crate::model::transform::{Context, Place, Settings, TargetInput, Transformer};

const CONTEXT: Context<'static> = Context {
    ingestion_time: "2026-01-02T03:04:05Z",
    rule_arn: "arn:aws:events:us-east-1:000000000000:rule/r",
    rule_name: "r",
};

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (event, path, template) = (line(), line(), line());
    let paths: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
    let event = Json::parse(event).unwrap_or(Json::Null);

    let whole = apply(&Settings::default(), &event);
    assert_eq!(whole, Some(event.to_string()));
    apply(&Settings { input: Some(path), ..Settings::default() }, &event);
    if let Some(body) = apply(&Settings { input_path: Some(path), ..Settings::default() }, &event) {
        assert!(is_json(&body), "InputPath gave {body}");
    }
    for paths in [None, Some(paths.clone())] {
        let transformer = Some(Transformer { paths, template });
        let body = apply(&Settings { transformer, ..Settings::default() }, &event);
        if let Some(body) = body.filter(|_| template.trim_start().starts_with('{')) {
            assert!(is_json(&body), "an object template gave {body}");
        }
    }
    request(&paths, &event, template);
}

/// Admits a target's input and returns what it gives for an event, if that can be delivered.
fn apply(settings: &Settings<'_>, event: &Json) -> Option<String> {
    match TargetInput::parse(Place { id: "t", position: 1 }, settings) {
        Ok(input) => input.apply(event, &CONTEXT).ok(),
        Err(refused) => {
            assert!(!refused.to_string().is_empty());
            None
        }
    }
}

/// Our reader refuses only what is nested too deep for an event.
fn is_json(body: &str) -> bool {
    !matches!(Json::parse(body), Err(invalid) if !invalid.reason.starts_with("nested"))
}

/// Makes the request to an API destination: where there is one, HTTP takes it as it is, and the values are
/// where they belong.
fn request(values: &[(&str, &str)], event: &Json, body: &str) {
    let endpoint = Endpoint::parse("https://api.example.com/cache/*/item/*?fixed=1");
    let (Ok(endpoint), Ok(method)) = (endpoint, "PUT".parse()) else { panic!("the endpoint is good") };
    let parameter =
        |text: &str| Parameter::parse(text).unwrap_or_else(|_| Parameter::Literal(text.to_owned()));
    let named = |list: &[(&str, &str)]| -> Vec<(String, Parameter)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), parameter(value))).collect()
    };
    let parameters = HttpParameters {
        header: values.iter().take(1).map(|(_, value)| ("X-Value".to_owned(), parameter(value))).collect(),
        path: values.iter().take(2).map(|(_, value)| parameter(value)).collect(),
        query: named(values),
    };
    let authorization =
        Authorization::ApiKey { name: "Authorization".to_owned(), value: "secret".to_owned().into() };
    let connection = Connection { authorization, parameters: ConnectionParameters::default() };
    let destination = Destination { endpoint, method };
    let Ok(request) = HttpRequest::build(&destination, &connection, &parameters, event, body) else { return };
    let target = request.target.expose();
    let uri: http::Uri = target.parse().unwrap_or_else(|error| panic!("{error}: {target}"));
    let segments: Vec<&str> = uri.path().split('/').collect();
    assert!(matches!(segments[..], ["", "cache", _, "item", _]), "{target}");
    let pairs = uri.query().unwrap_or_default().split('&').count();
    assert_eq!(pairs, values.len() + 1, "{target}");
    for (name, value) in &request.headers {
        assert!(name.parse::<http::HeaderName>().is_ok() && !value.expose().contains(['\r', '\n']), "{name}");
    }
    assert!(!request.to_string().contains("Authorization: secret"));
}
