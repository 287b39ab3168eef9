//! The rules and their targets.

use super::{Broken, broken};

pub(super) const SCENES: [Broken; 11] = [
    broken(
        "A rule is disabled",
        "Events that match it are not delivered, and nobody is told.",
        &["aws events disable-rule --name {CacheSetByKeyRule}"],
        &["rule CacheSetByKeyRule"],
    ),
    broken(
        "A rule is disabled and takes other events",
        "`doctor --fix` leaves it alone until it is as the stack says: enabled as it is, it delivers somebody's events.",
        &[
            r#"aws events put-rule --name {CacheSetByKeyRule} --event-pattern '{"source":["nobody"]}' --state DISABLED"#,
        ],
        &["rule CacheSetByKeyRule"],
    ),
    broken(
        "A rule takes other events",
        "Its pattern was changed: events fall through.",
        &[
            r#"aws events put-rule --name {CacheSetByKeyRule} --event-pattern '{"source":["nobody"],"detail-type":["cacheSet"]}'"#,
        ],
        &["rule CacheSetByKeyRule"],
    ),
    broken(
        "A rule has no target",
        "What matches it is lost.",
        &["aws events remove-targets --rule {CacheDeleteByKeyRule} --ids Momento"],
        &["rule CacheDeleteByKeyRule"],
    ),
    broken(
        "A rule is gone",
        "Its events match nothing.",
        &[
            "aws events remove-targets --rule {TopicPublishRule} --ids Momento",
            "aws events delete-rule --name {TopicPublishRule}",
        ],
        &["rule TopicPublishRule"],
    ),
    broken(
        "A rule has a second target",
        "Everything that it delivers goes to somebody else too.",
        &[
            r#"aws events put-targets --rule {CacheSetByKeyRule} --targets '[{"Id":"Copy","Arn":"arn:aws:sqs:us-east-1:111122223333:elsewhere"}]'"#,
        ],
        &["rule CacheSetByKeyRule"],
    ),
    broken(
        "A target makes another value of the event",
        "The whole detail is stored instead of the message.",
        &[
            r#"aws events put-targets --rule {CacheSetByKeyRule} --targets '[{"Id":"Momento","Arn":"{CacheSetDestinationArn}","RoleArn":"{DeliveryRoleArn}","InputPath":"$.detail","HttpParameters":{"PathParameterValues":["$.detail.cacheName"],"QueryStringParameters":{"key":"$.detail.key","ttl_seconds":"$.detail.ttl"}},"RetryPolicy":{"MaximumEventAgeInSeconds":3600,"MaximumRetryAttempts":185},"DeadLetterConfig":{"Arn":"{DeadLetterQueueArn}"}}]'"#,
        ],
        &["rule CacheSetByKeyRule"],
    ),
    broken(
        "A target writes to another cache",
        "The path parameter is a fixed name, whatever the event says.",
        &[
            r#"aws events put-targets --rule {CacheSetByKeyRule} --targets '[{"Id":"Momento","Arn":"{CacheSetDestinationArn}","RoleArn":"{DeliveryRoleArn}","InputPath":"$.detail.message","HttpParameters":{"PathParameterValues":["elsewhere"],"QueryStringParameters":{"key":"$.detail.key","ttl_seconds":"$.detail.ttl"}},"RetryPolicy":{"MaximumEventAgeInSeconds":3600,"MaximumRetryAttempts":185},"DeadLetterConfig":{"Arn":"{DeadLetterQueueArn}"}}]'"#,
        ],
        &["rule CacheSetByKeyRule"],
    ),
    broken(
        "A target has no dead-letter queue",
        "What cannot be delivered is lost, not kept.",
        &[
            r#"aws events put-targets --rule {CacheSetByKeyRule} --targets '[{"Id":"Momento","Arn":"{CacheSetDestinationArn}","RoleArn":"{DeliveryRoleArn}","InputPath":"$.detail.message","HttpParameters":{"PathParameterValues":["$.detail.cacheName"],"QueryStringParameters":{"key":"$.detail.key","ttl_seconds":"$.detail.ttl"}},"RetryPolicy":{"MaximumEventAgeInSeconds":3600,"MaximumRetryAttempts":185}}]'"#,
        ],
        &["rule CacheSetByKeyRule"],
    ),
    broken(
        "A target has another role",
        "The role is another one, which may or may not be able to call Momento.",
        &[
            r#"aws events put-targets --rule {CacheSetByKeyRule} --targets '[{"Id":"Momento","Arn":"{CacheSetDestinationArn}","RoleArn":"arn:aws:iam::000000000000:role/other","InputPath":"$.detail.message","HttpParameters":{"PathParameterValues":["$.detail.cacheName"],"QueryStringParameters":{"key":"$.detail.key","ttl_seconds":"$.detail.ttl"}},"RetryPolicy":{"MaximumEventAgeInSeconds":3600,"MaximumRetryAttempts":185},"DeadLetterConfig":{"Arn":"{DeadLetterQueueArn}"}}]'"#,
        ],
        &["rule CacheSetByKeyRule"],
    ),
    broken(
        "A target does not retry",
        "The first 503 of Momento sends the event to the dead-letter queue.",
        &[
            r#"aws events put-targets --rule {CacheSetByKeyRule} --targets '[{"Id":"Momento","Arn":"{CacheSetDestinationArn}","RoleArn":"{DeliveryRoleArn}","InputPath":"$.detail.message","HttpParameters":{"PathParameterValues":["$.detail.cacheName"],"QueryStringParameters":{"key":"$.detail.key","ttl_seconds":"$.detail.ttl"}},"RetryPolicy":{"MaximumEventAgeInSeconds":60,"MaximumRetryAttempts":0},"DeadLetterConfig":{"Arn":"{DeadLetterQueueArn}"}}]'"#,
        ],
        &["rule CacheSetByKeyRule"],
    ),
];
