//! What IAM checks of a policy document when it is written.

use serde_json::{Map, Value};

use crate::local::wire::ApiError;

/// Checks a document that says who may assume a role.
pub(super) fn check_trust(document: &str) -> Result<(), ApiError> {
    if size(document) > 2048 {
        let message = "Cannot exceed quota for ACLSizePerRole: 2048".to_owned();
        return Err(ApiError { status: 409, code: "LimitExceeded".to_owned(), message });
    }
    for statement in statements(document)? {
        if statement.contains_key("Resource") || statement.contains_key("NotResource") {
            return Err(malformed("Has prohibited field Resource"));
        }
        if !(statement.contains_key("Principal") || statement.contains_key("NotPrincipal")) {
            return Err(malformed("Missing required field Principal"));
        }
        if !(statement.contains_key("Action") || statement.contains_key("NotAction")) {
            return Err(malformed("Missing required field Action"));
        }
    }
    Ok(())
}

/// Checks a document that says what a role may do.
pub(super) fn check_permissions(document: &str) -> Result<(), ApiError> {
    for statement in statements(document)? {
        if statement.contains_key("Principal") || statement.contains_key("NotPrincipal") {
            return Err(malformed("Policy document should not specify a principal."));
        }
        if !(statement.contains_key("Action") || statement.contains_key("NotAction")) {
            return Err(malformed("Policy statement must contain actions."));
        }
        if !(statement.contains_key("Resource") || statement.contains_key("NotResource")) {
            return Err(malformed("Policy statement must contain resources."));
        }
    }
    Ok(())
}

/// Returns a document's size as the quotas count it: without white space.
pub(super) fn size(document: &str) -> usize {
    document.chars().filter(|character| !character.is_whitespace()).map(char::len_utf8).sum()
}

fn statements(document: &str) -> Result<Vec<Map<String, Value>>, ApiError> {
    let document: Value =
        serde_json::from_str(document).map_err(|_| malformed("This policy contains invalid Json"))?;
    let syntax = || malformed("Syntax errors in policy.");
    if !matches!(document.get("Version").map(Value::as_str), None | Some(Some("2012-10-17" | "2008-10-17"))) {
        return Err(syntax());
    }
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(statement @ Value::Object(_)) => vec![statement.clone()],
        _ => return Err(syntax()),
    };
    if statements.is_empty() {
        return Err(syntax());
    }
    let statements = statements.into_iter().map(|statement| match statement {
        Value::Object(statement) if matches!(statement.get("Effect")?.as_str()?, "Allow" | "Deny") => {
            Some(statement)
        }
        _ => None,
    });
    statements.collect::<Option<Vec<_>>>().ok_or_else(syntax)
}

fn malformed(message: &str) -> ApiError {
    ApiError::client("MalformedPolicyDocument", message)
}
