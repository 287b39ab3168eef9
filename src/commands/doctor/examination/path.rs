//! The parts of the path of an event.

use super::{Examination, looked, reason};
use crate::aws::deployed::{self, DeployedStack};
use crate::aws::{connections, dead_letters, roles, rules};
use crate::context::Session;
use crate::model::doctor::declared::{Declared, Told};
use crate::model::doctor::parts::{Connection, Look, Other, Resource};
use crate::model::doctor::path::{self, Expected};
use crate::model::doctor::{Check, Verdict, place};

impl Examination {
    /// Looks at the parts of the path of an event.
    pub(super) async fn path(
        &mut self,
        session: &Session,
        name: &str,
        stack: &DeployedStack,
        account: &str,
        bus: &str,
    ) {
        let clients = &session.clients;
        let resources = match deployed::resources(clients, &stack.id).await {
            Ok(resources) => resources,
            Err(error) => {
                self.checks.push(Check::unknown("resources", reason(&error)));
                return;
            }
        };
        let told = Told {
            region: session.region(),
            account,
            name,
            id: &stack.id,
            parameters: &stack.parameters,
            outputs: &stack.outputs,
            resources: &resources,
        };
        let declared = self.declared(session, stack, &told).await;
        let of =
            |kind: &str| resources.iter().filter(move |resource| resource.kind == kind).collect::<Vec<_>>();
        let arn = |id: &str| stack.outputs.get(&format!("{id}Arn")).cloned();
        let arns = |all: &[&Resource]| all.iter().filter_map(|one| arn(&one.logical_id)).collect::<Vec<_>>();
        let destinations = of("AWS::Events::ApiDestination");
        let destination_arns = arns(&destinations);
        let rules = of("AWS::Events::Rule");
        self.rule_arns = arns(&rules);
        let (connection_arn, queue_arn, role_arn) =
            (stack.outputs.get("ConnectionArn"), arn("DeadLetterQueue"), arn("DeliveryRole"));
        let connections = of("AWS::Events::Connection");
        let mut looks = Vec::new();
        for one in &connections {
            looks.push((*one, looked(connections::connection(clients, &one.physical_id).await)));
        }
        let others = self.others(session, &looks, &destinations).await;
        let expected = Expected {
            account,
            base_url: stack.outputs.get("MomentoEndpoint").map_or("", String::as_str),
            connection_arn: connection_arn.map(String::as_str),
            connection_changed: connections.first().and_then(|one| one.changed),
            others: &others,
            destination_arns: &destination_arns,
            queue_arn: queue_arn.as_deref(),
            role_arn: role_arn.as_deref(),
            declared: declared.as_ref(),
        };
        for (one, look) in looks {
            self.checks.push(path::connection(&one.logical_id, &look, &expected));
        }
        for one in destinations {
            let look = looked(connections::destination(clients, &one.physical_id).await);
            self.checks.push(path::destination(&one.logical_id, &look, &expected));
        }
        for one in rules {
            // A rule on a bus of its own is known as `bus|rule`.
            let name = one.physical_id.rsplit('|').next().unwrap_or_default();
            let look = looked(rules::rule(clients, bus, name).await);
            let is_only_disabled = |rule| path::is_only_disabled(&one.logical_id, rule, &expected);
            if matches!(&look, Ok(Some(rule)) if is_only_disabled(rule)) {
                self.disabled.push((bus.to_owned(), name.to_owned()));
            }
            self.checks.push(path::rule(&one.logical_id, &look, &expected));
        }
        for one in of("AWS::IAM::Role") {
            let look = looked(roles::role(clients, &one.physical_id).await);
            self.checks.extend(path::role(&look, &self.rule_arns, &expected));
        }
        for one in of("AWS::SQS::Queue") {
            self.queue(session, one, &expected).await;
        }
    }

    /// Finds the API destinations besides the stack's that use its connection.
    async fn others(
        &mut self,
        session: &Session,
        looks: &[(&Resource, Look<Connection>)],
        own: &[&Resource],
    ) -> Vec<Other> {
        let mut others = Vec::new();
        for connection in looks.iter().filter_map(|(_, look)| look.as_ref().ok()?.as_ref()) {
            match connections::users(&session.clients, &connection.arn).await {
                Ok(users) => others.extend(users),
                Err(error) => self.checks.push(Check::unknown("users of the connection", reason(&error))),
            }
        }
        others.retain(|one| !own.iter().any(|own| own.physical_id == one.name));
        others
    }

    /// Reads what the deployed template says of the parts; nothing where that cannot be told.
    async fn declared(
        &mut self,
        session: &Session,
        stack: &DeployedStack,
        told: &Told<'_>,
    ) -> Option<Declared> {
        let name = "template";
        // In between, some parts are as the one template says and some as the other.
        let status = &stack.status;
        if !status.is_deployed() && status.as_str() != "UPDATE_ROLLBACK_COMPLETE" {
            let evidence = format!("the parts are not held against it while the stack is in {status}");
            self.checks.push(Check::skipped(name, evidence));
            return None;
        }
        let read = match deployed::template(&session.clients, &stack.id).await {
            Ok(text) => Declared::read(&text, told).map_err(|error| error.to_string()),
            Err(error) => Err(reason(&error)),
        };
        match read {
            Ok(declared) => Some(declared),
            Err(reason) => {
                let evidence = format!("{reason}: whether the parts are as it says cannot be told");
                self.checks.push(Check::unknown(name, evidence));
                None
            }
        }
    }

    async fn queue(&mut self, session: &Session, queue: &Resource, expected: &Expected<'_>) {
        let url = &queue.physical_id;
        let look = looked(dead_letters::queue(&session.clients, url).await);
        let checks = path::queue(&queue.logical_id, &look, &self.rule_arns, expected);
        // What only warns may be meant by somebody.
        let is_wrong = |check: &Check| check.name == "queue policy" && check.verdict == Verdict::Fail;
        // Without the rules' names the policy would let nobody write.
        if let Ok(Some(queue)) = &look
            && !self.rule_arns.is_empty()
            && checks.iter().any(is_wrong)
        {
            self.wrong_queue = Some(queue.clone());
        }
        self.checks.extend(checks);
        if let Ok(Some(queue)) = look {
            let sample = if queue.messages == 0 {
                Ok(Vec::new())
            } else {
                dead_letters::sample(&session.clients, url).await
            };
            self.checks.push(match sample {
                Ok(sample) => place::dead_letters(queue.messages, &sample),
                Err(error) => Check::unknown("dead letters", reason(&error)),
            });
        }
    }
}
