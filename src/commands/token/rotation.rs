//! The steps of a change of the token.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;

use super::interrupts::Interrupts;
use super::probe::Momento;
use crate::aws::cloudformation::Stack;
use crate::aws::connections::{connection, name_in};
use crate::aws::deployed::{self, DeployedStack};
use crate::aws::events::{self, Entry};
use crate::aws::follow::{Operation, follow};
use crate::aws::operations;
use crate::aws::secrets::{self, Move, Versions};
use crate::context::{Context, Session};
use crate::error::{Error, Kind, Result};
use crate::model::stack::Event;
use crate::model::stack::diagnosis::root_cause;
use crate::momento::{Call, Finding};
use crate::ui::progress::StackProgress;

/// What to do after an update that was not followed to its end.
const AGAIN: &str = "the same command again waits until the update is done, and goes on from there";

/// How long the connection may take to be authorised, and the probe event to arrive.
const PATIENCE: Duration = Duration::from_mins(1);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// A change of the token that is under way.
pub(super) struct Rotation<'a> {
    pub(super) context: &'a Context,
    pub(super) session: &'a Session,
    pub(super) stack: &'a DeployedStack,
    pub(super) secret: &'a str,
    /// The version that the stack uses, and goes back to.
    pub(super) before: &'a str,
    /// The labels before the change.
    pub(super) labels: &'a Versions,
    /// The id of the new version.
    pub(super) version: &'a str,
    pub(super) base_url: &'a str,
    pub(super) token: &'a SecretString,
    /// The token's id at Momento, where it is known.
    pub(super) key_id: Option<&'a str>,
    /// The cache that the probe event goes to; without one no event is sent.
    pub(super) cache: Option<&'a str>,
    /// Who sends the probe event.
    pub(super) source: &'a str,
    pub(super) interrupts: &'a Interrupts,
}

