use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Sqs, query_error};
use crate::local::clock::{Clock, Pace};
use crate::local::store::Store;
use crate::local::wire::Service;

const REGION: &str = "ap-northeast-1";
const URL: &str = "http://localhost:4566/000000000000/q";
const ARN: &str = "arn:aws:sqs:ap-northeast-1:000000000000:q";

struct Fixture {
    sqs: Sqs,
    clock: Arc<Clock>,
}

impl Fixture {
    fn new() -> Self {
        Self::over(Arc::new(Store::in_memory().unwrap()))
    }

    fn over(store: Arc<Store>) -> Self {
        let clock = Arc::new(Clock::new(Pace::Virtual));
        Self { sqs: Sqs::new(store, Arc::clone(&clock), "http://localhost:4566/").unwrap(), clock }
    }

    /// Makes a fixture with the queue `q`.
    fn with_queue() -> Self {
        let fixture = Self::new();
        fixture.call("CreateQueue", &json!({"QueueName": "q"}));
        fixture
    }

    fn call(&self, action: &str, input: &Value) -> Value {
        self.sqs.call(REGION, action, input).unwrap()
    }

    /// Calls an action on the queue `q`.
    fn on(&self, action: &str, mut input: Value) -> Value {
        input["QueueUrl"] = URL.into();
        self.call(action, &input)
    }

    fn error(&self, action: &str, mut input: Value) -> String {
        if input.get("QueueUrl").is_none() {
            input["QueueUrl"] = URL.into();
        }
        self.sqs.call(REGION, action, &input).unwrap_err().to_string()
    }

    fn send(&self, body: &str) -> Value {
        self.on("SendMessage", json!({"MessageBody": body}))
    }

    fn receive(&self, input: Value) -> Vec<Value> {
        let answer = self.on("ReceiveMessage", input);
        answer.get("Messages").and_then(Value::as_array).cloned().unwrap_or_default()
    }

    fn bodies(&self) -> Vec<String> {
        let messages = self.receive(json!({"MaxNumberOfMessages": 10}));
        messages.iter().map(|message| message["Body"].as_str().unwrap().to_owned()).collect()
    }

    fn attribute(&self, name: &str) -> Value {
        self.on("GetQueueAttributes", json!({"AttributeNames": [name]}))["Attributes"][name].clone()
    }

    fn wait(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }
}

#[test]
fn makes_finds_and_removes_queues() {
    let fixture = Fixture::new();
    let create =
        json!({"QueueName": "q", "Attributes": {"MessageRetentionPeriod": "1209600"}, "tags": {"a": "b"}});
    assert_eq!(fixture.call("CreateQueue", &create), json!({"QueueUrl": URL}));
    assert_eq!(fixture.call("CreateQueue", &create), json!({"QueueUrl": URL}));
    let other = json!({"QueueName": "q", "Attributes": {"MessageRetentionPeriod": "60"}});
    assert_eq!(
        fixture.error("CreateQueue", other),
        "QueueNameExists: A queue already exists with the same name and a different value for attribute \
         MessageRetentionPeriod"
    );
    assert_eq!(fixture.call("GetQueueUrl", &json!({"QueueName": "q"})), json!({"QueueUrl": URL}));
    assert_eq!(fixture.on("ListQueueTags", json!({})), json!({"Tags": {"a": "b"}}));
    fixture.on("TagQueue", json!({"Tags": {"c": "d"}}));
    fixture.on("UntagQueue", json!({"TagKeys": ["a"]}));
    assert_eq!(fixture.on("ListQueueTags", json!({})), json!({"Tags": {"c": "d"}}));
    assert_eq!(fixture.call("ListQueues", &json!({"QueueNamePrefix": "q"})), json!({"QueueUrls": [URL]}));
    assert_eq!(fixture.call("ListQueues", &json!({"QueueNamePrefix": "x"})), json!({}));
    // A URL of another host names the same queue; one of another region does not.
    let foreign = json!({"QueueUrl": "https://sqs.ap-northeast-1.amazonaws.com/123456789012/q"});
    assert_eq!(fixture.call("GetQueueAttributes", &foreign), json!({}));
    assert!(fixture.sqs.call("us-east-1", "PurgeQueue", &foreign).is_err());
    assert_eq!(fixture.on("DeleteQueue", json!({})), json!({}));
    let gone = "QueueDoesNotExist: The specified queue does not exist.";
    for action in ["GetQueueAttributes", "SendMessage", "ReceiveMessage", "DeleteQueue", "PurgeQueue"] {
        assert_eq!(fixture.error(action, json!({"MessageBody": "x"})), gone);
    }
    assert_eq!(fixture.error("GetQueueUrl", json!({"QueueName": "q"})), gone);
}

