//! A command's failure: what failed, why, and what to do next.

use std::error::Error as StdError;
use std::fmt;

use crate::local::store::StoreError;

/// What kind of failure it is; the kind alone picks the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something failed that no other kind names.
    Failed,
    /// What the command is about is not there.
    NotThere,
    /// The command line asks for something that cannot be.
    Usage,
    /// Differences were found, and `--exit-code` asked for them.
    Differences,
    /// Credentials, region or another setting is missing or wrong.
    Settings,
    /// A definition, a template, an event or a token is not valid, or a doctor's check failed.
    Validation,
    /// AWS or Momento said no.
    Remote,
    /// The stack was rolled back.
    RolledBack,
    /// The wait timed out, or the command detached from what goes on.
    Detached,
    /// An event did not arrive as it should.
    Delivery,
    /// The user interrupted the command.
    Interrupted,
}

impl Kind {
    /// Returns the exit code that the shell sees.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failed | Self::NotThere => 1,
            Self::Usage => 2,
            Self::Differences => 3,
            Self::Settings => 4,
            Self::Validation => 5,
            Self::Remote => 6,
            Self::RolledBack => 7,
            Self::Detached => 8,
            Self::Delivery => 9,
            Self::Interrupted => 130,
        }
    }

    /// Returns the name that JSON errors carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::NotThere => "not-there",
            Self::Usage => "usage",
            Self::Differences => "differences",
            Self::Settings => "settings",
            Self::Validation => "validation",
            Self::Remote => "remote",
            Self::RolledBack => "rolled-back",
            Self::Detached => "detached",
            Self::Delivery => "delivery",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A failed command's answer: a kind, a sentence, its causes and what the user can do next.
#[derive(Debug)]
pub struct Error {
    /// What kind of failure it is.
    pub kind: Kind,
    /// What failed, in one sentence without a full stop.
    pub message: String,
    /// Why, from the outermost cause to the innermost.
    pub causes: Vec<String>,
    /// What to do next.
    pub hints: Vec<String>,
    /// Which cause a hint is for, where it is for one of several: the indices of both.
    pub remedies: Vec<(usize, usize)>,
    /// A policy document that a hint speaks of, to paste.
    pub document: Option<Box<serde_json::Value>>,
}

impl Error {
    /// Makes an error of a kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            remedies: Vec::new(),
            document: None,
        }
    }

    /// Makes an error for a setting that is missing or wrong.
    pub fn settings(message: impl Into<String>) -> Self {
        Self::new(Kind::Settings, message)
    }

    /// Makes an error for input that is not valid.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(Kind::Validation, message)
    }

    /// Makes an error for a command line that asks for something impossible.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Returns whether AWS said that the caller may not do this.
    pub fn is_denied(&self) -> bool {
        self.causes.first().is_some_and(|cause| cause.starts_with("AccessDenied"))
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the policy document that a hint speaks of.
    #[must_use]
    pub fn document(mut self, document: serde_json::Value) -> Self {
        self.document = Some(Box::new(document));
        self
    }

    /// Adds a cause in words.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds a cause in words with what to do about this one.
    #[must_use]
    pub fn cause_with(mut self, cause: impl Into<String>, hint: impl Into<String>) -> Self {
        self.remedies.push((self.causes.len(), self.hints.len()));
        self.cause(cause).hint(hint)
    }

    /// Adds an error and its own causes.
    #[must_use]
    pub fn because(mut self, error: &(dyn StdError + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {}

/// A command's answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Says what was being done when something failed.
pub trait Context<T> {
    /// Turns the failure into an error of a kind with this sentence.
    fn context(self, kind: Kind, message: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: StdError + 'static> Context<T> for std::result::Result<T, E> {
    fn context(self, kind: Kind, message: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Error::new(kind, message()).because(&error))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let busy = matches!(error, StoreError::Busy(_));
        let damaged = match &error {
            StoreError::Damaged { path, .. } => {
                path.parent().map(|directory| directory.display().to_string())
            }
            _ => None,
        };
        let mut converted = Self::new(Kind::Failed, error.to_string());
        if let Some(source) = error.source() {
            converted = converted.because(source);
        }
        if let Some(directory) = damaged {
            converted = converted.hint(format!(
                "remove {directory} to begin with an empty local cloud, or use another `--local-dir`"
            ));
        }
        if busy {
            converted =
                converted.hint("wait until the other command is done, or use another `--local-dir`").hint(
                    "several commands share a local cloud that is served: run `evbridge-momento local` first",
                );
        }
        converted
    }
}

impl From<crate::local::wire::ApiError> for Error {
    fn from(error: crate::local::wire::ApiError) -> Self {
        Self::new(Kind::Failed, error.message)
    }
}
