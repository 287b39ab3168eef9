//! The SDK's own client understands the answers.

use std::sync::Arc;

use aws_sdk_cloudformation::config::http::HttpResponse;
use aws_sdk_cloudformation::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_cloudformation::types::{ChangeSetStatus, ChangeSetType, ExecutionStatus, StackStatus, Tag};
use aws_sdk_cloudformation::{Client, Config};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;

use super::TEMPLATE;
use super::fake::World;
use crate::local::cloudformation::CloudFormation;
use crate::local::wire::query;

/// Speaks the Query protocol to the service, and lets its operations run.
#[derive(Clone)]
struct Wire(Arc<World>);

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let form = std::str::from_utf8(request.body().bytes().unwrap()).unwrap();
        let (action, input) = query::parse(form);
        let (status, body) = match self.0.call(&action, &input) {
            Ok(output) => (200, query::respond(&action, CloudFormation::NAMESPACE, "id", &output)),
            Err(error) => {
                (error.status, query::error(CloudFormation::NAMESPACE, "id", &error.code, &error.message))
            }
        };
        self.0.settle();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
    }
}

fn client(world: &Arc<World>) -> Client {
    let wire = Wire(Arc::clone(world));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(wire.clone())))
        .build();
    Client::from_conf(config)
}

#[tokio::test]
async fn a_change_set_is_made_described_and_executed() {
    let world = Arc::new(World::new());
    let client = client(&world);
    let made = client
        .create_change_set()
        .stack_name("shop")
        .change_set_name("first")
        .change_set_type(ChangeSetType::Create)
        .template_body(TEMPLATE)
        .capabilities("CAPABILITY_IAM".into())
        .tags(Tag::builder().key("team").value("a & b").build())
        .send()
        .await
        .unwrap();
    let id = made.id().unwrap();
    let set =
        client.describe_change_set().change_set_name(id).include_property_values(true).send().await.unwrap();
    assert_eq!(
        (set.status(), set.execution_status()),
        (Some(&ChangeSetStatus::CreateComplete), Some(&ExecutionStatus::Available))
    );
    assert_eq!(set.changes().len(), 6);
    client.execute_change_set().change_set_name(id).client_request_token("mine").send().await.unwrap();
    let stacks = client.describe_stacks().stack_name("shop").send().await.unwrap();
    let stack = &stacks.stacks()[0];
    assert_eq!(stack.stack_status(), Some(&StackStatus::CreateComplete));
    assert_eq!(stack.tags()[0].value(), Some("a & b"));
    assert_eq!(stack.outputs().len(), 2);
    assert!(stack.creation_time().is_some());
    let events = client.describe_stack_events().stack_name("shop").send().await.unwrap();
    assert_eq!(events.stack_events().len(), 21);
    let events = client.describe_events().stack_name("shop").send().await.unwrap();
    assert_eq!(events.operation_events().len(), 21);
    let resources = client.describe_stack_resources().stack_name("shop").send().await.unwrap();
    assert_eq!(resources.stack_resources().len(), 6);
    let template = client.get_template().stack_name("shop").send().await.unwrap();
    assert_eq!(template.template_body(), Some(TEMPLATE));
    let summary = client.get_template_summary().stack_name("shop").send().await.unwrap();
    assert_eq!(summary.parameters()[1].no_echo(), Some(true));
    client.delete_stack().stack_name("shop").send().await.unwrap();
    let gone = client.describe_stacks().stack_name("shop").send().await.unwrap_err().into_service_error();
    assert_eq!(gone.meta().code(), Some("ValidationError"));
    let gone = client.describe_change_set().change_set_name("arn:x").send().await.unwrap_err();
    assert!(gone.into_service_error().is_change_set_not_found_exception());
}
