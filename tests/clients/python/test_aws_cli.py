"""The AWS CLI, as it is typed."""

import json
import pathlib
import subprocess
import sys
import time

import pytest

from local_cloud import TEMPLATE, environment, eventually

AWS = str(pathlib.Path(sys.executable).with_name("aws"))
REGION = "eu-central-1"


@pytest.fixture
def aws(cloud):
    """Runs `aws`: what it printed, or its failure."""
    settings = environment(
        AWS_ENDPOINT_URL=cloud.url,
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID="any",
        AWS_SECRET_ACCESS_KEY="thing",
        AWS_CONFIG_FILE="/dev/null",
        AWS_SHARED_CREDENTIALS_FILE="/dev/null",
        AWS_EC2_METADATA_DISABLED="true",
        AWS_PAGER="",
    )

    def run(*arguments: str, succeeds: bool = True) -> str:
        done = subprocess.run([AWS, *arguments], capture_output=True, text=True, env=settings, timeout=90)
        assert (done.returncode == 0) is succeeds, f"aws {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout if succeeds else done.stderr

    return run


def test_the_whole_way(cloud, aws, detail):
    assert json.loads(aws("sts", "get-caller-identity"))["Account"] == "000000000000"
    key = cloud.key(REGION)
    cloud.run("local", "cache", "create", "my-cache", "--region", REGION)
    deploy = [
        *("cloudformation", "deploy", "--stack-name", "momento-api", "--template-file", str(TEMPLATE)),
        *("--parameter-overrides", f"MomentoToken={key}", "--capabilities", "CAPABILITY_IAM"),
    ]
    started = time.monotonic()
    assert "Successfully created/updated stack - momento-api" in aws(*deploy)
    # `deploy` looks for the stack's end every 30 s; it is over before the first look.
    assert time.monotonic() - started < 20
    again = aws(*deploy, "--no-fail-on-empty-changeset")
    assert "No changes to deploy. Stack momento-api is up to date" in again

    entries = [{"Source": "demo", "DetailType": "cacheSet", "Detail": detail()}]
    assert json.loads(aws("events", "put-events", "--entries", json.dumps(entries)))["FailedEntryCount"] == 0
    seen = eventually(lambda: cloud.item(REGION, key, "my-cache", "test-key"), lambda seen: seen[0] == 200)
    assert seen[1] == '"hello world!"'

    entries = [{"Source": "demo", "DetailType": "cacheSet", "Detail": "{}"}]
    aws("events", "put-events", "--entries", json.dumps(entries))
    output = "Stacks[0].Outputs[?OutputKey=='DeadLetterQueueUrl'].OutputValue"
    described = ("cloudformation", "describe-stacks", "--stack-name", "momento-api", "--query", output)
    queue = aws(*described, "--output", "text").strip()
    # Version 1 of the AWS CLI takes the endpoint of SQS from the command line alone.
    received = aws(
        *("sqs", "receive-message", "--endpoint-url", cloud.url, "--queue-url", queue),
        *("--wait-time-seconds", "10", "--attribute-names", "All"),
    )
    (message,) = json.loads(received)["Messages"]
    assert json.loads(message["Body"])["detail"] == {}

    aws("cloudformation", "delete-stack", "--stack-name", "momento-api")
    aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", "momento-api")
    assert "does not exist" in aws(*described, succeeds=False)


def test_what_is_refused_is_told(aws):
    told = aws("events", "describe-rule", "--name", "none", succeeds=False)
    assert "(ResourceNotFoundException) when calling the DescribeRule operation: Rule none does not exist" in told
    told = aws("iam", "get-role", "--role-name", "none", succeeds=False)
    assert "(NoSuchEntity) when calling the GetRole operation" in told
