//! `AWS::Events::Rule`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape, TAGS};
use super::{Caller, Made, Refusal, Request, ResourceType, attributes_of, document, gone, members, tag_list};

/// The type.
///
/// Its targets are those of this tool's stacks: API destinations, queues, buses, topics and log groups.
/// The parameters of other targets (`EcsParameters` and such) are refused by name.
pub(super) struct Rule;

const TARGET: Shape = Shape::Object(&[
    Property::text("Id").required(),
    Property::text("Arn").required(),
    Property::text("RoleArn"),
    Property::text("Input"),
    Property::text("InputPath"),
    Property::of(
        "InputTransformer",
        Shape::Object(&[
            Property::of("InputPathsMap", Shape::Map(&Shape::Text)),
            Property::text("InputTemplate").required(),
        ]),
    ),
    Property::of(
        "HttpParameters",
        Shape::Object(&[
            Property::of("PathParameterValues", Shape::List(&Shape::Text)),
            Property::of("HeaderParameters", Shape::Map(&Shape::Text)),
            Property::of("QueryStringParameters", Shape::Map(&Shape::Text)),
        ]),
    ),
    Property::of("SqsParameters", Shape::Object(&[Property::text("MessageGroupId").required()])),
    Property::of("DeadLetterConfig", Shape::Object(&[Property::text("Arn")])),
    Property::of(
        "RetryPolicy",
        Shape::Object(&[
            Property::of("MaximumEventAgeInSeconds", Shape::Integer),
            Property::of("MaximumRetryAttempts", Shape::Integer),
        ]),
    ),
]);

const PROPERTIES: [Property; 9] = [
    Property::text("Name").create_only(),
    Property::text("EventBusName").create_only(),
    Property::text("Description"),
    Property::of("EventPattern", Shape::Document),
    Property::text("ScheduleExpression"),
    Property::text("State"),
    Property::text("RoleArn"),
    Property::of("Targets", Shape::List(&TARGET)),
    Property::of("Tags", TAGS),
];

impl ResourceType for Rule {
    fn name(&self) -> &'static str {
        "AWS::Events::Rule"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn is_taggable(&self) -> bool {
        true
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let name = request.physical_name("Name", 64);
        let mut input = rule(&name, request);
        if !request.tags().is_empty() {
            input.insert("Tags".to_owned(), request.tag_list());
        }
        let answer = caller.events("PutRule", &Value::Object(input))?;
        put_targets(caller, &name, request)?;
        Ok(Made { physical_id: physical_id(&name, request), attributes: arn(&answer) })
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        physical_id: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        let name = name_of(physical_id);
        let answer = caller.events("PutRule", &Value::Object(rule(name, request)))?;
        let kept = target_ids(request);
        let removed: Vec<String> = target_ids(before).into_iter().filter(|id| !kept.contains(id)).collect();
        remove_targets(caller, name, request, &removed)?;
        put_targets(caller, name, request)?;
        let (tags, untag) = request.tag_changes(before);
        let arn_of = &answer["RuleArn"];
        if !tags.is_empty() {
            caller.events("TagResource", &json!({"ResourceARN": arn_of, "Tags": tag_list(&tags)}))?;
        }
        if !untag.is_empty() {
            caller.events("UntagResource", &json!({"ResourceARN": arn_of, "TagKeys": untag}))?;
        }
        Ok(Made { physical_id: physical_id.to_owned(), attributes: arn(&answer) })
    }

    fn delete(&self, caller: &Caller<'_>, physical_id: &str, before: &Request) -> Result<(), Refusal> {
        let name = name_of(physical_id);
        let listed = caller.events("ListTargetsByRule", &on_bus(before, "Rule", name));
        let ids = match listed {
            Ok(answer) => answer["Targets"].as_array().map_or_else(Vec::new, |targets| {
                targets.iter().filter_map(|target| Some(target.get("Id")?.as_str()?.to_owned())).collect()
            }),
            Err(refusal) if refusal.is_not_found() => return Ok(()),
            Err(refusal) => return Err(refusal),
        };
        remove_targets(caller, name, before, &ids)?;
        gone(caller.events("DeleteRule", &on_bus(before, "Name", name)))
    }

