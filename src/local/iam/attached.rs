//! The managed policies that are attached to a role: AWS's own, which are named and allow nothing here.

use serde_json::{Value, json};

use super::Iam;
use super::role::{Input, no_such_entity};
use crate::local::wire::Answer;

/// What the ARN of a policy of AWS's own begins with. Nobody can make one in the local cloud.
const OF_AWS: &str = "arn:aws:iam::aws:policy/";

impl Iam {
    pub(super) fn attach_role_policy(&self, input: &Input<'_>) -> Answer {
        let mut role = self.role(input)?;
        let arn = input.required("PolicyArn")?;
        if arn.strip_prefix(OF_AWS).is_none_or(str::is_empty) {
            return Err(no_such_entity(format!("Policy {arn} does not exist or is not attachable.")));
        }
        role.attached.insert(arn.to_owned());
        self.write(&role)
    }

    pub(super) fn detach_role_policy(&self, input: &Input<'_>) -> Answer {
        let mut role = self.role(input)?;
        let arn = input.required("PolicyArn")?;
        if !role.attached.remove(arn) {
            return Err(no_such_entity(format!("Policy {arn} was not found.")));
        }
        self.write(&role)
    }

    pub(super) fn attached_role_policies(&self, input: &Input<'_>) -> Answer {
        let role = self.role(input)?;
        let attached =
            role.attached.iter().map(|arn| json!({"PolicyName": arn.rsplit('/').next(), "PolicyArn": arn}));
        Ok(json!({"AttachedPolicies": attached.collect::<Vec<Value>>(), "IsTruncated": false}))
    }
}
