//! A connection: how calls to a destination are authorised, and what it adds to each of them.

use super::Guarded;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use secrecy::{ExposeSecret, SecretString};

/// A connection's part in a request.
#[derive(Clone, Debug)]
pub struct Connection {
    /// How calls are authorised.
    pub authorization: Authorization,
    /// `InvocationHttpParameters`
    pub parameters: ConnectionParameters,
}

/// How calls are authorised.
#[derive(Clone, Debug)]
pub enum Authorization {
    /// `API_KEY`: a header with this name and value, verbatim.
    ApiKey {
        /// `ApiKeyName`, the header's name.
        name: String,
        /// `ApiKeyValue`, the header's value.
        value: SecretString,
    },
    /// `BASIC`: `Authorization: Basic base64(username:password)`.
    Basic {
        /// `Username`
        username: String,
        /// `Password`
        password: SecretString,
    },
}

/// What a connection adds to each call: literal values, which win over the target's on a clash.
///
/// A value whose `IsValueSecret` is true or unset is a [`Guarded::secret`].
#[derive(Clone, Debug, Default)]
pub struct ConnectionParameters {
    /// `BodyParameters`: members added to a body that is a JSON object.
    pub body: Vec<(String, Guarded)>,
    /// `HeaderParameters`
    pub header: Vec<(String, Guarded)>,
    /// `QueryStringParameters`
    pub query: Vec<(String, Guarded)>,
}

impl Authorization {
    /// Returns the header's name and value.
    pub(super) fn header(&self) -> (String, Guarded) {
        match self {
            Self::ApiKey { name, value } => (name.clone(), Guarded::secret(value.expose_secret())),
            Self::Basic { username, password } => {
                let credentials = BASE64_STANDARD.encode(format!("{username}:{}", password.expose_secret()));
                ("Authorization".to_owned(), Guarded::secret(format!("Basic {credentials}")))
            }
        }
    }
}
