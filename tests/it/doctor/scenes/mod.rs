//! The broken stacks: how each is broken, and which checks find it.

mod calls;
mod queue;
mod role;
mod rules;
mod token;

/// A stack that is broken, and the checks that say so.
pub(super) struct Broken {
    pub(super) title: &'static str,
    /// What that means for events, or for who may not be let in.
    pub(super) text: &'static str,
    /// The definition of the stack; empty for the default one.
    pub(super) stack: &'static str,
    /// Lines of the AWS CLI, `{LogicalId}` and the outputs standing for what they name, `$KEY` for a key of
    /// Momento's; a comment says what happened elsewhere.
    pub(super) breaks: &'static [&'static str],
    /// The checks that fail or warn.
    pub(super) found: &'static [&'static str],
}

const fn broken(
    title: &'static str,
    text: &'static str,
    breaks: &'static [&'static str],
    found: &'static [&'static str],
) -> Broken {
    Broken { title, text, stack: "", breaks, found }
}

/// Returns all of them, in the order of the path of an event.
pub(super) fn all() -> Vec<&'static Broken> {
    let all: [&'static [Broken]; 5] =
        [&rules::SCENES, &calls::SCENES, &role::SCENES, &queue::SCENES, &token::SCENES];
    all.into_iter().flatten().collect()
}
