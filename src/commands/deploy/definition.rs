//! A deploy of a definition: looked at first, then the token stored, the change set made and carried out.

use super::change::{self, Named};
use super::report::{Deployed, Outcome};
use super::target::Target;
use super::token::{self, Chosen};
use super::{Deploying, recover};
use crate::aws::change_sets::Options;
use crate::aws::{events, secrets};
use crate::commands::doctor::quick::Quick;
use crate::commands::token::source::SourceArgs;
use crate::error::Result;
use crate::model::doctor::quota::Counts;
use crate::model::permissions::Work;
use crate::model::stack::{Plan, plan};
use crate::ui::indented;

/// Makes the stack what its definition says; `quick` has the checks, unless they are skipped.
pub(super) async fn deploy(
    deploying: &Deploying<'_>,
    named: &Named,
    target: &Target,
    source: &SourceArgs,
    options: &Options,
    quick: Option<&Quick<'_>>,
) -> Result<Deployed> {
    let Deploying { context, session, .. } = deploying;
    let base_url = target.base_url(session)?;
    if !target.definition.bus.create && !is_bus_there(deploying, &target.bus).await? {
        return Err(target.no_bus(session));
    }
    let found = recover::settled(deploying).await?;
    let token = token::choose(context, session, source, &target.secret(), &base_url).await?;
    let creates = matches!(plan(found.as_ref().map(|stack| &stack.status)), Plan::Create | Plan::Recreate);
    let has_role = target.role.is_some() || found.as_ref().is_some_and(|stack| stack.role.is_some());
    if let Some(quick) = quick {
        let work = Work { prepares: true, executes: !named.prepare_only, has_role, ..Work::default() };
        look(quick, &token, &base_url, work, creates).await?;
    }
    // What a change set changes is known when it is made.
    let work = Work { executes: true, has_role, ..Work::default() };
    let checks = quick.filter(|_| !creates).map(|quick| (quick, work));
    let stored = token.store(session, target).await?;
    let carried_out = async {
        let current = recover::recovered(deploying).await?;
        let is_new = current.as_ref().is_none_or(|stack| stack.status.is_review());
        let deployed =
            change::make_and_carry_out(deploying, named, target, &stored, options, current, checks).await?;
        Ok((deployed, is_new))
    };
    let (deployed, is_new) = match carried_out.await {
        Ok(done) => done,
        Err(error) => {
            // The error says what matters; a label too many harms nobody.
            let _ = stored.forget(session).await;
            return Err(error);
        }
    };
    // Who says no gets back what was there: no stack, no secret that only it would have needed, and the
    // version that counted.
    if deployed.outcome == Outcome::Declined {
        stored.forget(session).await?;
        if let (true, Some(undo)) = (is_new, stored.undo) {
            secrets::delete(&session.clients, &target.secret(), undo).await?;
        }
    }
    Ok(deployed)
}

/// Asks Momento about the token, and AWS about what is certain to be done.
async fn look(
    quick: &Quick<'_>,
    token: &Chosen,
    base_url: &str,
    mut work: Work,
    creates: bool,
) -> Result<()> {
    if creates {
        work.make_all();
    }
    let writes = token.adds_to(&mut work);
    let momento = quick.momento(base_url, &token.key);
    if !creates && !writes {
        return momento.await;
    }
    let added = creates.then(|| Counts::needed(quick.definition));
    let (momento, account) = tokio::join!(momento, quick.account(&work, added));
    momento.and(account)
}

/// Returns whether the bus is there; where that may not be asked, CloudFormation finds out.
async fn is_bus_there(deploying: &Deploying<'_>, bus: &str) -> Result<bool> {
    match events::bus_exists(&deploying.session.clients, bus).await {
        Err(error) if error.is_denied() => {
            let printer = &deploying.context.printer;
            printer.warn(&format!("whether the event bus {bus} exists could not be found out: {error}"));
            error.causes.iter().for_each(|cause| printer.status(&format!("  {}", indented(cause, 2))));
            Ok(true)
        }
        other => other,
    }
}
