//! The engine over services that only write down what they are asked.

mod change_sets;
mod create;
mod describe;
mod fake;
mod sdk;
mod update;

use serde_json::{Value, json};

use fake::World;

/// A template with everything that a default stack has, in small.
pub(super) const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Description: A small integration
Parameters:
  Rate: { Type: Number, Default: 300 }
  Token: { Type: String, NoEcho: true, Default: "{{resolve:secretsmanager:momento:SecretString:token::v-1}}" }
Mappings:
  Momento:
    us-east-1: { Url: https://one.example }
    eu-west-1: { Url: https://two.example }
Resources:
  Connection:
    Type: AWS::Events::Connection
    Properties:
      AuthorizationType: API_KEY
      AuthParameters:
        ApiKeyAuthParameters:
          ApiKeyName: Authorization
          ApiKeyValue: !Ref Token
  Put:
    Type: AWS::Events::ApiDestination
    Properties:
      ConnectionArn: !GetAtt Connection.Arn
      InvocationEndpoint: !Sub ["${Base}/cache/*", { Base: !FindInMap [Momento, !Ref AWS::Region, Url] }]
      HttpMethod: PUT
      InvocationRateLimitPerSecond: !Ref Rate
  Failed:
    Type: AWS::SQS::Queue
    Properties: { MessageRetentionPeriod: 1209600 }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: 2012-10-17, Statement: [{ Effect: Allow }] }
      Policies:
        - PolicyName: invoke
          PolicyDocument: { Statement: [{ Effect: Allow, Resource: !Sub "${Put.ArnForPolicy}/*" }] }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { detail-type: [cacheSet] }
      Targets:
        - Id: put
          Arn: !GetAtt Put.Arn
          RoleArn: !GetAtt Role.Arn
          DeadLetterConfig: { Arn: !GetAtt Failed.Arn }
          RetryPolicy: { MaximumEventAgeInSeconds: 3600 }
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Failed]
      PolicyDocument: { Statement: [{ Condition: { ArnEquals: { "aws:SourceArn": [!GetAtt Rule.Arn] } } }] }
Outputs:
  Queue: { Value: !Ref Failed, Description: where failures go }
  Rules: { Value: !Join [",", [!GetAtt Rule.Arn, !Ref "AWS::StackName"]] }
"#;

/// The order in which the statuses of the stack's and its resources came, oldest first.
fn story(world: &World, stack: &str) -> Vec<String> {
    let events = world.ok("DescribeStackEvents", &json!({"StackName": stack}));
    let mut lines: Vec<String> = events["StackEvents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            let line = format!(
                "{} {} {}",
                text("LogicalResourceId"),
                text("ResourceStatus"),
                text("ResourceStatusReason")
            );
            line.trim_end().to_owned()
        })
        .collect();
    lines.reverse();
    lines
}

fn status(world: &World, stack: &str) -> String {
    let stacks = world.ok("DescribeStacks", &json!({"StackName": stack}));
    stacks["Stacks"][0]["StackStatus"].as_str().unwrap().to_owned()
}

fn create(world: &World, template: &str, more: &Value) -> String {
    let mut input =
        json!({"StackName": "shop", "TemplateBody": template, "Capabilities": ["CAPABILITY_IAM"]});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let id = world.ok("CreateStack", &input)["StackId"].as_str().unwrap().to_owned();
    world.settle();
    id
}

fn update(world: &World, template: &str, more: &Value) -> String {
    let mut input =
        json!({"StackName": "shop", "TemplateBody": template, "Capabilities": ["CAPABILITY_IAM"]});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    world.ok("UpdateStack", &input);
    world.settle();
    status(world, "shop")
}
