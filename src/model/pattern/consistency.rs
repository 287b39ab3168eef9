//! Whether one choice of array elements satisfies every field of a clause.
//!
//! AWS keeps the fields of one array element together: a clause matches only if there is a choice of at
//! most one element for each array of the event, so that every field finds its value inside the chosen
//! elements. Fields are tried in the order of their paths, and `exists: false` looks only at what the
//! choice so far leaves visible (event-ruler's `ACFinder`; patterns-aws.tsv, `correlated_*`).
//!
//! The search remembers which choices failed, so arrays that have nothing to do with each other cost the
//! sum of their sizes, not the product. What is left of exponential cases (a field reached on several ways
//! through several arrays) ends at a bound of steps, and then counts as no match.

use std::collections::HashSet;

use super::compile::Field;
use super::fields::{Element, Fields, ROOT};
use super::test::FieldTest;

/// Steps that every search may take, besides those for the event's size.
const FREE_STEPS: usize = 50_000;
/// Steps for each value and element of the event.
const STEPS_EACH: usize = 64;

/// Decides the clauses of one pattern for one event.
///
/// What a field's test says of the event is found once for all clauses, and all searches share one bound
/// of steps: the cost of a pattern is bounded by its size times the event's.
pub(super) struct Decision<'a> {
    fields: &'a Fields<'a>,
    tests: &'a [Field],
    /// For each test, its field's number.
    numbers: &'a [u32],
    /// For each test, whether a value satisfies it, once known; empty for a pattern of one clause.
    known: Vec<Option<bool>>,
    wants: Vec<Option<Want>>,
    steps: usize,
}

impl<'a> Decision<'a> {
    pub(super) fn new(
        fields: &'a Fields<'a>,
        tests: &'a [Field],
        numbers: &'a [u32],
        clauses: usize,
    ) -> Self {
        let known = if clauses > 1 { vec![None; tests.len()] } else { Vec::new() };
        let size = fields.entries.len() + fields.elements.len();
        Self { fields, tests, numbers, known, wants: Vec::new(), steps: FREE_STEPS + STEPS_EACH * size }
    }

    /// Reports whether the event satisfies a clause, whose tests are given in the order of their paths.
    pub(super) fn satisfies(&mut self, clause: &[usize]) -> bool {
        let chooses = self.fields.has_elements();
        let plausible = clause.iter().all(|index| {
            self.some_value_satisfies(*index)
                || self.tests[*index].test.allows_absence()
                    && (chooses || self.fields.of(self.numbers[*index]).is_empty())
        });
        if !plausible || !chooses {
            return plausible;
        }
        self.wants.resize_with(self.tests.len(), || None);
        for index in clause {
            let (number, test) = (self.numbers[*index], &self.tests[*index].test);
            self.wants[*index].get_or_insert_with(|| Want::new(self.fields, number, test));
        }
        let wants: Vec<&Want> = clause.iter().filter_map(|index| self.wants[*index].as_ref()).collect();
        // A clause whose fields are all outside arrays needs no choice.
        if wants.iter().all(|want| want.is_free()) {
            return true;
        }
        let (verdict, steps) = Search::new(self.fields, &wants, self.steps).run();
        self.steps = steps;
        verdict
    }

    fn some_value_satisfies(&mut self, index: usize) -> bool {
        let find = || {
            let test = &self.tests[index].test;
            self.fields.of(self.numbers[index]).iter().any(|entry| test.matches(entry.value))
        };
        match self.known.get(index) {
            Some(Some(known)) => *known,
            Some(None) => {
                let found = find();
                self.known[index] = Some(found);
                found
            }
            None => find(),
        }
    }

    /// Returns how many steps the searches may still take.
    #[cfg(test)]
    pub(super) fn steps(&self) -> usize {
        self.steps
    }
}

/// What one field of the clause may choose.
struct Want {
    /// The elements that hold a value that matches, in order.
    matching: Vec<u32>,
    /// Whether the field may be absent, and the elements in which it is present.
    present: Option<Vec<u32>>,
}

impl Want {
    fn new(fields: &Fields<'_>, field: u32, test: &FieldTest) -> Self {
        let entries = fields.of(field);
        let mut matching: Vec<u32> = Vec::new();
        for entry in entries {
            if matching.last() != Some(&entry.element) && test.matches(entry.value) {
                matching.push(entry.element);
            }
        }
        // Values directly in an array come between its elements, so the order is not yet by number.
        matching.sort_unstable();
        matching.dedup();
        let present = test.allows_absence().then(|| {
            let mut present: Vec<u32> = entries.iter().map(|entry| entry.element).collect();
            present.sort_unstable();
            present.dedup();
            present
        });
        Self { matching, present }
    }

