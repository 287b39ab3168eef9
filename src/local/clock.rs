//! The local cloud's clock: the computer's, or one that jumps ahead where nobody waits.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// How time passes in the local cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Waiting is skipped: a retry schedule of an hour is finished at once, on paper at its times.
    #[default]
    Virtual,
    /// Waiting takes as long as it says.
    Real,
}

/// A source of the current time.
#[derive(Debug)]
pub struct Clock {
    pace: Pace,
    ahead: AtomicI64,
}

impl Clock {
    /// Makes a clock that starts at the computer's time.
    pub fn new(pace: Pace) -> Self {
        Self { pace, ahead: AtomicI64::new(0) }
    }

    /// Returns how time passes.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// Returns the current time.
    #[expect(clippy::disallowed_methods, reason = "this is the local cloud's clock")]
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_millis(self.ahead.load(Ordering::Relaxed))
    }

    /// Moves the clock ahead, as tests of expiry do.
    pub fn advance(&self, by: SignedDuration) {
        self.ahead.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}
