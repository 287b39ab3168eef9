//! What is written where the program itself is wrong.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{PanicHookInfo, set_hook};

use owo_colors::OwoColorize as _;

use super::{indented, screen};

/// Has a panic written as everything else is: without secrets, obeyed by no terminal, with what to do about it.
///
/// The way to it is shown where `RUST_BACKTRACE` asks for that. The exit code stays 101.
pub fn report_panics() {
    set_hook(Box::new(|panic| {
        let backtrace = Backtrace::capture();
        let way = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        screen::err(&text(panic, way.as_deref()));
    }));
}

fn text(panic: &PanicHookInfo<'_>, way: Option<&str>) -> String {
    let said = panic.payload_as_str().unwrap_or("no reason is given");
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    format!(
        "{}{} this is a bug in evbridge-momento: {}\n  {} it panicked at {place}\n{}\n{} report it at {}/issues, with the command and this text\n",
        "error".red().bold(),
        ":".bold(),
        indented(said, 2),
        "cause:".red(),
        way.unwrap_or_default(),
        "hint:".cyan().bold(),
        env!("CARGO_PKG_REPOSITORY"),
    )
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, take_hook};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_panic_is_a_bug_to_report_and_shows_no_secret() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyJ9.SignatureInAPanic";
        let written = Arc::new(Mutex::new(String::new()));
        let before = take_hook();
        let (own, here) = (Arc::clone(&written), std::thread::current().id());
        set_hook(Box::new(move |panic| {
            // Other tests run beside this one.
            if std::thread::current().id() == here {
                *own.lock().unwrap() = screen::safe(&text(panic, None)).into_owned();
            } else {
                before(panic);
            }
        }));
        assert!(catch_unwind(|| panic!("{token}\nFORGED\u{1b}[2J")).is_err());
        let plain = anstream::adapter::strip_str(&written.lock().unwrap()).to_string();
        let (first, rest) = plain.split_once("\n  cause: it panicked at src/ui/panics.rs:").unwrap();
        assert_eq!(first, "error: this is a bug in evbridge-momento: ***\n  FORGED\\u{1b}[2J");
        let hint = "\nhint: report it at https://github.com/evbridge-momento/evbridge-momento/issues, with the \
                    command and this text\n";
        assert!(rest.ends_with(hint), "{rest}");
    }
}
