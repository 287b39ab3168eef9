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
    let mut faults = Vec::new();
    if let Some(arn) = rule_arns.iter().find(|arn| !may_take(arn, expected.account)) {
        faults.push(format!("{EVENTS} may not take it for {arn}"));
    }
    let others: Vec<String> = policy
        .grants()
        .flat_map(|grant| grant.grantees().into_iter().map(move |grantee| (grant, grantee)))
        .filter(|(_, grantee)| *grantee != Grantee::Service(EVENTS))
        .map(|(grant, grantee)| format!("{} in {}", grantee.words(), grant.name()))
        .collect();
    if !others.is_empty() {
        faults.push(format!("others may take it: {}", others.join(", ")));
    }
    // Another account's rule, by its ARN and by its account: either condition keeps it out.
    if may_take(&of_stranger(rule_arns), STRANGER) {
        faults.push(format!(
            "{EVENTS} may take it for rules of every account, as no condition on aws:SourceAccount or aws:SourceArn \
             keeps them out: a confused deputy"
        ));
    }
    if faults.is_empty() {
        let evidence = format!("{EVENTS} may take it for {} rules, and nobody else may", rule_arns.len());
        Check::ok(name, evidence)
    } else {
        Check::fail(name, faults.join("; ")).treat(REVERT)
    }
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
    let mut found = attached(name, role);
    found.extend(bounded(name, role));
    let mut policies = Vec::new();
    for (policy, text) in &role.policies {
        match Policy::parse(text) {
            Ok(parsed) => policies.push((policy, parsed)),
            Err(invalid) => {
                let evidence = format!("its policy {policy} cannot be read: {invalid}");
                found.push(Check::fail(name, evidence).treat(REVERT));
            }
        }
    }
    let refused = expected.destination_arns.iter().find(|arn| {
        let request = Request { caller: Caller::Attached, action: CALL, resource: arn, context: &[] };
        decide(policies.iter().map(|(_, policy)| policy), &request) != Decision::Allowed
    });
    found.extend(refused.map(|arn| Check::fail(name, format!("it may not call {arn}")).treat(REVERT)));
    let more: Vec<String> = policies
        .iter()
        .flat_map(|(policy, parsed)| parsed.grants().map(move |grant| (policy, grant)))
        .filter(|(_, grant)| !(grant.allows_only(&[CALL]) && grant.is_only_on(expected.destination_arns)))
        .map(|(policy, grant)| {
            format!("{} on {} ({} of {policy})", grant.actions(), grant.resources(), grant.name())
        })
        .collect();
    if !more.is_empty() {
        let evidence = format!("it may do more than call the destinations: {}", more.join("; "));
        found.push(Check::fail(name, evidence).treat(REVERT));
    }
    Check::together(found)
        .unwrap_or_else(|| Check::ok(name, "it may call every destination, and nothing else"))
}

/// The stack attaches no managed policy; what one allows, the role may do.
fn attached(name: &str, role: &Role) -> Vec<Check> {
    let name_of = role.arn.rsplit('/').next().unwrap_or_default();
    let found = role.attached.iter().map(|arn| {
        Check::fail(name, format!("the managed policy {arn} is attached, and the stack attaches none")).treat(
            format!("take it off: `aws iam detach-role-policy --role-name {name_of} --policy-arn {arn}`"),
        )
    });
    found.collect()
}

/// The stack sets no boundary; what one does not allow, the role may not do.
fn bounded(name: &str, role: &Role) -> Option<Check> {
    let boundary = role.boundary.as_ref()?;
    let name_of = role.arn.rsplit('/').next().unwrap_or_default();
    let evidence = format!(
        "the permissions boundary {boundary} is set, and the stack sets none: unless it allows {CALL} too, nothing \
         is delivered"
    );
    Some(Check::warn(name, evidence).treat(format!(
        "if nobody means that, take it off: `aws iam delete-role-permissions-boundary --role-name {name_of}`"
    )))
}
