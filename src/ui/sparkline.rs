//! Numbers over time as a line of small bars.

/// The bars: the lowest for nothing, the others by size.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same where only ASCII can be shown.
const PLAIN: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];

/// Draws numbers; the highest one has the highest bar, and no number but 0 has the lowest.
pub fn draw(numbers: &[u64], unicode: bool) -> String {
    let bars = if unicode { BARS } else { PLAIN };
    let highest = numbers.iter().copied().max().unwrap_or(0).max(1);
    let steps = BARS.len() as u64 - 1;
    let level = |number: u64| {
        // The share in steps, rounded up: what happened once in a busy day is seen.
        let level = (u128::from(number) * u128::from(steps)).div_ceil(u128::from(highest));
        usize::try_from(level).unwrap_or(0)
    };
    numbers.iter().map(|number| bars[level(*number).min(7)]).collect()
}

/// Writes a number with its thousands apart: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_number_has_the_highest_bar_and_nothing_the_lowest() {
        assert_eq!(draw(&[0, 1, 50, 100], true), "▁▂▅█");
        assert_eq!(draw(&[0, 1, 50, 100], false), "_.=#");
        assert_eq!(draw(&[0, 0], true), "▁▁");
        assert_eq!(draw(&[3, 3], true), "██");
        assert_eq!(draw(&[u64::MAX, 1, 0], true), "█▂▁");
        assert_eq!(draw(&[], true), "");
    }

    #[test]
    fn thousands_are_apart() {
        let shown: Vec<_> = [0, 999, 1000, 1_234_567].into_iter().map(grouped).collect();
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }
}
