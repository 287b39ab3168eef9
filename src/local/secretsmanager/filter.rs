//! The filters of `ListSecrets`.
//!
//! Source: the API reference of `Filter`: a value is a prefix; with `!` in front it must not be one;
//! the values of a filter are alternatives, the filters hold together.

use super::input::Filter;
use super::secret::Secret;
use crate::local::wire::ApiError;

/// Checks that the filters' keys are known.
pub(super) fn check(filters: &[Filter]) -> Result<(), ApiError> {
    const KEYS: [&str; 7] =
        ["description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all"];
    match filters.iter().find(|filter| !KEYS.contains(&filter.key.as_str())) {
        None => Ok(()),
        Some(filter) => Err(ApiError::client(
            "ValidationException",
            format!(
                "1 validation error detected: Value '{}' at 'filters.1.member.key' failed to satisfy constraint: \
                 Member must satisfy enum value set: [all, name, tag-key, description, primary-region, \
                 owning-service, tag-value]",
                filter.key
            ),
        )),
    }
}

/// Whether a secret passes all filters.
pub(super) fn passes(secret: &Secret, filters: &[Filter]) -> bool {
    filters.iter().all(|filter| filter.values.iter().any(|value| matches(secret, &filter.key, value)))
}

fn matches(secret: &Secret, key: &str, value: &str) -> bool {
    if let Some(value) = value.strip_prefix('!') {
        return !matches(secret, key, value);
    }
    let tag_key = || secret.tags.iter().any(|tag| tag.key.starts_with(value));
    let tag_value = || secret.tags.iter().any(|tag| tag.value.starts_with(value));
    match key {
        "description" => starts_with_ignoring_case(secret.description.as_deref().unwrap_or_default(), value),
        "name" => secret.name.starts_with(value),
        "owning-service" => secret.owner.as_deref().is_some_and(|owner| owner.starts_with(value)),
        "tag-key" => tag_key(),
        "tag-value" => tag_value(),
        // No local secret is a replica.
        "primary-region" => false,
        _ => value.split_whitespace().all(|word| {
            let description = secret.description.as_deref().unwrap_or_default();
            let tags = secret.tags.iter().flat_map(|tag| [tag.key.as_str(), tag.value.as_str()]);
            [secret.name.as_str(), description]
                .into_iter()
                .chain(tags)
                .any(|text| text.to_lowercase().contains(&word.to_lowercase()))
        }),
    }
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.to_lowercase().starts_with(&prefix.to_lowercase())
}
