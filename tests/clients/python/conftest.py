"""What every test has: one local cloud for all, a region, and names nobody else has."""

import json
import uuid

import pytest

from local_cloud import TEMPLATE, LocalCloud


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    cloud = LocalCloud(tmp_path_factory.mktemp("cloud"))
    yield cloud
    assert cloud.stop() == 0, "the server does not end well when it is told to stop"


@pytest.fixture
def region():
    return "eu-west-1"


@pytest.fixture
def name():
    """A name that no other test uses."""
    return f"test-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def events(cloud, region):
    return cloud.client("events", region)


@pytest.fixture
def cloudformation(cloud, region):
    return cloud.client("cloudformation", region)


@pytest.fixture
def sqs(cloud, region):
    return cloud.client("sqs", region)


@pytest.fixture(scope="session")
def deployed(cloud):
    """The whole integration in one region: `(region, outputs, a Momento key)`."""
    region = "ap-northeast-1"
    key = cloud.key(region)
    cloud.run("local", "cache", "create", "my-cache", "--region", region)
    cloudformation = cloud.client("cloudformation", region)
    cloudformation.create_stack(
        StackName="momento-api",
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": "MomentoToken", "ParameterValue": key}],
        Capabilities=["CAPABILITY_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="momento-api", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    (stack,) = cloudformation.describe_stacks(StackName="momento-api")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return region, outputs, key


@pytest.fixture
def detail():
    """The documented sample, with whatever is given in its place."""

    def make(**other) -> str:
        sample = {"cacheName": "my-cache", "key": "test-key", "message": "hello world!", "ttl": 300}
        return json.dumps({**sample, **other})

    return make
