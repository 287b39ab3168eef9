use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::local::clock::Pace;

const REGION: &str = "eu-west-1";
const TOPIC: &str = "arn:aws:sns:eu-west-1:000000000000:orders";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:000000000000:";

struct Topics {
    sns: Sns,
    sqs: Arc<Sqs>,
}

impl Topics {
    /// SNS with the topic `orders`.
    fn new() -> Self {
        let store = Arc::new(Store::in_memory().unwrap());
        let clock = Arc::new(Clock::new(Pace::Virtual));
        let base = "http://localhost:4566";
        let sqs = Arc::new(Sqs::new(Arc::clone(&store), Arc::clone(&clock), base).unwrap());
        let topics = Self { sns: Sns::new(store, clock, Arc::clone(&sqs), base), sqs };
        topics.ok("CreateTopic", &json!({"Name": "orders"}));
        topics
    }

    fn ok(&self, action: &str, input: &Value) -> Value {
        self.sns.call(REGION, action, input).unwrap_or_else(|error| panic!("{action}: {error}"))
    }

    fn refused(&self, action: &str, input: &Value) -> String {
        self.sns.call(REGION, action, input).unwrap_err().to_string()
    }

    /// Makes a queue to which a topic may send.
    fn queue(&self, name: &str, topic: &str) {
        let policy = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}});
        let input = json!({"QueueName": name, "Attributes": {"Policy": policy.to_string()}});
        self.sqs.call(REGION, "CreateQueue", &input).unwrap();
    }

    fn subscribe(&self, queue: &str, attributes: &Value) -> String {
        let input = json!({"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": format!("{QUEUE}{queue}"),
            "Attributes": attributes});
        self.ok("Subscribe", &input)["SubscriptionArn"].as_str().unwrap().to_owned()
    }

    fn received(&self, queue: &str) -> Vec<Value> {
        let url = format!("http://localhost:4566/000000000000/{queue}");
        let input = json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]});
        let answer = self.sqs.call(REGION, "ReceiveMessage", &input).unwrap();
        answer["Messages"].as_array().cloned().unwrap_or_default()
    }
}

/// The form is that of a notification captured on AWS.
#[test]
fn a_queue_gets_the_message_in_its_envelope() {
    let topics = Topics::new();
    topics.queue("wrapped", TOPIC);
    let subscription = topics.subscribe("wrapped", &json!({}));
    let message = json!({"TopicArn": TOPIC, "Subject": "paid", "Message": "{\"text\":\"λ\n\"}",
        "MessageAttributes": {"phase": {"DataType": "String", "StringValue": "a\"b"},
            "attempt": {"DataType": "Number", "StringValue": "1"}}});
    let id = topics.ok("Publish", &message)["MessageId"].clone();
    let received = topics.received("wrapped");
    assert_eq!((received.len(), received[0].get("MessageAttributes")), (1, None));
    let body = received[0]["Body"].as_str().unwrap();
    let wrapped: Value = serde_json::from_str(body).unwrap();
    let time = wrapped["Timestamp"].as_str().unwrap();
    assert_eq!((time.len(), time.ends_with('Z')), (24, true), "{time}");
    assert_eq!(
        body,
        format!(
            r#"{{
  "Type" : "Notification",
  "MessageId" : {id},
  "TopicArn" : "{TOPIC}",
  "Subject" : "paid",
  "Message" : "{{\"text\":\"λ\n\"}}",
  "Timestamp" : "{time}",
  "SignatureVersion" : "1",
  "Signature" : "bm90IHNpZ25lZA==",
  "SigningCertURL" : "http://localhost:4566/SimpleNotificationService-local.pem",
  "UnsubscribeURL" : "http://localhost:4566/?Action=Unsubscribe&SubscriptionArn={subscription}",
  "MessageAttributes" : {{
    "phase" : {{"Type":"String","Value":"a\"b"}},
    "attempt" : {{"Type":"Number","Value":"1"}}
  }}
}}"#
        )
    );
}

