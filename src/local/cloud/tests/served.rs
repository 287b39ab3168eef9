//! What is different for the clients of a server.

use super::*;

#[tokio::test]
async fn a_stack_is_made_before_the_answer_and_its_queue_has_the_servers_url() {
    let deployed = Deployed::new();
    deployed.cloud.serve_at("http://127.0.0.1:40123");
    let template = r#"{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"Url": {"Value": {"Ref": "Queue"}}}}"#;
    deployed.ok("cloudformation", "CreateStack", json!({"StackName": "a", "TemplateBody": template})).await;
    let stacks =
        deployed.cloud.apis.call("cloudformation", REGION, "DescribeStacks", &json!({"StackName": "a"}));
    let stack = &stacks.unwrap()["Stacks"][0];
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE");
    let url = stack["Outputs"][0]["OutputValue"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:40123/000000000000/a-Queue-"), "{url}");
}
