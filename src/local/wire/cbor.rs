//! CBOR, as the Smithy protocol RPC v2 uses it: bytes and JSON trees.
//!
//! Source: RFC 8949 and the Smithy specification of `smithy.protocols#rpcv2Cbor`. Timestamps carry tag 1; which numbers
//! are timestamps is told by their members' names, as the trees do not.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::times::is_time;

/// How deep a value may be; no shape of a service goes that deep.
const DEEPEST: usize = 64;
/// The length of what ends with a break.
const OPEN: u8 = 31;
/// The byte that ends what has no length.
const BREAK: u8 = 0xff;

/// Reads a value; nothing where the bytes are not exactly one.
///
/// Blobs become base64, timestamps seconds, and what JSON has no number for (NaN) null.
pub fn read(bytes: &[u8]) -> Option<Value> {
    let mut reader = Reader { bytes };
    let value = reader.value(0)?;
    reader.bytes.is_empty().then_some(value)
}

/// Writes a value.
pub fn write(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(&mut bytes, value, false);
    bytes
}

/// How many items follow.
#[derive(Clone, Copy)]
enum Left {
    Items(u64),
    /// As many as there are before a break.
    UntilBreak,
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        let (major, info) = self.head()?;
        if depth > DEEPEST {
            return None;
        }
        Some(match major {
            0 => Value::from(self.number(info)?),
            1 => Value::from(-1 - i64::try_from(self.number(info)?).ok()?),
            2 => Value::from(BASE64_STANDARD.encode(self.chunks(2, info)?)),
            3 => Value::from(String::from_utf8(self.chunks(3, info)?).ok()?),
            4 => self.list(info, depth)?,
            5 => self.map(info, depth)?,
            6 => {
                self.number(info)?;
                self.value(depth + 1)?
            }
            _ => self.simple(info)?,
        })
    }

    fn list(&mut self, info: u8, depth: usize) -> Option<Value> {
        let mut left = self.length(info)?;
        let mut items = Vec::new();
        while self.has_more(&mut left) {
            items.push(self.value(depth + 1)?);
        }
        Some(Value::Array(items))
    }

    fn map(&mut self, info: u8, depth: usize) -> Option<Value> {
        let mut left = self.length(info)?;
        let mut members = Map::new();
        while self.has_more(&mut left) {
            let (major, info) = self.head()?;
            if major != 3 {
                return None;
            }
            let name = String::from_utf8(self.chunks(3, info)?).ok()?;
            members.insert(name, self.value(depth + 1)?);
        }
        Some(Value::Object(members))
    }

    fn simple(&mut self, info: u8) -> Option<Value> {
        Some(match info {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            22 | 23 => Value::Null,
            25 => half(u16::from_be_bytes(self.take(2)?.try_into().ok()?)).into(),
            26 => f32::from_be_bytes(self.take(4)?.try_into().ok()?).into(),
            27 => f64::from_be_bytes(self.take(8)?.try_into().ok()?).into(),
            _ => return None,
        })
    }

    /// Reads the bytes of a text or a blob, in one piece or in several.
    fn chunks(&mut self, kind: u8, info: u8) -> Option<Vec<u8>> {
        let Left::Items(length) = self.length(info)? else {
            let mut all = Vec::new();
            while self.has_more(&mut Left::UntilBreak) {
                let (major, info) = self.head()?;
                if major != kind || info == OPEN {
                    return None;
                }
                all.extend(self.chunks(kind, info)?);
            }
            return Some(all);
        };
        self.take(usize::try_from(length).ok()?).map(<[u8]>::to_vec)
    }

    fn length(&mut self, info: u8) -> Option<Left> {
        if info == OPEN { Some(Left::UntilBreak) } else { self.number(info).map(Left::Items) }
    }

    fn has_more(&mut self, left: &mut Left) -> bool {
        match left {
            Left::Items(0) => false,
            Left::Items(left) => {
                *left -= 1;
                true
            }
            Left::UntilBreak if self.bytes.first() == Some(&BREAK) => {
                self.bytes = &self.bytes[1..];
                false
            }
            Left::UntilBreak => true,
        }
    }

    fn head(&mut self) -> Option<(u8, u8)> {
        let first = self.take(1)?[0];
        Some((first >> 5, first & 0x1f))
    }

    fn number(&mut self, info: u8) -> Option<u64> {
        let bytes = match info {
            0..=23 => return Some(u64::from(info)),
            24..=27 => self.take(1 << (info - 24))?,
            _ => return None,
        };
        Some(bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }
}

