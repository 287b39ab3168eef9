//! What CloudWatch answers to well-formed and to other input.

use serde_json::{Value, json};

use super::*;
use crate::local::clock::Pace;

const REGION: &str = "eu-west-1";

fn cloud_watch() -> CloudWatch {
    let (store, clock) = (Arc::new(Store::in_memory().unwrap()), Arc::new(Clock::new(Pace::Virtual)));
    let events = EventBridge::open(Arc::clone(&store), Arc::clone(&clock)).unwrap();
    let rows = "INSERT INTO events_metrics VALUES
        ('eu-west-1', 'default', 'r', 'Invocations', 100, 2), ('eu-west-1', 'default', 'r', 'Invocations', 101, 3),
        ('eu-west-1', 'default', 'r', 'Invocations', 160, 4), ('eu-west-1', 'shop', 'r', 'Invocations', 100, 7),
        ('us-east-1', 'default', 'r', 'Invocations', 100, 9), ('eu-west-1', 'default', 'r', 'TriggeredRules', 100, 5)";
    store.with(|connection| connection.execute(rows, [])).unwrap();
    CloudWatch::new(store, clock, Arc::new(events))
}

fn ask(name: &str, dimensions: &Value, period: i64) -> Value {
    json!({"StartTime": 6000, "EndTime": 13_200, "ScanBy": "TimestampAscending", "MetricDataQueries": [{"Id": "a",
        "MetricStat": {"Stat": "Sum", "Period": period, "Metric": {"Namespace": "AWS/Events", "MetricName": name,
            "Dimensions": dimensions}}}]})
}

fn points(name: &str, dimensions: &Value, period: i64) -> Value {
    let answer = cloud_watch().call(REGION, "GetMetricData", &ask(name, dimensions, period)).unwrap();
    let result = &answer["MetricDataResults"][0];
    json!([result["Timestamps"], result["Values"]])
}

#[test]
fn counters_become_points() {
    let rule = json!([{"Name": "RuleName", "Value": "r"}]);
    let both = json!([{"Name": "EventBusName", "Value": "shop"}, {"Name": "RuleName", "Value": "r"}]);
    assert_eq!(points("Invocations", &rule, 60), json!([[6000, 6060, 9600], [2.0, 3.0, 4.0]]));
    assert_eq!(points("Invocations", &rule, 3600), json!([[6000, 9600], [5.0, 4.0]]));
    assert_eq!(points("Invocations", &both, 3600), json!([[6000], [7.0]]));
    assert_eq!(points("Invocations", &json!([]), 3600), json!([[6000, 9600], [12.0, 4.0]]));
    assert_eq!(points("MatchedEvents", &rule, 3600), json!([[6000], [5.0]]));
    assert_eq!(points("FailedInvocations", &rule, 60), json!([[], []]));
}

#[test]
fn statistics_are_those_of_samples_of_one() {
    let input = json!({"Namespace": "AWS/Events", "MetricName": "Invocations", "Period": "60",
        "Dimensions": [{"Name": "RuleName", "Value": "r"}], "StartTime": "1970-01-01T01:40:30Z", "EndTime": 6060,
        "Statistics": ["Sum", "Average", "SampleCount"]});
    let answer = cloud_watch().call(REGION, "GetMetricStatistics", &input).unwrap();
    let point = json!({"Timestamp": 6000, "Sum": 2.0, "Average": 1.0, "SampleCount": 2.0, "Unit": "Count"});
    assert_eq!(answer, json!({"Label": "Invocations", "Datapoints": [point]}));
}

