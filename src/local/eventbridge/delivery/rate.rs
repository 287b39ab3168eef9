//! The invocation rate of a destination.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

/// Gives each call to a destination its moment: at most so many per second, a second's worth at once.
#[derive(Default)]
pub(super) struct Rates(Mutex<HashMap<String, Timestamp>>);

impl Rates {
    /// Returns the moment of a call that could be made at a time, and takes its place.
    ///
    /// The generic cell rate algorithm: one moment per destination is all that is kept.
    pub(super) fn admit(&self, destination: &str, per_second: u32, at: Timestamp) -> Timestamp {
        let interval = SignedDuration::from_nanos(1_000_000_000 / i64::from(per_second.max(1)));
        let burst = SignedDuration::from_secs(1).saturating_sub(interval);
        let mut moments = self.0.lock();
        let reached = moments.get(destination).copied().unwrap_or(at).max(at);
        let next = reached.saturating_add(interval).unwrap_or(reached);
        match moments.get_mut(destination) {
            Some(moment) => *moment = next,
            None => drop(moments.insert(destination.to_owned(), next)),
        }
        reached.saturating_sub(burst).unwrap_or(at).max(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_never_holds_more_than_the_rate() {
        let rates = Rates::default();
        let start = Timestamp::UNIX_EPOCH;
        let moments: Vec<i64> = (0..35).map(|_| rates.admit("a", 10, start).as_millisecond()).collect();
        assert_eq!(moments[..10], [0; 10]);
        assert_eq!(moments[10..13], [100, 200, 300]);
        assert_eq!(moments[34], 2500);
        assert_eq!(rates.admit("b", 1, start), start);
        let later = start + SignedDuration::from_secs(60);
        assert_eq!(rates.admit("a", 10, later), later);
    }
}
