//! IP addresses and the ranges of them that a pattern names.
//!
//! AWS compares addresses by their hexadecimal digits, and decides as soon as a digit settles it. So an
//! IPv6 address that begins like an IPv4 range is inside it, and `0.0.0.0/0` holds every IPv6 address:
//! patterns-aws.tsv, `edge_depth_cidr_*`.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A range of addresses: the digits of its ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Range {
    bottom: Vec<u8>,
    top: Vec<u8>,
    /// Whether the range excludes its ends; only the digit after an exact address is excluded.
    open_bottom: bool,
    open_top: bool,
}

impl Range {
    /// Reads `10.0.0.0/24` or `2001:db8::/32`; the error is AWS's reason.
    pub(super) fn cidr(text: &str) -> Result<Self, String> {
        // As Java's split does: empty parts at the end do not count.
        let parts: Vec<&str> = text.trim_end_matches('/').split('/').collect();
        let [address, mask] = parts[..] else {
            return Err("Malformed CIDR, one '/' required".to_owned());
        };
        let mask = mask.parse::<i32>().map_err(|_| "Malformed CIDR, mask bits must be an integer")?;
        let mask = usize::try_from(mask).map_err(|_| "Malformed CIDR, mask bits must not be negative")?;
        if !looks_like_address(address) {
            return Err(format!("Nonstandard IP address: {address}"));
        }
        let mut bottom = octets(address).ok_or_else(|| format!("Invalid IP address: {address}"))?;
        let bits = bottom.len() * 8;
        if mask >= bits {
            let version = if bits == 32 { "IPv4" } else { "IPv6" };
            return Err(format!("{version} mask bits must be < {bits}"));
        }
        let mut top = bottom.clone();
        for (index, (low, high)) in bottom.iter_mut().zip(&mut top).enumerate() {
            let kept = mask.saturating_sub(index * 8).min(8);
            let free = u8::MAX.checked_shr(u32::try_from(kept).unwrap_or(8)).unwrap_or(0);
            *low &= !free;
            *high |= free;
        }
        Ok(Self { bottom: digits(&bottom), top: digits(&top), open_bottom: false, open_top: false })
    }

    /// Reads a pattern's string as an address, if it is one.
    pub(super) fn exactly(text: &str) -> Option<Self> {
        let bottom = digits_of(text)?;
        let mut range = Self { top: bottom.clone(), bottom, open_bottom: false, open_top: false };
        let last = range.top.len() - 1;
        if range.top[last] == b'F' {
            range.bottom[last] = b'E';
            range.open_bottom = true;
        } else {
            range.top[last] = if range.top[last] == b'9' { b'A' } else { range.top[last] + 1 };
            range.open_top = true;
        }
        Some(range)
    }

    /// Reports whether digits (or the text of a number) are in the range.
    pub(super) fn contains(&self, text: &[u8]) -> bool {
        let last = self.bottom.len() - 1;
        let (mut on_bottom, mut on_top) = (true, true);
        for (index, digit) in text.iter().copied().enumerate().take(last + 1) {
            if !matches!(digit, b'0'..=b'9' | b'A'..=b'F') {
                return false;
            }
            let (bottom, top) = (self.bottom[index], self.top[index]);
            let above = !on_bottom || digit > bottom;
            let below = !on_top || digit < top;
            if above && below {
                return true;
            }
            on_bottom &= digit == bottom;
            on_top &= digit == top;
            let inside = (above || on_bottom) && (below || on_top);
            if !inside {
                return false;
            }
            if index == last {
                return !(on_bottom && self.open_bottom || on_top && self.open_top);
            }
        }
        false
    }
}

/// Returns an address's digits, if a text is an address.
pub(super) fn digits_of(text: &str) -> Option<Vec<u8>> {
    looks_like_address(text).then(|| octets(text)).flatten().map(|octets| digits(&octets))
}

fn digits(octets: &[u8]) -> Vec<u8> {
    octets
        .iter()
        .flat_map(|octet| [octet >> 4, octet & 15])
        .map(|digit| b"0123456789ABCDEF"[usize::from(digit)])
        .collect()
}

/// Whether AWS takes a text for an address at all: four numbers with dots, or digits with colons.
fn looks_like_address(text: &str) -> bool {
    let four = text.split('.').count() == 4
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    four || text.contains(':') && text.bytes().all(|byte| byte == b':' || byte.is_ascii_hexdigit())
}

