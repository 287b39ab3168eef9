//! The connection: whether it authorises, with what, and whether somebody changed it.

use jiff::SignedDuration;

use super::{Expected, REVERT, is_same_key, with};
use crate::model::doctor::Check;
use crate::model::doctor::parts::{Addition, Connection, Look};

/// The header that Momento reads the key from. Source: the documentation of Momento's HTTP API.
const HEADER: &str = "Authorization";

/// What a header must not be that the connection adds: it goes over what the request has.
const DECIDING: [&str; 2] = ["authorization", "content-type"];

/// How much later than CloudFormation's own the last change may be: the clocks of two services, and what a
/// connection does by itself until it is authorised.
const LATER: SignedDuration = SignedDuration::from_mins(2);

/// Checks the connection.
pub fn connection(id: &str, look: &Look<Connection>, expected: &Expected<'_>) -> Check {
    let name = "connection";
    with(look, name, |connection| {
        let reason = connection.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let state = format!("{}{reason}", connection.state);
        match connection.state.as_str() {
            "AUTHORIZED" | "ACTIVE" => {}
            state if state.ends_with("ING") => {
                return Check::warn(name, state).treat("wait a minute and look again");
            }
            _ => {
                return Check::fail(name, state)
                    .treat("authorise it again by giving it a token: `evbridge-momento token rotate`");
            }
        }
        let found = [
            made_again(name, connection, expected),
            others(name, expected),
            header(name, connection),
            additions(name, connection),
            key(name, id, connection, expected),
            later(name, connection, expected),
        ];
        Check::together(found.into_iter().flatten())
            .unwrap_or_else(|| Check::ok(name, format!("{state}, the token goes in the header {HEADER}")))
    })
}

/// A connection that was made again under its name has another ARN, and a token that somebody else gave it.
fn made_again(name: &str, connection: &Connection, expected: &Expected<'_>) -> Option<Check> {
    let own = expected.connection_arn.filter(|own| *own != connection.arn)?;
    let evidence = format!(
        "it was deleted and made again under its name: it is {}, and the stack made {own}: what it sends is not \
         the stack's token",
        connection.arn
    );
    let treatment = format!(
        "delete it, and let the stack make it: `aws events delete-connection --name {}`, then \
         `evbridge-momento drift --revert`",
        super::name_in(&connection.arn)
    );
    Some(Check::fail(name, evidence).treat(treatment))
}

/// Whoever may make an API destination can have the token sent to himself.
fn others(name: &str, expected: &Expected<'_>) -> Option<Check> {
    if expected.others.is_empty() {
        return None;
    }
    let words: Vec<String> =
        expected.others.iter().map(|one| format!("{} ({})", one.name, one.endpoint)).collect();
    let evidence = format!(
        "API destinations that are not of this stack use it, and are sent the token: {}",
        words.join(", ")
    );
    let deletions: Vec<String> = expected
        .others
        .iter()
        .map(|one| format!("`aws events delete-api-destination --name {}`", one.name))
        .collect();
    let treatment = format!(
        "delete them: {}; then `evbridge-momento token rotate`, and revoke the old token at Momento; \
         events:CreateApiDestination in CloudTrail says who it was",
        deletions.join(", ")
    );
    Some(Check::fail(name, evidence).treat(treatment))
}

/// Momento takes the key from one header and no other.
fn header(name: &str, connection: &Connection) -> Option<Check> {
    if connection.authorization != "API_KEY" {
        let evidence = format!(
            "it authorises by {}, and the stack says API_KEY: Momento gets no token",
            connection.authorization
        );
        return Some(Check::fail(name, evidence).treat(REVERT));
    }
    let header = connection.key_name.as_deref().unwrap_or("none");
    (!header.eq_ignore_ascii_case(HEADER)).then(|| {
        let evidence = format!("the token goes in the header {header}, and Momento reads {HEADER} alone");
        Check::fail(name, evidence).treat(REVERT)
    })
}

/// The stack's connection adds nothing; what one adds goes over what the rules send.
fn additions(name: &str, connection: &Connection) -> Option<Check> {
    if connection.additions.is_empty() {
        return None;
    }
    let decides = |one: &&Addition| {
        one.kind != "header" || DECIDING.iter().any(|header| header.eq_ignore_ascii_case(&one.name))
    };
    let words = |all: &[&Addition]| {
        let words: Vec<String> = all.iter().map(|one| format!("{} {}", one.kind, one.name)).collect();
        words.join(", ")
    };
    let all: Vec<&Addition> = connection.additions.iter().collect();
    let deciding: Vec<&Addition> = all.iter().copied().filter(|one| decides(one)).collect();
    let check = if deciding.is_empty() {
        Check::warn(name, format!("it adds to every call what the stack does not say: {}", words(&all)))
    } else {
        let evidence = format!("it adds to every call, over what the rules send: {}", words(&deciding));
        Check::fail(name, evidence)
    };
    Some(check.treat(format!(
        "no drift detection sees this; take it away: `aws events update-connection --name {} --authorization-type \
         API_KEY --auth-parameters '{}'`, then `evbridge-momento token rotate`",
        super::name_in(&connection.arn),
        r#"{"ApiKeyAuthParameters":{"ApiKeyName":"Authorization"},"InvocationHttpParameters":{"HeaderParameters":[],"QueryStringParameters":[],"BodyParameters":[]}}"#,
    )))
}

fn key(name: &str, id: &str, connection: &Connection, expected: &Expected<'_>) -> Option<Check> {
    let key = expected.text(id, "KmsKeyIdentifier")?;
    (!connection.key.as_deref().is_some_and(|is| is_same_key(is, &key))).then(|| {
        let is = connection.key.as_deref().unwrap_or("AWS's own key");
        let evidence = format!("its token is encrypted with {is}, and the stack says {key}");
        Check::warn(name, evidence).treat(REVERT)
    })
}

/// A token that was swapped by hand leaves one trace: the time.
fn later(name: &str, connection: &Connection, expected: &Expected<'_>) -> Option<Check> {
    let (modified, changed) = (connection.modified?, expected.connection_changed?);
    (modified > changed.saturating_add(LATER).unwrap_or(changed)).then(|| {
        Check::warn(
            name,
            format!(
                "it was changed at {modified:.0}, after the stack's own last change of it at {changed:.0}: it may \
                 hold another token, which nobody can read"
            ),
        )
        .treat("find out who did it (events:UpdateConnection in CloudTrail), and give it a new token: `evbridge-momento token rotate`")
    })
}
