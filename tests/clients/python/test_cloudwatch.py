"""CloudWatch as boto3 sees it, in each of the protocols that its model has."""

import datetime
import json

import botocore.session
import pytest
from botocore.config import Config

import shapes

PROTOCOLS = ("smithy-rpc-v2-cbor", "json", "query")


@pytest.fixture
def counted(cloud, deployed, detail):
    """The name of a rule that has matched an event, in the region of the deployed stack."""
    region, outputs, _ = deployed
    events = cloud.client("events", region)
    events.put_events(Entries=[{"Source": "demo", "DetailType": "cacheSet", "Detail": detail()}])
    cloud.run("status", "--local", "--region", region)
    return region, outputs["CacheSetByKeyRuleArn"].rsplit("/", 1)[-1]


def client(cloud, region, protocol):
    """A client that speaks a protocol, though boto3 would choose another."""
    session = botocore.session.Session()
    loader = session.get_component("data_loader")
    load = loader.load_service_model

    def changed(service, kind, *more, **options):
        model = load(service, kind, *more, **options)
        if kind == "service-2":
            model["metadata"] |= {"protocol": protocol, "protocols": [protocol]}
        return model

    loader.load_service_model = changed
    made = session.create_client(
        "cloudwatch",
        endpoint_url=cloud.url,
        region_name=region,
        aws_access_key_id="any",
        aws_secret_access_key="thing",
        config=Config(retries={"total_max_attempts": 1}),
    )
    assert made.meta.service_model.resolved_protocol == protocol
    return shapes.watch(made)


def span():
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    return {"StartTime": now - datetime.timedelta(hours=1), "EndTime": now + datetime.timedelta(minutes=2)}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_metrics(cloud, counted, protocol):
    region, rule = counted
    cloudwatch = client(cloud, region, protocol)
    metric = {"Namespace": "AWS/Events", "MetricName": "TriggeredRules"}
    dimensions = [{"Name": "RuleName", "Value": rule}]
    query = {"Id": "a", "MetricStat": {"Metric": {**metric, "Dimensions": dimensions}, "Period": 60, "Stat": "Sum"}}
    answer = cloudwatch.get_metric_data(MetricDataQueries=[query], **span())
    (result,) = answer["MetricDataResults"]
    assert sum(result["Values"]) >= 1 and isinstance(result["Values"][0], float)
    assert isinstance(result["Timestamps"][0], datetime.datetime) and result["StatusCode"] == "Complete"
    assert result["Timestamps"] == sorted(result["Timestamps"], reverse=True)
    points = cloudwatch.get_metric_statistics(
        **metric, Dimensions=dimensions, Period=60, Statistics=["Sum", "SampleCount"], **span()
    )["Datapoints"]
    assert sum(point["Sum"] for point in points) == sum(result["Values"])
    pages = cloudwatch.get_paginator("list_metrics").paginate(**metric, Dimensions=dimensions)
    assert [one["Dimensions"] for page in pages for one in page["Metrics"]] == [dimensions]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_alarms(cloud, region, name, protocol):
    cloudwatch = client(cloud, region, protocol)
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "q"}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.5,
        ComparisonOperator="GreaterThanThreshold",
        ActionsEnabled=False,
    )
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["Threshold"], alarm["Period"]) == ("INSUFFICIENT_DATA", 0.5, 60)
    assert alarm["ActionsEnabled"] is False and alarm["Dimensions"] == [{"Name": "QueueName", "Value": "q"}]
    assert isinstance(alarm["StateUpdatedTimestamp"], datetime.datetime)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="tried", StateReasonData=json.dumps({}))
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=name, StateValue="ALARM")
    assert [one["StateReason"] for page in pages for one in page["MetricAlarms"]] == ["tried"]
    cloudwatch.delete_alarms(AlarmNames=[name])
    with pytest.raises(cloudwatch.exceptions.ResourceNotFound) as refusal:
        cloudwatch.delete_alarms(AlarmNames=[name])
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_wrong_is_said(cloud, region, protocol):
    cloudwatch = client(cloud, region, protocol)
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    with pytest.raises(cloudwatch.exceptions.InvalidParameterCombinationException) as refusal:
        cloudwatch.get_metric_statistics(
            Namespace="AWS/Events",
            MetricName="Invocations",
            StartTime=start,
            EndTime=start + datetime.timedelta(days=7),
            Period=60,
            Statistics=["Sum"],
        )
    assert refusal.value.response["Error"]["Code"] == "InvalidParameterCombination"
    assert "10080 datapoints" in refusal.value.response["Error"]["Message"]
