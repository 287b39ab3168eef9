"""EventBridge's control plane and PutEvents, as boto3 sees them."""

import datetime
import json

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from local_cloud import eventually

NOW = datetime.datetime.now(datetime.timezone.utc)
PATTERN = json.dumps({"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}})


def test_buses(events, name):
    arn = events.create_event_bus(Name=name, Description="orders", Tags=[{"Key": "team", "Value": "shop"}])["EventBusArn"]
    assert arn == f"arn:aws:events:eu-west-1:000000000000:event-bus/{name}"
    bus = events.describe_event_bus(Name=name)
    assert (bus["Name"], bus["Arn"], bus["Description"]) == (name, arn, "orders")
    assert abs(bus["CreationTime"] - NOW) < datetime.timedelta(hours=1)
    names = {bus["Name"] for bus in events.list_event_buses()["EventBuses"]}
    assert {"default", name} <= names
    assert [bus["Name"] for bus in events.list_event_buses(NamePrefix=name)["EventBuses"]] == [name]
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "team", "Value": "shop"}]
    events.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "test"}])
    events.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "stage", "Value": "test"}]
    with pytest.raises(events.exceptions.ResourceAlreadyExistsException):
        events.create_event_bus(Name=name)
    events.delete_event_bus(Name=name)
    with pytest.raises(events.exceptions.ResourceNotFoundException) as refusal:
        events.describe_event_bus(Name=name)
    assert refusal.value.response["Error"]["Message"] == f"Event bus {name} does not exist."
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_rules_and_targets(events, sqs, name):
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    arn = events.put_rule(Name=name, EventPattern=PATTERN, Description="large orders")["RuleArn"]
    rule = events.describe_rule(Name=name)
    assert (rule["Arn"], rule["State"], rule["EventBusName"]) == (arn, "ENABLED", "default")
    assert json.loads(rule["EventPattern"]) == json.loads(PATTERN)
    target = {
        "Id": "queue",
        "Arn": queue_arn,
        "InputTransformer": {"InputPathsMap": {"total": "$.detail.total"}, "InputTemplate": '{"sum": <total>}'},
    }
    answer = events.put_targets(Rule=name, Targets=[target])
    assert (answer["FailedEntryCount"], answer["FailedEntries"]) == (0, [])
    assert events.list_targets_by_rule(Rule=name)["Targets"] == [target]
    assert events.list_rule_names_by_target(TargetArn=queue_arn)["RuleNames"] == [name]
    assert [rule["Name"] for rule in events.list_rules(NamePrefix=name)["Rules"]] == [name]
    events.disable_rule(Name=name)
    assert events.describe_rule(Name=name)["State"] == "DISABLED"
    events.enable_rule(Name=name)
    with pytest.raises(ClientError) as refusal:
        events.delete_rule(Name=name)
    assert refusal.value.response["Error"]["Code"] == "ValidationException"
    missing = events.remove_targets(Rule=name, Ids=["queue", "none"])
    assert (missing["FailedEntryCount"], missing["FailedEntries"]) == (0, [])
    events.delete_rule(Name=name)
    # To delete what is not there is no mistake.
    events.delete_rule(Name=name)
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.describe_rule(Name=name)
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.put_targets(Rule=name, Targets=[target])