#[test]
fn raw_delivery_is_the_message_itself() {
    let topics = Topics::new();
    topics.queue("raw", TOPIC);
    topics.subscribe("raw", &json!({"RawMessageDelivery": "true"}));
    let attributes = json!({"n": {"DataType": "Number", "StringValue": "1"}});
    let message = r#"{"default": 17, "sqs": "for queues"}"#;
    topics.ok(
        "Publish",
        &json!({"TopicArn": TOPIC, "Message": message, "MessageStructure": "json", "MessageAttributes": attributes}),
    );
    let received = topics.received("raw");
    assert_eq!(received[0]["Body"], "for queues");
    assert_eq!(received[0]["MessageAttributes"], attributes);
}

#[test]
fn what_a_queue_refuses_goes_to_the_dead_letter_queue_or_is_lost() {
    let topics = Topics::new();
    topics.queue("other", "arn:aws:sns:eu-west-1:000000000000:another");
    topics.queue("letters", TOPIC);
    let publish = || topics.ok("Publish", &json!({"TopicArn": TOPIC, "Message": "m"}));
    let subscription = topics.subscribe("other", &json!({}));
    topics.subscribe("gone", &json!({}));
    publish();
    assert_eq!((topics.received("other").len(), topics.received("letters").len()), (0, 0));
    topics.ok(
        "SetSubscriptionAttributes",
        &json!({"SubscriptionArn": subscription, "AttributeName": "RedrivePolicy",
            "AttributeValue": json!({"deadLetterTargetArn": format!("{QUEUE}letters")}).to_string()}),
    );
    publish();
    let letters = topics.received("letters");
    assert_eq!((topics.received("other").len(), letters.len()), (0, 1));
    let wrapped: Value = serde_json::from_str(letters[0]["Body"].as_str().unwrap()).unwrap();
    assert_eq!(wrapped["Message"], "m");
}

#[test]
fn topics_answer_as_captured() {
    let topics = Topics::new();
    let attributes = topics.ok("GetTopicAttributes", &json!({"TopicArn": TOPIC}))["Attributes"].clone();
    assert_eq!(
        attributes["Policy"],
        "{\"Version\":\"2008-10-17\",\"Id\":\"__default_policy_ID\",\"Statement\":[{\"Sid\":\"__default_statement_ID\",\
         \"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":[\"SNS:GetTopicAttributes\",\"SNS:SetTopicAttributes\",\
         \"SNS:AddPermission\",\"SNS:RemovePermission\",\"SNS:DeleteTopic\",\"SNS:Subscribe\",\
         \"SNS:ListSubscriptionsByTopic\",\"SNS:Publish\"],\
         \"Resource\":\"arn:aws:sns:eu-west-1:000000000000:orders\",\
         \"Condition\":{\"StringEquals\":{\"AWS:SourceOwner\":\"000000000000\"}}}]}"
    );
    assert_eq!((&attributes["DisplayName"], &attributes["Owner"]), (&json!(""), &json!("000000000000")));
    assert_eq!(topics.ok("CreateTopic", &json!({"Name": "orders"})), json!({"TopicArn": TOPIC}));
    let set =
        |name: &str, value: &str| json!({"TopicArn": TOPIC, "AttributeName": name, "AttributeValue": value});
    topics.ok("SetTopicAttributes", &set("DisplayName", "first"));
    let cases = [
        (
            "CreateTopic",
            json!({"Name": "orders", "Attributes": {"DisplayName": "other"}}),
            "InvalidParameter: Invalid parameter: Attributes Reason: Topic already exists with different attributes",
        ),
        (
            "CreateTopic",
            json!({"Name": "orders", "Tags": [{"Key": "stage", "Value": "x"}]}),
            "InvalidParameter: Invalid parameter: Tags Reason: Topic already exists with different tags",
        ),
        ("CreateTopic", json!({"Name": "a b"}), "InvalidParameter: Invalid parameter: Topic Name"),
        (
            "CreateTopic",
            json!({"Name": "a.fifo"}),
            "InvalidParameter: Invalid parameter: FifoTopic Reason: The local SNS has no FIFO topics",
        ),
        (
            "SetTopicAttributes",
            set("Policy", "{invalid-json"),
            "InvalidParameter: Invalid parameter: Policy Error: null",
        ),
        (
            "SetTopicAttributes",
            set("Policy", r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"SNS:*"}}"#),
            "InvalidParameter: Invalid parameter: Policy statement action out of service scope!",
        ),
        ("SetTopicAttributes", set("Unknown", "x"), "InvalidParameter: Invalid parameter: AttributeName"),
        (
            "GetTopicAttributes",
            json!({"TopicArn": TOPIC.replace("orders", "x")}),
            "NotFound: Topic does not exist",
        ),
        (
            "GetTopicAttributes",
            json!({"TopicArn": "orders"}),
            "InvalidParameter: Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1",
        ),
        (
            "TagResource",
            json!({"ResourceArn": TOPIC.replace("orders", "x"), "Tags": []}),
            "ResourceNotFound: Resource does not exist",
        ),
        ("Verify", json!({}), "InvalidAction: Could not find operation Verify for version 2010-03-31"),
    ];
    for (action, input, expected) in cases {
        assert_eq!(topics.refused(action, &input), expected, "{action} {input}");
    }
    topics.ok(
        "TagResource",
        &json!({"ResourceArn": TOPIC, "Tags": [{"Key": "stage", "Value": "1"}, {"Key": "owned", "Value": "x"}]}),
    );
    topics.ok("TagResource", &json!({"ResourceArn": TOPIC, "Tags": [{"Key": "stage", "Value": "2"}]}));
    let tags = || topics.ok("ListTagsForResource", &json!({"ResourceArn": TOPIC}))["Tags"].clone();
    assert_eq!(tags(), json!([{"Key": "stage", "Value": "2"}, {"Key": "owned", "Value": "x"}]));
    topics.ok("UntagResource", &json!({"ResourceArn": TOPIC, "TagKeys": ["stage", "absent"]}));
    assert_eq!(tags(), json!([{"Key": "owned", "Value": "x"}]));
    assert_eq!(topics.ok("ListTopics", &json!({})), json!({"Topics": [{"TopicArn": TOPIC}]}));
}

