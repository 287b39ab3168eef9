//! Whether somebody else changes the token at the same time: another rotation, or a deploy.
//!
//! Whoever tries a version has the label AWSPENDING on it, and whoever comes later takes the label over. Nothing
//! counts, and no key is revoked, unless the stack still uses what was tried.

use super::check::deployed_version;
use super::rotation::Rotation;
use crate::aws::deployed;
use crate::aws::secrets::{self, PENDING, Versions};
use crate::error::{Error, Kind, Result};

/// What to do when the other one is done.
const LATER: &str = "when that is done, see which token the stack uses with `evbridge-momento token check`, and run \
                     the same command again";

impl Rotation<'_> {
    /// Fails where another change of the token has begun, or where the stack should have the new version and has not.
    ///
    /// Returns the labels as they are.
    pub(super) async fn not_overtaken(&self, updated: bool) -> Result<Versions> {
        let labels = secrets::versions(&self.session.clients, self.secret).await?;
        let tried = labels.with(PENDING);
        let is_taken = if updated {
            tried.is_some_and(|tried| tried != self.version)
        } else {
            tried != Some(self.version)
        };
        if is_taken {
            return Err(Error::new(Kind::Remote, "another change of this token has begun since").hint(LATER));
        }
        if updated {
            let stack = deployed::find(&self.session.clients, &self.stack.id).await?;
            let is_ours = stack.as_ref().is_some_and(|stack| !stack.status.is_in_progress())
                && deployed_version(stack.as_ref()).as_deref() == Some(self.version);
            if !is_ours {
                return Err(Error::new(
                    Kind::Remote,
                    "the stack was deployed or changed since, with another token",
                )
                .hint(LATER));
            }
        }
        Ok(labels)
    }

    /// Returns whether another version is being tried now: whoever does that goes on from what is there.
    pub(super) async fn is_overtaken(&self) -> bool {
        let labels = secrets::versions(&self.session.clients, self.secret).await;
        labels.is_ok_and(|labels| labels.with(PENDING).is_some_and(|tried| tried != self.version))
    }
}
