//! Which rules an event is held against: those on the local cloud's bus, or those of the rendered stack.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Question, momento_base_url};
use crate::context::{Context, Session};
use crate::deployments::Place as Where;
use crate::error::{Context as _, Error, Kind, Result};
use crate::local::wire::ACCOUNT;
use crate::model::explain::{Deployed, Place, Stack};
use crate::model::template::{self, Variant};

/// Rules, and where they are from.
pub(super) struct Rules {
    /// The rules.
    pub(super) stack: Stack,
    /// Whether they are those on the bus now.
    pub(super) deployed: bool,
}

/// Returns the rules of the stack as a deploy would make them.
pub(super) fn rendered(question: &Question<'_>) -> Result<Rules> {
    let Question { definition, stack, bus, region } = *question;
    // The template would refuse a region without Momento too, in CloudFormation's words.
    momento_base_url(&definition.momento.endpoint, region)?;
    let text = template::render(definition, Variant::Managed)
        .context(Kind::Failed, || "the template cannot be rendered".to_owned())?;
    let place = Place { region, account: ACCOUNT, stack_name: stack };
    let parameters = BTreeMap::from([("EventBusName".to_owned(), bus.to_owned())]);
    let stack = Stack::read(&text, &place, &parameters).map_err(|error| unreadable(&error))?;
    Ok(Rules { stack, deployed: false })
}

/// Returns the rules on a bus of the local cloud, with the endpoints and states that they have there.
pub(super) async fn on_bus(session: &Session, stack: &str, bus: &str) -> Result<(Rules, bool)> {
    // A bus is named by its ARN too.
    let bus = bus.rsplit('/').next().unwrap_or(bus);
    let input = json!({ "Bus": bus, "Stack": stack });
    let answer = session.local()?.call(session.region(), "Snapshot", input).await?;
    let deployed: Deployed = serde_json::from_value(answer)
        .context(Kind::Failed, || "the local cloud's rules cannot be read".to_owned())?;
    let rules = deployed.stack().map_err(|error| unreadable(&error))?;
    Ok((Rules { stack: rules, deployed: true }, deployed.is_empty()))
}

/// Returns the rules on the bus of the local cloud where there is one with the stack or other rules; else those
/// of the rendered stack.
pub(super) async fn of(
    context: &Context,
    session: Option<&Session>,
    question: &Question<'_>,
) -> Result<Rules> {
    let Some(session) = session else { return rendered(question) };
    let (rules, is_empty) = on_bus(session, question.stack, question.bus).await?;
    let deployments = context.deployments();
    let is_known = deployments.of(Where::Local, question.stack).any(|known| known.region == session.region());
    if is_empty && !is_known {
        context.printer.status(&format!(
            "no rule is on the bus {} of the local cloud: these are the rules of the stack's definition",
            question.bus
        ));
        return rendered(question);
    }
    Ok(rules)
}

fn unreadable(error: &(impl std::error::Error + 'static)) -> Error {
    Error::validation("the stack's rules cannot be read").because(error)
}
