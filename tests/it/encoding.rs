//! From an event's fields to the bytes in the cache: what HTTP parameters carry arrives as it was.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use evbridge_momento::local::clock::Pace;
use evbridge_momento::local::cloud::Cloud;
use evbridge_momento::local::momento::Scope;
use evbridge_momento::model::json::Json;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

const REGION: &str = "us-west-2";

#[test]
fn any_key_in_any_cache_is_stored_under_its_own_bytes() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let cloud = runtime.block_on(async {
        let cloud = Cloud::in_memory(Pace::Virtual, "http://localhost:4566").unwrap();
        prepare(&cloud).await;
        cloud
    });
    let text = any::<String>().prop_filter("a text", |text| !text.is_empty());
    let bytes = prop::collection::vec(any::<u8>(), 1..64);
    // Names of one or two dots are refused: clients and servers would take them for places in the path.
    let cache = any::<String>().prop_filter("a name", |name| !["", ".", ".."].contains(&name.trim()));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&(cache, text, bytes, any::<String>()), |(cache, text, bytes, message)| {
        runtime.block_on(stores(&cloud, &cache, &text, &bytes, &message))
    });
    outcome.unwrap();
}

/// Puts an event with each form of the key and looks for both items in the stand-in.
async fn stores(
    cloud: &Cloud,
    cache: &str,
    text: &str,
    bytes: &[u8],
    message: &str,
) -> Result<(), TestCaseError> {
    cloud.momento().create_cache(REGION, cache).unwrap();
    put(cloud, &json!({"cacheName": cache, "key": text, "message": message})).await;
    let encoded = URL_SAFE_NO_PAD.encode(bytes);
    put(cloud, &json!({"cacheName": cache, "key_base64": encoded, "message": message})).await;
    cloud.settle().await.unwrap();
    for key in [text.as_bytes(), bytes] {
        let item = cloud.momento().get(REGION, cache, key).unwrap();
        let value = item.and_then(|item| Json::parse(std::str::from_utf8(&item.value).ok()?).ok());
        prop_assert_eq!(value.as_ref().and_then(Json::as_str), Some(message));
    }
    prop_assert!(cloud.momento().delete_cache(REGION, cache).unwrap());
    Ok(())
}

/// Makes a rule for each form of the key, as the default stack does.
async fn prepare(cloud: &Cloud) {
    cloud.momento().accept_key("k", &Scope::all()).unwrap();
    let allow = |principal: Value, action: &str| {
        let mut statement = json!({"Effect": "Allow", "Action": action});
        statement.as_object_mut().unwrap().extend(principal.as_object().unwrap().clone());
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    };
    let trust = allow(json!({"Principal": {"Service": "events.amazonaws.com"}}), "sts:AssumeRole");
    let policy = allow(json!({"Resource": "*"}), "events:InvokeApiDestination");
    call(cloud, "iam", "CreateRole", json!({"RoleName": "r", "AssumeRolePolicyDocument": trust})).await;
    let policy = json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": policy});
    call(cloud, "iam", "PutRolePolicy", policy).await;
    let connection = json!({"Name": "momento", "AuthorizationType": "API_KEY",
        "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": "k"}}});
    let connection = call(cloud, "events", "CreateConnection", connection).await;
    let destination = json!({"Name": "set", "HttpMethod": "PUT", "ConnectionArn": connection["ConnectionArn"],
        "InvocationEndpoint": "https://api.cache.cell-4-us-west-2-1.prod.a.momentohq.com/cache/*"});
    let destination = call(cloud, "events", "CreateApiDestination", destination).await;
    for (rule, field) in [("text", "key"), ("bytes", "key_base64")] {
        let pattern = json!({"detail": {field: [{"exists": true}]}}).to_string();
        call(cloud, "events", "PutRule", json!({"Name": rule, "EventPattern": pattern})).await;
        let target = json!({"Id": "set", "Arn": destination["ApiDestinationArn"],
            "RoleArn": "arn:aws:iam::000000000000:role/r", "InputPath": "$.detail.message",
            "HttpParameters": {"PathParameterValues": ["$.detail.cacheName"],
                "QueryStringParameters": {field: format!("$.detail.{field}"), "ttl_seconds": "60"}}});
        let put = call(cloud, "events", "PutTargets", json!({"Rule": rule, "Targets": [target]})).await;
        assert_eq!(put["FailedEntryCount"], 0, "{put}");
    }
}

async fn put(cloud: &Cloud, detail: &Value) {
    let entry = json!({"Source": "shop", "DetailType": "cacheSet", "Detail": detail.to_string()});
    let answer = call(cloud, "events", "PutEvents", json!({"Entries": [entry]})).await;
    assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
}

async fn call(cloud: &Cloud, service: &str, action: &str, input: Value) -> Value {
    cloud.answer(service, REGION, action, &input).await.unwrap_or_else(|error| panic!("{action}: {error}"))
}
