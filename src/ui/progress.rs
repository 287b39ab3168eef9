//! A stack operation as it runs: one line per resource with its own seconds.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use owo_colors::OwoColorize as _;

use super::{Printer, clean};
use crate::model::stack::{Event, Status};

/// Shows a stack operation's events: lines that move on a terminal, one line per settled resource elsewhere.
pub struct StackProgress {
    printer: Printer,
    bars: MultiProgress,
    lines: HashMap<String, Line>,
}

struct Line {
    bar: Option<ProgressBar>,
    started: Instant,
}

impl StackProgress {
    /// Starts to show an operation.
    pub fn new(printer: Printer) -> Self {
        let target = if printer.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { printer, bars: MultiProgress::with_draw_target(target), lines: HashMap::new() }
    }

    /// Shows one event.
    pub fn tell(&mut self, event: &Event) {
        if event.is_stack() {
            return;
        }
        if event.status.is_in_progress() && !event.status.is_failure() {
            let line = self.line(event);
            if let Some(bar) = &line.bar {
                bar.set_message(describe(event, None));
            }
            return;
        }
        let line = self.line(event);
        let text = describe(event, Some(line.started.elapsed()));
        match line.bar.take() {
            Some(bar) => {
                bar.set_style(plain_style());
                bar.finish_with_message(text);
            }
            None => self.printer.status(&text),
        }
        self.lines.remove(&event.logical_id);
    }

    fn line(&mut self, event: &Event) -> &mut Line {
        let (live, bars) = (self.printer.live, &self.bars);
        self.lines.entry(event.logical_id.clone()).or_insert_with(|| {
            let bar = live.then(|| {
                let bar = bars.add(ProgressBar::new_spinner().with_style(moving_style()));
                bar.enable_steady_tick(Duration::from_millis(100));
                bar
            });
            Line { bar, started: Instant::now() }
        })
    }
}

/// A line that moves shows the resource's own seconds while they pass.
fn moving_style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {elapsed}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn plain_style() -> ProgressStyle {
    ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// One line of at most 80 columns for the resources of our templates.
fn describe(event: &Event, took: Option<Duration>) -> String {
    let status = painted(&event.status, &format!("{:<16}", event.status.as_str()));
    let seconds = took.map(|took| format!("{:>4.1}s ", took.as_secs_f64())).unwrap_or_default();
    let line = format!("  {status} {:<26} {seconds}{}", event.logical_id, event.resource_type);
    match &event.reason {
        Some(reason) if event.status.is_failure() => format!("{line}\n      {}", clean(reason)),
        _ => line,
    }
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
