//! The parts of a deployed stack as they are, wherever they were looked at.

/// A resource that CloudFormation says the stack has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, such as `AWS::Events::Rule`.
    pub kind: String,
    /// What `Ref` gives: a name, or a queue's URL.
    pub physical_id: String,
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
}

/// A rule of EventBridge with its targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its ARN.
    pub arn: String,
    /// Whether it is enabled.
    pub enabled: bool,
    /// Its targets.
    pub targets: Vec<Target>,
}

/// A target of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The ARN of what it calls.
    pub arn: String,
    /// The role that it calls with.
    pub role_arn: Option<String>,
    /// The ARN of its dead-letter queue.
    pub dead_letter_arn: Option<String>,
}

/// A role of IAM with its policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// Who may take it: a policy document.
    pub trust: String,
    /// What it may do: the inline policy documents.
    pub policies: Vec<String>,
}

/// The dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
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
}

/// A look at one part: it is there, it is not, or it could not be looked at.
pub type Look<T> = Result<Option<T>, String>;
