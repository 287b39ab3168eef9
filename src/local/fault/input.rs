//! A fault as the local cloud's own API takes and shows it.

use serde_json::{Value, json};

use super::actions::known;
use super::{Effect, Fault, Place, Step, Wanted};
use crate::local::wire::ApiError;

/// What an effect may be.
const EFFECTS: &str = "an Effect is Fail, Delay, Throttle, Status, Drop, LoseAnswer, Hang or Expire";

/// Reads `{Place: {…}, Effect: {…}, Times?, After?, Region?}`.
///
/// A place is `{Resource, Step}` or `{Service, Action}`; an effect is `{Fail}`, `{Delay}` (milliseconds),
/// `{Throttle: true}`, `{Status}`, `{Drop: true}`, `{LoseAnswer: true}`, `{Hang: true}` or `{Expire: true}`. A
/// resource fails or is late; an action does the rest, `After` so many calls that go well.
pub fn read(input: &Value) -> Result<Wanted, ApiError> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let given = &input["Place"];
    let place = match (text(&given["Resource"]), text(&given["Service"]), text(&given["Action"])) {
        (Some(resource), None, None) => Place::Resource { resource, step: step(&given["Step"])? },
        (None, Some(service), Some(action)) => {
            let (service, action) = known(&service, &action).map_err(|reason| invalid(&reason))?;
            Place::Action { service, action }
        }
        _ => return Err(invalid("a fault is at a Resource with a Step, or at a Service with an Action")),
    };
    let given = &input["Effect"];
    let effect = if let Some(reason) = text(&given["Fail"]) {
        Effect::Fail(reason)
    } else if let Some(delay) = given["Delay"].as_u64() {
        Effect::Delay(delay)
    } else if let Some(status) = given["Status"].as_u64() {
        let status = u16::try_from(status).ok().filter(|status| (400..600).contains(status));
        let status = status.ok_or_else(|| invalid("a Status is 400 to 599"))?;
        pause(&place, &given["RetryAfter"])?
            .map_or(Effect::Status(status), |pause| Effect::Pause(status, pause))
    } else if given["Throttle"] == true {
        Effect::Throttle
    } else if given["Drop"] == true {
        Effect::Drop
    } else if given["LoseAnswer"] == true {
        Effect::LoseAnswer
    } else if given["Hang"] == true {
        Effect::Hang
    } else if given["Expire"] == true {
        Effect::Expire
    } else {
        return Err(invalid(EFFECTS));
    };
    let is_for_resource = matches!(effect, Effect::Fail(_) | Effect::Delay(_));
    if is_for_resource != matches!(place, Place::Resource { .. }) {
        return Err(invalid("a resource can Fail or have a Delay; an action can have any other Effect"));
    }
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    let times = match &input["Times"] {
        Value::Null => None,
        times => Some(
            number(times).filter(|times| *times > 0).ok_or_else(|| invalid("Times is a number from 1"))?,
        ),
    };
    let after = match &input["After"] {
        Value::Null => 0,
        _ if is_for_resource => return Err(invalid("After is for an action")),
        after => number(after).ok_or_else(|| invalid("After is a number"))?,
    };
    Ok(Wanted { place, effect, times, after, region: text(&input["Region"]) })
}

/// Describes a fault.
pub fn describe(fault: &Fault) -> Value {
    let place = match &fault.place {
        Place::Resource { resource, step } => format!("{resource} {}", format!("{step:?}").to_lowercase()),
        Place::Action { service, action } => format!("{service}:{action}"),
    };
    let effect = match &fault.effect {
        Effect::Fail(reason) => format!("fails: {reason}"),
        Effect::Delay(milliseconds) => format!("takes {milliseconds} ms"),
        Effect::Throttle => "is throttled".to_owned(),
        Effect::Status(status) => format!("answers {status}"),
        Effect::Pause(status, seconds) => format!("answers {status} with Retry-After: {seconds}"),
        Effect::Drop => "breaks the connection before its work".to_owned(),
        Effect::LoseAnswer => "breaks the connection after its work".to_owned(),
        Effect::Hang => "is never answered".to_owned(),
        Effect::Expire => "says that the credentials have expired".to_owned(),
    };
    let place = match &fault.region {
        Some(region) => format!("{place} in {region}"),
        None => place,
    };
    let effect = match fault.after {
        0 => effect,
        1 => format!("{effect}, after one call that goes well"),
        after => format!("{effect}, after {after} calls that go well"),
    };
    json!({
        "Id": fault.id,
        "Place": place,
        "Effect": effect,
        "Left": fault.left,
        "Happened": fault.happened,
    })
}

/// Reads `RetryAfter`, in seconds: of the services only Momento asks for a pause.
fn pause(place: &Place, value: &Value) -> Result<Option<u32>, ApiError> {
    let is_momento = matches!(place, Place::Action { service, .. } if service == "momento");
    match value {
        Value::Null => Ok(None),
        value => match value.as_u64().and_then(|seconds| u32::try_from(seconds).ok()) {
            Some(seconds) if is_momento => Ok(Some(seconds)),
            _ => Err(invalid("RetryAfter is a number of seconds, for an action of momento")),
        },
    }
}

fn step(value: &Value) -> Result<Step, ApiError> {
    match value.as_str() {
        Some("create") => Ok(Step::Create),
        Some("update") => Ok(Step::Update),
        Some("delete") => Ok(Step::Delete),
        Some("read") => Ok(Step::Read),
        Some("validate") => Ok(Step::Validate),
        Some("hook") => Ok(Step::Hook),
        Some("alarm") => Ok(Step::Alarm),
        _ => Err(invalid("a Step is create, update, delete, read, validate, hook or alarm")),
    }
}

fn invalid(message: &str) -> ApiError {
    ApiError::client("ValidationException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_refused() {
        let message = |input: Value| read(&input).unwrap_err().message;
        assert_eq!(
            message(json!({ "Place": { "Resource": "R" } })),
            "a Step is create, update, delete, read, validate, hook or alarm"
        );
        let place = json!({ "Resource": "R", "Step": "create" });
        assert!(
            message(json!({ "Place": place, "Effect": { "Throttle": true } })).starts_with("a resource can")
        );
        let place = json!({ "Service": "sqs", "Action": "*" });
        assert_eq!(message(json!({ "Place": place, "Effect": { "Status": 200 } })), "a Status is 400 to 599");
        let times = json!({ "Place": place, "Effect": { "Drop": true }, "Times": 0 });
        assert_eq!(message(times), "Times is a number from 1");
        let after = json!({ "Place": place, "Effect": { "Hang": true }, "After": -1 });
        assert_eq!(message(after), "After is a number");
        assert_eq!(message(json!({ "Place": place, "Effect": { "Sulk": true } })), EFFECTS);
    }
}
