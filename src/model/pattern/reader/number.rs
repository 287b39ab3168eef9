//! Numbers, kept as they are spelled.

use super::place::name_of;
use super::{Reader, Refused, Token};

impl Reader {
    /// Reads a number after its first character.
    pub(super) fn number(&mut self, first: u16) -> Result<Token, Refused> {
        let start = self.at - 1;
        let mut lead = first;
        if first == u16::from(b'-') {
            lead = self.digit("expected digit (0-9) to follow minus sign, for valid numeric value")?;
        }
        if lead == u16::from(b'0') && self.digits() > 0 {
            return Err(self.refuse("Invalid numeric value: Leading zeroes not allowed"));
        }
        self.digits();
        if self.units.get(self.at) == Some(&u16::from(b'.')) {
            self.at += 1;
            self.digit("Decimal point not followed by a digit")?;
            self.digits();
        }
        if self.units.get(self.at).is_some_and(|unit| [0x45, 0x65].contains(unit)) {
            self.at += 1;
            if self.units.get(self.at).is_some_and(|unit| [0x2b, 0x2d].contains(unit)) {
                self.at += 1;
            }
            self.digit("Exponent indicator not followed by a digit")?;
            self.digits();
        }
        self.text = self.units[start..self.at].to_vec();
        match self.units.get(self.at).copied() {
            Some(next) if self.contexts.is_empty() && ![0x20, 0x09, 0x0a, 0x0d].contains(&next) => {
                self.at += 1;
                Err(self.unexpected(next, "Expected space separating root-level values"))
            }
            _ => Ok(Token::Number),
        }
    }

    fn digit(&mut self, otherwise: &str) -> Result<u16, Refused> {
        match self.unit() {
            Some(unit @ 0x30..=0x39) => Ok(unit),
            Some(unit) => Err(self.refuse(format_args!(
                "Unexpected character ({}) in numeric value: {otherwise}",
                name_of(unit)
            ))),
            None => Err(self.ended(&format!(": {otherwise}"))),
        }
    }

    /// Skips digits; returns how many.
    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.units.get(self.at), Some(0x30..=0x39)) {
            self.at += 1;
        }
        self.at - start
    }
}