def test_a_transformed_event_reaches_a_queue(events, sqs, name):
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rule_arn = events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))["RuleArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    transformer = {"InputPathsMap": {"total": "$.detail.total"}, "InputTemplate": '{"sum": <total>}'}
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": queue_arn, "InputTransformer": transformer}])
    events.put_events(Entries=[{"Source": name, "DetailType": "order", "Detail": '{"total": 101}'}])
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
    assert message["Body"] == '{"sum": 101}'


def test_refused_patterns_say_why(events, name):
    with pytest.raises(events.exceptions.InvalidEventPatternException) as refusal:
        events.put_rule(Name=name, EventPattern='{"source": "shop"}')
    message = refusal.value.response["Error"]["Message"]
    assert message.startswith('Event pattern is not valid. Reason: "source" must be an object or an array')
    with pytest.raises(events.exceptions.InvalidEventPatternException):
        events.test_event_pattern(EventPattern='{"a": [{"no-such": 1}]}', Event=json.dumps(event()))


def test_patterns_are_tested(events):
    assert events.test_event_pattern(EventPattern=PATTERN, Event=json.dumps(event(total=101)))["Result"] is True
    assert events.test_event_pattern(EventPattern=PATTERN, Event=json.dumps(event(total=100)))["Result"] is False


def event(**detail):
    return {
        "id": "1",
        "account": "000000000000",
        "source": "shop",
        "time": "2024-01-01T00:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail-type": "order",
        "detail": detail,
    }


def test_connections_and_api_destinations(cloud, region, events, name):
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": "a-secret-key"}}
    connection = events.create_connection(Name=name, AuthorizationType="API_KEY", AuthParameters=key)
    assert connection["ConnectionState"] == "AUTHORIZED"
    assert abs(connection["CreationTime"] - NOW) < datetime.timedelta(hours=1)
    described = events.describe_connection(Name=name)
    assert described["AuthParameters"] == {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization"}}
    assert described["SecretArn"].startswith(f"arn:aws:secretsmanager:{region}:000000000000:secret:events!connection/{name}/")
    destination = events.create_api_destination(
        Name=name,
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint="https://api.cache.example.com/cache/*",
        HttpMethod="PUT",
        InvocationRateLimitPerSecond=100,
    )
    assert destination["ApiDestinationState"] == "ACTIVE"
    described = events.describe_api_destination(Name=name)
    assert (described["HttpMethod"], described["InvocationRateLimitPerSecond"]) == ("PUT", 100)
    assert events.update_api_destination(Name=name, HttpMethod="POST")["ApiDestinationArn"] == destination["ApiDestinationArn"]
    listed = events.list_api_destinations(ConnectionArn=connection["ConnectionArn"])["ApiDestinations"]
    assert [(one["Name"], one["HttpMethod"]) for one in listed] == [(name, "POST")]
    assert [one["Name"] for one in events.list_connections(NamePrefix=name)["Connections"]] == [name]
    with pytest.raises(events.exceptions.ResourceAlreadyExistsException):
        events.create_connection(Name=name, AuthorizationType="API_KEY", AuthParameters=key)
    events.delete_api_destination(Name=name)
    assert events.delete_connection(Name=name)["ConnectionState"] == "DELETING"
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.describe_connection(Name=name)
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.delete_api_destination(Name=name)


def test_put_events_fails_entry_by_entry(events):
    entries = [
        {"Source": "shop", "DetailType": "order", "Detail": "{}"},
        {"Source": "shop", "DetailType": "order", "Detail": "not json"},
        {"Source": "aws.ec2", "DetailType": "order", "Detail": "{}"},
        {"Source": "shop", "DetailType": "order"},
        {"Source": "shop", "DetailType": "order", "Detail": "{}", "Time": NOW, "Resources": ["arn:x"]},
    ]
    answer = events.put_events(Entries=entries)
    assert answer["FailedEntryCount"] == 3
    codes = [entry.get("ErrorCode") for entry in answer["Entries"]]
    assert codes == [None, "MalformedDetail", "NotAuthorizedForSourceException", "InvalidArgument", None]
    assert ["EventId" in entry for entry in answer["Entries"]] == [True, False, False, False, True]


def test_put_events_takes_ten_entries(events):
    entry = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
    assert len(events.put_events(Entries=[entry] * 10)["Entries"]) == 10
    with pytest.raises(ClientError) as refusal:
        events.put_events(Entries=[entry] * 11)
    assert refusal.value.response["Error"]["Code"] == "ValidationException"


def test_listings_have_pages(events, name):
    for number in range(3):
        events.put_rule(Name=f"{name}-{number}", EventPattern=PATTERN)
    first = events.list_rules(NamePrefix=name, Limit=2)
    assert len(first["Rules"]) == 2
    second = events.list_rules(NamePrefix=name, Limit=2, NextToken=first["NextToken"])
    assert len(second["Rules"]) == 1 and "NextToken" not in second
    pages = events.get_paginator("list_rules").paginate(NamePrefix=name, PaginationConfig={"PageSize": 1})
    assert [rule["Name"] for page in pages for rule in page["Rules"]] == [f"{name}-{number}" for number in range(3)]


def test_archives_and_replays(events, sqs, name):
    bus_arn = events.create_event_bus(Name=name)["EventBusArn"]
    archive = events.create_archive(ArchiveName=name, EventSourceArn=bus_arn, RetentionDays=1)
    assert archive["State"] in ("CREATING", "ENABLED")
    assert eventually(lambda: events.describe_archive(ArchiveName=name)["State"] == "ENABLED")
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": '{"n": 1}', "EventBusName": name}])
    eventually(lambda: events.describe_archive(ArchiveName=name)["EventCount"] == 1)
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue_arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    events.put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "1", "Arn": queue_arn}])
    replay = events.start_replay(
        ReplayName=name,
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=NOW - datetime.timedelta(hours=1),
        EventEndTime=NOW + datetime.timedelta(hours=1),
        Destination={"Arn": bus_arn},
    )
    assert replay["State"] in ("STARTING", "RUNNING", "COMPLETED")
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
    assert json.loads(message["Body"])["replay-name"] == name
    described = eventually(lambda: events.describe_replay(ReplayName=name), lambda seen: seen["State"] == "COMPLETED")
    assert described["EventStartTime"] < described["EventEndTime"]
    assert [one["ReplayName"] for one in events.list_replays(NamePrefix=name)["Replays"]] == [name]
    events.delete_archive(ArchiveName=name)
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.describe_archive(ArchiveName=name)


