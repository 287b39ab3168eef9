//! Changing back what was changed by hand: the template that is deployed, deployed again.

use super::change::{Named, carry_out};
use super::{Deployed, Deploying};
use crate::aws::change_sets::{ChangeSetRequest, Options};
use crate::aws::cloudformation;
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::model::stack::OnFailure;

/// Changes a stack's drift back in a drift-aware change set; asks as a deploy does.
pub async fn revert(context: &Context, session: &Session, name: &str, yes: bool) -> Result<Deployed> {
    let Some(stack) = cloudformation::find(&session.clients, name).await? else {
        return Err(Error::new(Kind::Failed, format!("there is no stack {name} in {}", session.region())));
    };
    let deploying = Deploying {
        context,
        session,
        name,
        role: None,
        on_failure: OnFailure::Rollback,
        protect: None,
        timeout: None,
        detach: false,
        yes,
    };
    let parameters: Vec<(String, Option<String>)> =
        stack.parameters.iter().map(|(name, _)| (name.clone(), None)).collect();
    let bus = stack.outputs.iter().find(|(name, _)| name == "EventBusName");
    let bus = bus.map(|(_, bus)| bus.clone()).unwrap_or_default();
    let options = Options { revert_drift: true, ..Options::default() };
    let request = ChangeSetRequest {
        stack: name,
        name: "evbridge-momento-revert",
        create: false,
        template: None,
        parameters: &parameters,
        tags: &[],
        role: None,
        options: &options,
    };
    let named = Named { name: None, prepare_only: false };
    carry_out(&deploying, &named, &request, &bus, Some(stack), None, None).await
}