/// Reads an address as Java does: decimal with leading zeros, and IPv4 inside IPv6 is IPv4.
fn octets(text: &str) -> Option<Vec<u8>> {
    if !text.contains(':') {
        let parts: Option<Vec<u8>> = text
            .split('.')
            .map(|part| {
                part.trim_start_matches('0')
                    .parse()
                    .ok()
                    .or((!part.is_empty() && part.bytes().all(|byte| byte == b'0')).then_some(0))
            })
            .collect();
        return parts
            .and_then(|parts| <[u8; 4]>::try_from(parts).ok())
            .map(|parts| Ipv4Addr::from(parts).octets().to_vec());
    }
    let groups = |text: &str| -> Option<Vec<u16>> {
        let parts = text.split(':').filter(|_| !text.is_empty());
        parts
            .map(|part| u32::from_str_radix(part, 16).ok().and_then(|group| u16::try_from(group).ok()))
            .collect()
    };
    let all = match text.split_once("::") {
        None => groups(text)?,
        Some((before, after)) => {
            let (before, after) = (groups(before)?, groups(after)?);
            let missing = 8_usize.checked_sub(before.len() + after.len()).filter(|missing| *missing > 0)?;
            before.into_iter().chain(std::iter::repeat_n(0, missing)).chain(after).collect()
        }
    };
    let address = Ipv6Addr::from(<[u16; 8]>::try_from(all).ok()?);
    Some(
        address
            .to_ipv4_mapped()
            .map_or_else(|| address.octets().to_vec(), |address| address.octets().to_vec()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(cidr: &str, address: &str) -> bool {
        Range::cidr(cidr).unwrap().contains(&digits_of(address).unwrap())
    }

    #[test]
    fn holds_what_is_inside() {
        assert!(holds("10.0.0.0/24", "10.0.0.255"));
        assert!(holds("10.0.0.9/24", "10.0.0.0"));
        assert!(!holds("10.0.0.0/24", "10.0.1.0"));
        assert!(holds("10.0.0.1/31", "10.0.0.0"));
        assert!(!holds("10.0.0.1/31", "10.0.0.2"));
        assert!(holds("2001:db8::/33", "2001:db8:7fff::1"));
        assert!(!holds("2001:db8::/33", "2001:db8:8000::1"));
        assert!(holds("::/0", "10.0.0.1"));
        assert!(holds("10.0.0.0/8", "a00::1"));
    }

    #[test]
    fn reads_exact_addresses_however_they_are_spelled() {
        for (pattern, event, expected) in [
            ("10.0.0.1", "010.00.000.1", true),
            ("10.0.0.9", "10.0.0.9", true),
            ("10.0.0.9", "10.0.0.10", false),
            ("10.0.0.15", "10.0.0.15", true),
            ("10.0.0.15", "10.0.0.14", false),
            ("2001:db8::1", "2001:0DB8:0:0:0:0:0:1", true),
            ("::ffff:c000:201", "192.0.2.1", true),
        ] {
            let range = Range::exactly(pattern).unwrap();
            assert_eq!(range.contains(&digits_of(event).unwrap()), expected, "{pattern} {event}");
        }
        for text in ["12:30", "1.2.3", "1.2.3.256", "1:2:3:4:5:6:7:8:9", "::1::", ":", "1.2.3.x", ""] {
            assert_eq!(Range::exactly(text), None, "{text}");
        }
    }

    #[test]
    fn refuses_as_aws_does() {
        for (text, reason) in [
            ("10.0.0.1", "Malformed CIDR, one '/' required"),
            ("10.0.0.1/", "Malformed CIDR, one '/' required"),
            ("10.0.0.1/8/8", "Malformed CIDR, one '/' required"),
            ("10.0.0.1/x", "Malformed CIDR, mask bits must be an integer"),
            ("10.0.0.1/-1", "Malformed CIDR, mask bits must not be negative"),
            ("10.0.0.0/32", "IPv4 mask bits must be < 32"),
            ("::1/128", "IPv6 mask bits must be < 128"),
            ("::ffff:192.0.2.0/120", "Nonstandard IP address: ::ffff:192.0.2.0"),
            ("300.0.0.0/8", "Invalid IP address: 300.0.0.0"),
        ] {
            assert_eq!(Range::cidr(text).unwrap_err(), reason);
        }
    }
}
