//! What a request with a template comes to, before anything is recorded.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Api;
use crate::local::cloudformation::input::{Input, invalid};
use crate::local::cloudformation::record::{Definition, Hidden, Settings};
use crate::local::cloudformation::resources::attributes;
use crate::local::wire::{ACCOUNT, ApiError};
use crate::model::cloudformation::{Declared, MAX_BODY, Plan, Pseudo, Template};

/// A request's template, checked and evaluated.
pub(super) struct Prepared {
    pub(super) definition: Definition,
    pub(super) template: Template,
}

impl Api<'_> {
    /// Reads and evaluates a request's template for a stack.
    pub(super) fn prepare(
        self,
        input: Input<'_>,
        (id, name): (&str, &str),
        previous: Option<&Definition>,
    ) -> Result<Prepared, ApiError> {
        let text = body(input, previous)?;
        let template = Template::parse(&text)?;
        let old = previous.map(|previous| previous.settings.clone()).unwrap_or_default();
        let mut hidden = self.store.get::<Hidden>(self.region, id)?.unwrap_or_default();
        let known: BTreeMap<String, String> =
            old.parameters.iter().map(|(name, value)| (name.clone(), hidden.open(value))).collect();
        let values = template.values(&input.parameters()?, &known)?;
        let mut shown = values.clone();
        for parameter in template.parameters.iter().filter(|parameter| parameter.no_echo) {
            if let Some(value) = shown.get_mut(&parameter.name) {
                *value = hidden.keep(&parameter.name, value);
            }
        }
        if !hidden.values.is_empty() {
            self.store.put(self.region, id, &hidden)?;
        }
        let pseudo = Pseudo { region: self.region, account: ACCOUNT, stack_name: name, stack_id: id };
        let plan = template.plan(&values, &shown, &pseudo, attributes)?;
        let capabilities = input.list("Capabilities");
        check_capabilities(&plan, &capabilities)?;
        let settings = Settings {
            description: template.description.clone(),
            parameters: shown,
            tags: input.tags()?.unwrap_or(old.tags),
            capabilities,
            notification_arns: match input.0.get("NotificationARNs") {
                Some(_) => input.list("NotificationARNs"),
                None => old.notification_arns,
            },
            role_arn: input.text("RoleARN").map(str::to_owned).or(old.role_arn),
            timeout_minutes: input.text("TimeoutInMinutes").map(str::to_owned),
            rollback_alarms: match input.0.get("RollbackConfiguration") {
                Some(configuration) => alarms(configuration),
                None => old.rollback_alarms,
            },
        };
        Ok(Prepared { definition: Definition { template: text, settings, plan }, template })
    }
}

/// Reads the alarms that roll an operation back.
fn alarms(configuration: &Value) -> Vec<String> {
    let triggers = configuration.get("RollbackTriggers").and_then(Value::as_array).into_iter().flatten();
    triggers.filter_map(|trigger| Some(trigger.get("Arn")?.as_str()?.to_owned())).collect()
}

/// Returns a request's template text.
pub(super) fn body(input: Input<'_>, previous: Option<&Definition>) -> Result<String, ApiError> {
    if input.text("TemplateURL").is_some() {
        return Err(invalid("TemplateURL is not supported by the local cloud: send the TemplateBody"));
    }
    match (input.text("TemplateBody"), input.flag("UsePreviousTemplate"), previous) {
        (Some(_), true, _) => {
            Err(invalid("You cannot specify both usePreviousTemplate and Template Body/Template URL."))
        }
        (Some(text), false, _) if text.len() > MAX_BODY => Err(invalid(format!(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to {MAX_BODY}"
        ))),
        (Some(text), false, _) if !text.is_empty() => Ok(text.to_owned()),
        (None, true, Some(previous)) => Ok(previous.template.clone()),
        (None, true, None) => Err(invalid("Stack does not exist, so there is no previous template.")),
        _ => Err(invalid("Either Template URL or Template Body must be specified.")),
    }
}

/// Returns the capability that a template's resources need.
pub(super) fn needed_capability<'a>(
    resources: impl Iterator<Item = (&'a str, bool)>,
) -> Option<(&'static str, Vec<String>)> {
    let mut kinds = Vec::new();
    let mut is_named = false;
    for (kind, has_name) in resources.filter(|(kind, _)| kind.starts_with("AWS::IAM::")) {
        is_named |= has_name;
        if !kinds.iter().any(|known| known == kind) {
            kinds.push(kind.to_owned());
        }
    }
    let capability = if is_named { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" };
    (!kinds.is_empty()).then_some((capability, kinds))
}

fn check_capabilities(plan: &Plan, given: &[String]) -> Result<(), ApiError> {
    let named = |declared: &Declared| declared.properties.contains_key("RoleName");
    let resources = plan.resources.iter().map(|declared| (declared.kind.as_str(), named(declared)));
    let Some((needed, _)) = needed_capability(resources) else { return Ok(()) };
    if given.iter().any(|one| one == needed || one == "CAPABILITY_NAMED_IAM") {
        return Ok(());
    }
    let message = format!("Requires capabilities : [{needed}]");
    Err(ApiError::client("InsufficientCapabilitiesException", message))
}
