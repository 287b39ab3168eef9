//! A stack operation as it runs: one line per resource with its own seconds, and the time of all of it.

mod step;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use jiff::Timestamp;
use owo_colors::OwoColorize as _;

use super::screen::safe;
use super::{Printer, indented, inline};
use crate::model::stack::{Event, Status, pace};
pub use step::{Kind, Step};

/// Shows a stack operation's events: lines that move on a terminal, one line per settled resource elsewhere, and
/// with `--output json` a line of JSON for each event.
pub struct StackProgress {
    printer: Printer,
    place: (String, String),
    bars: MultiProgress,
    lines: HashMap<String, Line>,
    began: Instant,
    first: Option<Timestamp>,
    done: usize,
    total: Option<ProgressBar>,
}

/// A resource that is under way.
struct Line {
    bar: Option<ProgressBar>,
    began: Instant,
    event: Event,
    is_told_slow: bool,
}

impl StackProgress {
    /// Starts to show an operation of a stack in a region.
    pub fn new(printer: Printer, stack: &str, region: &str) -> Self {
        let bars = printer.side.as_ref().map_or_else(|| printer.bars(), |side| side.bars.clone());
        let mut progress = Self {
            printer,
            place: (stack.to_owned(), region.to_owned()),
            bars,
            lines: HashMap::new(),
            began: Instant::now(),
            first: None,
            done: 0,
            total: None,
        };
        if progress.is_block() {
            progress.show_total();
        }
        progress
    }

    /// Returns whether this is one block of several: its first line stays, and of the others only what is under way.
    fn is_block(&self) -> bool {
        self.printer.side.is_some()
    }

    /// Shows one event.
    pub fn tell(&mut self, event: &Event) {
        self.first = self.first.or(event.time);
        let begins = event.status.is_in_progress() && !event.status.is_failure();
        let taken = self.taken(event);
        self.stream(&Step::of((&self.place.0, &self.place.1), event, self.so_far(event), taken));
        if event.is_stack() {
            return;
        }
        if begins {
            let line = self.line(event);
            if let Some(bar) = &line.bar {
                bar.set_prefix(describe(event, None));
            }
        } else {
            let text = describe(event, Some(taken));
            match self.lines.remove(&event.logical_id).and_then(|line| line.bar) {
                Some(bar) if self.is_block() => {
                    bar.finish_and_clear();
                    self.bars.remove(&bar);
                }
                Some(bar) => {
                    bar.set_style(style("{msg}"));
                    bar.finish_with_message(text);
                }
                None if self.printer.live && self.is_block() => {}
                None if self.printer.live => {
                    let _ = self.bars.println(text);
                }
                None => self.say(&text),
            }
            self.done += 1;
        }
        self.show_total();
    }

    /// Looks at the clock: says which resources are slow, once each.
    pub fn tick(&mut self) {
        let slow: Vec<String> = self
            .lines
            .iter()
            .filter(|(_, line)| {
                !line.is_told_slow
                    && line.began.elapsed() >= pace::Pace::slow_after(&line.event.resource_type)
            })
            .map(|(id, _)| id.clone())
            .collect();
        for id in slow {
            let Some(line) = self.lines.get_mut(&id) else { continue };
            line.is_told_slow = true;
            let (event, taken) = (line.event.clone(), line.began.elapsed());
            let note = pace::note(&event.resource_type);
            if let Some(bar) = &line.bar {
                bar.set_message(format!("\n      {}", note.yellow()));
            } else {
                let id = inline(&event.logical_id);
                self.say(&format!("  {id}: {}s so far\n      {}", taken.as_secs(), note.yellow()));
            }
            let step = Step::of((&self.place.0, &self.place.1), &event, self.began.elapsed(), taken);
            self.stream(&Step { kind: Kind::Slow, time: None, note: Some(note), ..step });
        }
    }

    /// Returns how long the operation has taken, by the clock of the last event where it began before it was followed.
    fn so_far(&self, event: &Event) -> Duration {
        self.began.elapsed().max(between(self.first, event.time))
    }

    /// Returns how long a resource has taken until an event.
    fn taken(&self, event: &Event) -> Duration {
        let line = self.lines.get(&event.logical_id);
        line.map_or(Duration::ZERO, |line| {
            // Events that are read late are told apart by their own times.
            if line.event.time.is_some() && event.time.is_some() {
                between(line.event.time, event.time)
            } else {
                line.began.elapsed()
            }
        })
    }

    /// Writes a line for the person who watches, unless a program gets the same as JSON.
    fn say(&self, line: &str) {
        if !self.printer.is_stream() {
            self.printer.status(line);
        }
    }

    fn stream(&self, step: &Step) {
        self.printer.event(Step::SCHEMA, step);
    }

    fn line(&mut self, event: &Event) -> &mut Line {
        let (live, bars, total, block) = (self.printer.live, &self.bars, &self.total, self.is_block());
        self.lines.entry(event.logical_id.clone()).or_insert_with(|| {
            let bar = live.then(|| {
                let bar = ProgressBar::new_spinner().with_style(style("{prefix} {elapsed}{msg}"));
                let bar = match total {
                    Some(total) if block => bars.insert_after(total, bar),
                    Some(total) => bars.insert_before(total, bar),
                    None => bars.add(bar),
                };
                bar.enable_steady_tick(Duration::from_millis(100));
                bar
            });
            Line { bar, began: Instant::now(), event: event.clone(), is_told_slow: false }
        })
    }

    /// Shows the time of the whole operation in the last line.
    fn show_total(&mut self) {
        if !self.printer.live {
            return;
        }
        let (bars, region, block) = (&self.bars, self.place.1.clone(), self.is_block());
        let total = self.total.get_or_insert_with(|| {
            let template = if block { "{prefix:<14} {elapsed}, {msg}" } else { "  total {elapsed}, {msg}" };
            let bar = ProgressBar::new_spinner().with_style(style(template)).with_prefix(region);
            let bar = bars.add(bar);
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        total.set_message(format!("{} done, {} under way", self.done, self.lines.len()));
    }
}

impl Drop for StackProgress {
    fn drop(&mut self) {
        match &self.total {
            // The others go on: that this one is done is to be seen.
            Some(total) if self.is_block() => total.finish(),
            // The answer tells the time of all of it: the line is gone by then.
            Some(total) => total.finish_and_clear(),
            None => {}
        }
    }
}

fn between(from: Option<Timestamp>, until: Option<Timestamp>) -> Duration {
    let (Some(from), Some(until)) = (from, until) else { return Duration::ZERO };
    Duration::try_from(until.duration_since(from)).unwrap_or_default()
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// One line of at most 80 columns for the resources of our templates.
fn describe(event: &Event, took: Option<Duration>) -> String {
    let status = painted(&event.status, &format!("{:<16}", event.status.as_str()));
    let seconds = took.map(|took| format!("{:>4.1}s ", took.as_secs_f64())).unwrap_or_default();
    let (id, kind) = (inline(&event.logical_id), inline(&event.resource_type));
    let line = format!("  {status} {id:<26} {seconds}{kind}");
    let line = match &event.reason {
        // A line break in a reason begins no line of ours.
        Some(reason) if event.status.is_failure() => format!("{line}\n      {}", indented(reason, 6)),
        _ => line,
    };
    safe(&line).into_owned()
}

fn painted(status: &Status, text: &str) -> String {
    if status.is_failure() {
        text.red().to_string()
    } else if status.is_rollback() {
        text.yellow().to_string()
    } else if status.is_in_progress() {
        text.cyan().to_string()
    } else {
        text.green().to_string()
    }
}
