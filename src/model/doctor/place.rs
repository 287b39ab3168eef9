//! The checks on where the stack is, what state it is in, and what did not arrive.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Check;
use super::parts::Look;
use crate::model::delivery::Cause;
use crate::model::policy::{Grantee, Policy};
use crate::model::region;
use crate::model::stack::Status;

/// Above this AWS refuses signatures ("Signature Version 4": five minutes).
const SKEW_REFUSED: i64 = 300;

/// Checks that Momento is in the region, unless the endpoint is given.
pub fn region(name: &str, has_endpoint: bool) -> Check {
    match region::find(name) {
        Ok(found) => {
            Check::ok("region", format!("{} ({}), Momento cell {}", found.name, found.title, found.cell))
        }
        Err(unsupported) if has_endpoint => Check::warn(
            "region",
            format!("{unsupported}: calls go to the endpoint that was given, elsewhere"),
        ),
        Err(unsupported) => Check::fail("region", unsupported.to_string()).treat(unsupported.hint()),
    }
}

/// Checks that the event bus is there; a stack that makes its own brings it.
pub fn bus(name: &str, is_there: Result<bool, String>, made_by_stack: bool, deployed: bool) -> Check {
    match is_there {
        Ok(true) => Check::ok("bus", format!("the event bus {name} exists")),
        Ok(false) if made_by_stack && !deployed => {
            Check::skipped("bus", format!("the stack will make the event bus {name}"))
        }
        Ok(false) => {
            Check::fail("bus", format!("there is no event bus {name}: PutEvents drops events without a word"))
                .treat(format!("make it: `aws events create-event-bus --name {name}`"))
        }
        Err(reason) => Check::unknown("bus", reason),
    }
}

/// Checks who else may use the bus that the stack made for itself: the stack lets nobody in.
pub fn bus_policy(bus: &str, policy: &str) -> Option<Check> {
    let name = "bus policy";
    let policy = match Policy::parse(policy) {
        Ok(policy) => policy,
        Err(invalid) => return Some(Check::unknown(name, format!("it cannot be read: {invalid}"))),
    };
    Check::together(policy.grants().map(|grant| {
        let whom: Vec<String> = grant.grantees().iter().map(Grantee::words).collect();
        let is_open = grant.grantees().iter().any(|one| matches!(one, Grantee::Everyone | Grantee::AllBut));
        let evidence = format!("{} may do {} on it ({})", whom.join(", "), grant.actions(), grant.name());
        let check = if is_open { Check::fail(name, evidence) } else { Check::warn(name, evidence) };
        check.treat(format!(
            "if nobody means that, take it away: `aws events remove-permission --event-bus-name {bus} \
             --statement-id {}`",
            grant.name()
        ))
    }))
}

/// Checks the state of the stack; nothing for one that is not there.
pub fn stack(name: &str, look: &Look<(Status, Option<String>)>) -> Check {
    match look {
        Err(reason) => Check::unknown("stack", reason.clone()),
        Ok(None) => {
            Check::skipped("stack", format!("{name} is not deployed")).treat("run `evbridge-momento deploy`")
        }
        Ok(Some((status, reason))) => {
            let reason = reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            let evidence = format!("{name} is in {status}{reason}");
            match status.as_str() {
                _ if status.is_deployed() => Check::ok("stack", evidence),
                "UPDATE_ROLLBACK_COMPLETE" => Check::warn("stack", evidence).treat(
                    "the last update was taken back, and the stack is as it was before: nothing needs to be \
                         done for events to be delivered; its events say what failed: `aws cloudformation \
                         describe-stack-events --stack-name NAME`"
                        .replace("NAME", name),
                ),
                _ if status.is_in_progress() => {
                    Check::warn("stack", evidence).treat("wait until the operation is done and look again")
                }
                _ => Check::fail("stack", evidence)
                    .treat("run `evbridge-momento deploy`, which says what to do"),
            }
        }
    }
}

