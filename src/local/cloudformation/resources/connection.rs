//! `AWS::Events::Connection`

use serde_json::{Map, Value, json};

use super::api_destination::arns;
use super::shape::{Property, Shape};
use super::{Caller, Made, Refusal, Request, ResourceType, attributes_of, gone, members};

/// The type.
pub(super) struct Connection;

const PARAMETERS: Shape = Shape::List(&Shape::Object(&[
    Property::text("Key").required(),
    Property::text("Value").required(),
    Property::of("IsValueSecret", Shape::Boolean),
]));

const HTTP_PARAMETERS: Shape = Shape::Object(&[
    Property::of("HeaderParameters", PARAMETERS),
    Property::of("QueryStringParameters", PARAMETERS),
    Property::of("BodyParameters", PARAMETERS),
]);

const CONNECTIVITY: Shape = Shape::Object(&[Property::of(
    "ResourceParameters",
    Shape::Object(&[
        Property::text("ResourceConfigurationArn").required(),
        Property::text("ResourceAssociationArn"),
    ]),
)
.required()]);

const AUTH: Shape = Shape::Object(&[
    Property::of(
        "ApiKeyAuthParameters",
        Shape::Object(&[
            Property::text("ApiKeyName").required(),
            Property::text("ApiKeyValue").required().write_only(),
        ]),
    ),
    Property::of(
        "BasicAuthParameters",
        Shape::Object(&[
            Property::text("Username").required(),
            Property::text("Password").required().write_only(),
        ]),
    ),
    Property::of(
        "OAuthParameters",
        Shape::Object(&[
            Property::of(
                "ClientParameters",
                Shape::Object(&[
                    Property::text("ClientID").required(),
                    Property::text("ClientSecret").required().write_only(),
                ]),
            )
            .required(),
            Property::text("AuthorizationEndpoint").required(),
            Property::text("HttpMethod").required(),
            Property::of("OAuthHttpParameters", HTTP_PARAMETERS).write_only(),
        ]),
    ),
    Property::of("InvocationHttpParameters", HTTP_PARAMETERS).write_only(),
    Property::of("ConnectivityParameters", CONNECTIVITY),
]);

const PROPERTIES: [Property; 6] = [
    Property::text("Name").create_only(),
    Property::text("Description"),
    Property::text("AuthorizationType"),
    Property::of("AuthParameters", AUTH),
    Property::of("InvocationConnectivityParameters", CONNECTIVITY),
    Property::text("KmsKeyIdentifier"),
];

impl ResourceType for Connection {
    fn name(&self) -> &'static str {
        "AWS::Events::Connection"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "ArnForPolicy", "SecretArn"]
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let name = request.physical_name("Name", 64);
        caller.events("CreateConnection", &input(&name, request))?;
        made(caller, &name)
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        name: &str,
        before: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        let mut input = input(name, request);
        // An empty text gives the connection back to AWS's own key.
        if before.text("KmsKeyIdentifier").is_some() && request.text("KmsKeyIdentifier").is_none() {
            input["KmsKeyIdentifier"] = json!("");
        }
        caller.events("UpdateConnection", &input)?;
        made(caller, name)
    }

    fn delete(&self, caller: &Caller<'_>, name: &str, _: &Request) -> Result<(), Refusal> {
        gone(caller.events("DeleteConnection", &json!({"Name": name})))
    }

    fn read(
        &self,
        caller: &Caller<'_>,
        name: &str,
        _: &Request,
    ) -> Result<Option<Map<String, Value>>, Refusal> {
        let answer = caller.events("DescribeConnection", &json!({"Name": name}))?;
        let parts = PROPERTIES.map(|property| property.name);
        Ok(Some(members(&answer, &parts)))
    }
}

fn input(name: &str, request: &Request) -> Value {
    let mut input = request.properties.clone();
    input.insert("Name".to_owned(), json!(name));
    Value::Object(input)
}

fn made(caller: &Caller<'_>, name: &str) -> Result<Made, Refusal> {
    let answer = caller.events("DescribeConnection", &json!({"Name": name}))?;
    let mut attributes = arns(&answer, "ConnectionArn");
    attributes.extend(attributes_of(&answer, &[("SecretArn", "SecretArn")]));
    Ok(Made { physical_id: name.to_owned(), attributes })
}