#[test]
fn an_alarm_lives() {
    let cloud_watch = cloud_watch();
    let call = |action: &str, input: Value| cloud_watch.call(REGION, action, &input);
    let alarm = |name: &str| {
        json!({"AlarmName": name, "MetricName": "FailedInvocations", "Namespace": "AWS/Events", "Statistic": "Sum",
            "Period": 60, "EvaluationPeriods": "1", "Threshold": "0", "ComparisonOperator": "GreaterThanThreshold"})
    };
    for name in ["b", "a", "c"] {
        call("PutMetricAlarm", alarm(name)).unwrap();
    }
    call("SetAlarmState", json!({"AlarmName": "b", "StateValue": "ALARM", "StateReason": "tried"})).unwrap();
    call("PutMetricAlarm", alarm("b")).unwrap();
    let all = call("DescribeAlarms", json!({"MaxRecords": 2})).unwrap();
    let names = |answer: &Value| -> Vec<String> {
        let alarms = answer["MetricAlarms"].as_array().unwrap().iter();
        alarms.map(|alarm| format!("{} {}", alarm["AlarmName"], alarm["StateValue"])).collect()
    };
    assert_eq!(names(&all), [r#""a" "INSUFFICIENT_DATA""#, r#""b" "ALARM""#]);
    assert_eq!(
        (&all["MetricAlarms"][1]["Threshold"], &all["MetricAlarms"][1]["EvaluationPeriods"]),
        (&json!(0.0), &json!(1))
    );
    let rest = call("DescribeAlarms", json!({"NextToken": all["NextToken"]})).unwrap();
    assert_eq!(names(&rest), [r#""c" "INSUFFICIENT_DATA""#]);
    let ringing = call("DescribeAlarms", json!({"StateValue": "ALARM"})).unwrap();
    assert_eq!(names(&ringing), [r#""b" "ALARM""#]);
    call("DeleteAlarms", json!({"AlarmNames": ["a", "b", "c"]})).unwrap();
    assert!(names(&call("DescribeAlarms", json!({})).unwrap()).is_empty());
    assert_eq!(call("DeleteAlarms", json!({"AlarmNames": ["a"]})).unwrap_err().code, "ResourceNotFound");
}

#[test]
fn metrics_are_listed() {
    let clock = |input: Value| {
        let cloud_watch = cloud_watch();
        let recent =
            "UPDATE events_metrics SET minute = CAST(strftime('%s', 'now') AS INTEGER) / 60 - minute";
        cloud_watch.store.with(|connection| connection.execute(recent, [])).unwrap();
        cloud_watch.call(REGION, "ListMetrics", &input).unwrap()["Metrics"].as_array().unwrap().len()
    };
    assert_eq!(clock(json!({})), 7);
    assert_eq!(clock(json!({"MetricName": "MatchedEvents"})), 2);
    assert_eq!(clock(json!({"Dimensions": [{"Name": "EventBusName"}]})), 1);
    assert_eq!(clock(json!({"Namespace": "AWS/SQS"})), 0);
}

#[test]
fn what_is_wrong_is_said() {
    let rule = json!([{"Name": "RuleName", "Value": "r"}]);
    let refused =
        |action: &str, input: &Value| cloud_watch().call(REGION, action, input).unwrap_err().to_string();
    let mut twice = ask("Invocations", &rule, 60);
    let query = twice["MetricDataQueries"][0].clone();
    twice["MetricDataQueries"].as_array_mut().unwrap().push(query);
    let mut math = ask("Invocations", &rule, 60);
    math["MetricDataQueries"][0]["Expression"] = json!("a + 1");
    let mut backwards = ask("Invocations", &rule, 60);
    backwards["EndTime"] = json!(0);
    let many = json!({"Namespace": "AWS/Events", "MetricName": "Invocations", "Period": 60, "StartTime": 0,
        "EndTime": 604_800, "Statistics": ["Sum"]});
    for (action, input, message) in [
        (
            "GetMetricData",
            json!({}),
            "ValidationError: 1 validation error detected: Value null at 'startTime' failed",
        ),
        (
            "GetMetricData",
            ask("Invocations", &rule, 61),
            "InvalidParameterValueException: The parameter Period must be",
        ),
        (
            "GetMetricData",
            twice,
            "InvalidParameterValueException: The values for parameter id in MetricDataQueries are",
        ),
        ("GetMetricData", math, "InvalidParameterValueException: The local CloudWatch has no metric math"),
        (
            "GetMetricData",
            backwards,
            "InvalidParameterValueException: The parameter StartTime must be less than",
        ),
        (
            "GetMetricStatistics",
            many,
            "InvalidParameterCombinationException: You have requested up to 10080 datapoints",
        ),
        (
            "PutMetricAlarm",
            json!({"AlarmName": "a"}),
            "ValidationError: 1 validation error detected: Value null at 'comp",
        ),
        (
            "DescribeAlarms",
            json!({"MaxRecords": 101}),
            "ValidationError: 1 validation error detected: Value '101' at",
        ),
        ("DescribeAlarms", json!({"NextToken": "x"}), "InvalidNextToken: "),
        (
            "SetAlarmState",
            json!({"AlarmName": "a", "StateValue": "OK", "StateReason": ""}),
            "ResourceNotFound: ",
        ),
        (
            "SetAlarmState",
            json!({"AlarmName": "a", "StateValue": "on", "StateReason": ""}),
            "ValidationError: 1 validation",
        ),
        ("PutDashboard", json!({}), "InvalidAction: "),
    ] {
        let said = refused(action, &input);
        assert!(said.starts_with(message), "{said}");
    }
}