#[test]
fn subscriptions_answer_as_captured() {
    let topics = Topics::new();
    let subscription = topics.subscribe("q", &json!({"RawMessageDelivery": "true"}));
    assert_eq!(topics.subscribe("q", &json!({})), subscription);
    let arn = json!({"SubscriptionArn": subscription});
    let attributes = topics.ok("GetSubscriptionAttributes", &arn)["Attributes"].clone();
    assert_eq!(
        attributes,
        json!({"SubscriptionPrincipal": "arn:aws:iam::000000000000:user/local", "Owner": "000000000000",
            "RawMessageDelivery": "true", "TopicArn": TOPIC, "Endpoint": format!("{QUEUE}q"), "Protocol": "sqs",
            "PendingConfirmation": "false", "ConfirmationWasAuthenticated": "true",
            "SubscriptionArn": subscription})
    );
    let listed = topics.ok("ListSubscriptionsByTopic", &json!({"TopicArn": TOPIC}));
    assert_eq!(listed["Subscriptions"][0]["SubscriptionArn"], subscription.as_str());
    let subscribe = |protocol: &str, endpoint: &str, attributes: Value| {
        topics.refused(
            "Subscribe",
            &json!({"TopicArn": TOPIC, "Protocol": protocol, "Endpoint": endpoint, "Attributes": attributes}),
        )
    };
    let invalid = "InvalidParameter: Invalid parameter: ";
    let queue = format!("{QUEUE}q");
    assert_eq!(subscribe("sqs", "q", json!({})), format!("{invalid}SQS endpoint ARN"));
    assert_eq!(
        subscribe("email", "a@example.com", json!({})),
        format!("{invalid}Protocol Reason: The local SNS delivers to sqs, not to email")
    );
    assert_eq!(
        subscribe("sqs", &queue, json!({"RawMessageDelivery": "false"})),
        format!("{invalid}Attributes Reason: Subscription already exists with different attributes")
    );
    assert_eq!(
        subscribe("sqs", &queue, json!({"FilterPolicy": "{\"a\":[1]}"})),
        format!("{invalid}Attributes Reason: The local SNS has no filter policies")
    );
    for _ in 0..2 {
        topics.ok("Unsubscribe", &arn);
    }
    assert_eq!(topics.refused("GetSubscriptionAttributes", &arn), "NotFound: Subscription does not exist");
    topics.subscribe("q", &json!({}));
    for _ in 0..2 {
        topics.ok("DeleteTopic", &json!({"TopicArn": TOPIC}));
    }
    assert_eq!(topics.ok("ListSubscriptions", &json!({})), json!({"Subscriptions": []}));
}

