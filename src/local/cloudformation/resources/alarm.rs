//! `AWS::CloudWatch::Alarm`, as a record: nothing watches the metric here.

use serde_json::{Map, json};

use super::shape::{Property, Shape, TAGS};
use super::{Caller, Made, Refusal, Request, ResourceType};
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
        Ok(made(caller, &request.physical_name("AlarmName", 255)))
    }

    fn update(&self, caller: &Caller<'_>, name: &str, _: &Request, _: &Request) -> Result<Made, Refusal> {
        Ok(made(caller, name))
    }

    fn delete(&self, _: &Caller<'_>, _: &str, _: &Request) -> Result<(), Refusal> {
        Ok(())
    }
}

fn made(caller: &Caller<'_>, name: &str) -> Made {
    let arn = json!(format!("arn:aws:cloudwatch:{}:{ACCOUNT}:alarm:{name}", caller.region));
    Made { physical_id: name.to_owned(), attributes: Map::from_iter([("Arn".to_owned(), arn)]) }
}
