//! How many places in its wildcard texts a field's list can be at once.
//!
//! AWS refuses a list that is too ambiguous (event-ruler's `MachineComplexityEvaluator`): it counts, for the
//! worst value there could be, the beginnings of wildcard texts that match the value's beginning. The limit
//! is not documented; ten agrees with the refusals that are known, such as that of four times `*:stack/name/*`.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::test::{Alternative, FieldTest};
use super::super::text::Wildcard;

/// The most places at once.
const LIMIT: usize = 10;
/// How many sets of places are looked at, at most; a list that needs more is taken.
const SETS: usize = 4096;

pub(super) const REASON: &str = "Rule is too complex - try using fewer wildcard characters or fewer repeating \
                                 character sequences after a wildcard character";

/// A byte of a wildcard text, or a star.
type Token = Option<u8>;

/// A place in a wildcard text.
#[derive(Default)]
struct Place {
    /// The places that follow, by byte.
    bytes: Vec<(u8, usize)>,
    /// The place after the star that follows.
    star: Option<usize>,
    /// Whether any byte may come without leaving the place.
    stays: bool,
}

/// Reports whether AWS refuses a field's list for its wildcards.
pub(super) fn is_too_complex(test: &FieldTest) -> bool {
    let mut places = vec![Place::default()];
    for alternative in test.alternatives() {
        let texts = match alternative {
            Alternative::Wildcard(wildcard) => std::slice::from_ref(wildcard),
            Alternative::NotWildcard(wildcards) => wildcards,
            _ => continue,
        };
        // Texts of one alternative share what they have in common before and with the first star.
        let mut shared = HashMap::new();
        for text in texts {
            add(&mut places, &mut shared, text);
        }
    }
    let mut alphabet: BTreeSet<Token> =
        places.iter().flat_map(|place| &place.bytes).map(|(byte, _)| Some(*byte)).collect();
    // One for all bytes that no text has.
    alphabet.insert(None);
    let mut pending = vec![BTreeSet::from([0])];
    let mut seen: HashSet<BTreeSet<usize>> = HashSet::new();
    while let Some(active) = pending.pop() {
        for byte in &alphabet {
            let next = after(&places, &active, *byte);
            if next.len() > LIMIT {
                return true;
            }
            if !next.is_empty() && seen.len() < SETS && seen.insert(next.clone()) {
                pending.push(next);
            }
        }
    }
    false
}

fn add(places: &mut Vec<Place>, shared: &mut HashMap<Vec<Token>, usize>, text: &Wildcard) {
    let tokens = text.tokens();
    let (mut at, mut starred) = (0, false);
    for (index, token) in tokens.iter().enumerate() {
        let key = tokens[..=index].to_vec();
        let known = if starred { None } else { shared.get(&key).copied() };
        at = known.unwrap_or_else(|| {
            let next = places.len();
            places.push(Place { stays: token.is_none(), ..Place::default() });
            match token {
                Some(byte) => places[at].bytes.push((*byte, next)),
                None => places[at].star = Some(next),
            }
            if !starred {
                shared.insert(key, next);
            }
            next
        });
        starred |= token.is_none();
    }
}

/// Returns the places after a byte.
fn after(places: &[Place], active: &BTreeSet<usize>, byte: Token) -> BTreeSet<usize> {
    let mut next = BTreeSet::new();
    for at in active {
        if places[*at].stays {
            next.insert(*at);
        }
        for (_, to) in places[*at].bytes.iter().filter(|(other, _)| Some(*other) == byte) {
            next.insert(*to);
            next.extend(places[*to].star);
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::super::super::Pattern;

    fn is_taken(list: &str) -> bool {
        Pattern::parse(&format!(r#"{{"v":[{list}]}}"#)).is_ok()
    }

    #[test]
    fn refuses_lists_that_are_too_ambiguous() {
        let stacks = |count: usize| {
            let texts: Vec<_> =
                (0..count).map(|name| format!(r#"{{"wildcard":"*:stack/{name}x/*"}}"#)).collect();
            texts.join(",")
        };
        assert!(is_taken(&stacks(3)));
        assert!(!is_taken(&stacks(4)));
        assert!(is_taken(r#"{"wildcard":"*/bin/*.jar"},{"wildcard":"a*b*c*d"}"#));
        assert!(is_taken(r#"{"wildcard":"*aaaaaaaa"}"#));
        assert!(!is_taken(r#"{"wildcard":"*aaaaaaaaaa"}"#));
        assert!(!is_taken(r#"{"anything-but":{"wildcard":["*aaaaaaaaaa"]}}"#));
        let many = "a*".repeat(1000);
        assert!(!is_taken(&format!(r#"{{"wildcard":"{many}"}}"#)));
    }

    #[test]
    fn gives_the_reason() {
        let invalid = Pattern::parse(r#"{"v":[{"wildcard":"*aaaaaaaaaaaa"}]}"#).unwrap_err();
        assert_eq!(
            invalid.to_string(),
            "Event pattern is not valid. Reason: Rule is too complex - try using fewer wildcard characters or \
             fewer repeating character sequences after a wildcard character"
        );
    }
}
