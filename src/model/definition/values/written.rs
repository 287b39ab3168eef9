//! How values are written: as text, as JSON, and in the JSON Schema.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{BusName, Endpoint, EventType, KmsKey, MaxAge, Rate, Retries, SourceName, StackName};

macro_rules! display {
    ($($type:ident),*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
display!(StackName, BusName, SourceName, Endpoint, EventType, KmsKey);

macro_rules! serialize {
    ($($type:ident: $value:expr),* $(,)?) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let value: fn(&Self) -> _ = $value;
                serde::Serialize::serialize(&value(self), serializer)
            }
        }
    )*};
}
serialize! {
    StackName: |name| name.to_string(),
    BusName: |name| name.to_string(),
    SourceName: |name| name.to_string(),
    Endpoint: |endpoint| endpoint.to_string(),
    EventType: |event| event.as_str(),
    KmsKey: |key| key.to_string(),
    MaxAge: |age| age.to_string(),
    Retries: |retries| retries.count(),
    Rate: |rate| rate.per_second(),
}

macro_rules! schema {
    ($type:ident, $($json:tt)+) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($($json)+)
            }
        }
    };
}
schema!(StackName, {"type": "string", "pattern": "^[a-zA-Z][-a-zA-Z0-9]{0,127}$"});
schema!(BusName, {"type": "string", "pattern": "^[-/._A-Za-z0-9]{1,256}$"});
schema!(SourceName, {"type": "string", "minLength": 1, "maxLength": 256});
schema!(Endpoint, {"type": "string", "pattern": "^(auto|https://[-A-Za-z0-9.]+(:[0-9]{1,5})?(/[-A-Za-z0-9._~]+)*)$"});
schema!(KmsKey, {"type": "string", "pattern": "^arn:[-a-zA-Z0-9]+:kms:[-a-zA-Z0-9]+:[0-9]{12}:key/[-a-zA-Z0-9]+$"});
schema!(MaxAge, {"type": "string", "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"});
schema!(Retries, {"type": "integer", "minimum": 0, "maximum": 185});
schema!(Rate, {"type": "integer", "minimum": 1, "maximum": 1_000_000});
schema!(EventType, {"type": "string", "enum": ["cacheSet", "cacheDelete", "topicPublish"]});
