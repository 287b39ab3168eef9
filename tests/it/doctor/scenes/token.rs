//! The token, and several parts at once.

use super::{Broken, broken};

pub(super) const SCENES: [Broken; 7] = [
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
    Broken {
        title: "The secret has lost the stack's own key",
        text: "AWS's own key lets in everybody of the account who may read the secret.",
        stack: "name: private-momento\nkms-key: arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\n",
        breaks: &[
            "aws secretsmanager update-secret --secret-id evbridge-momento/private-momento --kms-key-id alias/aws/secretsmanager",
        ],
        found: &["secret encryption"],
    },
    Broken {
        title: "The stack's own bus is open to everybody",
        text: "Every account can put events on it, and with them write to the caches.",
        stack: "name: private-momento\nbus: { name: private, create: true }\n",
        breaks: &[
            "aws events put-permission --event-bus-name private --statement-id open --action events:PutEvents --principal *",
        ],
        found: &["bus policy"],
    },
];