#[test]
fn errors_carry_their_old_codes() {
    for (code, header) in [
        ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue;Sender"),
        ("QueueNameExists", "QueueAlreadyExists;Sender"),
        ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest;Sender"),
        ("InvalidAttributeName", "InvalidAttributeName;Sender"),
        ("InternalFailure", "InternalFailure;Receiver"),
    ] {
        assert_eq!(query_error(code), header);
    }
}

#[test]
fn attributes_have_defaults_and_ranges() {
    let fixture = Fixture::with_queue();
    let all = fixture.on("GetQueueAttributes", json!({"AttributeNames": ["All"]}));
    let created = all["Attributes"]["CreatedTimestamp"].clone();
    assert_eq!(
        all["Attributes"],
        json!({"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesDelayed": "0",
            "ApproximateNumberOfMessagesNotVisible": "0", "CreatedTimestamp": created, "DelaySeconds": "0",
            "LastModifiedTimestamp": created, "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
            "QueueArn": ARN, "ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true",
            "VisibilityTimeout": "30"})
    );
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    fixture.on("SetQueueAttributes", json!({"Attributes": {"Policy": policy, "KmsMasterKeyId": "alias/k"}}));
    assert_eq!(fixture.attribute("Policy"), policy);
    assert_eq!(fixture.attribute("KmsMasterKeyId"), "alias/k");
    assert_eq!(fixture.attribute("SqsManagedSseEnabled"), "false");
    assert_eq!(fixture.attribute("KmsDataKeyReusePeriodSeconds"), "300");
    assert_eq!(fixture.sqs.queue_policy(REGION, ARN).unwrap().as_deref(), Some(policy));
    fixture.on("SetQueueAttributes", json!({"Attributes": {"Policy": "", "SqsManagedSseEnabled": "true"}}));
    assert_eq!(fixture.attribute("Policy"), Value::Null);
    assert_eq!(fixture.attribute("KmsMasterKeyId"), Value::Null);
    assert_eq!(fixture.sqs.queue_policy(REGION, ARN).unwrap(), None);
    let missing = fixture.sqs.queue_policy(REGION, &format!("{ARN}x")).unwrap_err();
    assert_eq!(missing.code, "QueueDoesNotExist");

    for (name, value, expected) in [
        ("X", "1", "InvalidAttributeName: Unknown Attribute X."),
        ("QueueArn", "1", "InvalidAttributeName: Unknown Attribute QueueArn."),
        (
            "VisibilityTimeout",
            "43201",
            "InvalidAttributeValue: Invalid value for the parameter VisibilityTimeout.",
        ),
        ("DelaySeconds", "x", "InvalidAttributeValue: Invalid value for the parameter DelaySeconds."),
        ("Policy", "{", "InvalidAttributeValue: Invalid value for the parameter Policy."),
        (
            "SqsManagedSseEnabled",
            "yes",
            "InvalidAttributeValue: Invalid value for the parameter SqsManagedSseEnabled.",
        ),
        (
            "RedrivePolicy",
            "{}",
            "InvalidParameterValue: Value {} for parameter RedrivePolicy is invalid. Reason: It must be a JSON \
             object with deadLetterTargetArn, the ARN of a queue, and maxReceiveCount, a number from 1 to 1000.",
        ),
        ("FifoQueue", "true", "UnsupportedOperation: The local SQS has no FIFO queues."),
    ] {
        assert_eq!(fixture.error("SetQueueAttributes", json!({"Attributes": {name: value}})), expected);
    }
    assert_eq!(
        fixture.error("GetQueueAttributes", json!({"AttributeNames": ["X"]})),
        "InvalidAttributeName: Unknown Attribute X."
    );
}

