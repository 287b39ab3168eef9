//! `AWS::CloudWatch::Alarm`

use serde_json::{Map, Value, json};

use super::shape::{Property, Shape, TAGS};
use super::{Caller, Made, Refusal, Request, ResourceType, gone};
use crate::local::wire::ACCOUNT;

/// The type.
pub(super) struct Alarm;

const DIMENSIONS: Shape =
    Shape::List(&Shape::Object(&[Property::text("Name").required(), Property::text("Value").required()]));
const ACTIONS: Shape = Shape::List(&Shape::Text);
const METRICS: Shape = Shape::List(&Shape::Object(&[
    Property::text("Id").required(),
    Property::text("AccountId"),
    Property::text("Expression"),
    Property::text("Label"),
    Property::of(
        "MetricStat",
        Shape::Object(&[
            Property::of(
                "Metric",
                Shape::Object(&[
                    Property::of("Dimensions", DIMENSIONS),
                    Property::text("MetricName"),
                    Property::text("Namespace"),
                ]),
            )
            .required(),
            Property::of("Period", Shape::Integer).required(),
            Property::text("Stat").required(),
            Property::text("Unit"),
        ]),
    ),
    Property::of("Period", Shape::Integer),
    Property::of("ReturnData", Shape::Boolean),
]));

const PROPERTIES: [Property; 22] = [
    Property::text("AlarmName").create_only(),
    Property::of("ActionsEnabled", Shape::Boolean),
    Property::of("AlarmActions", ACTIONS),
    Property::text("AlarmDescription"),
    Property::text("ComparisonOperator").required(),
    Property::of("DatapointsToAlarm", Shape::Integer),
    Property::of("Dimensions", DIMENSIONS),
    Property::text("EvaluateLowSampleCountPercentile"),
    Property::of("EvaluationPeriods", Shape::Integer).required(),
    Property::text("ExtendedStatistic"),
    Property::of("InsufficientDataActions", ACTIONS),
    Property::text("MetricName"),
    Property::of("Metrics", METRICS),
    Property::text("Namespace"),
    Property::of("OKActions", ACTIONS),
    Property::of("Period", Shape::Integer),
    Property::text("Statistic"),
    Property::of("Tags", TAGS),
    Property::text("Threshold"),
    Property::text("ThresholdMetricId"),
    Property::text("TreatMissingData"),
    Property::text("Unit"),
];

impl ResourceType for Alarm {
    fn name(&self) -> &'static str {
        "AWS::CloudWatch::Alarm"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn is_taggable(&self) -> bool {
        true
    }

    fn create(&self, caller: &Caller<'_>, request: &Request) -> Result<Made, Refusal> {
        let name = request.physical_name("AlarmName", 255);
        put(caller, &name, request)
    }

    fn update(
        &self,
        caller: &Caller<'_>,
        name: &str,
        _: &Request,
        request: &Request,
    ) -> Result<Made, Refusal> {
        put(caller, name, request)
    }

    fn delete(&self, caller: &Caller<'_>, name: &str, _: &Request) -> Result<(), Refusal> {
        gone(caller.monitoring("DeleteAlarms", &json!({"AlarmNames": [name]})))
    }
}

/// Makes the alarm, or changes the one that is there.
fn put(caller: &Caller<'_>, name: &str, request: &Request) -> Result<Made, Refusal> {
    let mut input = request.properties.clone();
    input.insert("AlarmName".to_owned(), json!(name));
    input.insert("Tags".to_owned(), request.tag_list());
    caller.monitoring("PutMetricAlarm", &Value::Object(input))?;
    let arn = json!(format!("arn:aws:cloudwatch:{}:{ACCOUNT}:alarm:{name}", caller.region));
    Ok(Made { physical_id: name.to_owned(), attributes: Map::from_iter([("Arn".to_owned(), arn)]) })
}