impl Rotation<'_> {
    /// Goes through all steps, and back where one fails; returns the id of the event that came through.
    pub(super) async fn run(&self) -> Result<Option<String>> {
        let clients = &self.session.clients;
        self.interrupts.made_version(self.version);
        secrets::write_pending(clients, self.secret, self.version, self.token, self.key_id).await?;
        self.say("stored the new token as a pending version");
        match self.try_version().await {
            Ok(event) => {
                self.interrupts.settled();
                // The version counts from here on; a label too many on it harms nobody.
                self.drop_pending().await;
                self.say("the new version is the current one, the old one is labelled AWSPREVIOUS");
                Ok(event)
            }
            // CloudFormation goes on with the update: the next run finds out how it ended.
            Err(error) if error.kind == Kind::Detached => Err(error),
            Err(error) => Err(self.go_back(error).await),
        }
    }

    async fn try_version(&self) -> Result<Option<String>> {
        self.interrupts.check()?;
        self.not_overtaken(false).await?;
        self.update(self.version).await?;
        self.interrupts.or(self.authorised()).await?;
        self.say("the connection is authorised with the new token");
        let mut event = None;
        if let Some(cache) = self.cache {
            event = Some(self.interrupts.or(self.come_through(cache)).await?);
            self.say("an event came through with the new token");
        }
        let labels = self.not_overtaken(true).await?;
        self.interrupts.check()?;
        // The version that is current need not be the one that the stack used.
        let current = labels.with(secrets::CURRENT);
        secrets::promote(&self.session.clients, self.secret, self.version, current).await?;
        Ok(event)
    }

    /// Gives the stack the new version; Ctrl-C leaves the update to CloudFormation.
    async fn update(&self, version: &str) -> Result<()> {
        let token = self.start_update(version).await?;
        tokio::select! {
            ended = self.ended(&token) => ended,
            () = self.interrupts.first() => {
                Err(Error::new(Kind::Detached, "detached: CloudFormation goes on with the update").hint(AGAIN))
            }
        }
    }

    /// Starts an update that gives the stack a version of the secret, and returns the operation's token.
    pub(super) async fn start_update(&self, version: &str) -> Result<String> {
        let token = operations::token();
        let clients = &self.session.clients;
        deployed::change_parameter(clients, self.stack, "MomentoTokenVersion", version, &token).await?;
        Ok(token)
    }

    /// Follows an update to its end, which must be a good one.
    pub(super) async fn ended(&self, token: &str) -> Result<()> {
        let mut happened = Vec::new();
        let operation = Operation::ours(&self.stack.id, token);
        let stack = watch(self.context, self.session, &operation, &mut happened).await;
        let stack = stack.map_err(|error| error.hint(AGAIN))?;
        if stack.is_some_and(|stack| stack.status.is_deployed()) {
            return Ok(());
        }
        let error = Error::new(Kind::RolledBack, "the stack could not be updated to the new token");
        Err(match root_cause(&happened) {
            Some(cause) => error.cause(format!("{} failed first: {}", cause.logical_id, cause.reason)),
            None => error,
        })
    }

    /// Takes the label of a trial off the version; a version without a label is deleted in time.
    pub(super) async fn drop_pending(&self) {
        let label = Move { label: secrets::PENDING, from: Some(self.version), to: None };
        if let Err(error) = secrets::move_label(&self.session.clients, self.secret, &label).await {
            self.context.printer.warn(&error.message);
        }
    }

    async fn authorised(&self) -> Result<()> {
        let name = self.stack.outputs.get("ConnectionArn").and_then(|arn| name_in(arn));
        let name =
            name.ok_or_else(|| Error::new(Kind::Remote, "the stack's outputs do not name its connection"))?;
        let end = tokio::time::Instant::now() + PATIENCE;
        loop {
            let found = connection(&self.session.clients, name).await?;
            let state = found.as_ref().map_or("gone", |found| found.state.as_str());
            if state == "AUTHORIZED" {
                return Ok(());
            }
            if !state.ends_with("ING") || tokio::time::Instant::now() >= end {
                let error = Error::new(Kind::Remote, format!("the connection {name} is {state}"));
                return Err(found.and_then(|found| found.reason).into_iter().fold(error, Error::cause));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends an event the whole way and waits until Momento has its item.
    async fn come_through(&self, cache: &str) -> Result<String> {
        let item = format!("evbridge-momento-probe-{}", uuid::Uuid::new_v4());
        let detail = json!({ "cacheName": cache, "key": item, "message": "probe", "ttl": 60 });
        let entry = Entry {
            bus: self.stack.outputs.get("EventBusName").cloned().unwrap_or_else(|| "default".to_owned()),
            source: self.source.to_owned(),
            detail_type: "cacheSet".to_owned(),
            detail: detail.to_string(),
        };
        let id = events::put(&self.session.clients, &entry).await?;
        let momento =
            Momento::open(self.session, self.base_url).map_err(|reason| Error::new(Kind::Remote, reason))?;
        let end = tokio::time::Instant::now() + PATIENCE;
        let mut said: String;
        loop {
            if let Some(local) = &self.session.local {
                local.call(self.session.region(), "Settle", json!({})).await?;
            }
            match momento.send(&Call::get(cache, &item), self.token).await {
                Ok(answer) if answer.finding == Finding::Done => break,
                Ok(answer) => said = answer.words,
                Err(reason) => said = reason,
            }
            // What has settled on the local cloud does not arrive later.
            if self.session.local.is_some() || tokio::time::Instant::now() >= end {
                let message = format!("the probe event {id} did not arrive in the cache {cache}");
                return Err(Error::new(Kind::Delivery, message)
                    .cause(format!("Momento said: {said}"))
                    .hint("find out where events stop with `evbridge-momento doctor`"));
            }
            tokio::time::sleep(PAUSE).await;
        }
        // The item goes by itself after a minute; that it cannot be deleted is no failure.
        let _ = momento.send(&Call::delete(cache, &item), self.token).await;
        Ok(id)
    }

    pub(super) fn say(&self, line: &str) {
        self.context.printer.status(line);
    }
}

/// Follows an operation of a stack and shows it.
pub(super) async fn watch(
    context: &Context,
    session: &Session,
    operation: &Operation,
    happened: &mut Vec<Event>,
) -> Result<Option<Stack>> {
    // An ARN ends in `stack/NAME/ID`.
    let name = operation.stack_id.rsplit('/').nth(1).unwrap_or_default();
    let mut progress = StackProgress::new(context.printer.clone(), name, session.region());
    follow(&session.clients, operation, |event| {
        progress.tell(event);
        happened.push(event.clone());
    })
    .await
}
