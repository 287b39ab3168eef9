"""Secrets Manager, IAM and STS as boto3 sees them."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "events:InvokeApiDestination", "Resource": "*"}],
}


@pytest.fixture
def secrets(cloud, region):
    return cloud.client("secretsmanager", region)


@pytest.fixture
def iam(cloud, region):
    return cloud.client("iam", region)


def test_secrets_have_versions(secrets, name):
    created = secrets.create_secret(Name=name, SecretString='{"token": "one"}', Tags=[{"Key": "a", "Value": "b"}])
    changed = secrets.put_secret_value(SecretId=name, SecretString='{"token": "two"}')
    value = secrets.get_secret_value(SecretId=created["ARN"])
    assert (value["SecretString"], value["VersionId"]) == ('{"token": "two"}', changed["VersionId"])
    assert isinstance(value["CreatedDate"], datetime.datetime)
    assert secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == '{"token": "one"}'
    assert secrets.get_secret_value(SecretId=name, VersionId=created["VersionId"])["SecretString"] == '{"token": "one"}'
    described = secrets.describe_secret(SecretId=name)
    assert described["Tags"] == [{"Key": "a", "Value": "b"}]
    assert described["VersionIdsToStages"] == {
        created["VersionId"]: ["AWSPREVIOUS"],
        changed["VersionId"]: ["AWSCURRENT"],
    }
    secrets.put_secret_value(SecretId=name, SecretBinary=b"\x00\xff")
    assert secrets.get_secret_value(SecretId=name)["SecretBinary"] == b"\x00\xff"
    pages = secrets.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [name]}])
    assert [secret["Name"] for page in pages for secret in page["SecretList"]] == [name]
    with pytest.raises(secrets.exceptions.ResourceExistsException):
        secrets.create_secret(Name=name, SecretString="x")


def test_secrets_are_deleted_and_restored(secrets, name):
    secrets.create_secret(Name=name, SecretString="x")
    secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    with pytest.raises(secrets.exceptions.InvalidRequestException):
        secrets.get_secret_value(SecretId=name)
    secrets.restore_secret(SecretId=name)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "x"
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId=name)


def test_roles(iam, cloud, region, name):
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), Tags=[{"Key": "a", "Value": "b"}])
    role = iam.get_role(RoleName=name)["Role"]
    assert role["Arn"] == made["Role"]["Arn"] == f"arn:aws:iam::000000000000:role/{name}"
    assert role["AssumeRolePolicyDocument"] == TRUST
    assert isinstance(role["CreateDate"], datetime.datetime)
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(POLICY))
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["p"]
    assert iam.get_role_policy(RoleName=name, PolicyName="p")["PolicyDocument"] == POLICY
    names = [one["RoleName"] for page in iam.get_paginator("list_roles").paginate() for one in page["Roles"]]
    assert name in names
    iam.get_waiter("role_exists").wait(RoleName=name)
    # IAM is one for all regions.
    assert cloud.client("iam", "us-west-2").get_role(RoleName=name)["Role"]["Arn"] == role["Arn"]
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_role(RoleName=name)
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    iam.delete_role(RoleName=name)
    with pytest.raises(iam.exceptions.NoSuchEntityException) as refusal:
        iam.get_role(RoleName=name)
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_the_caller(cloud, region, iam, name):
    sts = cloud.client("sts", region)
    assert sts.get_caller_identity()["Account"] == "000000000000"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    session = sts.assume_role(RoleArn=arn, RoleSessionName="me")
    assert session["Credentials"]["Expiration"] > datetime.datetime.now(datetime.timezone.utc)
    assert session["AssumedRoleUser"]["Arn"].endswith(f":assumed-role/{name}/me")
    with pytest.raises(ClientError) as refusal:
        sts.assume_role(RoleArn=f"{arn}-not", RoleSessionName="me")
    assert refusal.value.response["Error"]["Code"] == "AccessDenied"


# One of each protocol: JSON, Query, REST with XML, REST with JSON.
@pytest.mark.parametrize(
    ("service", "action"),
    [("dynamodb", "list_tables"), ("rds", "describe_db_instances"), ("s3", "list_buckets"), ("lambda", "list_functions")],
)
def test_a_service_that_is_not_there_is_named(cloud, region, service, action):
    with pytest.raises(ClientError) as refusal:
        getattr(cloud.client(service, region), action)()
    assert refusal.value.response["Error"]["Message"] == f"the local cloud has no service {service}"
    assert refusal.value.response["ResponseMetadata"]["RetryAttempts"] == 0
