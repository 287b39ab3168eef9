//! Events that go on to another bus.

use uuid::Uuid;

use super::job::{Job, Try};
use super::role::{self, Ask};
use crate::local::eventbridge::events::{Incoming, iso};
use crate::local::eventbridge::names::bus_arn;
use crate::model::delivery::{ErrorCode, Failure};
use crate::model::json::Json;

/// An event may go on once inside a region and once to another region (captured).
const INSIDE: i64 = 1;
const ACROSS: i64 = 2;

impl<T> Job<'_, T> {
    /// Forwards the event: inside a region as it is, to another region with a new id and time, but with the
    /// account and region that it came from.
    pub(super) fn forward(&self, region: &str, bus: &str, event: &Json) -> Try {
        let across = region != self.pending.region;
        let (step, code, message) = if across {
            (ACROSS, ErrorCode::ThirdRegionHopDetected, "The event was forwarded to a third Region.")
        } else {
            (INSIDE, ErrorCode::ThirdAccountHopDetected, "The event was forwarded to a third event bus.")
        };
        if self.pending.hops & step != 0 {
            return Try::failed(Failure { code, message: message.to_owned() });
        }
        let ask = Ask {
            region: &self.pending.region,
            rule_arn: &self.rule_arn,
            action: "events:PutEvents",
            resource: &self.target.arn,
        };
        let refused = self
            .target
            .role
            .as_ref()
            .is_some_and(|role| role::check(&*self.world.services, role, &ask).is_err());
        // Whatever is wrong with the role, or whether the bus is another account's, AWS says the same (captured).
        if refused || self.target.arn != bus_arn(region, bus) {
            let message = "Lack of permissions to invoke cross account target.".to_owned();
            return Try::failed(Failure { code: ErrorCode::NoPermissions, message });
        }
        let mut event = event.clone();
        let mut id = self.pending.event_id.clone();
        if across {
            id = Uuid::new_v4().to_string();
            set(&mut event, "id", &id);
            set(&mut event, "time", &iso(self.at));
        }
        let time = event.get("time").and_then(Json::as_str).and_then(|time| time.parse().ok());
        Try::Forwarded(Box::new(Incoming {
            region: region.to_owned(),
            bus: bus.to_owned(),
            id,
            text: event.to_string(),
            event,
            time: time.unwrap_or(self.at),
            hops: self.pending.hops | step,
            only: Vec::new(),
        }))
    }
}

/// Replaces a string member of an event.
pub(in crate::local::eventbridge) fn set(event: &mut Json, name: &str, value: &str) {
    if let Json::Object(members) = event
        && let Some((_, member)) = members.iter_mut().find(|(member, _)| member == name)
    {
        *member = Json::String(value.to_owned());
    }
}
