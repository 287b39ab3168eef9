//! The printer: results on stdout, everything else on stderr.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::sync::Arc;

use console::Term;
use indicatif::{MultiProgress, ProgressDrawTarget};
use owo_colors::OwoColorize as _;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Failure, Page, Report, indented, inline, screen};
use crate::error::Error;

/// The form of what goes to stdout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a person
    #[default]
    Text,
    /// One JSON value, or NDJSON for streams and for what follows an operation
    Json,
}

/// Where and how a command writes.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own")]
pub struct Printer {
    /// The form of the data.
    pub format: Format,
    /// Whether status lines and notes are left out.
    pub quiet: bool,
    /// Whether lines that move may be drawn on stderr.
    pub live: bool,
    /// Whether nothing at all is written; for commands inside a command.
    pub silent: bool,
    /// Whether JSON is a stream of lines, with the answer as the last one; else it is one value.
    pub streams: bool,
    /// The side of the screen that is this command's, when several run at once.
    pub side: Option<Side>,
}

/// One command's side of the screen, which several commands share that run at once.
#[derive(Clone, Debug)]
pub struct Side {
    /// What its lines begin with.
    pub name: Arc<str>,
    /// The lines that move, of all the commands.
    pub bars: MultiProgress,
}

impl Printer {
    /// Makes a printer; lines move only on a capable terminal outside CI.
    pub fn new(format: Format, quiet: bool, plain: bool) -> Self {
        let live = !quiet && !plain && format == Format::Text && std::io::stderr().is_terminal();
        Self { format, quiet, live, silent: false, streams: false, side: None }
    }

    /// Makes the room for lines that move; nobody sees them where none may.
    pub fn bars(&self) -> MultiProgress {
        let target = if self.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        MultiProgress::with_draw_target(target)
    }

    /// Makes an empty page for what stdout is.
    pub fn page(&self) -> Page {
        let size = Term::stdout().size_checked().filter(|_| self.redraws());
        Page { width: size.map(|(_, columns)| usize::from(columns)), ..Page::default() }
    }

    /// Prints a command's answer and returns its exit code.
    pub fn report<R: Report>(&self, report: &R) -> u8 {
        let mut page = self.page();
        report.text(&mut page);
        match self.format {
            Format::Text => self.data(&page.data),
            Format::Json if report.verbatim() => self.data(&page.data),
            Format::Json => self.json(versioned(R::SCHEMA, report)),
        }
        if !self.quiet && self.format == Format::Text && !page.notes.is_empty() {
            // A blank line parts the notes from the data where both reach the same screen.
            if !page.data.is_empty() && std::io::stdout().is_terminal() {
                screen::err("\n");
            }
            screen::err(&page.notes);
        }
        report.exit_code()
    }

    /// Returns whether the data is looked at on a screen, which can be drawn anew.
    pub fn redraws(&self) -> bool {
        self.format == Format::Text && std::io::stdout().is_terminal()
    }

    /// Prints one answer of a stream: in JSON a line of its own.
    pub fn stream<R: Report>(&self, report: &R) {
        if self.format == Format::Json {
            self.data(&(screen::json(versioned(R::SCHEMA, report), false) + "\n"));
        } else {
            self.report(report);
        }
    }

    /// Tells a program what happens before the answer: nothing unless JSON is a stream.
    pub fn event(&self, schema: &str, event: &impl Serialize) {
        if self.is_stream() && !self.quiet {
            self.data(&(screen::json(versioned(schema, event), false) + "\n"));
        }
    }

    /// Returns whether a program is told what happens, in lines of JSON.
    pub fn is_stream(&self) -> bool {
        self.format == Format::Json && self.streams
    }

    /// Prints a failed command's answer.
    pub fn error(&self, error: &Error) {
        if self.format == Format::Json {
            self.json(versioned(Failure::SCHEMA, &Failure::from(error)));
            return;
        }
        let place = self.side.as_ref().map_or_else(String::new, |side| format!(" in {}", side.name));
        let mut text =
            format!("{}{place}{} {}\n", "error".red().bold(), ":".bold(), indented(&error.message, 2));
        for (index, cause) in error.causes.iter().enumerate() {
            let cause = indented(cause, 9);
            let _ = writeln!(text, "  {} {cause}", "cause:".red());
            for (_, hint) in error.remedies.iter().filter(|(cause, _)| *cause == index) {
                let _ = writeln!(text, "   {} {}", "hint:".cyan(), indented(&error.hints[*hint], 9));
            }
        }
        let is_apart = |index: usize| !error.remedies.iter().any(|(_, hint)| *hint == index);
        for (_, hint) in error.hints.iter().enumerate().filter(|(index, _)| is_apart(*index)) {
            let _ = writeln!(text, "\n{} {}", "hint:".cyan().bold(), indented(hint, 6));
        }
        if let Some(document) = &error.document {
            let _ = writeln!(text);
            for line in format!("{document:#}").lines() {
                let _ = writeln!(text, "{}", inline(line));
            }
        }
        screen::err(&text);
    }

    /// Says what is going on, to the person who watches.
    pub fn status(&self, line: &str) {
        if !self.quiet {
            self.say(line);
        }
    }

    /// Says what the person should know even when everything works.
    pub fn warn(&self, line: &str) {
        if !self.quiet {
            self.say(&format!("{} {}", "warning:".yellow().bold(), indented(line, 9)));
        }
    }

    /// Writes a line to stderr, on the command's side of the screen.
    fn say(&self, line: &str) {
        let Some(side) = &self.side else {
            screen::err(&format!("{line}\n"));
            return;
        };
        if !line.is_empty() {
            side.bars.suspend(|| {
                let name = format!("{:<14}", side.name);
                for line in line.lines() {
                    screen::err(&format!("{} {line}\n", name.dimmed()));
                }
            });
        }
    }

    /// Writes data to stdout; a reader that went away is not a failure.
    pub fn data(&self, text: &str) {
        if self.silent {
            return;
        }
        screen::out(text);
    }

    /// Clears the screen before the same page is written anew; nothing where stdout is no terminal.
    pub fn clear_screen(&self) {
        if !self.silent && self.format == Format::Text && std::io::stdout().is_terminal() {
            screen::clear();
        }
    }

    fn json(&self, value: Value) {
        self.data(&(screen::json(value, !self.streams) + "\n"));
    }
}

/// Prints why a command line cannot be parsed, in which its own words are repeated, or values of the environment.
///
/// A script may have them from anywhere: what they hold of control characters is shown, and begins no line.
pub fn refusal(text: &str, words: &[OsString]) {
    let words = words.iter().filter_map(|word| word.to_str());
    let values = words.flat_map(|word| [Some(word), word.split_once('=').map(|(_, value)| value)]).flatten();
    // Of a list each member may be repeated by itself.
    let values = values.flat_map(|value| std::iter::once(value).chain(value.split(',')));
    let text = values.fold(text.to_owned(), |text, value| match inline(value) {
        Cow::Borrowed(_) => text,
        Cow::Owned(harmless) => text.replace(value, &harmless),
    });
    screen::err(&text);
}

/// Puts the layout's name before the report's own fields.
pub fn versioned(schema: &str, report: &impl Serialize) -> Value {
    let mut object = Map::new();
    object.insert("schema".to_owned(), Value::String(schema.to_owned()));
    match serde_json::to_value(report) {
        Ok(Value::Object(fields)) => object.extend(fields),
        Ok(value) => {
            object.insert("value".to_owned(), value);
        }
        Err(error) => {
            object.insert("error".to_owned(), Value::String(error.to_string()));
        }
    }
    Value::Object(object)
}
