//! The whole event that the rules see, made of what somebody has of it.

use crate::model::json::{self, Json};

/// The members of an event in the order in which EventBridge writes them (user guide, "Events").
const MEMBERS: [&str; 9] =
    ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"];

/// The id of an event that was never put.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// An event as rules see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The event.
    pub json: Json,
    /// The members that were not given and have a made-up value, such as `id`.
    pub made_up: Vec<&'static str>,
}

/// What EventBridge adds to an event that is put.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The account id.
    pub account: &'a str,
    /// The region.
    pub region: &'a str,
    /// The time, such as `2026-01-02T03:04:05Z`.
    pub time: &'a str,
}

/// Why a text is not an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEvent {
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    Syntax(json::Invalid),
    /// JSON, but no object.
    #[error("it is {0}, and must be a JSON object")]
    NotObject(&'static str),
    /// Members that every event has.
    #[error("it has no {}", .0.join(" and no "))]
    Missing(Vec<&'static str>),
    /// A detail where a whole event is asked for.
    #[error("it looks like a detail alone: it has neither source nor detail-type nor detail")]
    DetailAlone,
    /// A whole event where a detail is asked for.
    #[error("it looks like a whole event, not like a detail")]
    Whole,
    /// A member of the wrong kind.
    #[error("its {member} is {is}, and must be {wanted}")]
    Kind {
        /// The member.
        member: &'static str,
        /// What it is.
        is: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// A detail that is text.
    #[error("its detail is a string: only PutEvents takes the detail as text, and rules see an object")]
    DetailIsText,
    /// A name that PutEvents does not take.
    #[error("its {0} is empty, which PutEvents refuses")]
    Empty(&'static str),
}

impl InvalidEvent {
    /// Returns what to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "give a file, `-` for standard input, or JSON text in quotes",
            Self::DetailAlone => "say which event the detail belongs to, such as `--detail-type cacheSet`",
            Self::Whole => "leave `--detail-type` out, or give the object in its detail",
            Self::NotObject(_) | Self::Missing(_) | Self::Kind { .. } | Self::Empty(_) => {
                "an event looks like {\"source\":\"demo\",\"detail-type\":\"cacheSet\",\"detail\":{…}}"
            }
            Self::DetailIsText => "write the detail as an object, without the quotes around it",
        }
    }
}

impl Event {
    /// Reads an event: a whole one, one with only source, detail-type and detail, or an entry of PutEvents.
    pub fn read(text: &str, surroundings: &Surroundings<'_>) -> Result<Self, InvalidEvent> {
        match Json::parse(text).map_err(InvalidEvent::Syntax)? {
            Json::Object(members) => Self::of(entry(members)?, surroundings),
            other => Err(InvalidEvent::NotObject(name_of(&other))),
        }
    }

    /// Makes an event of its detail's text.
    pub fn of_detail(
        text: &str,
        detail_type: &str,
        source: &str,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, InvalidEvent> {
        let detail = Json::parse(text).map_err(InvalidEvent::Syntax)?;
        if !matches!(detail, Json::Object(_)) {
            return Err(InvalidEvent::NotObject(name_of(&detail)));
        }
        if ["source", "detail-type", "detail"].iter().all(|member| detail.get(member).is_some()) {
            return Err(InvalidEvent::Whole);
        }
        let string = |text: &str| Json::String(text.to_owned());
        let members = [("detail-type", string(detail_type)), ("source", string(source)), ("detail", detail)];
        Self::of(members.map(|(name, value)| (name.to_owned(), value)).into(), surroundings)
    }

    fn of(members: Vec<(String, Json)>, surroundings: &Surroundings<'_>) -> Result<Self, InvalidEvent> {
        check(&members)?;
        let has = |name: &str| members.iter().any(|(member, _)| member == name);
        let made_up: Vec<&str> = MEMBERS.into_iter().filter(|name| !has(name)).collect();
        if made_up.is_empty() {
            return Ok(Self { json: Json::Object(members), made_up });
        }
        let mut whole = Vec::with_capacity(MEMBERS.len());
        let (mut known, others): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|(name, _)| MEMBERS.contains(&name.as_str()));
        for name in MEMBERS {
            let before = whole.len();
            whole.extend(known.extract_if(.., |(member, _)| member == name));
            if whole.len() == before {
                whole.push((name.to_owned(), default(name, surroundings)));
            }
        }
        whole.extend(others);
        Ok(Self { json: Json::Object(whole), made_up })
    }

    /// Returns a member's text.
    pub fn text(&self, member: &str) -> &str {
        self.json.get(member).and_then(Json::as_str).unwrap_or_default()
    }
}

/// Turns an entry of PutEvents into the event that it becomes.
fn entry(members: Vec<(String, Json)>) -> Result<Vec<(String, Json)>, InvalidEvent> {
    const NAMES: [(&str, &str); 5] = [
        ("DetailType", "detail-type"),
        ("Source", "source"),
        ("Time", "time"),
        ("Resources", "resources"),
        ("Detail", "detail"),
    ];
    let has = |name: &str| members.iter().any(|(member, _)| member == name);
    if !(has("Source") && has("DetailType") && has("Detail")) {
        return Ok(members);
    }
    let mut event = Vec::new();
    for (name, value) in members {
        let Some((_, member)) = NAMES.iter().find(|(known, _)| *known == name) else { continue };
        let value = match value {
            Json::String(text) if *member == "detail" => Json::parse(&text).map_err(InvalidEvent::Syntax)?,
            other => other,
        };
        event.push(((*member).to_owned(), value));
    }
    Ok(event)
}

fn check(members: &[(String, Json)]) -> Result<(), InvalidEvent> {
    let find = |name: &str| members.iter().rfind(|(member, _)| member == name).map(|(_, value)| value);
    let missing: Vec<&str> =
        ["source", "detail-type", "detail"].into_iter().filter(|name| find(name).is_none()).collect();
    if missing.len() == 3 && ["cacheName", "topicName", "key"].iter().any(|name| find(name).is_some()) {
        return Err(InvalidEvent::DetailAlone);
    }
    if !missing.is_empty() {
        return Err(InvalidEvent::Missing(missing));
    }
    for member in ["source", "detail-type"] {
        match find(member) {
            Some(Json::String(text)) if text.is_empty() => return Err(InvalidEvent::Empty(member)),
            Some(Json::String(_)) | None => {}
            Some(other) => {
                return Err(InvalidEvent::Kind { member, is: name_of(other), wanted: "a string" });
            }
        }
    }
    match find("detail") {
        Some(Json::Object(_)) | None => Ok(()),
        Some(Json::String(_)) => Err(InvalidEvent::DetailIsText),
        Some(other) => Err(InvalidEvent::Kind { member: "detail", is: name_of(other), wanted: "an object" }),
    }
}

fn default(member: &str, surroundings: &Surroundings<'_>) -> Json {
    let text = match member {
        "version" => "0",
        "id" => NO_ID,
        "account" => surroundings.account,
        "time" => surroundings.time,
        "region" => surroundings.region,
        _ => return Json::Array(Vec::new()),
    };
    Json::String(text.to_owned())
}

fn name_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}
