//! The names of a stack's resources while its change set is made.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::LATER;
use crate::local::cloudformation::record::Resource;
use crate::model::cloudformation::{Found, Scope, TemplateError};

/// The resources that are there and stay; what refers to others is known later.
pub(super) struct Existing<'a> {
    pub(super) resources: BTreeMap<&'a str, &'a Resource>,
    pub(super) replaced: BTreeSet<String>,
}

impl Existing<'_> {
    fn stays(&self, name: &str) -> Option<&Resource> {
        self.resources.get(name).copied().filter(|_| !self.replaced.contains(name))
    }
}

impl Scope for Existing<'_> {
    fn reference(&self, name: &str) -> Result<Found, TemplateError> {
        let id = self.stays(name).and_then(|resource| resource.physical_id.as_deref()).unwrap_or(LATER);
        Ok(Found::Value(Value::String(id.to_owned())))
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Result<Found, TemplateError> {
        let value = self.stays(resource).and_then(|resource| resource.attributes.get(attribute));
        Ok(Found::Value(value.cloned().unwrap_or_else(|| json!(LATER))))
    }

    fn mapping(&self, _: &str, _: &str, _: &str) -> Result<Option<Value>, TemplateError> {
        Ok(None)
    }

    fn condition(&self, _: &str) -> Result<bool, TemplateError> {
        Ok(false)
    }
}
