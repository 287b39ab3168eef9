//! The dead-letter queue.

use super::{Broken, broken};

const QUEUE: [&str; 3] = ["queue policy", "queue encryption", "queue settings"];

pub(super) const SCENES: [Broken; 11] = [
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
        "Another role of the account may read the queue",
        "Somebody may mean it: `doctor --fix` leaves it.",
        &[
            r#"aws sqs set-queue-attributes --queue-url {DeadLetterQueue} --attributes '{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Rules\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"{DeadLetterQueueArn}\",\"Condition\":{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:events:us-east-1:000000000000:rule/momento-api-*\"}}},{\"Sid\":\"Redrive\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::000000000000:role/redrive\"},\"Action\":\"sqs:ReceiveMessage\",\"Resource\":\"{DeadLetterQueueArn}\"},{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"{DeadLetterQueueArn}\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}]}"}'"#,
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
];
