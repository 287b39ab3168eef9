use super::*;

#[test]
fn a_connection_never_shows_its_key() {
    let directory = tempfile::tempdir().unwrap();
    let cloud = Cloud::on(Arc::new(Store::open(directory.path()).unwrap()), Pace::Virtual);
    let mut input = key(TOKEN);
    input["AuthParameters"]["InvocationHttpParameters"] = json!({"HeaderParameters": [
        {"Key": "x-public", "Value": "visible"}, {"Key": "x-private", "Value": TOKEN, "IsValueSecret": true}]});
    let created = cloud.ok("CreateConnection", input.clone());
    assert_eq!(created["ConnectionState"], "AUTHORIZED");
    let arn = created["ConnectionArn"].as_str().unwrap();
    assert_eq!(
        arn.rsplit_once('/').map(|(head, id)| (head, id.len())),
        Some(("arn:aws:events:eu-west-1:000000000000:connection/momento", 36))
    );
    let described = cloud.ok("DescribeConnection", json!({"Name": "momento"}));
    assert_eq!(
        described["AuthParameters"],
        json!({"ApiKeyAuthParameters": {"ApiKeyName": "Authorization"},
        "InvocationHttpParameters": {"HeaderParameters": [{"Key": "x-public", "Value": "visible", "IsValueSecret": false},
            {"Key": "x-private", "IsValueSecret": true}]}})
    );
    let secret = described["SecretArn"].as_str().unwrap();
    assert!(
        secret.starts_with("arn:aws:secretsmanager:eu-west-1:000000000000:secret:events!connection/momento/")
    );
    assert_eq!(
        cloud.refused("CreateConnection", input),
        "ResourceAlreadyExistsException: Connection 'momento' already exists."
    );
    assert!(
        cloud
            .refused("UpdateConnection", json!({"Name": "momento"}))
            .starts_with("ValidationException: Failed to update the connection(s). At least one of")
    );
    assert_eq!(
        cloud.refused("DescribeConnection", json!({"Name": "x"})),
        "ResourceNotFoundException: Failed to describe the connection(s). Connection 'x' does not exist."
    );
    for file in ["state.db", "state.db-wal"] {
        let bytes = std::fs::read(directory.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()), "{file}");
    }
}

#[test]
fn a_destination_follows_its_connection() {
    let cloud = Cloud::ready();
    let describe = || cloud.ok("DescribeApiDestination", json!({"Name": "cache"}));
    assert_eq!(
        (describe()["ApiDestinationState"].clone(), describe()["InvocationRateLimitPerSecond"].clone()),
        (json!("ACTIVE"), json!(300))
    );
    assert_eq!(
        cloud.ok("DeauthorizeConnection", json!({"Name": "momento"}))["ConnectionState"],
        "DEAUTHORIZING"
    );
    let connection = cloud.ok("DescribeConnection", json!({"Name": "momento"}));
    assert_eq!((&connection["ConnectionState"], connection.get("SecretArn")), (&json!("DEAUTHORIZED"), None));
    assert_eq!(describe()["ApiDestinationState"], "INACTIVE");
    let mut again = key(TOKEN);
    cloud.ok("UpdateConnection", again.clone());
    assert_eq!(describe()["ApiDestinationState"], "ACTIVE");
    cloud.ok("DeleteConnection", json!({"Name": "momento"}));
    assert_eq!(
        (describe()["ApiDestinationState"].clone(), describe().get("ConnectionArn").cloned()),
        (json!("INACTIVE"), None)
    );
    let error = |change: Value| {
        let mut input = json!({"Name": "n", "HttpMethod": "PUT", "InvocationEndpoint": "https://h/",
            "ConnectionArn": "arn:aws:events:eu-west-1:000000000000:connection/c/1"});
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        cloud.refused("CreateApiDestination", input)
    };
    assert_eq!(
        error(json!({})),
        "ResourceNotFoundException: Failed to create the api-destination(s). Connection \
        'arn:aws:events:eu-west-1:000000000000:connection/c/1' does not exist."
    );
    assert_eq!(
        error(json!({"InvocationEndpoint": "http://h/"})),
        "ValidationException: Failed to create the api-destination(s). \
        Parameter InvocationEndpoint is not valid. Reason: Endpoint 'http://h/' is invalid, please provide a valid HTTPS endpoint URL."
    );
    assert_eq!(
        error(json!({"InvocationRateLimitPerSecond": 301})),
        "LimitExceededException: Failed to create the api-destination(s). \
        Invalid Invocation Rate Limit: Rate specified '301' for 'n' exceeds maximum allowed of '300'."
    );
    again["AuthorizationType"] = json!("BASIC");
    assert_eq!(
        cloud.refused("CreateConnection", again),
        "ValidationException: AuthorizationType BASIC requires BasicAuthParameters with Username and Password."
    );
}
