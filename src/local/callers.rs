//! Who makes a call: the local user, or a role that was assumed, known by its access key.
//!
//! The local user may do everything. A role that was assumed may do what its inline policies allow, where it
//! calls the cloud itself; what CloudFormation does for it is not held against its policies. Signatures are
//! not checked: whoever names the access key is the role.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::calls::Call;
use super::iam::Iam;
use super::store::{Document, Store, StoreError};
use super::wire::{ACCOUNT, ApiError};
use crate::model::policy::{Caller, Decision, Policy, Request, decide};

/// What the access keys of the local cloud begin with.
pub const KEY_PREFIX: &str = "ASIALOCAL";

/// The region key of what is the same in all regions.
const EVERYWHERE: &str = "global";

/// A role that was assumed, under its access key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssumedRole {
    /// The role's ARN.
    pub role_arn: String,
    /// The session's ARN, as STS names the caller.
    pub arn: String,
    /// The id of role and session.
    pub id: String,
    /// When the credentials end.
    expires_at: Timestamp,
}

impl Document for AssumedRole {
    const KIND: &'static str = "sts:assumed-role";
}

/// Notes that a role was assumed, and returns the access key that it is known by.
pub(super) fn assume(
    store: &Store,
    role_arn: &str,
    session: &str,
    expires_at: Timestamp,
) -> Result<(String, AssumedRole), StoreError> {
    let random = Uuid::new_v4().simple().to_string().to_uppercase();
    let key = format!("{KEY_PREFIX}{}", random.chars().take(11).collect::<String>());
    let name = role_arn.rsplit('/').next().unwrap_or_default();
    let assumed = AssumedRole {
        role_arn: role_arn.to_owned(),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}"),
        id: format!("AROALOCALROLE00000000:{session}"),
        expires_at,
    };
    store.put(EVERYWHERE, &key, &assumed)?;
    Ok((key, assumed))
}

/// Returns the role that an access key stands for, or nothing for the local user's: any other key.
pub(super) fn find(store: &Store, key: &str, now: Timestamp) -> Result<Option<AssumedRole>, ApiError> {
    if !key.starts_with(KEY_PREFIX) {
        return Ok(None);
    }
    match store.get::<AssumedRole>(EVERYWHERE, key)? {
        Some(assumed) if assumed.expires_at > now => Ok(Some(assumed)),
        Some(_) => Err(refused("ExpiredToken", "The security token included in the request is expired")),
        None => {
            Err(refused("InvalidClientTokenId", "The security token included in the request is invalid."))
        }
    }
}

/// Refuses what the role's policies do not allow.
pub(super) fn check(iam: &Iam, caller: &AssumedRole, service: &str, calls: &[Call]) -> Result<(), ApiError> {
    let policies = iam.role_policies(&caller.role_arn)?.map(|policies| policies.inline).unwrap_or_default();
    let policies: Vec<Policy> =
        policies.iter().filter_map(|(_, document)| Policy::parse(document).ok()).collect();
    // Nobody needs a permission to ask who they are.
    for call in calls.iter().filter(|call| call.action != "sts:GetCallerIdentity") {
        let mut context: Vec<(&str, &str)> =
            call.context.iter().map(|(key, value)| (*key, value.as_str())).collect();
        context.push(("aws:PrincipalArn", &caller.role_arn));
        // A role is asked for by its name, and allowed by its ARN, which has a path.
        let named = call.resource.rsplit_once(":role/").filter(|_| call.action.starts_with("iam:"));
        let role = match named {
            Some((_, name)) if !name.contains('/') => iam.role_arn(name)?,
            _ => None,
        };
        let is_simulated = call.action == "iam:SimulatePrincipalPolicy";
        let resource = role.filter(|_| !is_simulated).unwrap_or_else(|| call.resource.clone());
        let request = Request {
            caller: Caller::Attached,
            action: &call.action,
            resource: &resource,
            context: &context,
        };
        if decide(&policies, &request) != Decision::Allowed {
            let message = format!(
                "User: {} is not authorized to perform: {} on resource: {} because no identity-based policy allows \
                 the {} action",
                caller.arn, call.action, resource, call.action
            );
            let by_query = matches!(service, "cloudformation" | "iam" | "sns" | "sts");
            return Err(if by_query {
                refused("AccessDenied", &message)
            } else {
                ApiError::client("AccessDeniedException", message)
            });
        }
    }
    Ok(())
}

fn refused(code: &str, message: &str) -> ApiError {
    ApiError { status: 403, code: code.to_owned(), message: message.to_owned() }
}
