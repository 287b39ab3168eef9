//! A role's needs as a policy document, and as a fragment of a CloudFormation template.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{By, LONGEST, Need, Role, Scope, Work, length, needs, shortened};

/// Makes a role's policy document.
///
/// What CloudFormation does for the user is allowed through CloudFormation only (`aws:CalledVia`): with these
/// permissions nobody can point a destination elsewhere by hand.
pub fn document(role: Role, scope: &Scope) -> Value {
    write(needs(role, scope.case()), scope, &|arn| json!(arn))
}

/// Makes the policy document of what one deploy cannot do without.
pub fn deploying(work: &Work, scope: &Scope) -> Value {
    let wanted = needs(Role::Deployer, scope.case()).filter(|need| work.needs(need));
    write(wanted, scope, &|arn| json!(arn))
}

/// Makes a role's policy document as one prints it: shorter where it would be too long for a managed policy.
pub fn printed(role: Role, scope: &Scope) -> Value {
    let document = document(role, scope);
    if length(&document) > LONGEST { shortened(document) } else { document }
}

/// Makes a fragment of a template: a managed policy that fits where the template is deployed.
pub fn fragment(role: Role, scope: &Scope) -> Value {
    let name = role.name();
    let (first, rest) = name.split_at(1);
    let id = format!("EvbridgeMomento{}{rest}Policy", first.to_uppercase());
    let is_long = length(&document(role, &scope.clone().farthest())) > LONGEST;
    let scope = scope.clone().anywhere();
    let policy = write(needs(role, scope.case()), &scope, &|arn| {
        if arn.contains("${") { json!({ "Fn::Sub": arn }) } else { json!(arn) }
    });
    let policy = if is_long { shortened(policy) } else { policy };
    json!({
        "Resources": {
            id: {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "Description": format!("What the {role} of the stack {} needs", scope.stack),
                    "PolicyDocument": policy,
                },
            },
        },
    })
}

