//! The role that CloudFormation is to work with.

use super::Api;
use crate::local::cloudformation::input::{Input, invalid};
use crate::local::iam;
use crate::local::wire::ApiError;

/// The shortest and the longest role ARN (CloudFormation API reference, `RoleARN`).
const LENGTHS: [usize; 2] = [20, 2048];

impl Api<'_> {
    /// Refuses a request whose role is none; whether its trust policy names CloudFormation is not looked at.
    pub(super) fn check_role(self, input: Input<'_>) -> Result<(), ApiError> {
        let Some(role) = input.text("RoleARN") else { return Ok(()) };
        let [shortest, longest] = LENGTHS;
        let bound = match role.chars().count() {
            length if length < shortest => Some(format!("greater than or equal to {shortest}")),
            length if length > longest => Some(format!("less than or equal to {longest}")),
            _ => None,
        };
        if let Some(bound) = bound {
            return Err(invalid(format!(
                "1 validation error detected: Value '{role}' at 'roleARN' failed to satisfy constraint: Member must have length {bound}"
            )));
        }
        if iam::role_exists(self.store, role)? {
            return Ok(());
        }
        Err(invalid(format!("Role {role} is invalid or cannot be assumed")))
    }
}