/// Compares this computer's clock with another one.
pub fn clock(here: Timestamp, there: Option<Timestamp>) -> Check {
    let Some(there) = there else {
        return Check::skipped("clock", "there is no other clock to compare with");
    };
    let seconds = here.duration_since(there).as_secs();
    let evidence = match seconds {
        0 => "this computer's clock is right".to_owned(),
        ahead @ 1.. => format!("this computer's clock is {ahead} s ahead"),
        behind => format!("this computer's clock is {} s behind", -behind),
    };
    match seconds.abs() {
        0..=30 => Check::ok("clock", evidence),
        31..SKEW_REFUSED => Check::warn("clock", evidence).treat("set the clock, best by NTP"),
        _ => Check::fail("clock", format!("{evidence}: AWS refuses its signatures"))
            .treat("set the clock, best by NTP"),
    }
}

/// Groups what lies in the dead-letter queue by its cause; `messages` are the error messages of a sample.
pub fn dead_letters(depth: u64, messages: &[Option<String>]) -> Check {
    if depth == 0 {
        return Check::ok("dead letters", "the queue is empty");
    }
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    for message in messages {
        let cause = match message {
            None => "The event breaks the contract of its detail-type.".to_owned(),
            Some(message) => Cause::of(message).reason(),
        };
        *causes.entry(cause).or_default() += 1;
    }
    let mut causes: Vec<(String, usize)> = causes.into_iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let listed: Vec<String> = causes.iter().map(|(cause, count)| format!("{count} × {cause}")).collect();
    let sample = if (messages.len() as u64) < depth {
        format!(" (of {} looked at)", messages.len())
    } else {
        String::new()
    };
    let count = if depth == 1 { "1 event".to_owned() } else { format!("{depth} events") };
    Check::warn("dead letters", format!("{count} did not arrive{sample}: {}", listed.join("; ")))
        .treat("mend the cause and send the events again, before 14 days are over")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::doctor::Verdict;

    #[test]
    fn dead_letters_are_grouped_by_cause() {
        let refused = Some("ApiDestination returned HTTP status 401 with payload: {}".to_owned());
        let check = dead_letters(9, &[refused.clone(), None, refused]);
        assert_eq!(
            check.evidence,
            "9 events did not arrive (of 3 looked at): 2 × Momento did not accept the token: it is wrong, expired or \
             revoked, or of another region. Set a new one.; 1 × The event breaks the contract of its detail-type."
        );
        assert_eq!(dead_letters(0, &[]).verdict, Verdict::Ok);
    }

    #[test]
    fn a_clock_may_be_half_a_minute_off() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert_eq!(clock(at(1000), Some(at(1001))).verdict, Verdict::Ok);
        assert_eq!(clock(at(1000), Some(at(1100))).evidence, "this computer's clock is 100 s behind");
        assert_eq!(clock(at(2000), Some(at(1000))).verdict, Verdict::Fail);
        assert_eq!(clock(at(0), None).verdict, Verdict::Skipped);
    }

    #[test]
    fn the_state_of_the_stack_decides() {
        let verdict = |status: &str| stack("s", &Ok(Some((Status::new(status), None)))).verdict;
        assert_eq!(verdict("CREATE_COMPLETE"), Verdict::Ok);
        assert_eq!(verdict("UPDATE_IN_PROGRESS"), Verdict::Warn);
        assert_eq!(verdict("UPDATE_ROLLBACK_COMPLETE"), Verdict::Warn);
        assert_eq!(verdict("ROLLBACK_COMPLETE"), Verdict::Fail);
        assert_eq!(stack("s", &Ok(None)).verdict, Verdict::Skipped);
        assert_eq!(region("mars-north-1", false).verdict, Verdict::Fail);
        assert_eq!(region("mars-north-1", true).verdict, Verdict::Warn);
        assert_eq!(bus("b", Ok(false), false, true).verdict, Verdict::Fail);
    }
}