/// Widens a number of 16 bits.
fn half(bits: u16) -> f64 {
    let (exponent, mantissa) = (i32::from((bits >> 10) & 0x1f), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => mantissa * 2f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (mantissa + 1024.0) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

fn put(bytes: &mut Vec<u8>, value: &Value, time: bool) {
    match value {
        Value::Null => bytes.push(0xf6),
        Value::Bool(is) => bytes.push(0xf4 + u8::from(*is)),
        Value::Number(number) => {
            if time {
                head(bytes, 6, 1);
            }
            if let Some(number) = number.as_u64() {
                head(bytes, 0, number);
            } else if let Some(number) = number.as_i64() {
                head(bytes, 1, (-1 - number).unsigned_abs());
            } else {
                bytes.push(0xfb);
                bytes.extend(number.as_f64().unwrap_or_default().to_be_bytes());
            }
        }
        Value::String(text) => put_text(bytes, text),
        Value::Array(items) => {
            head(bytes, 4, items.len() as u64);
            for item in items {
                put(bytes, item, time);
            }
        }
        Value::Object(members) => {
            let there = || members.iter().filter(|(_, value)| !value.is_null());
            head(bytes, 5, there().count() as u64);
            for (name, value) in there() {
                put_text(bytes, name);
                put(bytes, value, is_time(name));
            }
        }
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    head(bytes, 3, text.len() as u64);
    bytes.extend(text.as_bytes());
}

fn head(bytes: &mut Vec<u8>, major: u8, number: u64) {
    let all = number.to_be_bytes();
    let (info, width) = match number {
        0..=23 => return bytes.push((major << 5) | all[7]),
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    bytes.push((major << 5) | info);
    bytes.extend(&all[8 - width..]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let value =
            json!({"A": [0, 23, 24, 255, 256, 70_000, u64::MAX, -1, -500, 1.5], "B": {"C": true, "D": "é"}});
        assert_eq!(read(&write(&value)).unwrap(), value);
        assert_eq!(read(&write(&json!({"A": null}))).unwrap(), json!({}));
    }

    #[test]
    fn a_timestamp_carries_its_tag() {
        assert_eq!(write(&json!({"Timestamps": [1]}))[12..], [0x81, 0xc1, 1]);
        assert_eq!(write(&json!({"Period": 60}))[8..], [0x18, 60]);
    }

    #[test]
    fn every_length_is_read() {
        let open = [
            0xbf, 0x61, b'a', 0x9f, 0x7f, 0x61, b'x', 0x61, b'y', 0xff, 0xff, 0x61, b'b', 0xf9, 0x3c, 0, 0xff,
        ];
        assert_eq!(read(&open).unwrap(), json!({"a": ["xy"], "b": 1.0}));
        assert_eq!(read(&[0xc1, 0xfa, 0x3f, 0x80, 0, 0]).unwrap(), json!(1.0));
        assert_eq!(read(&[0x42, 1, 2]).unwrap(), json!("AQI="));
    }

    #[test]
    fn what_is_no_value_is_refused() {
        let deep = vec![0x81; 1_000_000];
        for bytes in [
            &[][..],
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xff],
            &[1, 1],
            &[0x9b, 0xff],
            &[0xa1, 1, 1],
            &[0x61, 0xff],
            &deep,
        ] {
            assert_eq!(read(bytes), None);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Some(value) = read(&bytes) {
                prop_assert!(read(&write(&value)).is_some());
            }
        }
    }
}
