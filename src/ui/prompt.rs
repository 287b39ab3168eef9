//! Questions to a person at a terminal; never asked where nobody can answer.

use std::io::{BufRead as _, IsTerminal as _};

use owo_colors::OwoColorize as _;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::screen;
use crate::redaction;

/// Returns whether somebody is there to answer.
pub fn possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks yes or no; anything but yes is no.
pub fn confirm(question: &str) -> bool {
    let answer = ask(&format!("{} {question} [y/N] ", "?".cyan().bold()));
    matches!(answer.as_deref().map(str::trim), Some("y" | "Y" | "yes" | "Yes" | "YES"))
}

/// Asks for a text; an empty answer is the default.
pub fn text(label: &str, default: &str) -> Option<String> {
    let answer = ask(&format!("{} {label} {} ", "?".cyan().bold(), format_args!("[{default}]").dimmed()))?;
    let answer = answer.trim_end_matches(['\r', '\n']);
    Some(if answer.is_empty() { default.to_owned() } else { answer.to_owned() })
}

/// Asks for a text without showing what is typed; nothing typed is nothing.
pub fn hidden(label: &str) -> Option<SecretString> {
    discard_typed_ahead();
    screen::err(&format!("{} {label} ", "?".cyan().bold()));
    let line = Zeroizing::new(console::Term::stderr().read_secure_line().ok()?);
    (!line.trim().is_empty()).then(|| redaction::secret(&line))
}

fn ask(question: &str) -> Option<String> {
    discard_typed_ahead();
    screen::err(question);
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(read) if read > 0 => Some(line),
        _ => None,
    }
}

/// A key pressed before the question was asked does not answer it.
#[cfg(unix)]
fn discard_typed_ahead() {
    let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
}

#[cfg(not(unix))]
fn discard_typed_ahead() {}

/// Says something between two questions.
pub fn say(text: &str) {
    screen::err(&format!("  {}\n", super::indented(text, 2).yellow()));
}
