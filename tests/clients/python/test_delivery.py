"""An event goes the whole way: PutEvents, rule, API destination, Momento; or the dead-letter queue."""

import json
import uuid

from local_cloud import eventually


def put(cloud, region, *entries):
    return cloud.client("events", region).put_events(Entries=list(entries))


def entry(kind, detail):
    return {"Source": "demo", "DetailType": kind, "Detail": detail}


def test_the_documented_sample_sets_the_item(cloud, deployed, detail):
    region, _, key = deployed
    answer = put(cloud, region, entry("cacheSet", detail()))
    assert answer["FailedEntryCount"] == 0
    assert uuid.UUID(answer["Entries"][0]["EventId"])
    status, value = eventually(lambda: cloud.item(region, key, "my-cache", "test-key"), lambda seen: seen[0] == 200)
    # EventBridge sends the value that a path selects as JSON: a string keeps its quotes.
    assert value == '"hello world!"'


def test_an_object_is_stored_as_json_and_can_be_deleted(cloud, deployed, detail):
    region, _, key = deployed
    put(cloud, region, entry("cacheSet", detail(key="object", message={"a": [1, "ü"]})))
    status, value = eventually(lambda: cloud.item(region, key, "my-cache", "object"), lambda seen: seen[0] == 200)
    assert json.loads(value) == {"a": [1, "ü"]}
    put(cloud, region, entry("cacheDelete", json.dumps({"cacheName": "my-cache", "key": "object"})))
    eventually(lambda: cloud.item(region, key, "my-cache", "object"), lambda seen: seen[0] == 404)


def test_another_region_has_neither_the_stack_nor_the_item(cloud, deployed, detail):
    region, _, key = deployed
    put(cloud, "us-west-2", entry("cacheSet", detail(key="elsewhere")))
    put(cloud, region, entry("cacheSet", detail(key="here")))
    eventually(lambda: cloud.item(region, key, "my-cache", "here"), lambda seen: seen[0] == 200)
    assert cloud.item(region, key, "my-cache", "elsewhere")[0] == 404
    assert cloud.item("us-west-2", key, "my-cache", "here")[0] == 404


def test_what_breaks_the_contract_and_what_momento_refuses_wait_in_the_queue(cloud, deployed, detail):
    region, outputs, _ = deployed
    sqs = cloud.client("sqs", region)
    put(cloud, region, entry("cacheSet", detail(key_base64="YQ")), entry("cacheSet", detail(cacheName="no-such")))
    found = {}

    def receive():
        answer = sqs.receive_message(
            QueueUrl=outputs["DeadLetterQueueUrl"],
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
        )
        for message in answer.get("Messages", []):
            found[json.loads(message["Body"])["detail"]["cacheName"]] = message
            sqs.delete_message(QueueUrl=outputs["DeadLetterQueueUrl"], ReceiptHandle=message["ReceiptHandle"])
        return found

    eventually(receive, lambda seen: len(seen) == 2)
    assert "MessageAttributes" not in found["my-cache"], "a rule's own target has no attributes"
    attributes = {name: value["StringValue"] for name, value in found["no-such"]["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "SDK_CLIENT_ERROR"
    assert attributes["RULE_ARN"] == outputs["CacheSetByKeyRuleArn"]
    assert attributes["TARGET_ARN"] == outputs["CacheSetDestinationArn"]
    assert "404" in attributes["ERROR_MESSAGE"]


def test_what_is_published_is_in_the_topic(cloud, deployed):
    region, _, key = deployed
    message = json.dumps({"cacheName": "my-cache", "topicName": "news", "message": "it works"})
    put(cloud, region, entry("topicPublish", message))

    # Message 0 would be the next one to be published; 1 is the first that there was.
    def poll():
        status, body = cloud.momento(region, key, "/topics/my-cache/news?sequence_page=0&sequence_number=1")
        assert status == 200, body
        return json.loads(body)["items"]

    (item,) = eventually(poll)
    assert item["item"]["value"] == {"text": '"it works"'}