    fn read(
        &self,
        caller: &Caller<'_>,
        physical_id: &str,
        declared: &Request,
    ) -> Result<Option<Map<String, Value>>, Refusal> {
        let name = name_of(physical_id);
        let answer = caller.events("DescribeRule", &on_bus(declared, "Name", name))?;
        let parts = ["Name", "Description", "EventPattern", "ScheduleExpression", "State", "RoleArn"];
        let mut live = members(&answer, &parts);
        // The template may name the bus by its ARN; another bus would be another rule.
        live.extend(declared.pick(&["EventBusName"]));
        let listed = caller.events("ListTargetsByRule", &on_bus(declared, "Rule", name))?;
        live.extend(members(&listed, &["Targets"]));
        let tags = caller.events("ListTagsForResource", &json!({"ResourceARN": answer["Arn"]}))?;
        live.extend(members(&tags, &["Tags"]));
        Ok(Some(live))
    }
}

/// A rule on a custom bus is known as `bus|rule`.
fn physical_id(name: &str, request: &Request) -> String {
    match request.text("EventBusName").map(|bus| bus.rsplit('/').next().unwrap_or(bus)) {
        None | Some("default") => name.to_owned(),
        Some(bus) => format!("{bus}|{name}"),
    }
}

fn name_of(physical_id: &str) -> &str {
    physical_id.rsplit_once('|').map_or(physical_id, |(_, name)| name)
}

fn rule(name: &str, request: &Request) -> Map<String, Value> {
    let mut input = request.pick(&["EventBusName", "Description", "ScheduleExpression", "State", "RoleArn"]);
    input.insert("Name".to_owned(), json!(name));
    if let Some(pattern) = request.properties.get("EventPattern") {
        input.insert("EventPattern".to_owned(), json!(document(pattern)));
    }
    input
}

fn on_bus(request: &Request, member: &str, name: &str) -> Value {
    let mut input = request.pick(&["EventBusName"]);
    input.insert(member.to_owned(), json!(name));
    Value::Object(input)
}

fn target_ids(request: &Request) -> Vec<String> {
    let targets = request.properties.get("Targets").and_then(Value::as_array);
    let ids = targets.into_iter().flatten().filter_map(|target| target.get("Id")?.as_str());
    ids.map(str::to_owned).collect()
}

fn put_targets(caller: &Caller<'_>, name: &str, request: &Request) -> Result<(), Refusal> {
    let Some(targets) = request.properties.get("Targets").filter(|targets| **targets != json!([])) else {
        return Ok(());
    };
    let mut input = on_bus(request, "Rule", name);
    input["Targets"] = targets.clone();
    failed_entries(&caller.events("PutTargets", &input)?)
}

fn remove_targets(caller: &Caller<'_>, name: &str, request: &Request, ids: &[String]) -> Result<(), Refusal> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut input = on_bus(request, "Rule", name);
    input["Ids"] = json!(ids);
    match caller.events("RemoveTargets", &input) {
        Err(refusal) if refusal.is_not_found() => Ok(()),
        answer => failed_entries(&answer?),
    }
}

/// A target that was refused fails the rule, though the call succeeded.
fn failed_entries(answer: &Value) -> Result<(), Refusal> {
    match answer.get("FailedEntries").and_then(Value::as_array).and_then(|entries| entries.first()) {
        None => Ok(()),
        Some(entry) => Err(Refusal::Properties(format!(
            "Failed to put target {}: {} ({})",
            entry["TargetId"].as_str().unwrap_or_default(),
            entry["ErrorMessage"].as_str().unwrap_or_default(),
            entry["ErrorCode"].as_str().unwrap_or_default()
        ))),
    }
}

fn arn(answer: &Value) -> Map<String, Value> {
    attributes_of(answer, &[("Arn", "RuleArn")])
}
