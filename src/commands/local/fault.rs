//! `local fault`: failures on demand, to see how a tool copes with them.

use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::print;
use crate::commands::deploy::duration;
use crate::context::Context;
use crate::error::Result;
use crate::local::fault;
use crate::ui::{Page, Report, inline, table};

/// What to do with the faults.
#[derive(Debug, Subcommand)]
pub enum FaultCommand {
    /// Let something go wrong from now on
    Add(AddArgs),
    /// List what is to go wrong, and how often it did
    List,
    /// Let everything work again
    Clear {
        /// Number of the fault; all when left out
        id: Option<u64>,
    },
}

/// The arguments of `local fault add`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento local fault add --resource AWS::Events::Rule --on create
  evbridge-momento local fault add --resource DeadLetterQueue --on delete --always
  evbridge-momento local fault add --resource AWS::IAM::Role --on create --delay 3s
  evbridge-momento local fault add --resource AWS::IAM::Role --on validate --reason 'No'
  evbridge-momento local fault add --resource AWS::CloudWatch::Alarm --on alarm
  evbridge-momento local fault add --action cloudformation:DescribeStacks --throttle --times 5
  evbridge-momento local fault add --action events:PutEvents --status 503
  evbridge-momento local fault add --action momento:Set --status 429 --retry-after 2
  evbridge-momento local fault add --action cloudformation:ExecuteChangeSet --lose-answer
  evbridge-momento local fault add --action '*:*' --expire --after 5")]
#[command(
    group(ArgGroup::new("place").required(true).args(["resource", "action"])),
    group(ArgGroup::new("effect").args([
        "reason", "delay", "throttle", "status", "drop", "lose_answer", "hang", "expire"
    ])),
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct AddArgs {
    /// Resource type, or name of a resource in the template
    #[arg(long, value_name = "RESOURCE", requires = "on")]
    resource: Option<String>,
    /// What is done with the resource
    #[arg(long, value_name = "STEP", requires = "resource")]
    on: Option<Step>,
    /// API actions as SERVICE:ACTION, or SERVICE:* for all of a service, or '*:*' for all
    #[arg(long, value_name = "SERVICE:ACTION", num_args = 1.., requires = "effect", value_parser = action)]
    action: Vec<(String, String)>,
    /// The resource fails with this reason
    #[arg(long, value_name = "TEXT", conflicts_with = "action")]
    reason: Option<String>,
    /// The resource takes this long, such as 3s
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "action")]
    delay: Option<Duration>,
    /// The action is throttled
    #[arg(long, conflicts_with = "resource")]
    throttle: bool,
    /// The action answers with this HTTP status
    #[arg(long, value_name = "STATUS", conflicts_with = "resource")]
    status: Option<u16>,
    /// Momento asks for a pause of so many seconds with it
    #[arg(long, value_name = "SECONDS", requires = "action", conflicts_with_all = ["drop", "lose_answer"])]
    retry_after: Option<u32>,
    /// The connection breaks before the action's work is done
    #[arg(long, conflicts_with = "resource")]
    drop: bool,
    /// The connection breaks after the action's work is done
    #[arg(long, conflicts_with = "resource")]
    lose_answer: bool,
    /// The action is never answered; the connection stays open
    #[arg(long, conflicts_with = "resource")]
    hang: bool,
    /// The action answers that the credentials have expired
    #[arg(long, conflicts_with = "resource")]
    expire: bool,
    /// How many calls go well first
    #[arg(long, value_name = "NUMBER", conflicts_with = "resource")]
    after: Option<u32>,
    /// How often
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    times: u32,
    /// Every time, until it is cleared
    #[arg(long, conflicts_with = "times")]
    always: bool,
}

/// What a stack operation does with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// It is made
    Create,
    /// It is changed
    Update,
    /// It is deleted
    Delete,
    /// It is looked at, for drift
    Read,
    /// A change set with it is validated
    Validate,
    /// A hook is asked about it
    Hook,
    /// It is an alarm of --rollback-alarm-arns, which goes off
    Alarm,
}

