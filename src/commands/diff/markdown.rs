//! The differences as Markdown, for a comment on a pull request.

use std::fmt::Write as _;

use super::report::{Basis, Difference, replacement};
use crate::model::stack::{Action, Change};
use crate::ui::{Page, clean};

/// Writes the differences.
pub(super) fn write(difference: &Difference, page: &mut Page) {
    page.line(format_args!("### `{}` in {}: {}", difference.stack, difference.region, difference.summary()));
    page.line("");
    if let Some(status) = &difference.replaces_failed_stack {
        page.line(format_args!(
            "> The stack is in {}: a deploy deletes it and makes it again.\n",
            code(status)
        ));
    } else if difference.basis == Basis::Template {
        page.line("> The stack does not exist: a deploy creates it.\n");
    }
    if !difference.token_is_stored {
        page.line("> The token's secret is not there: a deploy writes it.\n");
    }
    if !difference.parameters.is_empty() {
        page.line("| Parameter | Before | After |\n|---|---|---|");
        for parameter in &difference.parameters {
            let cells = [Some(&parameter.name), parameter.before.as_ref(), parameter.after.as_ref()];
            page.line(row(&cells.map(|cell| cell.map(String::as_str))));
        }
        page.line("");
    }
    for change in &difference.changes {
        resource(change, page);
    }
}

fn resource(change: &Change, page: &mut Page) {
    let (sign, name, kind) = (change.action.sign(), &change.logical_id, &change.resource_type);
    let replacement = replacement(change).map(|text| format!(" ({})", inline(&text)));
    // What comes or goes is long and rarely read; what changes is what the reviewer came for.
    let is_open = change.action == Action::Modify;
    page.line(format_args!(
        "<details{}><summary><code>{sign} {}</code> {}{}</summary>\n",
        if is_open { " open" } else { "" },
        inline(name),
        inline(kind),
        replacement.unwrap_or_default(),
    ));
    if !change.properties.is_empty() {
        page.line("| Property | Before | After | Caused by |\n|---|---|---|---|");
        for property in &change.properties {
            let path = property.path.strip_prefix("/Properties/").unwrap_or(&property.path);
            let cells = [
                Some(path),
                property.before.as_deref(),
                property.after.as_deref(),
                property.cause.as_deref(),
            ];
            page.line(row(&cells));
        }
        page.line("");
    }
    page.line("</details>\n");
}

/// Writes a table's row; a value that is not there is an empty cell.
fn row(cells: &[Option<&str>]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.map(code).unwrap_or_default()).collect();
    format!("| {} |", cells.join(" | "))
}

/// Writes a value as code that no character of it can leave: not the cell, not the code, not the page.
fn code(value: &str) -> String {
    format!("<code>{}</code>", inline(value))
}

fn inline(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in clean(value).chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\n' | '\r' => text.push(' '),
            // What Markdown, a mention or a table would take as its own.
            '|' | '`' | '*' | '_' | '[' | ']' | '@' | '#' | '~' | '\\' | '!' => {
                let _ = write!(text, "&#{};", u32::from(character));
            }
            other if other.is_control() => {}
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_leaves_its_cell() {
        assert_eq!(
            row(&[Some("a|b"), None, Some("</code>\n@all `x`")]),
            "| <code>a&#124;b</code> |  | <code>&lt;/code&gt; &#64;all &#96;x&#96;</code> |"
        );
    }
}
