//! What the environment says, read once.

use secrecy::SecretString;

use crate::local::callers::KEY_PREFIX;

/// The environment variables that this tool reads itself; the AWS SDK reads its own.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    pub region: Option<String>,
    /// `MOMENTO_API_KEY`, with the name of the variable.
    pub token: Option<SecretString>,
    /// `AWS_ACCESS_KEY_ID` where the local cloud gave it for a role; another is the AWS SDK's business.
    pub local_key: Option<String>,
    /// `MOMENTO_MANAGEMENT_KEY`: the key that makes and revokes keys.
    pub management_key: Option<SecretString>,
    /// Whether `EVBRIDGE_MOMENTO_OUTPUT` asks for JSON, for when the command line cannot be parsed.
    pub json: bool,
    /// Whether lines must not move: `CI` is set, or `TERM` is `dumb`.
    pub plain: bool,
    /// Whether questions cannot be answered: `CI` is set.
    pub unattended: bool,
}

impl Environment {
    /// Reads the process's environment.
    pub fn read() -> Self {
        let unattended = variable("CI").is_some_and(|value| value != "false" && value != "0");
        Self {
            region: variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")),
            token: variable("MOMENTO_API_KEY").map(SecretString::from),
            local_key: variable("AWS_ACCESS_KEY_ID").filter(|key| key.starts_with(KEY_PREFIX)),
            management_key: variable("MOMENTO_MANAGEMENT_KEY").map(SecretString::from),
            json: variable("EVBRIDGE_MOMENTO_OUTPUT").is_some_and(|form| form == "json"),
            plain: unattended || variable("TERM").is_some_and(|term| term == "dumb"),
            unattended,
        }
    }
}

/// An empty variable counts as one that is not set.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
