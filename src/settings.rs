//! What the environment says, read once.

use std::ffi::OsString;

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::local::callers::KEY_PREFIX;

/// The variables that name files which decide for whom the AWS SDK works.
const SETTINGS_FILES: [&str; 3] = ["AWS_CA_BUNDLE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];

/// The environment variables that this tool reads itself; the AWS SDK reads its own.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own")]
pub struct Environment {
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    pub region: Option<String>,
    /// `AWS_ENDPOINT_URL`, which the AWS SDK reads too.
    pub endpoint_url: Option<String>,
    /// The variables that name other files of the AWS SDK's settings, with what they say.
    pub settings_files: Vec<(&'static str, String)>,
    /// Whether `AWS_ACCESS_KEY_ID` is set: the AWS SDK takes its credentials from the environment.
    pub has_access_key: bool,
    /// `MOMENTO_API_KEY`.
    pub token: Option<SecretString>,
    /// The tokens of single regions, such as `MOMENTO_API_KEY_US_EAST_1`, with the names of the variables.
    pub regional_tokens: Vec<(String, SecretString)>,
    /// `AWS_ACCESS_KEY_ID` where the local cloud gave it for a role; another is the AWS SDK's business.
    pub local_key: Option<String>,
    /// `MOMENTO_MANAGEMENT_KEY`: the key that makes and revokes keys.
    pub management_key: Option<SecretString>,
    /// Whether `EVBRIDGE_MOMENTO_OUTPUT` asks for JSON, for when the command line cannot be parsed.
    pub json: bool,
    /// What stands for flags: the values of `EVBRIDGE_MOMENTO_…` and `AWS_PROFILE`, which a refusal may repeat.
    pub flags: Vec<OsString>,
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
            endpoint_url: variable("AWS_ENDPOINT_URL"),
            settings_files: SETTINGS_FILES
                .into_iter()
                .filter_map(|name| variable(name).map(|value| (name, value)))
                .collect(),
            has_access_key: variable("AWS_ACCESS_KEY_ID").is_some(),
            token: variable("MOMENTO_API_KEY").map(secret),
            regional_tokens: regional_tokens(),
            local_key: variable("AWS_ACCESS_KEY_ID").filter(|key| key.starts_with(KEY_PREFIX)),
            management_key: variable("MOMENTO_MANAGEMENT_KEY").map(secret),
            json: variable("EVBRIDGE_MOMENTO_OUTPUT").is_some_and(|form| form == "json"),
            flags: flags(),
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

impl Environment {
    /// Returns the token for a region, the region's own before the common one, with the variable's name.
    pub fn token_of(&self, region: &str) -> Option<(String, &SecretString)> {
        let own = format!("{REGIONAL}{}", region.replace('-', "_").to_ascii_uppercase());
        let regional = self.regional_tokens.iter().find(|(name, _)| *name == own);
        let common = || self.token.as_ref().map(|token| ("MOMENTO_API_KEY".to_owned(), token));
        regional.map(|(name, token)| (name.clone(), token)).or_else(common)
    }
}

/// How the variables begin that hold the token of one region.
const REGIONAL: &str = "MOMENTO_API_KEY_";

fn regional_tokens() -> Vec<(String, SecretString)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, value)| name.starts_with(REGIONAL) && !value.is_empty())
        .map(|(name, value)| (name, secret(value)))
        .collect()
}

fn flags() -> Vec<OsString> {
    let of_flag = |name: &str| name.starts_with("EVBRIDGE_MOMENTO_") || name == "AWS_PROFILE";
    std::env::vars_os()
        .filter(|(name, _)| name.to_str().is_some_and(of_flag))
        .map(|(_, value)| value)
        .collect()
}

/// Makes a secret of a variable's value and wipes the value; the process's own environment stays as it is.
fn secret(value: String) -> SecretString {
    crate::redaction::secret(&Zeroizing::new(value))
}

/// An empty variable counts as one that is not set.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