    fn is_free(&self) -> bool {
        self.matching.first() == Some(&ROOT) || self.present.as_ref().is_some_and(Vec::is_empty)
    }
}

struct Search<'a> {
    fields: &'a Fields<'a>,
    wants: &'a [&'a Want],
    /// For each array, the chosen element, or `ROOT` for none.
    chosen: Vec<u32>,
    /// The arrays that have a choice, in the order of choosing.
    trail: Vec<u32>,
    /// For each array, one more than the last want that cares for it.
    cares: Vec<usize>,
    /// Wants and choices that are known to fail.
    failed: HashSet<(usize, Vec<u32>)>,
    steps: usize,
}

/// One want under trial.
struct Frame {
    /// The next alternative: 0 is absence, then the matching elements.
    next: usize,
    /// How long the trail was.
    trail: usize,
}

impl<'a> Search<'a> {
    fn new(fields: &'a Fields<'a>, wants: &'a [&'a Want], steps: usize) -> Self {
        let mut search = Self {
            fields,
            wants,
            chosen: vec![ROOT; fields.arrays.len()],
            trail: Vec::new(),
            cares: vec![0; fields.arrays.len()],
            failed: HashSet::new(),
            steps: steps.saturating_sub(fields.arrays.len()),
        };
        for (index, want) in wants.iter().enumerate() {
            for element in want.matching.iter().chain(want.present.iter().flatten()) {
                let mut at = *element;
                while at != ROOT {
                    search.steps = search.steps.saturating_sub(1);
                    let Element { parent, array } = search.fields.elements[at as usize];
                    if std::mem::replace(&mut search.cares[array as usize], index + 1) == index + 1 {
                        break;
                    }
                    at = parent;
                }
            }
        }
        search
    }

    /// Returns the verdict, and the steps that are left.
    fn run(mut self) -> (bool, usize) {
        let mut frames = vec![Frame { next: 0, trail: 0 }];
        while let Some(frame) = frames.last_mut() {
            let trail = frame.trail;
            let start = frame.next;
            self.forget(trail);
            let want = frames.len() - 1;
            let Some(next) = self.advance(want, start) else {
                if self.steps == 0 {
                    break;
                }
                let key = self.state(want);
                self.failed.insert(key);
                frames.pop();
                continue;
            };
            frames[want].next = next + 1;
            if frames.len() == self.wants.len() {
                return (true, self.steps);
            }
            let state = self.state(want + 1);
            if !self.failed.contains(&state) {
                frames.push(Frame { next: 0, trail: self.trail.len() });
            }
        }
        (false, self.steps)
    }

    /// Takes the first alternative of a want, from a given one, that the choice so far allows.
    fn advance(&mut self, want: usize, start: usize) -> Option<usize> {
        let wants = self.wants;
        let want = wants[want];
        if start == 0
            && let Some(present) = &want.present
            && self.visible(present, 0).is_none()
            && self.steps > 0
        {
            return Some(0);
        }
        let at = self.visible(&want.matching, start.saturating_sub(1))?;
        self.choose(want.matching[at]);
        Some(at + 1)
    }

    /// Finds the first element of a list, from an index, that the choice so far leaves visible.
    fn visible(&mut self, list: &[u32], mut at: usize) -> Option<usize> {
        'elements: while let Some(element) = list.get(at) {
            let mut inside = *element;
            while inside != ROOT {
                self.steps = self.steps.saturating_sub(1);
                if self.steps == 0 {
                    return None;
                }
                let Element { parent, array } = self.fields.elements[inside as usize];
                let chosen = self.chosen[array as usize];
                if chosen != ROOT && chosen != inside {
                    // Jump over the elements that are not chosen.
                    let to = if chosen > inside { chosen } else { self.fields.arrays[array as usize] };
                    at += list[at..].partition_point(|element| *element < to);
                    continue 'elements;
                }
                inside = parent;
            }
            return Some(at);
        }
        None
    }

    fn choose(&mut self, element: u32) {
        let mut at = element;
        while at != ROOT {
            let Element { parent, array } = self.fields.elements[at as usize];
            if self.chosen[array as usize] == ROOT {
                self.chosen[array as usize] = at;
                self.trail.push(array);
            }
            at = parent;
        }
    }

    fn forget(&mut self, length: usize) {
        for array in self.trail.drain(length..) {
            self.chosen[array as usize] = ROOT;
        }
    }

    /// Returns what decides whether the wants from an index on can be satisfied.
    fn state(&mut self, want: usize) -> (usize, Vec<u32>) {
        let relevant = self.trail.iter().filter(|array| self.cares[**array as usize] > want);
        let mut chosen: Vec<u32> = relevant.map(|array| self.chosen[*array as usize]).collect();
        self.steps = self.steps.saturating_sub(self.trail.len());
        chosen.sort_unstable();
        (want, chosen)
    }
}
