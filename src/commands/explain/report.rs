//! What `explain` answers.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Question, text};
use crate::error::Kind;
use crate::model::explain::{Event, RuleExplanation};
use crate::ui::{Format, Page, Printer, Report};

/// What a stack's rules make of an event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Explained {
    /// The CloudFormation stack's name.
    pub stack: String,
    /// The region.
    pub region: String,
    /// The bus whose rules these are.
    pub bus: String,
    /// Whether these are the rules that are on the local cloud's bus; else a deploy of the stack would make them.
    pub deployed: bool,
    /// The whole event as the rules see it, JSON as text.
    pub event: String,
    /// The event's members that were not given and have a made-up value, such as `id`.
    pub made_up: Vec<String>,
    /// Whether it is the documented sample.
    pub is_sample: bool,
    /// Whether no enabled rule matches: EventBridge drops the event without a trace.
    pub dropped: bool,
    /// Whether AWS disagrees on some rule; none where it was not asked.
    pub disagreement: Option<bool>,
    /// What each rule makes of it, in the order of the template.
    pub rules: Vec<ExplainedRule>,
}

/// What one rule makes of an event, and what AWS says of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExplainedRule {
    /// Our explanation.
    #[serde(flatten)]
    pub explanation: RuleExplanation,
    /// Whether the pattern matches, by AWS's `TestEventPattern`; none where it was not asked.
    pub aws: Option<bool>,
}

impl Explained {
    /// Puts an explanation together.
    pub(super) fn new(question: &Question<'_>, event: &Event, rules: Vec<RuleExplanation>) -> Self {
        Self {
            stack: question.stack.to_owned(),
            region: question.region.to_owned(),
            bus: question.bus.to_owned(),
            deployed: false,
            event: event.json.to_string(),
            made_up: event.made_up.iter().map(|member| (*member).to_owned()).collect(),
            is_sample: false,
            dropped: !rules.iter().any(RuleExplanation::delivers),
            disagreement: None,
            rules: rules.into_iter().map(|explanation| ExplainedRule { explanation, aws: None }).collect(),
        }
    }

    /// Adds what AWS says of the rules, in their order.
    pub(super) fn compare(&mut self, answers: Vec<bool>) {
        for (rule, answer) in self.rules.iter_mut().zip(answers) {
            rule.aws = Some(answer);
        }
        self.disagreement = Some(self.rules.iter().any(ExplainedRule::disagrees));
    }

    /// Shows the explanation to a person now, before the command goes on; JSON has it in the command's answer.
    pub(in crate::commands) fn show(&self, printer: &Printer) {
        if printer.format == Format::Text {
            let mut page = printer.page();
            text::write(self, &mut page);
            printer.data(&page.data);
            page.notes.lines().for_each(|note| printer.status(note));
        }
    }
}

impl ExplainedRule {
    /// Returns whether AWS was asked and says something else.
    pub fn disagrees(&self) -> bool {
        self.aws.is_some_and(|aws| aws != self.explanation.matched)
    }
}

impl Report for Explained {
    const SCHEMA: &'static str = "explain/1";

    fn text(&self, page: &mut Page) {
        text::write(self, page);
    }

    fn exit_code(&self) -> u8 {
        if self.disagreement == Some(true) { Kind::Delivery.exit_code() } else { 0 }
    }
}
