//! A fault as the local cloud's own API takes and shows it.

use serde_json::{Value, json};

use super::actions::known;
use super::{Effect, Fault, Place, Step};
use crate::local::wire::ApiError;

/// Reads `{Place: {…}, Effect: {…}, Times?}`.
///
/// A place is `{Resource, Step}` or `{Service, Action}`; an effect is `{Fail}`, `{Delay}` (milliseconds),
/// `{Throttle: true}`, `{Status}`, `{Drop: true}` or `{LoseAnswer: true}`. A resource fails or is late; an action
/// does the rest.
pub fn read(input: &Value) -> Result<(Place, Effect, Option<u32>), ApiError> {
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
    } else {
        return Err(invalid("an Effect is Fail, Delay, Throttle, Status, Drop or LoseAnswer"));
    };
    let is_for_resource = matches!(effect, Effect::Fail(_) | Effect::Delay(_));
    if is_for_resource != matches!(place, Place::Resource { .. }) {
        return Err(invalid(
            "a resource can Fail or have a Delay; an action can Throttle, answer a Status, Drop or LoseAnswer",
        ));
    }
    let times = match &input["Times"] {
        Value::Null => None,
        times => Some(
            times
                .as_u64()
                .and_then(|times| u32::try_from(times).ok())
                .filter(|times| *times > 0)
                .ok_or_else(|| invalid("Times is a number from 1"))?,
        ),
    };
    Ok((place, effect, times))
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
        _ => Err(invalid("a Step is create, update or delete")),
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
        assert_eq!(message(json!({ "Place": { "Resource": "R" } })), "a Step is create, update or delete");
        let place = json!({ "Resource": "R", "Step": "create" });
        assert!(
            message(json!({ "Place": place, "Effect": { "Throttle": true } })).starts_with("a resource can")
        );
        let place = json!({ "Service": "sqs", "Action": "*" });
        assert_eq!(message(json!({ "Place": place, "Effect": { "Status": 200 } })), "a Status is 400 to 599");
        let times = json!({ "Place": place, "Effect": { "Drop": true }, "Times": 0 });
        assert_eq!(message(times), "Times is a number from 1");
    }
}
