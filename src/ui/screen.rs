//! The last step before the terminal: no secret, and no control sequence but colours.
//!
//! Foreign text is made harmless where it is put into a line, by [`clean`](super::clean). This is the net below that.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde_json::{Map, Value};

use super::paint::harmful;
use crate::redaction::redact;

/// Writes to stdout; a reader that went away is not a failure.
pub(super) fn out(text: &str) {
    let mut stdout = anstream::stdout();
    let _ = stdout.write_all(safe(text).as_bytes()).and_then(|()| stdout.flush());
}

/// Writes to stderr.
pub(super) fn err(text: &str) {
    let _ = anstream::stderr().write_all(safe(text).as_bytes());
}

/// Clears the screen that stdout is.
pub(super) fn clear() {
    let mut stdout = anstream::stdout();
    let _ = stdout.write_all(b"\x1b[H\x1b[2J").and_then(|()| stdout.flush());
}

/// Returns a text that can be written: without secrets, and with no control sequence but colours.
pub(super) fn safe(text: &str) -> Cow<'_, str> {
    match redact(text) {
        Cow::Borrowed(text) => colours_only(text),
        Cow::Owned(text) => Cow::Owned(colours_only(&text).into_owned()),
    }
}

/// Writes a JSON value without secrets; what a terminal would obey is escaped, which leaves the value the same.
pub(super) fn json(mut value: Value, pretty: bool) -> String {
    hide(&mut value);
    let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
    let text = text.unwrap_or_default();
    if !text.chars().any(|character| character != '\n' && harmful(character)) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && harmful(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn hide(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(redacted) = redact(text) {
                *text = redacted;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(fields) => {
            if fields.keys().any(|name| matches!(redact(name), Cow::Owned(_))) {
                hide_names(fields);
            }
            fields.values_mut().for_each(hide);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Hides secrets in the names of an object's fields; names that become the same are numbered, so that none is lost.
fn hide_names(fields: &mut Map<String, Value>) {
    let mut hidden = Map::new();
    for (name, value) in std::mem::take(fields) {
        let name = redact(&name).into_owned();
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !hidden.contains_key(name));
        hidden.insert(free.unwrap_or(name), value);
    }
    *fields = hidden;
}

/// Shows every control character but line ends, tabs and the sequences that set a colour.
fn colours_only(text: &str) -> Cow<'_, str> {
    if !text.chars().any(harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = colour(rest).unwrap_or(character.len_utf8());
        if length > character.len_utf8() || !harmful(character) {
            shown.push_str(&rest[..length]);
        } else {
            shown.extend(character.escape_unicode());
        }
        rest = &rest[length..];
    }
    Cow::Owned(shown)
}

/// Returns the length of the sequence for a colour that a text begins with: ESC, `[`, digits and semicolons, `m`.
fn colour(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|character: char| !character.is_ascii_digit() && character != ';')?;
    parameters[end..].starts_with('m').then_some(end + 3)
}

/// What the log is written to: stderr, without secrets.
pub(super) struct Log;

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        err(&String::from_utf8_lossy(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn colours_alone_are_obeyed() {
        assert_eq!(safe("\u{1b}[1;31mred\u{1b}[0m\tplain\n"), "\u{1b}[1;31mred\u{1b}[0m\tplain\n");
        for (given, shown) in [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{1b}]8;;http://x\u{7}link", "\\u{1b}]8;;http://x\\u{7}link"),
            ("\u{1b}[31", "\\u{1b}[31"),
            ("\u{1b}[31;Hm", "\\u{1b}[31;Hm"),
            ("\u{1b}", "\\u{1b}"),
            ("a\rb\u{7f}\u{9b}2J\u{202e}", "a\\u{d}b\\u{7f}\\u{9b}2J\\u{202e}"),
        ] {
            assert_eq!(safe(given), shown);
        }
    }

    #[test]
    fn json_is_the_same_value_without_a_control_character() {
        let value = json!({ "text": "a\u{1b}\u{9b}\u{7f}\u{202e}\u{e0041}é\n" });
        let text = json(value.clone(), true);
        assert_eq!(text, "{\n  \"text\": \"a\\u001b\\u009b\\u007f\\u202e\\udb40\\udc41é\\n\"\n}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_secret_in_a_name_is_hidden_as_well() {
        let token = |signature: &str| format!("eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyJ9.{signature}");
        let value = json!({ token("SomeSignature"): 1, "b": { token("OtherSignature"): token("ThirdOne") }, token("MoreOfIt"): 2 });
        let Value::Object(fields) = serde_json::from_str(&json(value, false)).unwrap() else {
            unreachable!()
        };
        assert_eq!(fields["b"], json!({ "***": "***" }));
        assert_eq!(fields.keys().filter(|name| ["***", "*** (2)", "b"].contains(&name.as_str())).count(), 3);
    }

    #[test]
    fn json_stays_json_where_a_secret_follows_an_escape() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyJ9.U2lnbmF0dXJlT2ZKc29uVGV4dA";
        crate::redaction::secret(token);
        assert_eq!(
            json(json!({ "text": format!("line\n{token}\nline") }), false),
            r#"{"text":"line\n***\nline"}"#
        );
    }
}
