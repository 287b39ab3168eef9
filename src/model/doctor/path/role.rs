//! The role: who may take it, and what may be done with it.

use super::{EVENTS, Expected, REVERT, STRANGER, with};
use crate::model::doctor::Check;
use crate::model::doctor::parts::{Look, Role};
use crate::model::policy::{Caller, Decision, Grantee, Policy, Request, decide};

/// What the rules do with the role, and nothing else.
const CALL: &str = "events:InvokeApiDestination";

/// Checks who may take the role, and what may be done with it.
pub fn role(look: &Look<Role>, rule_arns: &[String], expected: &Expected<'_>) -> Vec<Check> {
    vec![
        with(look, "role trust", |role| trust(role, rule_arns, expected)),
        with(look, "role policy", |role| permissions(role, expected)),
    ]
}

fn trust(role: &Role, rule_arns: &[String], expected: &Expected<'_>) -> Check {
    let name = "role trust";
    let Ok(policy) = Policy::parse(&role.trust) else {
        return Check::fail(name, "its trust policy cannot be read").treat(REVERT);
    };
    let may_take = |rule: &str, account: &str| {
        let context = [("aws:SourceArn", rule), ("aws:SourceAccount", account)];
        let request = Request {
            caller: Caller::Service(EVENTS),
            action: "sts:AssumeRole",
            resource: &role.arn,
            context: &context,
        };
        policy.decide(&request) == Decision::Allowed
    };
    if let Some(arn) = rule_arns.iter().find(|arn| !may_take(arn, expected.account)) {
        return Check::fail(name, format!("{EVENTS} may not take it for {arn}")).treat(REVERT);
    }
    let others: Vec<String> = policy
        .grants()
        .flat_map(|grant| grant.grantees().into_iter().map(move |grantee| (grant, grantee)))
        .filter(|(_, grantee)| *grantee != Grantee::Service(EVENTS))
        .map(|(grant, grantee)| format!("{} in {}", grantee.words(), grant.name()))
        .collect();
    if !others.is_empty() {
        return Check::fail(name, format!("others may take it: {}", others.join(", "))).treat(REVERT);
    }
    // Another account's rule, by its ARN and by its account: either condition keeps it out.
    if may_take(&of_stranger(rule_arns), STRANGER) {
        let evidence = format!(
            "{EVENTS} may take it for rules of every account, as no condition on aws:SourceAccount or aws:SourceArn \
             keeps them out: a confused deputy"
        );
        return Check::fail(name, evidence).treat(REVERT);
    }
    Check::ok(name, format!("{EVENTS} may take it for {} rules, and nobody else may", rule_arns.len()))
}

/// Returns the ARN of a rule like the stack's in an account that is nobody's.
pub(super) fn of_stranger(rule_arns: &[String]) -> String {
    let like = rule_arns.first().map_or("arn:aws:events:us-east-1:0:rule/a", String::as_str);
    let parts = like.splitn(6, ':').enumerate();
    let parts: Vec<&str> = parts.map(|(index, part)| if index == 4 { STRANGER } else { part }).collect();
    parts.join(":")
}

fn permissions(role: &Role, expected: &Expected<'_>) -> Check {
    let name = "role policy";
    if let Some(arn) = role.attached.first() {
        let evidence = format!("the managed policy {arn} is attached, and the stack attaches none");
        return Check::fail(name, evidence).treat(format!(
            "take it off: `aws iam detach-role-policy --role-name {} --policy-arn {arn}`",
            role.arn.rsplit('/').next().unwrap_or_default()
        ));
    }
    let read = role.policies.iter().map(|(policy, text)| (policy, Policy::parse(text)));
    let mut policies = Vec::new();
    for (policy, read) in read {
        match read {
            Ok(parsed) => policies.push((policy, parsed)),
            Err(invalid) => {
                let evidence = format!("its policy {policy} cannot be read: {invalid}");
                return Check::fail(name, evidence).treat(REVERT);
            }
        }
    }
    let refused = expected.destination_arns.iter().find(|arn| {
        let request = Request { caller: Caller::Attached, action: CALL, resource: arn, context: &[] };
        decide(policies.iter().map(|(_, policy)| policy), &request) != Decision::Allowed
    });
    if let Some(arn) = refused {
        return Check::fail(name, format!("it may not call {arn}")).treat(REVERT);
    }
    let more: Vec<String> = policies
        .iter()
        .flat_map(|(policy, parsed)| parsed.grants().map(move |grant| (policy, grant)))
        .filter(|(_, grant)| !(grant.allows_only(&[CALL]) && grant.is_only_on(expected.destination_arns)))
        .map(|(policy, grant)| {
            format!("{} on {} ({} of {policy})", grant.actions(), grant.resources(), grant.name())
        })
        .collect();
    if more.is_empty() {
        Check::ok(name, "it may call every destination, and nothing else")
    } else {
        let evidence = format!("it may do more than call the destinations: {}", more.join("; "));
        Check::fail(name, evidence).treat(REVERT)
    }
}
