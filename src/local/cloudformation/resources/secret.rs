//! `AWS::SecretsManager::Secret`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape, TAGS};
use super::{Caller, Made, Refusal, Request, ResourceType, gone, members, tag_list};

/// The type.
pub(super) struct Secret;

const GENERATE: Shape = Shape::Object(&[
    Property::of("PasswordLength", Shape::Integer),
    Property::text("ExcludeCharacters"),
    Property::of("ExcludeLowercase", Shape::Boolean),
    Property::of("ExcludeNumbers", Shape::Boolean),
    Property::of("ExcludePunctuation", Shape::Boolean),
    Property::of("ExcludeUppercase", Shape::Boolean),
    Property::of("IncludeSpace", Shape::Boolean),
    Property::of("RequireEachIncludedType", Shape::Boolean),
    Property::text("GenerateStringKey"),
    Property::text("SecretStringTemplate"),
]);

const PROPERTIES: [Property; 6] = [
    Property::text("Name").create_only(),
    Property::text("Description"),
    Property::of("GenerateSecretString", GENERATE).write_only(),
    Property::text("KmsKeyId"),
    Property::text("SecretString").write_only(),
    Property::of("Tags", TAGS),
];

impl ResourceType for Secret {
    fn name(&self) -> &'static str {
        "AWS::SecretsManager::Secret"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Id"]
    }

    fn is_taggable(&self) -> bool {
        true
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let generated = || format!("{}-{}", request.logical_id, request.suffix);
        let mut input = request.pick(&["Description", "KmsKeyId"]);
        input.insert("Name".to_owned(), json!(request.text("Name").map_or_else(generated, str::to_owned)));
        input.insert("SecretString".to_owned(), json!(value(caller, request)?));
        if !request.tags().is_empty() {
            input.insert("Tags".to_owned(), request.tag_list());
        }
        let answer = caller.secrets("CreateSecret", &Value::Object(input))?;
        Ok(made(answer["ARN"].as_str().unwrap_or_default()))
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        arn: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        let mut input = request.pick(&["Description", "KmsKeyId"]);
        if input != before.pick(&["Description", "KmsKeyId"]) {
            input.insert("SecretId".to_owned(), json!(arn));
            caller.secrets("UpdateSecret", &Value::Object(input))?;
        }
        let parts = ["SecretString", "GenerateSecretString"];
        if request.pick(&parts) != before.pick(&parts) {
            let text = value(caller, request)?;
            caller.secrets("PutSecretValue", &json!({"SecretId": arn, "SecretString": text}))?;
        }
        let (tags, untag) = request.tag_changes(before);
        if !tags.is_empty() {
            caller.secrets("TagResource", &json!({"SecretId": arn, "Tags": tag_list(&tags)}))?;
        }
        if !untag.is_empty() {
            caller.secrets("UntagResource", &json!({"SecretId": arn, "TagKeys": untag}))?;
        }
        Ok(made(arn))
    }

    fn delete(&self, caller: &Caller<'_>, arn: &str, _: &Request) -> Result<(), Refusal> {
        let input = json!({"SecretId": arn, "ForceDeleteWithoutRecovery": true});
        gone(caller.secrets("DeleteSecret", &input))
    }

    fn read(
        &self,
        caller: &Caller<'_>,
        arn: &str,
        _: &Request,
    ) -> Result<Option<Map<String, Value>>, Refusal> {
        let answer = caller.secrets("DescribeSecret", &json!({"SecretId": arn}))?;
        Ok(Some(members(&answer, &["Name", "Description", "KmsKeyId", "Tags"])))
    }
}

/// Returns the secret's text: as it is given, or generated as the properties say.
fn value(caller: &Caller<'_>, request: &Request) -> Result<String, Refusal> {
    let generate = request.properties.get("GenerateSecretString");
    let rules = match (request.text("SecretString"), generate) {
        (Some(text), None) => return Ok(text.to_owned()),
        (None, rules) => rules.and_then(Value::as_object).cloned().unwrap_or_default(),
        (Some(_), Some(_)) => {
            let message = "You must specify either SecretString or GenerateSecretString, not both.";
            return Err(Refusal::Properties(message.to_owned()));
        }
    };
    let (mut rules, mut template): (Map<String, Value>, Map<String, Value>) = rules
        .into_iter()
        .partition(|(name, _)| !["GenerateStringKey", "SecretStringTemplate"].contains(&name.as_str()));
    rules.entry("PasswordLength").or_insert_with(|| json!(32));
    let answer = caller.secrets("GetRandomPassword", &Value::Object(rules))?;
    let password = answer["RandomPassword"].as_str().unwrap_or_default().to_owned();
    match (template.remove("GenerateStringKey"), template.remove("SecretStringTemplate")) {
        (Some(Value::String(key)), Some(Value::String(text))) => {
            let Ok(Value::Object(mut object)) = serde_json::from_str(&text) else {
                return Err(Refusal::Properties("SecretStringTemplate must be a JSON object".to_owned()));
            };
            object.insert(key, Value::String(password));
            Ok(Value::Object(object).to_string())
        }
        (None, None) => Ok(password),
        _ => {
            let message = "You must specify both GenerateStringKey and SecretStringTemplate";
            Err(Refusal::Properties(message.to_owned()))
        }
    }
}

fn made(arn: &str) -> Made {
    Made { physical_id: arn.to_owned(), attributes: Map::from_iter([("Id".to_owned(), json!(arn))]) }
}
