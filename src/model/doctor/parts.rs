//! The parts of a deployed stack as they are, wherever they were looked at.

use jiff::Timestamp;
use serde_json::Value;

/// A resource that CloudFormation says the stack has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, such as `AWS::Events::Rule`.
    pub kind: String,
    /// What `Ref` gives: a name, or a queue's URL.
    pub physical_id: String,
    /// When CloudFormation was last done with it.
    pub changed: Option<Timestamp>,
}

/// A connection of EventBridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its ARN.
    pub arn: String,
    /// Its state, such as `AUTHORIZED`.
    pub state: String,
    /// Why it has the state, when EventBridge says so.
    pub reason: Option<String>,
    /// How it authorises, such as `API_KEY`.
    pub authorization: String,
    /// The header that carries the key.
    pub key_name: Option<String>,
    /// What it adds to every call besides.
    pub additions: Vec<Addition>,
    /// The customer's key that it is encrypted with.
    pub key: Option<String>,
    /// When it was last changed, by whomever.
    pub modified: Option<Timestamp>,
}

/// What a connection adds to every call, over what the rules' targets say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// `header`, `query parameter` or `body parameter`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// An API destination of EventBridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Its ARN.
    pub arn: String,
    /// Its state, such as `ACTIVE`.
    pub state: String,
    /// The ARN of its connection, while that exists.
    pub connection_arn: Option<String>,
    /// What it calls, such as `https://…/cache/*`.
    pub endpoint: String,
    /// The method that it calls with.
    pub method: String,
    /// The most calls per second.
    pub rate: Option<i32>,
}

/// An API destination that is none of the stack's, and uses its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its name.
    pub name: String,
    /// What it calls.
    pub endpoint: String,
}

/// A rule of EventBridge with its targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its ARN.
    pub arn: String,
    /// Whether it is enabled.
    pub enabled: bool,
    /// Its event pattern, JSON as text.
    pub pattern: Option<String>,
    /// Its targets.
    pub targets: Vec<Target>,
}

/// A target of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its id within the rule.
    pub id: String,
    /// The ARN of what it calls.
    pub arn: String,
    /// The role that it calls with.
    pub role_arn: Option<String>,
    /// The ARN of its dead-letter queue.
    pub dead_letter_arn: Option<String>,
    /// What it makes of an event and how often it tries, as a template spells it: `InputPath`, `HttpParameters`,
    /// `RetryPolicy` and such.
    pub settings: Value,
}

/// A role of IAM with its policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// Who may take it: a policy document.
    pub trust: String,
    /// What it may do: the inline policies, names and documents.
    pub policies: Vec<(String, String)>,
    /// The ARNs of the managed policies that are attached to it.
    pub attached: Vec<String>,
    /// The ARN of the policy that bounds what it may do, where there is one.
    pub boundary: Option<String>,
}

/// The dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its URL.
    pub url: String,
    /// Its ARN.
    pub arn: String,
    /// Its policy document.
    pub policy: Option<String>,
    /// Whether SQS encrypts it with a key of its own or of the customer's.
    pub encrypted: bool,
    /// The customer's key that it is encrypted with, when it is one.
    pub key: Option<String>,
    /// How many messages it holds.
    pub messages: u64,
    /// How long it keeps a message, in seconds.
    pub retention: Option<u64>,
    /// The most bytes of a message that it takes.
    pub largest: Option<u64>,
    /// Where messages go that were received too often: its redrive policy.
    pub redrive: Option<String>,
}

/// A look at one part: it is there, it is not, or it could not be looked at.
pub type Look<T> = Result<Option<T>, String>;
