"""CloudFormation as boto3 sees it, with the rendered template and with small ones."""

import datetime
import json
import time

import pytest
from botocore.exceptions import ClientError, WaiterError

from local_cloud import TEMPLATE

PARAMETERS = [{"ParameterKey": "MomentoToken", "ParameterValue": "a-token"}]
SMALL = """
Parameters:
  Days: {Type: Number, Default: 1, Description: how long}
  Word: {Type: String, Default: secret, NoEcho: true}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: !Sub '${Days}00000'}
Outputs:
  Url: {Value: !Ref Queue, Description: where}
"""
BROKEN = """
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Rule:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: shop}}
"""


@pytest.fixture
def stack(cloudformation, name):
    """A small stack that is there."""
    cloudformation.create_stack(StackName=name, TemplateBody=SMALL, Tags=[{"Key": "team", "Value": "shop"}])
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    return name


def wait(cloudformation, what, name):
    cloudformation.get_waiter(what).wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})


def test_the_rendered_template_goes_through_a_change_set(cloudformation, name):
    made = cloudformation.create_change_set(
        StackName=name,
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=TEMPLATE.read_text(),
        Parameters=PARAMETERS,
        Capabilities=["CAPABILITY_IAM"],
    )
    cloudformation.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"], WaiterConfig={"Delay": 1})
    described = cloudformation.describe_change_set(ChangeSetName="first", StackName=name)
    assert (described["Status"], described["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    added = {change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"] for change in described["Changes"]}
    assert added["MomentoConnection"]["Action"] == "Add"
    assert added["MomentoConnection"]["ResourceType"] == "AWS::Events::Connection"
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "REVIEW_IN_PROGRESS"
    cloudformation.execute_change_set(ChangeSetName="first", StackName=name)
    wait(cloudformation, "stack_create_complete", name)
    resources = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    kept = {one["LogicalResourceId"]: one for page in resources for one in page["StackResourceSummaries"]}
    assert kept.keys() == added.keys()
    (role,) = cloudformation.describe_stack_resources(StackName=name, LogicalResourceId="DeliveryRole")["StackResources"]
    assert role["ResourceStatus"] == "CREATE_COMPLETE"
    shown = next(one for one in cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
                 if one["ParameterKey"] == "MomentoToken")
    assert shown["ParameterValue"] == "****"
    wait_until_deleted(cloudformation, name)


def wait_until_deleted(cloudformation, name):
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    cloudformation.delete_stack(StackName=name)
    wait(cloudformation, "stack_delete_complete", name)
    with pytest.raises(ClientError) as refusal:
        cloudformation.describe_stacks(StackName=name)
    assert refusal.value.response["Error"] == {
        "Type": "Sender",
        "Code": "ValidationError",
        "Message": f"Stack with id {name} does not exist",
    }
    (gone,) = cloudformation.describe_stacks(StackName=stack["StackId"])["Stacks"]
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert gone["DeletionTime"] >= gone["CreationTime"]


def test_a_stack_is_made_described_and_deleted(cloudformation, stack):
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    assert described["StackStatus"] == "CREATE_COMPLETE"
    assert isinstance(described["CreationTime"], datetime.datetime)
    assert described["Tags"] == [{"Key": "team", "Value": "shop"}]
    assert described["DisableRollback"] is False
    (output,) = described["Outputs"]
    assert (output["OutputKey"], output["Description"]) == ("Url", "where")
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
    events = [event for page in pages for event in page["StackEvents"]]
    assert [event["ResourceStatus"] for event in (events[0], events[-1])] == ["CREATE_COMPLETE", "CREATE_IN_PROGRESS"]
    assert all(isinstance(event["Timestamp"], datetime.datetime) for event in events)
    detail = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId="Queue")["StackResourceDetail"]
    assert detail["PhysicalResourceId"] == output["OutputValue"]
    summaries = cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=["CREATE_COMPLETE"])
    assert stack in [one["StackName"] for page in summaries for one in page["StackSummaries"]]
    all_stacks = cloudformation.get_paginator("describe_stacks").paginate()
    assert stack in [one["StackName"] for page in all_stacks for one in page["Stacks"]]
    wait_until_deleted(cloudformation, stack)


def test_templates_are_validated_and_given_back(cloudformation, stack):
    assert cloudformation.get_template(StackName=stack)["TemplateBody"] == SMALL
    checked = cloudformation.validate_template(TemplateBody=SMALL)
    assert checked["Parameters"] == [
        {"ParameterKey": "Days", "DefaultValue": "1", "NoEcho": False, "Description": "how long"},
        {"ParameterKey": "Word", "DefaultValue": "secret", "NoEcho": True},
    ]
    checked = cloudformation.validate_template(TemplateBody=TEMPLATE.read_text())
    assert checked["Capabilities"] == ["CAPABILITY_IAM"]
    summary = cloudformation.get_template_summary(TemplateBody=SMALL)
    assert summary["ResourceTypes"] == ["AWS::SQS::Queue"]
    as_json = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    cloudformation.update_stack(StackName=stack, TemplateBody=as_json)
    wait(cloudformation, "stack_update_complete", stack)
    # A JSON template comes back as an object, in boto3 alone.
    assert cloudformation.get_template(StackName=stack)["TemplateBody"] == json.loads(as_json)
    with pytest.raises(ClientError) as refusal:
        cloudformation.validate_template(TemplateBody="Resources: [")
    assert refusal.value.response["Error"]["Code"] == "ValidationError"