/// Does what the command says.
pub(super) async fn run(context: &Context, command: FaultCommand) -> Result<u8> {
    // The faults are kept in one place, whatever the region; without one they are for all.
    let session = context.local_cloud_anywhere().await?;
    let local = session.local()?;
    let call = async |action: &str, input: Value| local.call(session.region(), action, input).await;
    match command {
        FaultCommand::Add(args) => {
            for mut input in args.inputs() {
                input["Region"] = json!(context.region);
                call("AddFault", input).await?;
            }
        }
        FaultCommand::List => {}
        FaultCommand::Clear { id } => {
            call("ClearFaults", json!({ "Id": id })).await?;
        }
    }
    let answer = call("ListFaults", json!({})).await?;
    Ok(print(context, &Faults::of(&answer["Faults"])))
}

impl AddArgs {
    /// Returns one fault for the resource, or for each action.
    fn inputs(&self) -> Vec<Value> {
        let on = self.on.map(|on| match on {
            Step::Create => "create",
            Step::Update => "update",
            Step::Delete => "delete",
            Step::Read => "read",
            Step::Validate => "validate",
            Step::Hook => "hook",
            Step::Alarm => "alarm",
        });
        let resource = self.resource.iter().map(|resource| json!({ "Resource": resource, "Step": on }));
        let actions =
            self.action.iter().map(|(service, action)| json!({ "Service": service, "Action": action }));
        let (effect, times) = (self.effect(), (!self.always).then_some(self.times));
        resource
            .chain(actions)
            .map(|place| json!({ "Place": place, "Effect": effect, "Times": times, "After": self.after }))
            .collect()
    }

    fn effect(&self) -> Value {
        if let Some(delay) = self.delay {
            json!({ "Delay": u64::try_from(delay.as_millis()).unwrap_or(u64::MAX) })
        } else if let Some(status) = self.status {
            json!({ "Status": status, "RetryAfter": self.retry_after })
        } else if let Some(pause) = self.retry_after {
            json!({ "Status": 429, "RetryAfter": pause })
        } else if self.throttle {
            json!({ "Throttle": true })
        } else if self.drop {
            json!({ "Drop": true })
        } else if self.lose_answer {
            json!({ "LoseAnswer": true })
        } else if self.hang {
            json!({ "Hang": true })
        } else if self.expire {
            json!({ "Expire": true })
        } else {
            json!({ "Fail": self.reason.as_deref().unwrap_or("A fault was asked for (local fault)") })
        }
    }
}

/// What is to go wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Faults {
    /// The faults, oldest first.
    faults: Vec<Fault>,
}

/// One thing that is to go wrong.
#[derive(Debug, Serialize, JsonSchema)]
struct Fault {
    /// Its number, for `local fault clear`.
    id: u64,
    /// Where: a resource and what is done with it, or an API action.
    place: String,
    /// What goes wrong.
    effect: String,
    /// How often yet; nothing for always.
    left: Option<u64>,
    /// How often it happened.
    happened: u64,
}

impl Faults {
    fn of(answer: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let faults = answer.as_array().into_iter().flatten().map(|fault| Fault {
            id: fault["Id"].as_u64().unwrap_or_default(),
            place: text(&fault["Place"]),
            effect: text(&fault["Effect"]),
            left: fault["Left"].as_u64(),
            happened: fault["Happened"].as_u64().unwrap_or_default(),
        });
        Self { faults: faults.collect() }
    }
}

impl Report for Faults {
    const SCHEMA: &'static str = "local-faults/1";

    fn text(&self, page: &mut Page) {
        let rows: Vec<Vec<String>> = self
            .faults
            .iter()
            .map(|fault| {
                let left = match fault.left {
                    None => "always".to_owned(),
                    Some(0) => "spent".to_owned(),
                    Some(left) => format!("{left} left"),
                };
                let happened = format!("happened {}", fault.happened);
                let what = format!("{} {}", inline(&fault.place), inline(&fault.effect));
                vec![fault.id.to_string(), left, happened, what]
            })
            .collect();
        for line in table::columns(&rows) {
            page.line(line);
        }
        if self.faults.is_empty() {
            page.note(format_args!("{} nothing is to go wrong", "no faults:".green().bold()));
        }
    }
}

fn action(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((service, action)) if !service.is_empty() && !action.is_empty() => fault::known(service, action),
        _ => Err("expected SERVICE:ACTION, for example cloudformation:DescribeStacks".to_owned()),
    }
}