fn write(wanted: impl Iterator<Item = &'static Need>, scope: &Scope, text: &dyn Fn(&str) -> Value) -> Value {
    let wanted: Vec<&Need> = wanted.collect();
    let direct: BTreeSet<(&str, &str)> = wanted
        .iter()
        .filter(|need| need.by == By::Command)
        .map(|need| (need.resource, need.action))
        .collect();
    let mut statements: BTreeMap<(bool, &str), BTreeSet<&str>> = BTreeMap::new();
    for need in &wanted {
        let through_stack = matches!(need.by, By::Stack | By::StackOnAws);
        if through_stack && direct.contains(&(need.resource, need.action)) {
            continue;
        }
        statements.entry((through_stack, need.resource)).or_default().insert(need.action);
    }
    let statements = statements.into_iter().map(|((through_stack, resource), actions)| {
        let mut statement = json!({
            "Sid": sid(resource, through_stack),
            "Effect": "Allow",
            "Action": actions,
            "Resource": text(&scope.arn(resource)),
        });
        let condition = condition(resource, through_stack, scope, text);
        if !condition.is_empty() {
            statement["Condition"] = Value::Object(condition);
        }
        statement
    });
    json!({ "Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>() })
}

fn condition(
    resource: &str,
    through_stack: bool,
    scope: &Scope,
    text: &dyn Fn(&str) -> Value,
) -> Map<String, Value> {
    let mut equals = Map::new();
    match resource {
        "events" => {
            equals.insert("events:detail-type".to_owned(), json!(scope.detail_types));
            if !scope.sources.is_empty() {
                equals.insert("events:source".to_owned(), json!(scope.sources));
            }
        }
        "passed" => {
            equals.insert("iam:PassedToService".to_owned(), json!("events.amazonaws.com"));
        }
        "working-role" => {
            equals.insert("iam:PassedToService".to_owned(), json!("cloudformation.amazonaws.com"));
        }
        "key" => {
            let services = ["events", "secretsmanager", "sqs"];
            let services = services.map(|service| text(&format!("{service}.{}.amazonaws.com", scope.region)));
            equals.insert("kms:ViaService".to_owned(), json!(services));
        }
        "linked-role" => {
            equals.insert("iam:AWSServiceName".to_owned(), json!("apidestinations.events.amazonaws.com"));
        }
        _ => {}
    }
    let mut condition = Map::new();
    if !equals.is_empty() {
        condition.insert("StringEquals".to_owned(), Value::Object(equals));
    }
    if through_stack {
        let through = json!({ "aws:CalledVia": ["cloudformation.amazonaws.com"] });
        condition.insert("ForAnyValue:StringEquals".to_owned(), through);
    }
    condition
}

/// Names a statement: letters and digits only.
fn sid(resource: &str, through_stack: bool) -> String {
    let words = resource.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        format!("{}{rest}", first.to_uppercase())
    });
    format!("{}{}", words.collect::<String>(), if through_stack { "ThroughCloudFormation" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::policy::Policy;

    fn scope() -> Scope {
        Scope {
            partition: "aws".into(),
            region: "us-east-1".into(),
            account: "123456789012".into(),
            stack: "momento-api".into(),
            bus: "default".into(),
            own_bus: false,
            detail_types: vec!["cacheSet".into()],
            sources: Vec::new(),
            secret: "evbridge-momento/momento-api".into(),
            key: None,
            holder: None,
            working_role: None,
        }
    }

    #[test]
    fn no_policy_has_a_wildcard_for_an_action_or_for_every_resource() {
        for role in Role::ALL {
            let document = document(role, &scope());
            assert!(Policy::from_json(&document).is_ok());
            for statement in document["Statement"].as_array().unwrap() {
                let actions = statement["Action"].as_array().unwrap();
                // These know no resources (Service Authorization Reference): nothing narrower allows them.
                let unscoped = |action: &Value| {
                    let action = action.as_str().unwrap();
                    action.contains(":List")
                        || action == "events:TestEventPattern"
                        || [
                            "DescribeEvents",
                            "DescribeStackDriftDetectionStatus",
                            "BatchDescribeTypeConfigurations",
                        ]
                        .iter()
                        .any(|name| action == format!("cloudformation:{name}"))
                        || action == "cloudwatch:GetMetricData"
                };
                let is_unscoped = actions.iter().all(unscoped);
                assert!(statement["Resource"] != "*" || is_unscoped, "{statement}");
                assert!(actions.iter().all(|action| !action.as_str().unwrap().contains('*')));
            }
            // A managed policy has at most 6144 characters without white space (IAM quotas).
            assert!(document.to_string().len() < 6144, "{role}: {}", document.to_string().len());
        }
    }

    #[test]
    fn a_producer_may_put_these_events_on_this_bus() {
        assert_eq!(
            document(Role::Producer, &scope())["Statement"],
            json!([
                {"Sid": "Bus", "Effect": "Allow", "Action": ["events:DescribeEventBus"],
                    "Resource": "arn:aws:events:us-east-1:123456789012:event-bus/default"},
                {"Sid": "Events", "Effect": "Allow", "Action": ["events:PutEvents"],
                    "Resource": "arn:aws:events:us-east-1:123456789012:event-bus/default",
                    "Condition": {"StringEquals": {"events:detail-type": ["cacheSet"]}}},
            ])
        );
    }

    #[test]
    fn a_key_is_used_through_the_services_that_it_encrypts() {
        let key = "arn:aws:kms:us-east-1:123456789012:key/k";
        let scope = Scope { key: Some(key.into()), ..scope() };
        let document = document(Role::Operator, &scope);
        let statement =
            document["Statement"].as_array().unwrap().iter().find(|one| one["Sid"] == "Key").unwrap();
        assert_eq!(statement["Resource"], key);
        assert_eq!(statement["Action"], json!(["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]));
        assert_eq!(
            statement["Condition"]["StringEquals"]["kms:ViaService"][1],
            "secretsmanager.us-east-1.amazonaws.com"
        );
    }

    #[test]
    fn a_fragment_fits_every_account() {
        let fragment = fragment(Role::Producer, &scope()).to_string();
        assert!(fragment.contains("EvbridgeMomentoProducerPolicy"));
        assert!(
            fragment
                .contains("arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default")
        );
        assert!(!fragment.contains("123456789012"));
    }

    #[test]
    fn a_fragment_substitutes_wherever_it_names_a_variable() {
        let key = "arn:aws:kms:us-east-1:123456789012:key/k";
        let scope = Scope { key: Some(key.into()), own_bus: true, ..scope() };
        for role in Role::ALL {
            let fragment = fragment(role, &scope);
            assert_eq!(unsubstituted(&fragment), Vec::<&str>::new(), "{role}");
            let has_key = fragment.to_string().contains("secretsmanager.${AWS::Region}.amazonaws.com");
            assert_eq!(has_key, role != Role::Producer, "{role}");
        }
    }

    /// Returns the texts with a variable of a template that are not in `Fn::Sub`.
    fn unsubstituted(value: &Value) -> Vec<&str> {
        match value {
            Value::String(text) if text.contains("${") => vec![text],
            Value::Array(items) => items.iter().flat_map(unsubstituted).collect(),
            Value::Object(members) => members
                .iter()
                .filter(|(name, _)| *name != "Fn::Sub")
                .flat_map(|(_, one)| unsubstituted(one))
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_deployer_who_gives_cloudformation_a_role_may_pass_it() {
        let role = "arn:aws:iam::123456789012:role/cloudformation";
        let scope = Scope { working_role: Some(role.into()), ..scope() };
        let document = document(Role::Deployer, &scope);
        let passing = |one: &&Value| one["Sid"] == "WorkingRole";
        assert_eq!(
            *document["Statement"].as_array().unwrap().iter().find(passing).unwrap(),
            json!({"Sid": "WorkingRole", "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": role,
                "Condition": {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}})
        );
    }

    #[test]
    fn a_long_name_is_cut_as_cloudformation_cuts_it() {
        let long = Scope { stack: "a-very-long-name-of-a-stack-that-is-cut".into(), ..scope() };
        assert_eq!(long.arn("role"), "arn:aws:iam::123456789012:role/a-very-long-name-of-a-st*");
        assert_eq!(Scope::partition_of("cn-north-1"), "aws-cn");
        assert_eq!(Scope::partition_of("us-gov-west-1"), "aws-us-gov");
        assert_eq!(Scope::partition_of("us-east-1"), "aws");
    }
}
