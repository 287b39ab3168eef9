//! Who refers to whom: references in values, the order of resources, cycles.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::evaluate::intrinsic;

/// A name that a value refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reference {
    /// `Ref`, or a variable of `Fn::Sub`.
    Name(String),
    /// `Fn::GetAtt`, or a dotted variable of `Fn::Sub`.
    Attribute(String, String),
    /// The condition of an `Fn::If`.
    Condition(String),
}

/// A piece of `Fn::Sub`'s text.
pub(super) enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// The name in `${name}`.
    Variable(&'a str),
}

/// Returns every name that a value refers to, once.
pub(crate) fn references(value: &Value) -> BTreeSet<Reference> {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    found
}

/// Cuts `Fn::Sub`'s text into pieces; `${!Literal}` is the text `${Literal}`.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let name = &rest[start + 2..start + length];
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        if let Some(literal) = name.strip_prefix('!') {
            pieces.push(Piece::Text("${"));
            pieces.push(Piece::Text(literal));
            pieces.push(Piece::Text("}"));
        } else {
            pieces.push(Piece::Variable(name.trim()));
        }
        rest = &rest[start + length + 1..];
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Orders nodes so that each comes after those it needs, keeping their order otherwise.
///
/// Fails with the names on cycles, in order.
pub(super) fn order(needs: &BTreeMap<&str, Vec<&str>>, names: &[&str]) -> Result<Vec<usize>, Vec<String>> {
    let index: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let mut waiting = vec![0_usize; names.len()];
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
    let mut needs_of: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
    for (at, name) in names.iter().enumerate() {
        for need in needs.get(name).into_iter().flatten().filter_map(|need| index.get(need)) {
            waiting[at] += 1;
            needed_by[*need].push(at);
            needs_of[at].push(*need);
        }
    }
    let mut ready: BTreeSet<usize> = (0..names.len()).filter(|at| waiting[*at] == 0).collect();
    let mut ordered = Vec::with_capacity(names.len());
    while let Some(at) = ready.pop_first() {
        ordered.push(at);
        for next in &needed_by[at] {
            waiting[*next] -= 1;
            if waiting[*next] == 0 {
                ready.insert(*next);
            }
        }
    }
    if ordered.len() == names.len() {
        return Ok(ordered);
    }
    let left: BTreeSet<usize> = (0..names.len()).filter(|at| waiting[*at] > 0).collect();
    Err(on_cycles(left, &needed_by, &needs_of).into_iter().map(|at| names[at].to_owned()).collect())
}

/// Takes away what only depends on a cycle: that which nothing left needs.
fn on_cycles(
    mut left: BTreeSet<usize>,
    needed_by: &[Vec<usize>],
    needs_of: &[Vec<usize>],
) -> BTreeSet<usize> {
    let mut users: BTreeMap<usize, usize> = left
        .iter()
        .map(|at| (*at, needed_by[*at].iter().filter(|user| left.contains(user)).count()))
        .collect();
    let mut unused: Vec<usize> = users.iter().filter(|(_, count)| **count == 0).map(|(at, _)| *at).collect();
    while let Some(at) = unused.pop() {
        left.remove(&at);
        for need in &needs_of[at] {
            if let Some(count) = users.get_mut(need).filter(|_| left.contains(need)) {
                *count -= 1;
                if *count == 0 {
                    unused.push(*need);
                }
            }
        }
    }
    left
}

fn collect(value: &Value, found: &mut BTreeSet<Reference>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => match intrinsic(members) {
            Some(("Ref", Value::String(name))) => {
                found.insert(Reference::Name(name.clone()));
            }
            Some(("Fn::GetAtt", Value::String(text))) => variable(text, found),
            Some(("Fn::GetAtt", Value::Array(pair))) => {
                if let [Value::String(resource), attribute] = pair.as_slice() {
                    let name = attribute.as_str().unwrap_or_default().to_owned();
                    found.insert(Reference::Attribute(resource.clone(), name));
                    collect(attribute, found);
                }
            }
            Some(("Fn::Sub", argument)) => sub(argument, found),
            Some(("Fn::If", Value::Array(items))) => {
                if let Some(Value::String(condition)) = items.first() {
                    found.insert(Reference::Condition(condition.clone()));
                }
                for item in items {
                    collect(item, found);
                }
            }
            _ => members.values().for_each(|member| collect(member, found)),
        },
        _ => {}
    }
}

fn sub(argument: &Value, found: &mut BTreeSet<Reference>) {
    let (text, variables) = match argument {
        Value::Array(pair) => (pair.first(), pair.get(1)),
        text => (Some(text), None),
    };
    if let Some(variables) = variables {
        collect(variables, found);
    }
    for piece in text.and_then(Value::as_str).map(pieces).unwrap_or_default() {
        if let Piece::Variable(name) = piece
            && variables.is_none_or(|variables| variables.get(name).is_none())
        {
            variable(name, found);
        }
    }
}

fn variable(name: &str, found: &mut BTreeSet<Reference>) {
    found.insert(match name.split_once('.') {
        Some((resource, attribute)) => Reference::Attribute(resource.to_owned(), attribute.to_owned()),
        None => Reference::Name(name.to_owned()),
    });
}
