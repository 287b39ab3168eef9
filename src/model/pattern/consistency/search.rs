//! A search with memory, in the order in which AWS tries the fields.

use std::collections::HashSet;

use super::super::fields::{Element, Fields, ROOT};
use super::Want;

/// The search for one choice of elements that satisfies every want of a clause.
pub(super) struct Search<'a> {
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
    pub(super) fn new(fields: &'a Fields<'a>, wants: &'a [&'a Want], steps: usize) -> Self {
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
    pub(super) fn run(mut self) -> (bool, usize) {
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
