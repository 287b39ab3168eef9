//! The invocation rate of a destination.
//!
//! Calls of the present are spread by the generic cell rate algorithm, for which one moment is all that is
//! kept. Retries that a virtual clock plays on paper come in no order: theirs are seconds with room in them.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

/// Gives each call to a destination its moment: at most so many per second, a second's worth at once.
#[derive(Default)]
pub(super) struct Rates(Mutex<HashMap<String, Rate>>);

/// The calls to one destination.
#[derive(Default)]
struct Rate {
    /// The moment up to which the calls of the present have taken all room.
    reached: Timestamp,
    /// The retries that a virtual clock plays on paper, at times that are yet to come.
    on_paper: Slots,
}

/// How many calls the seconds hold.
#[derive(Default)]
struct Slots {
    /// The seconds with some calls and room for more.
    open: BTreeMap<i64, u32>,
    /// The runs of full seconds: the first of each, and the first after it.
    full: BTreeMap<i64, i64>,
}

/// A call that asks for its moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// The present.
    pub(super) now: Timestamp,
    /// When it could be made.
    pub(super) at: Timestamp,
    /// The last moment that is any use: the event is too old after it.
    pub(super) until: Timestamp,
    /// Whether it is a retry on paper. Such a call competes with its like only: its time has not come, so that
    /// it takes no room from what is sent meanwhile.
    pub(super) on_paper: bool,
}

impl Rates {
    /// Returns the moment of a call and takes its place; nothing where there is no room in time.
    pub(super) fn admit(&self, destination: &str, per_second: u32, call: Call) -> Option<Timestamp> {
        let mut rates = self.0.lock();
        let rate = match rates.get_mut(destination) {
            Some(rate) => rate,
            None => rates.entry(destination.to_owned()).or_default(),
        };
        let per_second = per_second.max(1);
        if call.on_paper {
            rate.on_paper.forget_before(call.now.as_second());
            return rate.on_paper.take(per_second, call.at, call.until);
        }
        let interval = SignedDuration::from_nanos(1_000_000_000 / i64::from(per_second));
        let burst = SignedDuration::from_secs(1).saturating_sub(interval);
        let reached = rate.reached.max(call.at);
        let moment = reached.saturating_sub(burst).unwrap_or(call.at).max(call.at);
        if moment > call.until {
            return None;
        }
        rate.reached = reached.saturating_add(interval).unwrap_or(reached);
        Some(moment)
    }

    /// Ends a stretch of virtual time: what was played on paper in it takes no room in the next one.
    pub(super) fn settled(&self) {
        self.0.lock().values_mut().for_each(|rate| rate.on_paper = Slots::default());
    }
}

impl Slots {
    fn take(&mut self, per_second: u32, at: Timestamp, until: Timestamp) -> Option<Timestamp> {
        let asked = at.as_second();
        let run = self.full.range(..=asked).next_back().map(|(_, end)| *end);
        let second = run.filter(|end| *end > asked).unwrap_or(asked);
        let used = self.open.get(&second).copied().unwrap_or_default();
        let moment = if second == asked {
            at
        } else {
            // Calls that have to wait for a second share it evenly.
            let share = i64::from(used) * 1_000_000_000 / i64::from(per_second);
            let start = Timestamp::from_second(second).ok()?;
            start.saturating_add(SignedDuration::from_nanos(share)).unwrap_or(start)
        };
        if moment > until {
            return None;
        }
        // A rate that was lowered meanwhile fills the second too.
        if used + 1 >= per_second {
            self.open.remove(&second);
            self.fill(second);
        } else {
            self.open.insert(second, used + 1);
        }
        Some(moment)
    }

    /// Makes a second a part of the full ones, and of the runs on either side of it.
    fn fill(&mut self, second: i64) {
        let end = self.full.remove(&(second + 1)).unwrap_or(second + 1);
        match self.full.range_mut(..=second).next_back() {
            Some((_, before)) if *before == second => *before = end,
            _ => drop(self.full.insert(second, end)),
        }
    }

    fn forget_before(&mut self, second: i64) {
        while self.open.first_key_value().is_some_and(|(first, _)| *first < second) {
            self.open.pop_first();
        }
        while self.full.first_key_value().is_some_and(|(_, end)| *end <= second) {
            self.full.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn after(seconds: i64) -> Timestamp {
        START + SignedDuration::from_secs(seconds)
    }

    fn call(now: i64, at: i64, until: i64) -> Call {
        Call { now: after(now), at: after(at), until: after(until), on_paper: at > now }
    }

    #[test]
    fn a_second_never_holds_more_than_the_rate() {
        let rates = Rates::default();
        let one = |at| rates.admit("a", 10, call(at, at, 90)).map(Timestamp::as_millisecond);
        let moments: Vec<_> = (0..35).filter_map(|_| one(0)).collect();
        assert_eq!(moments[..10], [0; 10]);
        assert_eq!(moments[10..13], [100, 200, 300]);
        assert_eq!(moments[34], 2500);
        assert_eq!(rates.admit("b", 1, call(0, 0, 90)), Some(START));
        assert_eq!(one(60), Some(60_000));
    }

    #[test]
    fn retries_on_paper_leave_the_present_free() {
        let rates = Rates::default();
        let one = |at, until| rates.admit("a", 1, call(0, at, until)).map(Timestamp::as_second);
        assert_eq!((one(5, 9), one(7, 9), one(5, 9), one(6, 9)), (Some(5), Some(7), Some(6), Some(8)));
        assert_eq!((one(5, 9), one(5, 9), one(6, 9), one(20, 30)), (Some(9), None, None, Some(20)));
        assert_eq!((one(0, 9), one(0, 9)), (Some(0), Some(1)));
        rates.settled();
        assert_eq!((one(5, 9), one(0, 9)), (Some(5), Some(2)));
        let shared = |second| rates.admit("b", 4, call(0, second, 9)).map(Timestamp::as_millisecond);
        let moments: Vec<_> = (0..7).filter_map(|_| shared(3)).collect();
        assert_eq!(moments, [3000, 3000, 3000, 3000, 4000, 4250, 4500]);
    }

    #[test]
    fn a_call_without_room_takes_none() {
        let rates = Rates::default();
        let one = |now| rates.admit("a", 1, call(now, now, now + 2)).map(Timestamp::as_second);
        let moments: Vec<_> = (0..9).map(|_| one(0)).collect();
        assert_eq!(moments[..4], [Some(0), Some(1), Some(2), None]);
        assert_eq!((one(1), one(9)), (Some(3), Some(9)));
    }
}