#[test]
fn messages_are_checked() {
    let topics = Topics::new();
    let refused = |change: Value| {
        let mut input = json!({"TopicArn": TOPIC, "Message": "m"});
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        topics.refused("Publish", &input)
    };
    let attribute = |value: Value| json!({"MessageAttributes": {"a": value}});
    let structure = |message: &str| json!({"Message": message, "MessageStructure": "json"});
    let cases = [
        (json!({"Message": ""}), "InvalidParameter: Invalid parameter: Empty message"),
        (json!({"Message": "x".repeat(262_145)}), "InvalidParameter: Invalid parameter: Message too long"),
        (json!({"Subject": ""}), "InvalidParameter: Invalid parameter: Subject"),
        (json!({"Subject": "😀".repeat(51)}), "InvalidParameter: Invalid parameter: Subject"),
        (json!({"Subject": "a\nb"}), "InvalidParameter: Invalid parameter: Subject"),
        (
            structure("{"),
            "InvalidParameter: Invalid parameter: Message Structure - JSON message body failed to parse",
        ),
        (
            structure(r#"{"default":[1]}"#),
            "InvalidParameter: Invalid parameter: Message Structure - No default entry in JSON message body",
        ),
        (
            attribute(json!({"DataType": "String"})),
            "ParameterValueInvalid: The message attribute 'a' must contain non-empty message attribute value for \
             message attribute type 'String'.",
        ),
        (
            attribute(json!({"DataType": "Text", "StringValue": "x"})),
            "ParameterValueInvalid: The message attribute 'a' has an invalid message attribute type, the set of \
             supported type prefixes is Binary, Number, and String.",
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(refused(change.clone()), expected);
    }
    topics.ok("Publish", &json!({"TargetArn": TOPIC, "Message": "m", "Subject": "界".repeat(100)}));
}

#[test]
fn a_batch_fails_entry_by_entry() {
    let topics = Topics::new();
    topics.queue("q", TOPIC);
    topics.subscribe("q", &json!({"RawMessageDelivery": "true"}));
    let batch = |entries: Value| json!({"TopicArn": TOPIC, "PublishBatchRequestEntries": entries});
    let answer = topics.ok(
        "PublishBatch",
        &batch(json!([{"Id": "valid", "Message": "a"}, {"Id": "subject", "Message": "b", "Subject": "x\ny"},
            {"Id": "empty", "Message": ""}])),
    );
    assert_eq!(answer["Successful"][0]["Id"], "valid");
    assert_eq!(
        answer["Failed"],
        json!([{"Id": "subject", "Code": "InvalidParameter", "Message": "Invalid parameter: Subject", "SenderFault": true},
            {"Id": "empty", "Code": "InvalidParameter", "Message": "Invalid parameter: Empty message", "SenderFault": true}])
    );
    assert_eq!(topics.received("q").len(), 1);
    let refused = |entries: Value| topics.refused("PublishBatch", &batch(entries));
    assert!(refused(json!([])).starts_with("EmptyBatchRequest:"));
    let same = json!([{"Id": "a", "Message": "1"}, {"Id": "a", "Message": "2"}]);
    assert!(refused(same).starts_with("BatchEntryIdsNotDistinct:"));
    assert!(refused(json!([{"Id": "a b", "Message": "1"}])).starts_with("InvalidBatchEntryId:"));
    let long =
        json!([{"Id": "a", "Message": "x".repeat(200_000)}, {"Id": "b", "Message": "x".repeat(200_000)}]);
    assert!(refused(long).starts_with("BatchRequestTooLong:"));
    let entries: Vec<_> = (0..11).map(|id| json!({"Id": id.to_string(), "Message": "m"})).collect();
    assert!(refused(json!(entries)).starts_with("TooManyEntriesInBatchRequest:"));
}
