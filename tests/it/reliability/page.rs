//! The parts of docs/reliability.md that the tests write.

use crate::harness::Page;

const PAGE: Page = Page("docs/reliability.md");

/// Returns whether the page is to be written anew.
pub(super) fn is_update() -> bool {
    Page::is_update()
}

/// Returns a part of the page by its name.
pub(super) fn read(part: &str) -> String {
    PAGE.read(part)
}

/// Writes a part of the page.
pub(super) fn write(part: &str, content: &str) {
    PAGE.write(part, content);
}
