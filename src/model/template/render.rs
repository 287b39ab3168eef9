//! Renders the CloudFormation template of a stack definition.

use std::sync::LazyLock;

use serde::Serialize;
use tera::{Context, Kwargs, State, Tera};

use crate::model::definition::{Definition, Endpoint, EventType, KmsKey, SourceName};
use crate::model::{json, region};

/// Who brings the Momento token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// The CLI wrote it to Secrets Manager: the template refers to one version of that secret.
    Managed,
    /// The person who creates the stack in the console enters it: the template makes the secret.
    Standalone,
}

/// Why a template could not be rendered: a fault of this program, not of the definition.
#[derive(Debug, thiserror::Error)]
#[error("the template {NAME} cannot be rendered: {0}")]
pub struct RenderError(String);

/// Renders the template: the same text for the same definition and variant, byte for byte.
pub fn render(definition: &Definition, variant: Variant) -> Result<String, RenderError> {
    let tera = TERA.as_ref().map_err(|error| RenderError(error.clone()))?;
    tera.render(NAME, &context(definition, variant)).map_err(|error| RenderError(error.to_string()))
}

const NAME: &str = "templates/momento.yaml.tera";
const SOURCE: &str = include_str!("../../../templates/momento.yaml.tera");

static TERA: LazyLock<Result<Tera, String>> = LazyLock::new(|| {
    let mut tera = Tera::new();
    tera.register_filter("quote", |text: &str, _: Kwargs, _: &State| quote(text));
    tera.add_raw_template(NAME, SOURCE).map_err(|error| error.to_string())?;
    Ok(tera)
});

/// An API destination and what its rules send.
#[derive(Serialize)]
struct Destination {
    id: &'static str,
    description: &'static str,
    method: &'static str,
    path: &'static str,
    rate: &'static str,
}

/// The rules of one event type: one for each form that delivers, and the one for what breaks the contract.
#[derive(Serialize)]
struct Operation {
    event: &'static str,
    destination: &'static str,
    forms: &'static [Form],
    rejected: Rule,
}

/// A rule by its logical id.
#[derive(Clone, Copy, Serialize)]
struct Rule {
    id: &'static str,
    description: &'static str,
}

/// A rule that delivers: `key` is the field that names the item and `other` the one that must be absent.
#[derive(Serialize)]
struct Form {
    id: &'static str,
    description: &'static str,
    key: &'static str,
    other: &'static str,
}

#[derive(Serialize)]
struct RegionRow {
    name: &'static str,
    title: &'static str,
    base_url: String,
}

fn context(definition: &Definition, variant: Variant) -> Context {
    let delivery = &definition.delivery;
    let operations: Vec<Operation> = definition.events.iter().copied().map(operation).collect();
    let destinations: Vec<Destination> = definition.events.iter().copied().map(destination).collect();
    let rules: Vec<Rule> = operations
        .iter()
        .flat_map(|operation| {
            let forms =
                operation.forms.iter().map(|form| Rule { id: form.id, description: form.description });
            forms.chain([operation.rejected])
        })
        .collect();
    let regions: Vec<RegionRow> = region::all()
        .iter()
        .map(|region| RegionRow { name: region.name, title: region.title, base_url: region.base_url() })
        .collect();
    let sources: Vec<&str> = definition.source.iter().map(SourceName::as_str).collect();
    let events: Vec<&str> = operations.iter().map(|operation| operation.event).collect();
    let has = |event: EventType| definition.events.contains(&event);

    let mut context = Context::new();
    context.insert("standalone", &(variant == Variant::Standalone));
    context.insert("regional", &(definition.momento.endpoint == Endpoint::Auto));
    context.insert("endpoint", definition.momento.endpoint.as_str());
    context.insert("bus", definition.bus.name.as_str());
    context.insert("create_bus", &definition.bus.create);
    context.insert("kms_key", &definition.kms_key.as_ref().map(KmsKey::as_str));
    context.insert("cache_set", &has(EventType::CacheSet));
    context.insert("cache_delete", &has(EventType::CacheDelete));
    context.insert("topic_publish", &has(EventType::TopicPublish));
    context.insert("max_age", &delivery.max_age.seconds());
    context.insert("retries", &delivery.retries.count());
    context.insert("cache_rate", &delivery.cache_rate.per_second());
    context.insert("topic_rate", &delivery.topic_rate.per_second());
    context.insert("events", &events);
    context.insert("sources", &sources);
    context.insert("regions", &regions);
    context.insert("destinations", &destinations);
    context.insert("operations", &operations);
    context.insert("rules", &rules);
    context
}

/// Returns how many rules an event has.
pub fn rules(event: EventType) -> usize {
    operation(event).forms.len() + 1
}

fn destination(event: EventType) -> Destination {
    match event {
        EventType::CacheSet => Destination {
            id: "CacheSetDestination",
            description: "Momento: set a cache item",
            method: "PUT",
            path: "/cache/*",
            rate: "CacheRatePerSecond",
        },
        EventType::CacheDelete => Destination {
            id: "CacheDeleteDestination",
            description: "Momento: delete a cache item",
            method: "DELETE",
            path: "/cache/*",
            rate: "CacheRatePerSecond",
        },
        EventType::TopicPublish => Destination {
            id: "TopicPublishDestination",
            description: "Momento: publish to a topic",
            method: "POST",
            path: "/topics/*/*",
            rate: "TopicRatePerSecond",
        },
    }
}

fn operation(event: EventType) -> Operation {
    let (forms, rejected): (&[Form], _) = match event {
        EventType::CacheSet => (
            &[
                Form {
                    id: "CacheSetByKeyRule",
                    description: "cacheSet events with a key: set the item",
                    key: "key",
                    other: "key_base64",
                },
                Form {
                    id: "CacheSetByKeyBase64Rule",
                    description: "cacheSet events with a key in base64: set the item",
                    key: "key_base64",
                    other: "key",
                },
            ],
            Rule { id: "CacheSetRejectedRule", description: "cacheSet events that break the contract" },
        ),
        EventType::CacheDelete => (
            &[
                Form {
                    id: "CacheDeleteByKeyRule",
                    description: "cacheDelete events with a key: delete the item",
                    key: "key",
                    other: "key_base64",
                },
                Form {
                    id: "CacheDeleteByKeyBase64Rule",
                    description: "cacheDelete events with a key in base64: delete the item",
                    key: "key_base64",
                    other: "key",
                },
            ],
            Rule { id: "CacheDeleteRejectedRule", description: "cacheDelete events that break the contract" },
        ),
        EventType::TopicPublish => (
            &[Form {
                id: "TopicPublishRule",
                description: "topicPublish events: publish the message",
                key: "",
                other: "",
            }],
            Rule {
                id: "TopicPublishRejectedRule",
                description: "topicPublish events that break the contract",
            },
        ),
    };
    Operation { event: event.as_str(), destination: destination(event).id, forms, rejected }
}

/// Writes a string that YAML and JSON both read: JSON's escapes are a part of YAML's.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    // Writing to a string cannot fail.
    let _ = json::write_string(&mut quoted, text);
    quoted
}
