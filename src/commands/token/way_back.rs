//! The way back of a change of the token that failed: the stack's version and the labels as they were before.

use super::rotation::{Rotation, watch};
use crate::aws::deployed::{self, DeployedStack};
use crate::aws::follow::latest;
use crate::aws::secrets::{self, CURRENT, Move, PREVIOUS};
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};

/// How often an operation of somebody else's is waited for before a stack counts as busy.
const MOST_WAITS: usize = 8;

impl Rotation<'_> {
    /// Puts the stack and the labels back as they were, and says of each what is so.
    pub(super) async fn go_back(&self, error: Error) -> Error {
        if self.is_overtaken().await {
            return error.cause("the other one goes on from what is there; nothing was taken back");
        }
        self.say("going back to the old token");
        let (error, is_stack_back) = match self.stack_back().await {
            // CloudFormation has taken an update back that failed.
            Ok(moved) if moved || error.kind == Kind::RolledBack => {
                (error.cause("the stack uses the old token again"), true)
            }
            Ok(_) => (error.cause("the stack still uses the old token"), true),
            Err(second) => (
                because(error.cause("and the stack could not be given the old token back"), &second)
                    .hint("when its cause is gone, give the stack the old token back with `evbridge-momento deploy`"),
                false,
            ),
        };
        let labels = self.labels_back(is_stack_back).await;
        self.drop_pending().await;
        match labels {
            Ok(false) => error,
            Ok(true) => error.cause("the old version has the label AWSCURRENT again"),
            Err(second) => {
                let current = self.labels.with(CURRENT).unwrap_or(self.before);
                because(
                    error.cause(format!(
                        "and it is not known that version {current} has the label AWSCURRENT"
                    )),
                    &second,
                )
                .hint(format!(
                    "look with `evbridge-momento token check`; to put it back: `aws secretsmanager \
                         update-secret-version-stage --secret-id {} --version-stage AWSCURRENT \
                         --move-to-version-id {current} --remove-from-version-id {}`",
                    self.secret, self.version
                ))
            }
        }
    }

    /// Gives the stack its version back, and returns whether it had the new one.
    async fn stack_back(&self) -> Result<bool> {
        let stack = self.at_rest().await?;
        if !self.uses_new(&stack) {
            return Ok(false);
        }
        let back = self.counting().await;
        let went = match self.start_update(&back).await {
            Ok(token) => self.ended(&token).await,
            Err(error) => Err(error),
        };
        match went {
            Ok(()) => Ok(true),
            // What was said can be wrong, or be overtaken; the stack itself is not.
            Err(error) => match self.at_rest().await {
                Ok(stack) if !self.uses_new(&stack) => Ok(true),
                _ => Err(error),
            },
        }
    }

    /// Returns the version to go back to: the one from before, unless another change has made another one count since.
    async fn counting(&self) -> String {
        let labels = secrets::versions(&self.session.clients, self.secret).await;
        let now = labels.ok().and_then(|labels| labels.with(CURRENT).map(str::to_owned));
        let since = now.filter(|now| now != self.version && self.labels.with(CURRENT) != Some(now));
        since.unwrap_or_else(|| self.before.to_owned())
    }

    fn uses_new(&self, stack: &DeployedStack) -> bool {
        stack.parameters.get("MomentoTokenVersion").is_some_and(|now| now == self.version)
    }

    /// Waits until no operation of the stack runs.
    async fn at_rest(&self) -> Result<DeployedStack> {
        match at_rest(self.context, self.session, &self.stack.id).await? {
            Some(stack) => Ok(stack),
            None => Err(Error::new(Kind::Remote, "the stack is gone")),
        }
    }

    /// Puts the labels of the current and the previous version back, and returns whether they had moved.
    ///
    /// Where the stack is on the new version, that one is current: the next deploy takes the current version.
    async fn labels_back(&self, is_stack_back: bool) -> Result<bool> {
        let (clients, secret) = (&self.session.clients, self.secret);
        let now = secrets::versions(clients, secret).await?;
        if now.with(CURRENT) != Some(self.version) || !is_stack_back {
            return Ok(false);
        }
        secrets::promote(
            clients,
            secret,
            self.labels.with(CURRENT).unwrap_or(self.before),
            Some(self.version),
        )
        .await?;
        let now = secrets::versions(clients, secret).await?;
        let (from, to) = (now.with(PREVIOUS), self.labels.with(PREVIOUS));
        if from != to {
            secrets::move_label(clients, secret, &Move { label: PREVIOUS, from, to }).await?;
        }
        Ok(true)
    }
}

/// Waits until no operation of a stack runs, and returns the stack; nothing when it is gone.
pub(super) async fn at_rest(
    context: &Context,
    session: &Session,
    stack: &str,
) -> Result<Option<DeployedStack>> {
    for _ in 0..MOST_WAITS {
        let found = deployed::find(&session.clients, stack).await?;
        let Some(running) = found.as_ref().filter(|found| found.status.is_in_progress()) else {
            return Ok(found);
        };
        let operation = latest(&session.clients, &running.id).await?;
        watch(context, session, &operation, &mut Vec::new()).await?;
    }
    Err(Error::new(Kind::Remote, "the stack does not come to rest")
        .hint("something else works on it: run the same command again when that is done"))
}

/// Adds a second error to an error, as its causes.
pub(super) fn because(error: Error, second: &Error) -> Error {
    second.causes.iter().fold(error.cause(&*second.message), Error::cause)
}