#[test]
fn names_and_urls_are_checked() {
    let fixture = Fixture::with_queue();
    for name in ["a b", "a.b", &"a".repeat(81)] {
        assert_eq!(
            fixture.error("CreateQueue", json!({"QueueName": name})),
            "InvalidParameterValue: Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in \
             length"
        );
    }
    let missing = "MissingParameter: The request must contain the parameter QueueName.";
    assert_eq!(fixture.error("CreateQueue", json!({})), missing);
    for url in ["q", "http://localhost/q", "http://localhost/000000000000/", "http://localhost/abc/q"] {
        assert_eq!(
            fixture.error("SendMessage", json!({"QueueUrl": url})),
            format!("InvalidAddress: The address {url} is not valid for this endpoint.")
        );
    }
    assert_eq!(
        fixture.sqs.call(REGION, "SendMessage", &json!({})).unwrap_err().to_string(),
        "MissingParameter: The request must contain the parameter QueueUrl."
    );
}

#[test]
fn sends_receives_and_deletes() {
    let fixture = Fixture::with_queue();
    let sent = fixture.on(
        "SendMessage",
        json!({"MessageBody": "hello", "MessageAttributes": {
            "timestamp": {"DataType": "Number", "StringValue": "1493147359900"}},
            "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-2"}}}),
    );
    assert_eq!(
        sent,
        json!({"MessageId": sent["MessageId"], "MD5OfMessageBody": "5d41402abc4b2a76b9719d911017c592",
            "MD5OfMessageAttributes": "235c5c510d26fb653d073faed50ae77c", "MD5OfMessageSystemAttributes": "eea8f494e51df9c126b8b85f54ccabf7"})
    );
    let at = fixture.clock.now().as_millisecond();
    let messages = fixture.receive(json!({"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}));
    let message = &messages[0];
    let system = &message["Attributes"];
    assert_eq!(
        *message,
        json!({"MessageId": sent["MessageId"], "ReceiptHandle": message["ReceiptHandle"], "Body": "hello",
            "MD5OfBody": "5d41402abc4b2a76b9719d911017c592", "MD5OfMessageAttributes": "235c5c510d26fb653d073faed50ae77c",
            "MessageAttributes": {"timestamp": {"DataType": "Number", "StringValue": "1493147359900"}},
            "Attributes": {"SenderId": system["SenderId"], "AWSTraceHeader": "Root=1-2",
                "ApproximateReceiveCount": "1", "SentTimestamp": system["SentTimestamp"],
                "ApproximateFirstReceiveTimestamp": system["ApproximateFirstReceiveTimestamp"]}})
    );
    let sent_at: i64 = system["SentTimestamp"].as_str().unwrap().parse().unwrap();
    assert!((at - sent_at).abs() < 9000);
    assert!(fixture.receive(json!({})).is_empty());
    let delete = json!({"ReceiptHandle": message["ReceiptHandle"]});
    assert_eq!(fixture.on("DeleteMessage", delete.clone()), json!({}));
    assert_eq!(fixture.on("DeleteMessage", delete), json!({}));
    fixture.wait(31);
    assert!(fixture.receive(json!({})).is_empty());
    assert_eq!(
        fixture.error("DeleteMessage", json!({"ReceiptHandle": "abc"})),
        "ReceiptHandleIsInvalid: The input receipt handle \"abc\" is not a valid receipt handle."
    );
}

#[test]
fn a_message_comes_with_the_attributes_that_were_asked_for() {
    let fixture = Fixture::with_queue();
    let text = |value: &str| json!({"DataType": "String", "StringValue": value});
    let attributes =
        json!({"a": text("ü"), "b": {"DataType": "Binary", "BinaryValue": "AQI="}, "c.d": text("1")});
    fixture.on("SendMessage", json!({"MessageBody": "x", "MessageAttributes": attributes}));
    let names = |input: Value| -> Vec<String> {
        let message = &fixture.receive(input)[0];
        fixture.wait(31);
        let keys = |value: &Value| value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>());
        [keys(&message["MessageAttributes"]), keys(&message["Attributes"])]
            .into_iter()
            .flatten()
            .flatten()
            .collect()
    };
    assert!(names(json!({})).is_empty());
    assert_eq!(names(json!({"MessageAttributeNames": [".*"]})), ["a", "b", "c.d"]);
    assert_eq!(names(json!({"MessageAttributeNames": ["a", "c.*"]})), ["a", "c.d"]);
    assert_eq!(names(json!({"MessageSystemAttributeNames": ["SentTimestamp", "X"]})), ["SentTimestamp"]);
    let message = &fixture.receive(json!({"MessageAttributeNames": ["a", "b"]}))[0];
    assert_eq!(message["MD5OfMessageAttributes"], "481b86e04859af5f8b414788145b931c");
}

#[test]
fn a_received_message_is_hidden_for_its_timeout() {
    let fixture = Fixture::with_queue();
    fixture.send("a");
    fixture.on("SendMessage", json!({"MessageBody": "late", "DelaySeconds": 100}));
    assert_eq!(fixture.attribute("ApproximateNumberOfMessagesDelayed"), "1");
    let first = fixture.receive(json!({"VisibilityTimeout": 5}));
    assert_eq!(fixture.attribute("ApproximateNumberOfMessagesNotVisible"), "1");
    assert_eq!(fixture.attribute("ApproximateNumberOfMessages"), "0");
    fixture.wait(6);
    let second = fixture.receive(json!({"AttributeNames": ["ApproximateReceiveCount"]}));
    assert_eq!(second[0]["Attributes"], json!({"ApproximateReceiveCount": "2"}));
    // The old receipt deletes nothing.
    fixture.on("DeleteMessage", json!({"ReceiptHandle": first[0]["ReceiptHandle"]}));
    let show =
        |seconds: i64| json!({"ReceiptHandle": second[0]["ReceiptHandle"], "VisibilityTimeout": seconds});
    fixture.on("ChangeMessageVisibility", show(0));
    assert_eq!(fixture.attribute("ApproximateNumberOfMessages"), "1");
    let handle = second[0]["ReceiptHandle"].as_str().unwrap();
    assert_eq!(
        fixture.error("ChangeMessageVisibility", show(9)),
        format!(
            "InvalidParameterValue: Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not \
             exist or is not available for visibility timeout change."
        )
    );
    assert_eq!(
        fixture.error("ChangeMessageVisibility", show(43_201)),
        "InvalidParameterValue: Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= \
         43200, if provided."
    );
    assert_eq!(fixture.bodies(), ["a"]);
    fixture.wait(94);
    assert_eq!(fixture.bodies(), ["a", "late"]);
}

#[test]
fn messages_expire_and_are_purged() {
    let fixture = Fixture::with_queue();
    fixture.send("a");
    fixture.wait(345_600);
    fixture.send("b");
    assert_eq!(fixture.attribute("ApproximateNumberOfMessages"), "1");
    assert_eq!(fixture.on("PurgeQueue", json!({})), json!({}));
    assert_eq!(fixture.attribute("ApproximateNumberOfMessages"), "0");
    let error = fixture.sqs.call(REGION, "PurgeQueue", &json!({"QueueUrl": URL})).unwrap_err();
    assert_eq!(
        (error.status, error.to_string()),
        (
            403,
            "PurgeQueueInProgress: Only one PurgeQueue operation on q is allowed every 60 seconds."
                .to_owned()
        )
    );
    fixture.wait(60);
    fixture.on("PurgeQueue", json!({}));
}

#[test]
fn a_message_that_is_not_allowed_is_refused() {
    let fixture = Fixture::with_queue();
    fixture.on("SetQueueAttributes", json!({"Attributes": {"MaximumMessageSize": "1024"}}));
    let attribute =
        |name: &str, value: Value| json!({"MessageBody": "x", "MessageAttributes": {name: value}});
    let many: serde_json::Map<String, Value> = (0..11)
        .map(|number| (format!("a{number}"), json!({"DataType": "String", "StringValue": "x"})))
        .collect();
    for (input, expected) in [
        (json!({}), "MissingParameter: The request must contain the parameter MessageBody."),
        (json!({"MessageBody": ""}), "MissingParameter: The request must contain the parameter MessageBody."),
        (
            json!({"MessageBody": "a\u{0}"}),
            "InvalidMessageContents: Invalid binary character '#x0' was found in the message body, the set of \
             allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
        ),
        (
            json!({"MessageBody": "x".repeat(1025)}),
            "InvalidParameterValue: One or more parameters are invalid. Reason: Message must be shorter than 1024 \
             bytes.",
        ),
        (
            json!({"MessageBody": "x", "DelaySeconds": 901}),
            "InvalidParameterValue: Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be \
             >= 0 and <= 900.",
        ),
        (
            json!({"MessageBody": "x", "MessageAttributes": many}),
            "InvalidParameterValue: Number of message attributes [11] exceeds the allowed maximum [10].",
        ),
        (
            attribute("a b", json!({"DataType": "String", "StringValue": "x"})),
            "InvalidParameterValue: The message attribute name 'a b' is invalid. Attribute name can contain A-Z, \
             a-z, 0-9, underscore (_), hyphen (-), and period (.) characters.",
        ),
        (
            attribute("a", json!({"DataType": "String"})),
            "InvalidParameterValue: The message attribute 'a' must contain a non-empty message attribute value for \
             message attribute type 'String'.",
        ),
        (
            attribute("a", json!({"DataType": "Text", "StringValue": "x"})),
            "InvalidParameterValue: The message attribute 'a' has an invalid message attribute type, the set of \
             supported type prefixes is Binary, Number, and String.",
        ),
    ] {
        assert_eq!(fixture.error("SendMessage", input), expected);
    }
    for (input, expected) in [
        (
            json!({"MaxNumberOfMessages": 11}),
            "InvalidParameterValue: Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between \
             1 and 10, if provided.",
        ),
        (
            json!({"WaitTimeSeconds": 21}),
            "InvalidParameterValue: Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= \
             20, if provided.",
        ),
    ] {
        assert_eq!(fixture.error("ReceiveMessage", input), expected);
    }
}

#[test]
fn batches_succeed_entry_by_entry() {
    let fixture = Fixture::with_queue();
    let answer = fixture.on(
        "SendMessageBatch",
        json!({"Entries": [{"Id": "1", "MessageBody": "a"}, {"Id": "2", "MessageBody": ""},
            {"Id": "3", "MessageBody": "c"}]}),
    );
    let sent = answer["Successful"].as_array().unwrap();
    assert_eq!(sent.iter().map(|entry| &entry["Id"]).collect::<Vec<_>>(), ["1", "3"]);
    assert_eq!(sent[0]["MD5OfMessageBody"], "0cc175b9c0f1b6a831c399e269772661");
    assert_eq!(
        answer["Failed"],
        json!([{"Id": "2", "SenderFault": true, "Code": "MissingParameter",
            "Message": "The request must contain the parameter MessageBody."}])
    );
    let received = fixture.receive(json!({"MaxNumberOfMessages": 10}));
    let entry = |id: &str, index: usize| json!({"Id": id, "ReceiptHandle": received[index]["ReceiptHandle"], "VisibilityTimeout": 0});
    let hide = fixture.on("ChangeMessageVisibilityBatch", json!({"Entries": [entry("x", 0)]}));
    assert_eq!(hide, json!({"Successful": [{"Id": "x"}], "Failed": []}));
    let bad = json!({"Id": "y", "ReceiptHandle": "?"});
    let delete = fixture.on("DeleteMessageBatch", json!({"Entries": [entry("x", 1), bad]}));
    assert_eq!(delete["Successful"], json!([{"Id": "x"}]));
    assert_eq!(delete["Failed"][0]["Code"], "ReceiptHandleIsInvalid");
    assert_eq!(fixture.bodies(), ["a"]);

    let entries = |ids: &[&str]| {
        let entries: Vec<_> = ids.iter().map(|id| json!({"Id": id, "MessageBody": "x"})).collect();
        json!({"Entries": entries})
    };
    for (input, expected) in [
        (
            entries(&[]),
            "EmptyBatchRequest: There should be at least one SendMessageBatchRequestEntry in the request.",
        ),
        (
            entries(&["1"; 11]),
            "TooManyEntriesInBatchRequest: Maximum number of entries per request are 10. You have sent 11.",
        ),
        (entries(&["1", "1"]), "BatchEntryIdsNotDistinct: Id 1 repeated."),
        (
            entries(&["a b"]),
            "InvalidBatchEntryId: A batch entry id can only contain alphanumeric characters, hyphens and \
             underscores. It can be at most 80 letters long.",
        ),
        (
            json!({"Entries": [{"Id": "1", "MessageBody": "x".repeat(600_000)},
                {"Id": "2", "MessageBody": "x".repeat(600_000)}]}),
            "BatchRequestTooLong: Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes.",
        ),
    ] {
        assert_eq!(fixture.error("SendMessageBatch", input), expected);
    }
}

#[test]
fn a_message_received_too_often_is_moved_and_can_be_moved_back() {
    let fixture = Fixture::with_queue();
    fixture.call("CreateQueue", &json!({"QueueName": "dead"}));
    let dead = "http://localhost:4566/000000000000/dead";
    let dead_arn = "arn:aws:sqs:ap-northeast-1:000000000000:dead";
    let start = json!({"SourceArn": dead_arn});
    assert_eq!(
        fixture.error("StartMessageMoveTask", start.clone()),
        "InvalidParameterValue: Source queue must be configured as a Dead Letter Queue."
    );
    let policy = json!({"deadLetterTargetArn": dead_arn, "maxReceiveCount": "1"}).to_string();
    fixture.on("SetQueueAttributes", json!({"Attributes": {"RedrivePolicy": policy}}));
    assert_eq!(
        fixture.call("ListDeadLetterSourceQueues", &json!({"QueueUrl": dead})),
        json!({"queueUrls": [URL]})
    );
    fixture.send("a");
    assert_eq!(fixture.bodies(), ["a"]);
    fixture.wait(31);
    assert!(fixture.bodies().is_empty());
    let receive = json!({"QueueUrl": dead, "AttributeNames": ["All"], "VisibilityTimeout": 0});
    let buried = fixture.call("ReceiveMessage", &receive);
    assert_eq!(buried["Messages"][0]["Attributes"]["DeadLetterQueueSourceArn"], ARN);
    assert_eq!(buried["Messages"][0]["Attributes"]["ApproximateReceiveCount"], "2");

    fixture.call("SendMessage", &json!({"QueueUrl": dead, "MessageBody": "of unknown origin"}));
    assert!(fixture.call("StartMessageMoveTask", &start).get("TaskHandle").is_some());
    assert_eq!(fixture.bodies(), ["a"]);
    let tasks = fixture.call("ListMessageMoveTasks", &start);
    assert_eq!(
        tasks,
        json!({"Results": [{"Status": "FAILED", "SourceArn": dead_arn, "ApproximateNumberOfMessagesMoved": 1,
            "ApproximateNumberOfMessagesToMove": 2, "StartedTimestamp": tasks["Results"][0]["StartedTimestamp"],
            "FailureReason": "CouldNotDetermineMessageSource"}]})
    );
    fixture.call("StartMessageMoveTask", &json!({"SourceArn": dead_arn, "DestinationArn": ARN}));
    assert_eq!(fixture.bodies(), ["of unknown origin"]);
    assert_eq!(fixture.call("ListMessageMoveTasks", &start)["Results"][0]["Status"], "COMPLETED");
    for (input, expected) in [
        (
            json!({"SourceArn": "x"}),
            "InvalidParameterValue: You must use this format to specify the SourceArn: \
             arn:aws:sqs:REGION:ACCOUNT:NAME",
        ),
        (
            json!({"SourceArn": dead_arn, "DestinationArn": format!("{ARN}x")}),
            "ResourceNotFoundException: The resource that you specified for the DestinationArn parameter doesn't \
             exist.",
        ),
        (
            json!({"SourceArn": dead_arn, "DestinationArn": dead_arn}),
            "InvalidParameterValue: The source queue and the destination queue must not be the same.",
        ),
    ] {
        assert_eq!(fixture.error("StartMessageMoveTask", input), expected);
    }
}

#[test]
fn a_queue_that_is_its_own_dead_letter_queue_does_not_hang() {
    let fixture = Fixture::with_queue();
    let policy = json!({"deadLetterTargetArn": ARN, "maxReceiveCount": 1}).to_string();
    fixture
        .on("SetQueueAttributes", json!({"Attributes": {"RedrivePolicy": policy, "VisibilityTimeout": "0"}}));
    fixture.send("a");
    for _ in 0..3 {
        assert_eq!(fixture.bodies(), ["a"]);
    }
}

#[test]
fn what_was_acknowledged_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let fixture = Fixture::over(Arc::new(Store::open(directory.path()).unwrap()));
    fixture.call("CreateQueue", &json!({"QueueName": "q"}));
    fixture.send("a");
    drop(fixture);
    let fixture = Fixture::over(Arc::new(Store::open(directory.path()).unwrap()));
    assert_eq!(fixture.bodies(), ["a"]);
}

