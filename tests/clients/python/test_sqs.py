"""SQS as boto3 sees it; boto3 itself checks the MD5 of what it sends and receives."""

import time

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def queue(sqs, name):
    return sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "30"}, tags={"team": "shop"})["QueueUrl"]


def test_a_message_is_sent_received_and_deleted(sqs, queue):
    attributes = {
        "kind": {"DataType": "String", "StringValue": "order ü"},
        "count": {"DataType": "Number", "StringValue": "7"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sent = sqs.send_message(QueueUrl=queue, MessageBody="grün <&> \r\n", MessageAttributes=attributes)
    (message,) = sqs.receive_message(
        QueueUrl=queue, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )["Messages"]
    assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "grün <&> \r\n")
    assert message["MessageAttributes"]["bytes"]["BinaryValue"] == b"\x00\xff"
    assert message["MessageAttributes"]["kind"]["StringValue"] == "order ü"
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=60)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == counts["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_batches_fail_entry_by_entry(sqs, queue):
    entries = [{"Id": "a", "MessageBody": "1"}, {"Id": "b", "MessageBody": "2", "DelaySeconds": 901}]
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["a"]
    assert [(entry["Id"], entry["SenderFault"]) for entry in answer["Failed"]] == [("b", True)]
    (message,) = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    handles = [{"Id": "x", "ReceiptHandle": message["ReceiptHandle"]}, {"Id": "y", "ReceiptHandle": "nonsense"}]
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=handles)
    assert [entry["Id"] for entry in answer["Successful"]] == ["x"]
    assert [entry["Code"] for entry in answer["Failed"]] == ["ReceiptHandleIsInvalid"]
    with pytest.raises(sqs.exceptions.BatchEntryIdsNotDistinct):
        sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "a", "MessageBody": "1"}] * 2)
    with pytest.raises(sqs.exceptions.EmptyBatchRequest):
        sqs.send_message_batch(QueueUrl=queue, Entries=[])


def test_a_long_poll_waits(sqs, queue):
    started = time.monotonic()
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
    assert 0.9 < time.monotonic() - started < 3


def test_queues_are_listed_tagged_and_deleted(sqs, queue, name):
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == queue
    assert sqs.list_queues(QueueNamePrefix=name)["QueueUrls"] == [queue]
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"team": "shop"}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MessageRetentionPeriod": "60"})
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    sqs.purge_queue(QueueUrl=queue)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    sqs.delete_queue(QueueUrl=queue)
    for gone in (lambda: sqs.get_queue_url(QueueName=name), lambda: sqs.receive_message(QueueUrl=queue)):
        with pytest.raises(sqs.exceptions.QueueDoesNotExist) as refusal:
            gone()
        # boto3 takes the code of the older protocol from a header.
        assert refusal.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=name)


def test_the_url_of_a_queue_is_the_servers(cloud, queue, name):
    assert queue == f"{cloud.url}/000000000000/{name}"


def test_refusals(sqs, queue):
    with pytest.raises(ClientError) as refusal:
        sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=11)
    assert refusal.value.response["Error"]["Code"] == "InvalidParameterValue"
    with pytest.raises(sqs.exceptions.ReceiptHandleIsInvalid):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle="nonsense")
    with pytest.raises(sqs.exceptions.InvalidAttributeName):
        sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Nonsense"])


def test_the_resource_interface_works(cloud, region, name):
    import boto3

    session = boto3.Session("any", "thing", region_name=region)
    queue = session.resource("sqs", endpoint_url=cloud.url).create_queue(QueueName=name)
    queue.send_message(MessageBody="x")
    (message,) = queue.receive_messages(WaitTimeSeconds=1)
    message.delete()
    assert queue.attributes["ApproximateNumberOfMessages"] == "0"
