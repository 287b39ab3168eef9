//! Matching of `*`, `?` and `${variable}` in a policy's values.

/// Whether a value matches a pattern whose `${variables}` are taken from the context.
///
/// A variable that the context does not hold matches nothing. The cost is bounded by the product of
/// both lengths.
pub(super) fn matches(pattern: &str, value: &str, context: &[(&str, &str)]) -> bool {
    tokens(pattern, context).is_some_and(|tokens| {
        let value: Vec<char> = value.chars().collect();
        walk(&tokens, &value)
    })
}

/// Whether a value matches a pattern, whatever the case of its letters, as actions do.
pub(super) fn matches_ignoring_case(pattern: &str, value: &str) -> bool {
    matches(&pattern.to_lowercase(), &value.to_lowercase(), &[])
}

/// Replaces the variables of a value that is compared as a whole; nothing when one is not known.
pub(super) fn expand(pattern: &str, context: &[(&str, &str)]) -> Option<String> {
    let mut expanded = String::new();
    for token in tokens(pattern, context)? {
        expanded.push(match token {
            Token::Any => '*',
            Token::One => '?',
            Token::Exactly(character) => character,
        });
    }
    Some(expanded)
}

#[derive(Clone, Copy, PartialEq)]
enum Token {
    Any,
    One,
    Exactly(char),
}

fn tokens(pattern: &str, context: &[(&str, &str)]) -> Option<Vec<Token>> {
    let mut tokens = Vec::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        if let Some((variable, after)) = rest.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
            let value = match variable {
                "*" | "?" | "$" => variable,
                key => context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?.1,
            };
            tokens.extend(value.chars().map(Token::Exactly));
            rest = after;
            continue;
        }
        tokens.push(match character {
            '*' => Token::Any,
            '?' => Token::One,
            other => Token::Exactly(other),
        });
        rest = &rest[character.len_utf8()..];
    }
    Some(tokens)
}

/// Walks both sides and goes back to the last star only: no exponential case.
fn walk(pattern: &[Token], value: &[char]) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < value.len() {
        match pattern.get(at) {
            Some(Token::Any) => {
                star = Some((at, seen));
                at += 1;
            }
            Some(token) if *token == Token::One || *token == Token::Exactly(value[seen]) => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((star_at, star_seen)) = star else { return false };
                star = Some((star_at, star_seen + 1));
                at = star_at + 1;
                seen = star_seen + 1;
            }
        }
    }
    pattern[at..].iter().all(|token| *token == Token::Any)
}
