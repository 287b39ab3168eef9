//! `AWS::IAM::Role`

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape, TAGS};
use super::{Caller, Made, Refusal, Request, ResourceType, attributes_of, document, gone, members, tag_list};

/// The type.
pub(super) struct Role;

const PROPERTIES: [Property; 9] = [
    Property::text("RoleName").create_only(),
    Property::text("Path").create_only(),
    Property::of("AssumeRolePolicyDocument", Shape::Document).required(),
    Property::text("Description"),
    Property::of("ManagedPolicyArns", Shape::List(&Shape::Text)),
    Property::of("MaxSessionDuration", Shape::Integer),
    Property::text("PermissionsBoundary"),
    Property::of(
        "Policies",
        Shape::List(&Shape::Object(&[
            Property::text("PolicyName").required(),
            Property::of("PolicyDocument", Shape::Document).required(),
        ])),
    ),
    Property::of("Tags", TAGS),
];

impl ResourceType for Role {
    fn name(&self) -> &'static str {
        "AWS::IAM::Role"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "RoleId"]
    }

    fn is_taggable(&self) -> bool {
        true
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let name = request.physical_name("RoleName", 64);
        let mut input = request.pick(&["Path", "Description", "PermissionsBoundary"]);
        input.insert("RoleName".to_owned(), json!(name));
        input.insert("AssumeRolePolicyDocument".to_owned(), json!(trust(request)));
        if let Some(seconds) = request.properties.get("MaxSessionDuration") {
            input.insert("MaxSessionDuration".to_owned(), json!(seconds.to_string()));
        }
        if !request.tags().is_empty() {
            input.insert("Tags".to_owned(), request.tag_list());
        }
        let answer = caller.iam("CreateRole", &Value::Object(input))?;
        grant(caller, &name, &Request::default(), request)?;
        Ok(made(&name, &answer))
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        name: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        if trust(before) != trust(request) {
            let input = json!({"RoleName": name, "PolicyDocument": trust(request)});
            caller.iam("UpdateAssumeRolePolicy", &input)?;
        }
        let described = |of: &Request| of.pick(&["Description", "MaxSessionDuration"]);
        if described(before) != described(request) {
            let seconds = request.properties.get("MaxSessionDuration").unwrap_or(&Value::Null);
            let seconds = if seconds.is_null() { "3600".to_owned() } else { seconds.to_string() };
            let description = request.text("Description").unwrap_or_default();
            let input = json!({"RoleName": name, "Description": description, "MaxSessionDuration": seconds});
            caller.iam("UpdateRole", &input)?;
        }
        match (before.text("PermissionsBoundary"), request.text("PermissionsBoundary")) {
            (old, Some(boundary)) if old != Some(boundary) => {
                let input = json!({"RoleName": name, "PermissionsBoundary": boundary});
                caller.iam("PutRolePermissionsBoundary", &input)?;
            }
            (Some(_), None) => {
                caller.iam("DeleteRolePermissionsBoundary", &json!({"RoleName": name}))?;
            }
            _ => {}
        }
        grant(caller, name, before, request)?;
        let (tags, untag) = request.tag_changes(before);
        if !tags.is_empty() {
            caller.iam("TagRole", &json!({"RoleName": name, "Tags": tag_list(&tags)}))?;
        }
        if !untag.is_empty() {
            caller.iam("UntagRole", &json!({"RoleName": name, "TagKeys": untag}))?;
        }
        let answer = caller.iam("GetRole", &json!({"RoleName": name}))?;
        Ok(made(name, &answer))
    }

    fn delete(&self, caller: &Caller<'_>, name: &str, before: &Request) -> Result<(), Refusal> {
        for policy in policies(before).keys() {
            gone(caller.iam("DeleteRolePolicy", &json!({"RoleName": name, "PolicyName": policy})))?;
        }
        for arn in managed(before) {
            gone(caller.iam("DetachRolePolicy", &json!({"RoleName": name, "PolicyArn": arn})))?;
        }
        gone(caller.iam("DeleteRole", &json!({"RoleName": name})))
    }

    fn read(
        &self,
        caller: &Caller<'_>,
        name: &str,
        _: &Request,
    ) -> Result<Option<Map<String, Value>>, Refusal> {
        let role = json!({"RoleName": name});
        let answer = caller.iam("GetRole", &role)?["Role"].take();
        let parts = ["RoleName", "Path", "Description", "MaxSessionDuration", "Tags"];
        let mut live = members(&answer, &parts);
        live.insert("AssumeRolePolicyDocument".to_owned(), decoded(&answer["AssumeRolePolicyDocument"]));
        let mut policies = Vec::new();
        for policy in caller.iam("ListRolePolicies", &role)?["PolicyNames"].as_array().into_iter().flatten() {
            let named = json!({"RoleName": name, "PolicyName": policy});
            let document = decoded(&caller.iam("GetRolePolicy", &named)?["PolicyDocument"]);
            policies.push(json!({"PolicyName": policy, "PolicyDocument": document}));
        }
        live.insert("Policies".to_owned(), Value::Array(policies));
        Ok(Some(live))
    }
}

/// IAM answers its documents percent-encoded.
fn decoded(document: &Value) -> Value {
    let text = document.as_str().unwrap_or_default();
    json!(percent_encoding::percent_decode_str(text).decode_utf8_lossy())
}

fn trust(request: &Request) -> String {
    request.properties.get("AssumeRolePolicyDocument").map(document).unwrap_or_default()
}

/// Brings the inline and managed policies from what they were to what they are to be.
fn grant(caller: &Caller<'_>, name: &str, before: &Request, request: &Request) -> Result<(), Refusal> {
    let (old, new) = (policies(before), policies(request));
    for (policy, document) in new.iter().filter(|(policy, document)| old.get(*policy) != Some(*document)) {
        let input = json!({"RoleName": name, "PolicyName": policy, "PolicyDocument": document});
        caller.iam("PutRolePolicy", &input)?;
    }
    for policy in old.keys().filter(|policy| !new.contains_key(*policy)) {
        gone(caller.iam("DeleteRolePolicy", &json!({"RoleName": name, "PolicyName": policy})))?;
    }
    let (old, new) = (managed(before), managed(request));
    for arn in new.iter().filter(|arn| !old.contains(arn)) {
        caller.iam("AttachRolePolicy", &json!({"RoleName": name, "PolicyArn": arn}))?;
    }
    for arn in old.iter().filter(|arn| !new.contains(arn)) {
        gone(caller.iam("DetachRolePolicy", &json!({"RoleName": name, "PolicyArn": arn})))?;
    }
    Ok(())
}

fn policies(request: &Request) -> BTreeMap<&str, String> {
    let policies = request.properties.get("Policies").and_then(Value::as_array).into_iter().flatten();
    policies
        .filter_map(|policy| {
            Some((policy.get("PolicyName")?.as_str()?, document(policy.get("PolicyDocument")?)))
        })
        .collect()
}

fn managed(request: &Request) -> Vec<&str> {
    let arns = request.properties.get("ManagedPolicyArns").and_then(Value::as_array);
    arns.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn made(name: &str, answer: &Value) -> Made {
    let attributes: Map<String, Value> =
        attributes_of(&answer["Role"], &[("Arn", "Arn"), ("RoleId", "RoleId")]);
    Made { physical_id: name.to_owned(), attributes }
}
