//! The broken stacks: how each is broken, and which checks find it.

/// A stack that is broken, and the checks that say so.
pub(super) struct Broken {
    pub(super) title: &'static str,
    /// What that means for events, or for who may not be let in.
    pub(super) text: &'static str,
    /// The definition of the stack; empty for the default one.
    pub(super) stack: &'static str,
    /// Lines of the AWS CLI, `{LogicalId}` and the outputs standing for what they name, `$KEY` for a key of
    /// Momento's; a comment says what happened elsewhere.
    pub(super) breaks: &'static [&'static str],
    /// The checks that fail or warn.
    pub(super) found: &'static [&'static str],
}

const fn broken(
    title: &'static str,
    text: &'static str,
    breaks: &'static [&'static str],
    found: &'static [&'static str],
) -> Broken {
    Broken { title, text, stack: "", breaks, found }
}

const DESTINATIONS: [&str; 4] = [
    "connection",
    "destination CacheSetDestination",
    "destination CacheDeleteDestination",
    "destination TopicPublishDestination",
];

const QUEUE: [&str; 3] = ["queue policy", "queue encryption", "queue settings"];

pub(super) const SCENES: [Broken; 41] = [
    broken(
        "A rule is disabled",
        "Events that match it are not delivered, and nobody is told.",
        &["aws events disable-rule --name {CacheSetByKeyRule}"],
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
        "EventBridge may not take the role",
        "No call is made.",
        &[
            r#"aws iam update-assume-role-policy --role-name {DeliveryRole} --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'"#,
        ],
        &["role trust"],
    ),
    broken(
        "Another account may take the role",
        "It can call Momento with the stack's token.",
        &[
            r#"aws iam update-assume-role-policy --role-name {DeliveryRole} --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"000000000000"}}},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}'"#,
        ],
        &["role trust"],
    ),
    broken(
        "The role trusts EventBridge without a condition",
        "A rule of any account can use it: the confused deputy.",
        &[
            r#"aws iam update-assume-role-policy --role-name {DeliveryRole} --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole"}]}'"#,
        ],
        &["role trust"],
    ),
    broken(
        "The role may nothing",
        "Every event ends in the dead-letter queue at once.",
        &["aws iam delete-role-policy --role-name {DeliveryRole} --policy-name CallMomento"],
        &["role policy"],
    ),
    broken(
        "The role may do everything",
        "Whoever can make a rule can do what the role can.",
        &[
            r#"aws iam put-role-policy --role-name {DeliveryRole} --policy-name More --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'"#,
        ],
        &["role policy"],
    ),
    broken(
        "The role's own policy reaches further",
        "It may call every API destination of the account.",
        &[
            r#"aws iam put-role-policy --role-name {DeliveryRole} --policy-name CallMomento --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"events:InvokeApiDestination","Resource":"*"}]}'"#,
        ],
        &["role policy"],
    ),
    broken(
        "A managed policy is attached to the role",
        "CloudFormation's drift detection does not see it, as the template declares none.",
        &[
            "aws iam attach-role-policy --role-name {DeliveryRole} --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
        ],
        &["role policy"],
    ),
    broken(
        "The queue has no policy",
        "EventBridge cannot write to it: what fails is lost.",
        &["aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes Policy="],
        &["queue policy"],
    ),
    broken(
        "The queue takes requests without TLS",
        "The statement that denies them is gone.",
        &[
            r#"aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes '{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Rules\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"{DeadLetterQueueArn}\",\"Condition\":{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:events:us-east-1:000000000000:rule/momento-api-*\"}}}]}"}'"#,
        ],
        &["queue policy"],
    ),
    broken(
        "The queue is open to everybody",
        "Undelivered events can be read, and deleted.",
        &[
            r#"aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes '{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Open\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"{DeadLetterQueueArn}\"}]}"}'"#,
        ],
        &["queue policy"],
    ),
    broken(
        "Every rule of every account may write to the queue",
        "The condition on the rules is gone.",
        &[
            r#"aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes '{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"{DeadLetterQueueArn}\"},{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"{DeadLetterQueueArn}\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}]}"}'"#,
        ],
        &["queue policy"],
    ),
    broken(
        "The queue is gone",
        "What fails is lost, and so is what lay in it.",
        &["aws sqs delete-queue --queue-url {DeadLetterQueue}"],
        &QUEUE,
    ),
    broken(
        "The queue is not encrypted",
        "Events lie in it in the clear.",
        &[
            "aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes SqsManagedSseEnabled=false",
        ],
        &["queue encryption"],
    ),
    broken(
        "The queue is encrypted with a key that EventBridge may not use",
        "AWS's own key for SQS lets no other service in: what fails is lost.",
        &[
            "aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes KmsMasterKeyId=alias/aws/sqs",
        ],
        &["queue encryption"],
    ),
    broken(
        "The queue forgets after a minute",
        "What did not arrive is gone before anybody looks.",
        &[
            "aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes MessageRetentionPeriod=60",
        ],
        &["queue settings"],
    ),
    broken(
        "The queue takes small messages only",
        "A larger event that fails is lost.",
        &["aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes MaximumMessageSize=1024"],
        &["queue settings"],
    ),
    broken(
        "The queue hands on what is looked at",
        "Each look counts, `doctor`'s own too: after the first, a message goes on to another queue.",
        &[
            r#"aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes '{"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:elsewhere\",\"maxReceiveCount\":1}"}'"#,
        ],
        &["queue settings"],
    ),
    broken(
        "The secret is deleted",
        "Events are delivered still, and the next update of the stack fails.",
        &["aws secretsmanager delete-secret --secret-id evbridge-momento/momento-api"],
        &["secret"],
    ),
    broken(
        "Another token is stored",
        "A secret that changes does not reach the connection.",
        &[
            r#"aws secretsmanager put-secret-value --secret-id evbridge-momento/momento-api --client-request-token 5f1c2d3e-0000-4000-8000-0123456789ab --secret-string '{"token":"$KEY"}'"#,
        ],
        &["token version"],
    ),
    broken(
        "The key is revoked",
        "Momento answers 401 to every call.",
        &["# the key is revoked at Momento"],
        &["key"],
    ),
    broken(
        "Several things at once",
        "Each part says all that is wrong with it, and the treatments are done in the order in which they come.",
        &[
            r#"aws events update-connection --name {MomentoConnection} --authorization-type API_KEY --auth-parameters '{"ApiKeyAuthParameters":{"ApiKeyName":"X-Api-Key"},"InvocationHttpParameters":{"HeaderParameters":[{"Key":"Authorization","Value":"mine","IsValueSecret":true}]}}'"#,
            "aws events update-api-destination --name {CacheSetDestination} --http-method POST --invocation-rate-limit-per-second 1",
            "aws iam delete-role-policy --role-name {DeliveryRole} --policy-name CallMomento",
            "aws iam attach-role-policy --role-name {DeliveryRole} --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
            "aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes MessageRetentionPeriod=3600",
            "aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes MaximumMessageSize=1024",
        ],
        &["connection", "destination CacheSetDestination", "role policy", "queue settings"],
    ),
    Broken {
        title: "The connection and the queue have lost the stack's own key",
        text: "They are encrypted with a key of AWS's, which others decide about.",
        stack: "name: private-momento\nkms-key: arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\n",
        breaks: &[
            "aws events update-connection --name {MomentoConnection} --kms-key-identifier ''",
            "aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes SqsManagedSseEnabled=true",
        ],
        found: &["connection", "queue encryption"],
    },
];
