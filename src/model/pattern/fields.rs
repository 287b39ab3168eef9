//! The fields of an event that patterns ask for.
//!
//! AWS names a leaf of an event by the names on its way, joined with dots; arrays add nothing to the name.
//! So `{"a":{"b":1}}` and `{"a.b":1}` are the same field, and a field may have many values. [`Paths`] holds
//! the names that patterns ask for; reading an event with it skips everything else.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::model::json::Json;

/// The element that is not inside an array.
pub(super) const ROOT: u32 = 0;

/// The paths that patterns ask for, as a tree of the names between their dots.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    nodes: Vec<Node>,
    fields: u32,
}

#[derive(Clone, Debug, Default)]
struct Node {
    children: HashMap<Box<str>, u32, Names>,
    field: Option<u32>,
}

/// One value of a field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) field: u32,
    /// The innermost array element that holds the value.
    pub(super) element: u32,
    pub(super) value: &'a Json,
}

/// An object or array that is an element of an array of the event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    /// The element that holds the array.
    pub(super) parent: u32,
    pub(super) array: u32,
}

/// An event's values of the fields asked for, sorted by field, then in the event's order.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    /// The array elements on the way, numbered as they come; the first is [`ROOT`].
    pub(super) elements: Vec<Element>,
    /// For each array, the number of the first element after it.
    pub(super) arrays: Vec<u32>,
}

impl Paths {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()], fields: 0 }
    }

    /// Adds a path, if it is new; returns its field.
    pub(super) fn add(&mut self, path: &str) -> u32 {
        let mut at = 0;
        for name in path.split('.') {
            let next = index(self.nodes.len());
            let child = *self.nodes[at].children.entry(name.into()).or_insert(next);
            if child == next {
                self.nodes.push(Node::default());
            }
            at = child as usize;
        }
        *self.nodes[at].field.get_or_insert_with(|| {
            self.fields += 1;
            self.fields - 1
        })
    }

    /// Returns how many fields the paths hold.
    #[cfg(test)]
    pub(super) fn count(&self) -> u32 {
        self.fields
    }

    /// Reads an event's values of all fields.
    pub(super) fn read<'a>(&self, event: &'a Json) -> Fields<'a> {
        let root = Element { parent: ROOT, array: 0 };
        let mut fields = Fields { entries: Vec::with_capacity(16), elements: vec![root], arrays: Vec::new() };
        if let Json::Object(members) = event {
            self.members(&mut fields, 0, ROOT, members);
        }
        fields.entries.sort_by_key(|entry| entry.field);
        fields
    }

    fn members<'a>(&self, fields: &mut Fields<'a>, at: usize, element: u32, members: &'a [(String, Json)]) {
        for (name, value) in members {
            if let Some(at) = self.step(at, name) {
                self.value(fields, at, element, value);
            }
        }
    }

    fn step(&self, at: usize, name: &str) -> Option<usize> {
        let child = |at: usize, name: &str| self.nodes[at].children.get(name).map(|child| *child as usize);
        // Only a name without a dot is stored, so the common case needs no search for dots.
        child(at, name).or_else(
            || {
                if name.contains('.') { name.split('.').try_fold(at, child) } else { None }
            },
        )
    }

    fn value<'a>(&self, fields: &mut Fields<'a>, at: usize, element: u32, value: &'a Json) {
        match value {
            Json::Object(members) => self.members(fields, at, element, members),
            Json::Array(items) => self.items(fields, at, element, items),
            leaf => {
                if let Some(field) = self.nodes[at].field {
                    fields.entries.push(Entry { field, element, value: leaf });
                }
            }
        }
    }

    fn items<'a>(&self, fields: &mut Fields<'a>, at: usize, parent: u32, items: &'a [Json]) {
        let nested = |item: &&Json| matches!(item, Json::Object(_) | Json::Array(_));
        // Among fewer than two elements there is nothing to choose, so they need no numbers.
        let chooses = items.iter().filter(nested).nth(1).is_some();
        let array = index(fields.arrays.len());
        if chooses {
            fields.arrays.push(0);
        }
        for item in items {
            let mut element = parent;
            if chooses && nested(&item) {
                element = index(fields.elements.len());
                fields.elements.push(Element { parent, array });
            }
            self.value(fields, at, element, item);
        }
        if chooses {
            fields.arrays[array as usize] = index(fields.elements.len());
        }
    }
}

impl<'a> Fields<'a> {
    /// Returns a field's values.
    pub(super) fn of(&self, field: u32) -> &[Entry<'a>] {
        let start = self.entries.partition_point(|entry| entry.field < field);
        let length = self.entries[start..].iter().take_while(|entry| entry.field == field).count();
        &self.entries[start..start + length]
    }

    /// Reports whether the event has arrays that hold several elements.
    pub(super) fn has_elements(&self) -> bool {
        self.elements.len() > 1
    }
}

/// Numbers are 32 bits: an event has at most 1 MB.
pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

type Names = BuildHasherDefault<NameHasher>;

/// A quick hash of short names (multiply and rotate, eight bytes at a time). Only rules put names into the tables,
/// so events cannot choose names that collide there.
#[derive(Clone, Default)]
pub(super) struct NameHasher(u64);

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.mix(chunk.try_into().map_or(0, u64::from_le_bytes));
        }
        let rest = chunks.remainder().iter().fold(0_u64, |rest, byte| rest << 8 | u64::from(*byte));
        self.mix(rest);
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.mix(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.mix(value);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl NameHasher {
    fn mix(&mut self, value: u64) {
        let mixed = (self.0.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95);
        self.0 = mixed ^ mixed >> 32;
    }
}
