//! The ARNs of a stack's resources, before they exist: CloudFormation makes their names from the stack's.

use super::{Case, Holder};

/// The kinds of resources that permissions are for.
#[cfg(test)]
pub(super) const KINDS: [&str; 18] = [
    "alarms",
    "any",
    "bus",
    "caller",
    "connection",
    "connection-secret",
    "destination",
    "events",
    "key",
    "linked-role",
    "metrics",
    "passed",
    "queue",
    "role",
    "rule",
    "secret",
    "stack",
    "working-role",
];

/// Which stack the permissions are for, and who has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `aws`, `aws-cn`, …; or `${AWS::Partition}`.
    pub partition: String,
    /// The region, or `${AWS::Region}`.
    pub region: String,
    /// The account, or `${AWS::AccountId}`.
    pub account: String,
    /// The stack's name.
    pub stack: String,
    /// The event bus's name.
    pub bus: String,
    /// Whether the stack makes the bus.
    pub own_bus: bool,
    /// The detail-types that are put on the bus.
    pub detail_types: Vec<String>,
    /// The sources that events may have; empty for all.
    pub sources: Vec<String>,
    /// The secret's name.
    pub secret: String,
    /// The ARN of the customer's key, where the stack is encrypted with one.
    pub key: Option<String>,
    /// Who has the permissions; nothing for any user.
    pub holder: Option<Holder>,
    /// The ARN of the role that CloudFormation is given to work with.
    pub working_role: Option<String>,
}

/// From this length on CloudFormation may cut a stack's name in a resource's: names have up to 64 characters,
/// and the longest of ours needs 39 for itself.
const CUT: usize = 24;

/// EventBridge's own role, which the first connection of an account brings.
const LINKED: &str =
    "aws-service-role/apidestinations.events.amazonaws.com/AWSServiceRoleForAmazonEventBridgeApiDestinations";

impl Scope {
    /// Returns the scope of a template that fills in account and region where it is deployed.
    #[must_use]
    pub fn anywhere(mut self) -> Self {
        "${AWS::Partition}".clone_into(&mut self.partition);
        "${AWS::Region}".clone_into(&mut self.region);
        "${AWS::AccountId}".clone_into(&mut self.account);
        self
    }

    /// Returns the scope of the place whose names are the longest: a fragment is no longer anywhere.
    #[must_use]
    pub fn farthest(mut self) -> Self {
        "aws-us-gov".clone_into(&mut self.partition);
        "ap-southeast-1".clone_into(&mut self.region);
        "000000000000".clone_into(&mut self.account);
        self
    }

    /// Returns the partition that a region is in.
    pub fn partition_of(region: &str) -> &'static str {
        match region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("eusc") => "aws-eusc",
            _ if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// Returns what the needs depend on.
    pub fn case(&self) -> Case {
        Case {
            own_bus: self.own_bus,
            own_key: self.key.is_some(),
            for_role: self.holder.as_ref().is_some_and(Holder::is_role),
            working_role: self.working_role.is_some(),
        }
    }

    /// Returns the pattern of a kind of resource.
    pub(super) fn arn(&self, kind: &str) -> String {
        let made = self.made("");
        match kind {
            "key" => self.key.clone().unwrap_or_default(),
            "working-role" => self.working_role.clone().unwrap_or_default(),
            // Lists and CloudWatch's metrics have no resource (Service Authorization Reference).
            "any" | "metrics" => "*".to_owned(),
            "caller" => match &self.holder {
                Some(holder) => holder.arn(&self.partition, &self.account),
                // A user's own name is known to a policy, a role's is not (IAM user guide, "Variables").
                None => self.global(&format!("user/{}", self.own_name())),
            },
            "stack" => self.regional("cloudformation", &format!("stack/{}/*", self.stack)),
            "bus" | "events" => self.regional("events", &format!("event-bus/{}", self.bus_name())),
            "alarms" => self.regional("cloudwatch", "alarm:*"),
            "connection" => self.regional("events", &format!("connection/{made}")),
            "destination" => self.regional("events", &format!("api-destination/{made}")),
            "rule" if self.bus_name() == "default" => self.regional("events", &format!("rule/{made}")),
            "rule" => self.regional("events", &format!("rule/{}/{made}", self.bus_name())),
            "role" | "passed" => self.global(&format!("role/{}", self.made("DeliveryRole-"))),
            "linked-role" => self.global(&format!("role/{LINKED}")),
            // A secret's ARN ends in six characters that nobody knows before.
            "secret" => self.regional("secretsmanager", &format!("secret:{}-??????", self.secret)),
            "connection-secret" => {
                self.regional("secretsmanager", &format!("secret:events!connection/{made}"))
            }
            _ => self.regional("sqs", &self.made("DeadLetterQueue-")),
        }
    }

    /// Returns the pattern of a name that CloudFormation makes: `stack-LogicalId-` and twelve characters.
    fn made(&self, logical: &str) -> String {
        match self.stack.get(..CUT) {
            Some(start) if self.stack.len() > CUT => format!("{}*", start.trim_end_matches('-')),
            _ => format!("{}-{logical}*", self.stack),
        }
    }

    /// Returns the policy variable of the caller's own name; in a template it is not the template's variable.
    fn own_name(&self) -> &'static str {
        if self.account.starts_with("${") { "${!aws:username}" } else { "${aws:username}" }
    }

    fn bus_name(&self) -> &str {
        self.bus.rsplit(":event-bus/").next().unwrap_or(&self.bus)
    }

    fn regional(&self, service: &str, path: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{path}", self.partition, self.region, self.account)
    }

    fn global(&self, path: &str) -> String {
        format!("arn:{}:iam::{}:{path}", self.partition, self.account)
    }
}
