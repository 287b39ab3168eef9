//! Ctrl-C while the token is changed: what was made is taken back, or named.
//!
//! The first Ctrl-C lets the call that is under way have its answer, so that everybody knows what was made, and then
//! takes that back. The second one ends the command at once; what is left is named.

use parking_lot::Mutex;
use tokio::sync::watch;

use super::keys::CONSOLE;
use crate::error::{Error, Kind, Result};
use crate::ui::Printer;

/// Ctrl-C, heard from here on, and what was made until then.
pub(super) struct Interrupts {
    presses: watch::Receiver<u32>,
    made: Mutex<Made>,
}

/// What would be left if the command ended now.
#[derive(Clone, Debug, Default)]
struct Made {
    key: Option<String>,
    version: Option<String>,
}

impl Interrupts {
    /// Begins to listen; from here on Ctrl-C does not end the process by itself.
    pub(super) fn listen(printer: Printer) -> Self {
        let (tell, presses) = watch::channel(0);
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                if *tell.borrow() == 0 {
                    printer.status("interrupted: what was made is taken back; Ctrl-C again leaves it");
                }
                tell.send_modify(|presses| *presses += 1);
            }
        });
        Self { presses, made: Mutex::default() }
    }

    /// Notes that Momento has made a key.
    pub(super) fn made_key(&self, id: &str) {
        self.made.lock().key = Some(id.to_owned());
    }

    /// Notes that a version was stored that does not count yet.
    pub(super) fn made_version(&self, version: &str) {
        self.made.lock().version = Some(version.to_owned());
    }

    /// Returns whether a version was stored, or was to be.
    pub(super) fn has_version(&self) -> bool {
        self.made.lock().version.is_some()
    }

    /// Notes that what was made is in use, or is taken back.
    pub(super) fn settled(&self) {
        *self.made.lock() = Made::default();
    }

    /// Fails where Ctrl-C was pressed; for the place after a call that is not to be cut off.
    pub(super) fn check(&self) -> Result<()> {
        if *self.presses.borrow() > 0 { Err(interrupted()) } else { Ok(()) }
    }

    /// Waits for the first Ctrl-C, which may have been.
    pub(super) async fn first(&self) {
        self.reaches(1).await;
    }

    /// Does work that changes nothing, and ends it at the first Ctrl-C.
    pub(super) async fn or<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.first() => Err(interrupted()),
            done = work => done,
        }
    }

    /// Does all of the work, and leaves it at the second Ctrl-C.
    pub(super) async fn guard<T>(&self, secret: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.reaches(2) => Err(self.left(secret)),
        }
    }

    async fn reaches(&self, presses: u32) {
        // Without a sender nobody listens any more, and nothing is heard.
        if self.presses.clone().wait_for(|seen| *seen >= presses).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Names what is left.
    fn left(&self, secret: &str) -> Error {
        let made = self.made.lock().clone();
        let mut error = interrupted();
        if let Some(version) = &made.version {
            error = error.cause(format!("the new token is stored: version {version} of the secret {secret}"));
        }
        if let Some(key) = &made.key {
            error = error.cause(format!("Momento's new key {key} is alive"));
        }
        if let Some(key) = &made.key {
            error = error.hint(format!(
                "the next `evbridge-momento token rotate --mint` revokes the key {key}; or revoke it at {CONSOLE} if \
                 the stack does not use it"
            ));
        }
        if made.version.is_some() {
            error = error.hint("see which token the stack uses with `evbridge-momento token check`");
        }
        error
    }
}

fn interrupted() -> Error {
    Error::new(Kind::Interrupted, "interrupted")
}