def test_what_can_be_updated(events, name):
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    assert events.update_event_bus(Name=name, Description="new")["Arn"] == bus
    assert events.describe_event_bus(Name=name)["Description"] == "new"
    basic = {"BasicAuthParameters": {"Username": "me", "Password": "secret"}}
    made = events.create_connection(Name=name, AuthorizationType="BASIC", AuthParameters=basic)
    invocation = {"HeaderParameters": [{"Key": "X-Team", "Value": "shop", "IsValueSecret": False}]}
    parameters = {**basic, "InvocationHttpParameters": invocation}
    changed = events.update_connection(Name=name, AuthorizationType="BASIC", AuthParameters=parameters)
    assert changed["ConnectionArn"] == made["ConnectionArn"]
    described = events.describe_connection(Name=name)
    assert described["AuthParameters"]["BasicAuthParameters"] == {"Username": "me"}
    assert described["AuthParameters"]["InvocationHttpParameters"] == invocation
    events.deauthorize_connection(Name=name)
    assert events.describe_connection(Name=name)["ConnectionState"] in ("DEAUTHORIZING", "DEAUTHORIZED")
    events.create_archive(ArchiveName=name, EventSourceArn=bus)
    assert events.update_archive(ArchiveName=name, RetentionDays=3)["ArchiveArn"].endswith(f":archive/{name}")
    (archive,) = events.list_archives(NamePrefix=name)["Archives"]
    assert (archive["RetentionDays"], archive["EventCount"]) == (3, 0)
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.cancel_replay(ReplayName=name)


def test_targets_are_refused_one_by_one_or_together(events, name):
    events.put_rule(Name=name, EventPattern=PATTERN)
    queue = f"arn:aws:sqs:eu-west-1:000000000000:{name}"
    with pytest.raises(ClientError) as refusal:
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": queue, "InputPath": "detail"}])
    assert refusal.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(events.exceptions.LimitExceededException):
        events.put_targets(Rule=name, Targets=[{"Id": str(number), "Arn": queue} for number in range(6)])
    with pytest.raises(ClientError) as refusal:
        events.put_rule(Name=name, ScheduleExpression="rate(5 minutes)", EventBusName=f"{name}-none")
    assert refusal.value.response["Error"]["Code"] in ("ResourceNotFoundException", "ValidationException")


def test_permissions(events, name):
    events.create_event_bus(Name=name)
    events.put_permission(
        EventBusName=name, Action="events:PutEvents", Principal="111122223333", StatementId="other-account"
    )
    policy = json.loads(events.describe_event_bus(Name=name)["Policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["other-account"]
    events.remove_permission(EventBusName=name, StatementId="other-account")
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.remove_permission(EventBusName=name, StatementId="other-account")


def test_regions_are_separate(cloud, events, name):
    events.create_event_bus(Name=name)
    elsewhere = cloud.client("events", "us-east-2")
    assert elsewhere.list_event_buses(NamePrefix=name)["EventBuses"] == []
    with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
        elsewhere.describe_event_bus(Name=name)


def test_an_action_that_is_not_there_is_named(events):
    with pytest.raises(ClientError) as refusal:
        events.list_partner_event_sources(NamePrefix="x")
    assert "ListPartnerEventSources" in str(refusal.value)


def test_credentials_must_be_there_whatever_they_are(cloud, region):
    unsigned = cloud.client("events", region, config=Config(signature_version=UNSIGNED))
    with pytest.raises(ClientError) as refusal:
        unsigned.list_event_buses()
    assert refusal.value.response["Error"]["Code"] == "MissingAuthenticationToken"