#[tokio::test]
async fn a_long_poll_waits_for_a_message() {
    let fixture = Arc::new(Fixture::with_queue());
    let receiver = Arc::clone(&fixture);
    let poll = tokio::spawn(async move {
        receiver.sqs.receive(REGION, &json!({"QueueUrl": URL, "WaitTimeSeconds": 20})).await.unwrap()
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!poll.is_finished());
    fixture.send("a");
    assert_eq!(poll.await.unwrap()["Messages"][0]["Body"], "a");
}

#[tokio::test]
async fn a_long_poll_sees_a_message_that_becomes_visible() {
    let fixture = Fixture::with_queue();
    fixture.on("SendMessage", json!({"MessageBody": "late", "DelaySeconds": 60}));
    let input = json!({"QueueUrl": URL, "WaitTimeSeconds": 20});
    let (answer, ()) = tokio::join!(fixture.sqs.receive(REGION, &input), async { fixture.wait(60) });
    assert_eq!(answer.unwrap()["Messages"][0]["Body"], "late");
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_without_a_message_ends_empty() {
    let fixture = Fixture::with_queue();
    fixture.on("SetQueueAttributes", json!({"Attributes": {"ReceiveMessageWaitTimeSeconds": "3"}}));
    let start = tokio::time::Instant::now();
    assert_eq!(fixture.sqs.receive(REGION, &json!({"QueueUrl": URL})).await.unwrap(), json!({}));
    assert_eq!(start.elapsed().as_secs(), 3);
    let at_once = json!({"QueueUrl": URL, "WaitTimeSeconds": 0});
    assert_eq!(fixture.sqs.receive(REGION, &at_once).await.unwrap(), json!({}));
    assert_eq!(start.elapsed().as_secs(), 3);
    let error = fixture.sqs.receive(REGION, &json!({"QueueUrl": URL, "WaitTimeSeconds": 99})).await;
    assert_eq!(error.unwrap_err().code, "InvalidParameterValue");
}

#[test]
fn urls_begin_with_where_the_cloud_is_served_and_older_ones_stay_valid() {
    let fixture = Fixture::with_queue();
    fixture.sqs.serve_at("http://127.0.0.1:40123");
    let answer = fixture.call("GetQueueUrl", &json!({"QueueName": "q"}));
    assert_eq!(answer, json!({"QueueUrl": "http://127.0.0.1:40123/000000000000/q"}));
    fixture.send("by the older URL");
    let answer = fixture.call("ReceiveMessage", &answer);
    assert_eq!(answer["Messages"][0]["Body"], "by the older URL");
}
