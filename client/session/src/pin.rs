//! The PIN: wiped when dropped, and impossible to print or to store.

use zeroize::Zeroizing;

/// Fewest digits. Source: national passcode policy, six to eight digits.
const SHORTEST: usize = 6;
/// Most digits: what the card's reference data holds.
const LONGEST: usize = 8;

/// A PIN of six to eight digits. It has neither `Debug` nor `Display` nor `Serialize`, nor a way to read the digits.
///
/// ```compile_fail
/// let pin = spine_session::Pin::read("123456".to_owned()).unwrap();
/// println!("{pin:?}");
/// ```
/// Requirement: SES-015.
pub struct Pin(Zeroizing<[u8; LONGEST]>);

/// What was typed is no PIN. The text is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinFormatError {
    /// Too short or too long.
    #[error("a PIN has six to eight digits")]
    Length,
    /// Something that is no digit.
    #[error("a PIN consists of digits only")]
    Character,
}

impl Pin {
    /// Reads what was typed, and wipes it.
    pub fn read(typed: impl Into<Zeroizing<String>>) -> Result<Self, PinFormatError> {
        let typed = typed.into();
        let digits = typed.as_bytes();
        if !(SHORTEST..=LONGEST).contains(&digits.len()) {
            return Err(PinFormatError::Length);
        }
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(PinFormatError::Character);
        }
        let mut padded = Zeroizing::new([0xFF; LONGEST]);
        padded[..digits.len()].copy_from_slice(digits);
        Ok(Self(padded))
    }

    /// As the card compares it: eight bytes, the unused ones FF. Source: NIST SP 800-73-4 part 2, 2.4.3.
    pub(crate) fn padded(&self) -> &[u8; LONGEST] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_to_eight_digits_are_a_pin() {
        for (typed, padded) in [("123456", *b"123456\xFF\xFF"), ("12345678", *b"12345678")] {
            assert_eq!(Pin::read(typed.to_owned()).map(|pin| *pin.padded()), Ok(padded));
        }
        for (typed, problem) in [
            ("", PinFormatError::Length),
            ("12345", PinFormatError::Length),
            ("123456789", PinFormatError::Length),
            ("12345a", PinFormatError::Character),
            ("12345\u{0665}", PinFormatError::Character),
            ("1234 56", PinFormatError::Character),
        ] {
            assert_eq!(Pin::read(typed.to_owned()).err(), Some(problem), "{typed}");
        }
    }
}
