//! What the environment says, read once.

use secrecy::SecretString;

/// The environment variables that this tool reads itself; the AWS SDK reads its own.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own")]
pub struct Environment {
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    pub region: Option<String>,
    /// `MOMENTO_API_KEY`, with the name of the variable.
    pub token: Option<SecretString>,
    /// Whether `EVBRIDGE_MOMENTO_OUTPUT` asks for JSON, for when the command line cannot be parsed.
    pub json: bool,
    /// Whether lines must not move: `CI` is set, or `TERM` is `dumb`.
    pub plain: bool,
    /// Whether questions cannot be answered: `CI` is set.
    pub unattended: bool,
    /// Whether the locale has more than ASCII: what `LC_ALL`, `LC_CTYPE` or `LANG` says first, in that order.
    pub unicode: bool,
}

impl Environment {
    /// Reads the process's environment.
    pub fn read() -> Self {
        let unattended = variable("CI").is_some_and(|value| value != "false" && value != "0");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
        Self {
            region: variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")),
            token: variable("MOMENTO_API_KEY").map(SecretString::from),
            json: variable("EVBRIDGE_MOMENTO_OUTPUT").is_some_and(|form| form == "json"),
            plain: unattended || variable("TERM").is_some_and(|term| term == "dumb"),
            unattended,
            // Windows has no such variables, and its terminals draw what is asked for.
            unicode: locale.map_or(cfg!(windows), |locale| {
                let locale = locale.to_ascii_lowercase();
                locale.contains("utf-8") || locale.contains("utf8")
            }),
        }
    }
}

/// An empty variable counts as one that is not set.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