def test_an_update_without_changes_is_refused(cloudformation, stack):
    with pytest.raises(ClientError) as refusal:
        cloudformation.update_stack(StackName=stack, UsePreviousTemplate=True)
    assert refusal.value.response["Error"]["Message"] == "No updates are to be performed."
    cloudformation.create_change_set(StackName=stack, ChangeSetName="none", UsePreviousTemplate=True)
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName=stack, ChangeSetName="none", WaiterConfig={"Delay": 1}
        )
    described = cloudformation.describe_change_set(StackName=stack, ChangeSetName="none")
    assert described["Status"] == "FAILED"
    assert described["StatusReason"].startswith("The submitted information didn't contain changes.")
    assert described["Changes"] == []
    cloudformation.delete_change_set(StackName=stack, ChangeSetName="none")
    pages = cloudformation.get_paginator("list_change_sets").paginate(StackName=stack)
    assert [one for page in pages for one in page["Summaries"]] == []
    with pytest.raises(cloudformation.exceptions.ChangeSetNotFoundException):
        cloudformation.describe_change_set(StackName=stack, ChangeSetName="none")


def test_an_update_changes_what_the_parameter_says(cloudformation, sqs, stack):
    cloudformation.update_stack(
        StackName=stack, UsePreviousTemplate=True, Parameters=[{"ParameterKey": "Days", "ParameterValue": "2"}]
    )
    wait(cloudformation, "stack_update_complete", stack)
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    attributes = sqs.get_queue_attributes(
        QueueUrl=described["Outputs"][0]["OutputValue"], AttributeNames=["MessageRetentionPeriod"]
    )["Attributes"]
    assert attributes == {"MessageRetentionPeriod": "200000"}
    assert isinstance(described["LastUpdatedTime"], datetime.datetime)


def test_a_failed_creation_is_rolled_back(cloudformation, name):
    cloudformation.create_stack(StackName=name, TemplateBody=BROKEN)
    with pytest.raises(WaiterError):
        wait(cloudformation, "stack_create_complete", name)
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "CREATE_FAILED"]
    assert any("Event pattern is not valid" in reason for reason in reasons), reasons
    wait_until_deleted(cloudformation, name)


def test_refusals(cloudformation, stack):
    with pytest.raises(cloudformation.exceptions.AlreadyExistsException):
        cloudformation.create_stack(StackName=stack, TemplateBody=SMALL)
    with pytest.raises(cloudformation.exceptions.InsufficientCapabilitiesException):
        cloudformation.create_stack(
            StackName=f"{stack}-2", TemplateBody=TEMPLATE.read_text(), Parameters=PARAMETERS
        )
    with pytest.raises(ClientError) as refusal:
        cloudformation.create_stack(StackName=f"{stack}-3", TemplateBody="Resources: {B: {Type: AWS::S3::Bucket}}")
        wait(cloudformation, "stack_create_complete", f"{stack}-3")
    assert "AWS::S3::Bucket" in str(refusal.value)
    with pytest.raises(ClientError) as refusal:
        cloudformation.describe_stack_events(StackName=f"{stack}-4")
    assert refusal.value.response["Error"]["Message"] == f"Stack [{stack}-4] does not exist"
    cloudformation.delete_stack(StackName=f"{stack}-4")
    cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=True)
    with pytest.raises(ClientError) as refusal:
        cloudformation.delete_stack(StackName=stack)
    assert "TerminationProtection is enabled" in refusal.value.response["Error"]["Message"]


def test_many_events_come_in_pages(cloudformation, stack):
    for days in range(2, 22):
        cloudformation.update_stack(
            StackName=stack,
            UsePreviousTemplate=True,
            Parameters=[{"ParameterKey": "Days", "ParameterValue": str(days % 10 + 1)}],
        )
        wait(cloudformation, "stack_update_complete", stack)
    pages = list(cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack))
    ids = [event["EventId"] for page in pages for event in page["StackEvents"]]
    assert len(ids) == len(set(ids)) > 100
    assert len(pages) > 1


def test_a_waiter_does_not_wait_for_its_next_look(cloudformation, name):
    """boto3 and the AWS CLI look every 30 s: what is begun is over before they look first."""
    started = time.monotonic()
    cloudformation.create_stack(StackName=name, TemplateBody=SMALL)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)
    assert time.monotonic() - started < 10
