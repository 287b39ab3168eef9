//! The least that somebody has to be allowed: as data, and as the policy that it makes.
//!
//! `actions.tsv` says which command needs which permission. A test runs every command on the local cloud, and
//! proves that no call is outside the policy and that every action of the policy is called.

mod action;
mod length;
mod policy;
mod principal;
mod resource;
mod simulation;
mod work;

use std::fmt;
use std::str::FromStr;

pub use action::{By, Case, Need, Occasion, When, needs};
pub use length::{LONGEST, length, shortened};
pub use policy::{deploying, document, fragment, printed};
pub use principal::{Holder, InvalidHolder, Principal};
pub use resource::Scope;
pub use simulation::{Answer, Question, only, questions};
pub use work::{SECRET, Work};

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Deploys and destroys the stack.
    Deployer,
    /// Looks after the stack: finds faults, changes the token.
    Operator,
    /// Puts events on the bus.
    Producer,
}

/// A text that is no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the roles are deployer, operator and producer")]
pub struct UnknownRole;

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Deployer, Self::Operator, Self::Producer];

    /// Returns the role's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deployer => "deployer",
            Self::Operator => "operator",
            Self::Producer => "producer",
        }
    }

    /// Returns the commands that the role runs.
    pub fn commands(self) -> &'static [&'static str] {
        match self {
            Self::Deployer => &["deploy", "destroy", "diff", "drift"],
            Self::Operator => &["doctor", "drift", "explain", "status", "token-check", "token-set"],
            Self::Producer => &["put-event"],
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
