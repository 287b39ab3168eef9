//! How a key that `token rotate --mint` made is known again: by a label in the secret, by its description at Momento.

/// What the label of a version begins with that holds such a key; the key's id follows.
const LABEL: &str = "momento-key:";

/// Returns the label of the version that holds a key.
pub fn label(id: &str) -> String {
    format!("{LABEL}{id}")
}

/// Returns the id of the key that a label is for; nothing for another label.
pub fn key_of(label: &str) -> Option<&str> {
    label.strip_prefix(LABEL)
}

/// What keys are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Its region.
    pub region: &'a str,
    /// Its AWS account.
    pub account: &'a str,
}

impl Purpose<'_> {
    /// Returns the description of a key that is to be stored as a version of the secret.
    pub fn description(&self, version: &str) -> String {
        format!("{}{version}", self.start())
    }

    /// Returns whether a key with this description was made for this, whatever version it was to be.
    pub fn is_of(&self, description: &str) -> bool {
        description.starts_with(&self.start())
    }

    fn start(&self) -> String {
        let Self { stack, region, account } = self;
        format!("evbridge-momento {stack} in {region} of {account}, version ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_label_and_by_its_description() {
        assert_eq!(key_of(&label("a:b")), Some("a:b"));
        assert_eq!(key_of("AWSCURRENT"), None);
        let purpose = Purpose { stack: "shop", region: "us-east-1", account: "123456789012" };
        let description = purpose.description("v");
        assert_eq!(description, "evbridge-momento shop in us-east-1 of 123456789012, version v");
        assert!(purpose.is_of(&description));
        for other in [
            Purpose { stack: "sho", ..purpose },
            Purpose { region: "us-east-2", ..purpose },
            Purpose { account: "210987654321", ..purpose },
        ] {
            assert!(!other.is_of(&description), "{other:?}");
        }
        assert!(!purpose.is_of("a key of somebody else's"));
    }
}
