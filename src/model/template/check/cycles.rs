//! Finds circles of dependencies.

use std::collections::HashMap;

use crate::model::yaml::Position;

/// Who needs whom, and where the text says so.
pub(super) type Edges<'a> = HashMap<&'a str, Vec<(&'a str, Position)>>;

/// A circle: the names along it, and where its last link stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cycle<'a> {
    /// The names, the first again at the end.
    pub names: Vec<&'a str>,
    /// Where the link that closes the circle stands.
    pub at: Position,
}

/// Returns the circles among names, in the order of `names`; one for each link that closes one.
///
/// A depth-first search with a stack of its own: linear, whatever the depth.
pub(super) fn cycles<'a>(names: impl IntoIterator<Item = &'a str>, edges: &Edges<'a>) -> Vec<Cycle<'a>> {
    /// More circles say nothing more.
    const MOST: usize = 10;
    let mut state: HashMap<&str, State> = HashMap::new();
    let mut found = Vec::new();
    for start in names {
        if state.contains_key(start) {
            continue;
        }
        let mut path: Vec<(&str, usize)> = vec![(start, 0)];
        state.insert(start, State::Open);
        while let Some((name, next)) = path.last_mut() {
            let Some(&(needed, at)) = edges.get(name).and_then(|edges| edges.get(*next)) else {
                state.insert(name, State::Done);
                path.pop();
                continue;
            };
            *next += 1;
            match state.get(needed) {
                None => {
                    state.insert(needed, State::Open);
                    path.push((needed, 0));
                }
                Some(State::Open) if found.len() < MOST => {
                    let from = path.iter().position(|(name, _)| *name == needed).unwrap_or_default();
                    let names = path[from..].iter().map(|(name, _)| *name).chain([needed]).collect();
                    found.push(Cycle { names, at });
                }
                Some(State::Open | State::Done) => {}
            }
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Done,
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Position = Position { line: 1, column: 1 };

    fn found(links: &[(&'static str, &'static str)]) -> Vec<Vec<&'static str>> {
        let mut edges = Edges::new();
        for (from, to) in links {
            edges.entry(from).or_default().push((to, AT));
        }
        cycles(links.iter().map(|(from, _)| *from), &edges).into_iter().map(|cycle| cycle.names).collect()
    }

    #[test]
    fn circles_are_named_and_others_are_not() {
        assert_eq!(found(&[("a", "b"), ("a", "c"), ("b", "c")]), Vec::<Vec<&str>>::new());
        assert_eq!(found(&[("a", "b"), ("b", "c"), ("c", "b")]), [["b", "c", "b"]]);
        assert_eq!(found(&[("a", "a")]), [["a", "a"]]);
    }

    #[test]
    fn a_long_chain_needs_no_call_stack() {
        let names: Vec<String> = (0..100_000).map(|n| n.to_string()).collect();
        let mut edges = Edges::new();
        for pair in names.windows(2) {
            edges.entry(&pair[0]).or_default().push((&pair[1], AT));
        }
        assert!(cycles(names.iter().map(String::as_str), &edges).is_empty());
    }
}
