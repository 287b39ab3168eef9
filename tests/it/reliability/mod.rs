//! Whatever breaks: the command ends right, or says how to go on, and nothing is there twice or left behind.
//!
//! The short form runs with every `cargo test`; `EVBRIDGE_MOMENTO_LONG=1` runs all of it (docs/reliability.md).

mod count;
mod credentials;
mod inside;
mod kill;
mod matrix;
mod page;
mod timeout;

use std::sync::atomic::{AtomicUsize, Ordering};

/// Returns whether all of it is to be run, which the page needs.
#[expect(clippy::disallowed_methods, reason = "a switch of the tests, not of the program")]
pub(crate) fn is_long() -> bool {
    page::is_update() || std::env::var_os("EVBRIDGE_MOMENTO_LONG").is_some()
}

/// Does pieces of work a few at a time, each worker with what it sets up for itself.
pub(crate) fn share_out<W, T: Sync>(
    pieces: &[T],
    set_up: impl Fn() -> W + Sync,
    work: impl Fn(&W, &T) + Sync,
) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4.min(pieces.len()) {
            scope.spawn(|| {
                let own = set_up();
                while let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(&own, piece);
                }
            });
        }
    });
}
