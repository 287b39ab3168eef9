"""SNS as boto3 sees it."""

import json

import pytest


@pytest.fixture
def sns(cloud, region):
    return cloud.client("sns", region)


def test_a_topic_reaches_its_queue(sns, sqs, name):
    topic = sns.create_topic(Name=name, Tags=[{"Key": "team", "Value": "shop"}])["TopicArn"]
    assert topic == f"arn:aws:sns:eu-west-1:000000000000:{name}"
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["TopicArn"] == topic
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": queue_arn}]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, ReturnSubscriptionArn=True)
    subscribed = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    arns = [one["SubscriptionArn"] for page in subscribed for one in page["Subscriptions"]]
    assert arns == [subscription["SubscriptionArn"]]
    kind = {"kind": {"DataType": "String", "StringValue": "order"}}
    sent = sns.publish(TopicArn=topic, Message="grün", Subject="s", MessageAttributes=kind)["MessageId"]
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
    body = json.loads(message["Body"])
    assert (body["MessageId"], body["Message"], body["TopicArn"]) == (sent, "grün", topic)
    assert body["MessageAttributes"] == {"kind": {"Type": "String", "Value": "order"}}
    topics = [one["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for one in page["Topics"]]
    assert topic in topics
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sns.delete_topic(TopicArn=topic)
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.publish(TopicArn=topic, Message="x")
