//! The delivery role.

use super::{Broken, broken};

pub(super) const SCENES: [Broken; 7] = [
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
];
