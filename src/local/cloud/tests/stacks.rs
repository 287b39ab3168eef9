use super::*;

/// Every target kind beside the queue, made by a stack.
const TEMPLATE: &str = r#"
Resources:
  Inbox:
    Type: AWS::SQS::Queue
    Properties: { QueueName: inbox }
  InboxPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Inbox]
      PolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: "sqs:SendMessage", Resource: !GetAtt Inbox.Arn }]
  Topic:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: Sold }
  TopicPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: "sns:Publish", Resource: !Ref Topic }]
  Subscription:
    Type: AWS::SNS::Subscription
    DependsOn: InboxPolicy
    Properties: { TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Inbox.Arn, RawMessageDelivery: true }
  Group:
    Type: AWS::Logs::LogGroup
    Properties: { LogGroupName: /aws/events/shop, RetentionInDays: 7 }
  GroupPolicy:
    Type: AWS::Logs::ResourcePolicy
    Properties:
      PolicyName: events-to-logs
      PolicyDocument: !Sub >-
        {"Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "${Group.Arn}"}]}
  Rule:
    Type: AWS::Events::Rule
    DependsOn: [TopicPolicy, GroupPolicy]
    Properties:
      EventPattern: { source: [shop] }
      Targets:
        - { Id: topic, Arn: !Ref Topic, InputPath: $.detail }
        - { Id: logs, Arn: !Sub "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}" }
  Archive:
    Type: AWS::Events::Archive
    Properties:
      SourceArn: !Sub "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"
      EventPattern: { source: [shop] }
      RetentionDays: 3
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      ComparisonOperator: GreaterThanThreshold
      EvaluationPeriods: 1
      MetricName: FailedInvocations
      Namespace: AWS/Events
      Dimensions: [{ Name: RuleName, Value: !Ref Rule }]
      Period: 60
      Statistic: Sum
      Threshold: 0
      AlarmActions: [!Ref Topic]
Outputs:
  Topic: { Value: !GetAtt Topic.TopicName }
  Group: { Value: !GetAtt Group.Arn }
  Archive: { Value: !GetAtt Archive.Arn }
  Alarm: { Value: !GetAtt Alarm.Arn }
"#;

impl Deployed {
    async fn stack(&self, action: &str, template: &str) -> String {
        self.ok("cloudformation", action, json!({"StackName": "shop", "TemplateBody": template})).await;
        self.cloud.settle().await.unwrap();
        let name = json!({"StackName": "shop"});
        let described = self.cloud.answer("cloudformation", REGION, "DescribeStacks", &name).await;
        let stack = described.map_or(Value::Null, |described| described["Stacks"][0].clone());
        let events = self.cloud.answer("cloudformation", REGION, "DescribeStackEvents", &name).await;
        let reasons = events.unwrap_or_default();
        match stack["StackStatus"].as_str() {
            Some(status) if status.ends_with("_COMPLETE") && !status.contains("ROLLBACK") => {
                status.to_owned()
            }
            None => "GONE".to_owned(),
            Some(status) => panic!("{status}: {reasons:#}"),
        }
    }
}

#[tokio::test]
async fn a_stack_makes_changes_and_deletes_topics_log_groups_archives_and_alarms() {
    let cloud = Deployed::new();
    assert_eq!(cloud.stack("CreateStack", TEMPLATE).await, "CREATE_COMPLETE");
    cloud.put("default", json!({"n": 1})).await;
    assert_eq!(cloud.received("inbox").await[0]["Body"], "{\"n\":1}");
    let filter = || cloud.ok("logs", "FilterLogEvents", json!({"logGroupName": "/aws/events/shop"}));
    assert_eq!(filter().await["events"].as_array().unwrap().len(), 1);
    let archives = || cloud.ok("events", "ListArchives", json!({}));
    let archive = archives().await["Archives"][0].clone();
    assert_eq!((&archive["EventCount"], &archive["RetentionDays"]), (&json!(1), &json!(3)));
    let described = cloud.ok("cloudformation", "DescribeStacks", json!({"StackName": "shop"})).await;
    let outputs = described["Stacks"][0]["Outputs"].to_string();
    for part in
        ["shop-Topic-", ":log-group:/aws/events/shop:*", ":archive/shop-Archive-", ":alarm:shop-Alarm-"]
    {
        assert!(outputs.contains(part), "{part} is not in {outputs}");
    }
    let alarms = || cloud.ok("monitoring", "DescribeAlarms", json!({}));
    let alarm = alarms().await["MetricAlarms"][0].clone();
    assert_eq!((&alarm["Threshold"], &alarm["EvaluationPeriods"]), (&json!(0.0), &json!(1)));
    assert!(alarm["AlarmActions"][0].as_str().unwrap().contains(":shop-Topic-"), "{alarm}");
    let changed = TEMPLATE
        .replace("{ DisplayName: Sold }", "{ Tags: [{ Key: a, Value: b }] }")
        .replace(", RawMessageDelivery: true", "")
        .replace(", RetentionInDays: 7", "")
        .replace("RetentionDays: 3", "Description: all")
        .replace("Threshold: 0", "Threshold: 1");
    assert_eq!(cloud.stack("UpdateStack", &changed).await, "UPDATE_COMPLETE");
    cloud.put("default", json!({"n": 2})).await;
    let notification = cloud.only("inbox").await;
    assert_eq!(notification["Message"], "{\"n\":2}");
    let topic = json!({"TopicArn": notification["TopicArn"]});
    let attributes = cloud.ok("sns", "GetTopicAttributes", topic.clone()).await["Attributes"].clone();
    assert_eq!(
        (&attributes["DisplayName"], &attributes["SubscriptionsConfirmed"]),
        (&json!(""), &json!("1"))
    );
    let groups = cloud.ok("logs", "DescribeLogGroups", json!({})).await["logGroups"].clone();
    assert_eq!(groups[0].get("retentionInDays"), None);
    assert_eq!(archives().await["Archives"][0]["RetentionDays"], 0);
    assert_eq!(alarms().await["MetricAlarms"][0]["Threshold"], 1.0);
    assert_eq!(cloud.stack("DeleteStack", &changed).await, "GONE");
    assert_eq!(alarms().await, json!({"MetricAlarms": [], "CompositeAlarms": []}));
    assert_eq!(cloud.ok("sns", "ListTopics", json!({})).await, json!({"Topics": []}));
    assert_eq!(cloud.ok("sns", "ListSubscriptions", json!({})).await, json!({"Subscriptions": []}));
    assert_eq!(cloud.ok("logs", "DescribeLogGroups", json!({})).await, json!({"logGroups": []}));
    assert_eq!(
        cloud.ok("logs", "DescribeResourcePolicies", json!({})).await,
        json!({"resourcePolicies": []})
    );
    assert_eq!(archives().await, json!({"Archives": []}));
}
