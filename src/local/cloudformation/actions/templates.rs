//! Templates without a stack operation: returned, summarised, validated.

use serde_json::{Value, json};

use super::Api;
use super::prepare::{body, needed_capability};
use crate::local::cloudformation::input::{Input, invalid};
use crate::local::cloudformation::resources::attributes;
use crate::local::wire::{Answer, ApiError};
use crate::model::cloudformation::Template;

impl Api<'_> {
    /// Returns the template of a stack or a change set, as it was sent.
    pub(super) fn get_template(self, input: Input<'_>) -> Answer {
        let text = if input.text("ChangeSetName").is_some() {
            let name = input.text("ChangeSetName").unwrap_or_default();
            self.change_set(input)?.ok_or_else(|| super::no_change_set(name))?.definition.template
        } else {
            self.stack_template(input.required("StackName")?)?
        };
        Ok(json!({"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]}))
    }

    /// Summarises a template, or that of a stack.
    pub(super) fn get_template_summary(self, input: Input<'_>) -> Answer {
        let text = match input.text("StackName") {
            Some(name) => self.stack_template(name)?,
            None => body(input, None)?,
        };
        let template = Template::parse(&text)?;
        template.check(attributes)?;
        let mut kinds: Vec<&str> = template.resources.iter().map(|one| one.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let parameters = template.parameters.iter().map(|parameter| {
            json!({
                "ParameterKey": parameter.name,
                "DefaultValue": parameter.default,
                "ParameterType": parameter.kind.name(),
                "NoEcho": parameter.no_echo,
                "Description": parameter.description,
                "ParameterConstraints": {"AllowedValues": parameter.allowed_values},
            })
        });
        let parameters: Vec<Value> = parameters.collect();
        let mut summary = summary(&template, &parameters);
        summary["ResourceTypes"] = json!(kinds);
        summary["Version"] = json!("2010-09-09");
        summary["Metadata"] = json!(template.metadata.as_ref().map(Value::to_string));
        Ok(summary)
    }

    /// Checks a template without its values.
    pub(super) fn validate_template(input: Input<'_>) -> Answer {
        let template = Template::parse(&body(input, None)?)?;
        template.check(attributes)?;
        let parameters = template.parameters.iter().map(|parameter| {
            json!({
                "ParameterKey": parameter.name,
                "DefaultValue": parameter.default,
                "NoEcho": parameter.no_echo,
                "Description": parameter.description,
            })
        });
        let parameters: Vec<Value> = parameters.collect();
        Ok(summary(&template, &parameters))
    }

    fn stack_template(self, name: &str) -> Result<String, ApiError> {
        let stack = self.described(name)?;
        let definition = self.definition(&stack)?;
        definition
            .map(|definition| definition.template)
            .ok_or_else(|| invalid(format!("Stack {} has no template yet: it is in review", stack.name)))
    }
}

fn summary(template: &Template, parameters: &[Value]) -> Value {
    let named = |properties: &Value| properties.get("RoleName").is_some();
    let resources = template.resources.iter().map(|one| (one.kind.as_str(), named(&one.properties)));
    let (capabilities, reason) = match needed_capability(resources) {
        None => (Vec::new(), None),
        Some((capability, kinds)) => {
            let kinds = kinds.join(", ");
            (vec![capability], Some(format!("The following resource(s) require capabilities: [{kinds}]")))
        }
    };
    json!({
        "Parameters": parameters,
        "Description": template.description,
        "Capabilities": capabilities,
        "CapabilitiesReason": reason,
    })
}
