//! Text that may hold a secret, and what to show instead.

use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// What a secret looks like wherever it is shown.
const MASK: &str = "***";

/// A text of which some parts may be secret: `Debug` and `Display` show those as `***`.
#[derive(Clone)]
pub struct Guarded {
    shown: String,
    /// The text itself, where it is not what is shown.
    real: Option<SecretString>,
}

impl Guarded {
    /// A text with nothing to hide.
    pub fn open(text: impl Into<String>) -> Self {
        Self { shown: text.into(), real: None }
    }

    /// A text that is never shown.
    pub fn secret(text: impl Into<String>) -> Self {
        Self { shown: MASK.to_owned(), real: Some(text.into().into()) }
    }

    /// Returns the text itself: for the wire only.
    pub fn expose(&self) -> &str {
        self.real.as_ref().map_or(&self.shown, ExposeSecret::expose_secret)
    }

    /// Changes the text by a function that keeps the mask a mask.
    pub(super) fn map(&self, change: impl Fn(&str) -> String) -> Self {
        match &self.real {
            None => Self::open(change(&self.shown)),
            Some(real) => Self { shown: self.shown.clone(), real: Some(change(real.expose_secret()).into()) },
        }
    }

    /// Puts texts after each other.
    pub(super) fn concat<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let (mut real, mut shown) = (None, String::new());
        for part in parts {
            if real.is_none() && part.real.is_some() {
                real = Some(shown.clone());
            }
            if let Some(real) = &mut real {
                real.push_str(part.expose());
            }
            shown.push_str(&part.shown);
        }
        Self { shown, real: real.map(SecretString::from) }
    }
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown, f)
    }
}

impl fmt::Display for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_mask_for_each_secret_part() {
        let whole = Guarded::concat([
            &Guarded::open("a="),
            &Guarded::secret("tok en").map(|text| text.replace(' ', "%20")),
        ]);
        assert_eq!(format!("{whole} {whole:?}"), "a=*** \"a=***\"");
        assert_eq!(whole.expose(), "a=tok%20en");
        assert_eq!(Guarded::open("a b").map(str::to_uppercase).to_string(), "A B");
    }
}
