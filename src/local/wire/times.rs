//! Times in the trees of actions: seconds, which each protocol spells in its own way.

use jiff::Timestamp;
use serde_json::Value;

/// Returns whether a member holds a time, or a list of them, by its name.
pub fn is_time(name: &str) -> bool {
    name.ends_with("Timestamp") || name.ends_with("Timestamps")
}

/// Spells the times in an output as the Query protocol does: `2026-01-01T00:00:00Z`.
pub fn spelled(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(spelled),
        Value::Object(members) => {
            for (name, value) in members {
                if is_time(name) { spell(value) } else { spelled(value) }
            }
        }
        _ => {}
    }
}

fn spell(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(spell),
        Value::Number(seconds) => {
            let text = time(&Value::Number(seconds.clone())).map(|time| time.to_string());
            *value = text.map_or(Value::Null, Value::String);
        }
        _ => {}
    }
}

/// Reads a time of any protocol: seconds, or a date and time as text.
#[expect(clippy::cast_possible_truncation, reason = "what no time can be is refused by the timestamp")]
pub fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(seconds) => {
            Timestamp::from_millisecond((seconds.as_f64()? * 1000.0).round() as i64).ok()
        }
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_told_by_their_names() {
        let mut value =
            json!({"Datapoints": [{"Timestamp": 0.5, "Sum": 1.0}], "Timestamps": [60], "Period": 60});
        spelled(&mut value);
        let expected = json!({
            "Datapoints": [{"Timestamp": "1970-01-01T00:00:00.5Z", "Sum": 1.0}],
            "Timestamps": ["1970-01-01T00:01:00Z"], "Period": 60
        });
        assert_eq!(value, expected);
        assert_eq!(time(&json!("2026-01-01T00:00:00Z")), time(&json!(1_767_225_600)));
        assert_eq!(time(&json!(1e300)), None);
    }
}
