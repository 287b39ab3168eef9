//! The pattern language against what AWS answered, and against its own promises.

mod explanations;
mod hostile;
mod properties;
mod refusals;
mod vectors;

use super::Pattern;
use crate::model::json::Json;

fn matches(pattern: &str, event: &str) -> bool {
    Pattern::parse(pattern)
        .unwrap_or_else(|invalid| panic!("{pattern}: {invalid}"))
        .matches(&Json::parse(event).unwrap())
}
