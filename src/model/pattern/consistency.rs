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

mod search;

use super::compile::Field;
use super::fields::{Fields, ROOT};
use super::test::FieldTest;
use search::Search;

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
