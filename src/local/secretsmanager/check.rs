//! The limits of the service model, and the errors in AWS's words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::secret::{Content, Tag};
use crate::local::wire::ApiError;

/// Returns a member that must be there, with 1 to `longest` characters.
pub(super) fn required(value: Option<String>, member: &str, longest: usize) -> Result<String, ApiError> {
    let value = value.ok_or_else(|| violation("Value null", member, "Member must not be null"))?;
    if value.is_empty() {
        return Err(length(Some(&value), member, 1, longest));
    }
    at_most(&value, member, longest)?;
    Ok(value)
}

/// Returns the id of a secret.
pub(super) fn secret_id(value: Option<String>) -> Result<String, ApiError> {
    required(value, "secretId", 2048)
}

/// Returns a secret's name for a new secret.
pub(super) fn name(value: Option<String>) -> Result<String, ApiError> {
    let name = required(value, "name", 512)?;
    let valid = |character: char| character.is_ascii_alphanumeric() || "-/_+=.@!".contains(character);
    if !name.chars().all(valid) {
        return Err(ApiError::client(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        ));
    }
    Ok(name)
}

/// Checks a version's id that the caller chose.
pub(super) fn token(token: Option<String>) -> Result<String, ApiError> {
    match token {
        None => Ok(uuid::Uuid::new_v4().to_string()),
        Some(token) if (32..=64).contains(&token.chars().count()) => Ok(token),
        Some(_) => Err(invalid_parameter("ClientRequestToken must be 32-64 characters long.")),
    }
}

/// Checks a value that is to be stored: 1 to 65536 bytes. The error does not quote it.
pub(super) fn content(content: &Content) -> Result<(), ApiError> {
    let (size, member) = match content {
        Content::Text(text) => (text.len(), "secretString"),
        Content::Binary(encoded) => {
            let bytes = STANDARD.decode(encoded).map_err(|_| {
                ApiError::client("SerializationException", "The member SecretBinary is not base64.")
            })?;
            (bytes.len(), "secretBinary")
        }
    };
    if (1..=65_536).contains(&size) { Ok(()) } else { Err(length(None, member, size, 65_536)) }
}

/// Checks the optional texts of a secret.
pub(super) fn at_most(value: &str, member: &str, longest: usize) -> Result<(), ApiError> {
    let count = value.chars().count();
    if count > longest { Err(length(Some(value), member, count, longest)) } else { Ok(()) }
}

/// Checks the tags of a request.
pub(super) fn tags(tags: &[Tag]) -> Result<(), ApiError> {
    for (index, tag) in tags.iter().enumerate() {
        required(Some(tag.key.clone()), &format!("tags.{}.member.key", index + 1), 128)?;
        at_most(&tag.value, &format!("tags.{}.member.value", index + 1), 256)?;
    }
    Ok(())
}

/// Checks the labels of a request: 1 to 20, of 1 to 256 characters each.
pub(super) fn stages(stages: &[String]) -> Result<(), ApiError> {
    if stages.is_empty() || stages.len() > 20 {
        let constraint = if stages.is_empty() {
            "Member must have length greater than or equal to 1"
        } else {
            "Member must have length less than or equal to 20"
        };
        return Err(violation("Value", "versionStages", constraint));
    }
    for stage in stages {
        required(Some(stage.clone()), "versionStages", 256)?;
    }
    Ok(())
}

/// Returns the size of a page: 1 to 100, 100 where it is not given.
pub(super) fn page(max_results: Option<usize>) -> Result<usize, ApiError> {
    match max_results {
        None => Ok(100),
        Some(size @ 1..=100) => Ok(size),
        Some(size) => Err(violation(
            &format!("Value '{size}'"),
            "maxResults",
            if size == 0 {
                "Member must have value greater than or equal to 1"
            } else {
                "Member must have value less than or equal to 100"
            },
        )),
    }
}

pub(super) fn not_found() -> ApiError {
    ApiError::client("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

pub(super) fn value_not_found(what: &str, value: &str) -> ApiError {
    let message = format!("Secrets Manager can't find the specified secret value for {what}: {value}");
    ApiError::client("ResourceNotFoundException", message)
}

pub(super) fn marked_for_deletion() -> ApiError {
    invalid_request("You can't perform this operation on the secret because it was marked for deletion.")
}

pub(super) fn owned(owner: &str) -> ApiError {
    invalid_request(format!("Operation is not allowed on secret owned by {owner}"))
}

pub(super) fn token_in_use(token: &str, arn: &str) -> ApiError {
    let message = format!(
        "You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}."
    );
    ApiError::client("ResourceExistsException", message)
}

pub(super) fn invalid_parameter(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidParameterException", message)
}

pub(super) fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidRequestException", message)
}

/// A length that is not allowed; a value that is not given is a secret and stays unquoted.
fn length(value: Option<&str>, member: &str, given: usize, longest: usize) -> ApiError {
    let subject = value.map_or_else(|| "Value".to_owned(), |value| format!("Value '{value}'"));
    let constraint = if given > longest {
        format!("Member must have length less than or equal to {longest}")
    } else {
        "Member must have length greater than or equal to 1".to_owned()
    };
    violation(&subject, member, &constraint)
}

fn violation(subject: &str, member: &str, constraint: &str) -> ApiError {
    let message = format!(
        "1 validation error detected: {subject} at '{member}' failed to satisfy constraint: {constraint}"
    );
    ApiError::client("ValidationException", message)
}
