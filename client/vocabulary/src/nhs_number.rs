//! The NHS number: ten digits, the last of them a modulus-11 check digit.
//!
//! It identifies a patient, so it is masked in `Debug` and has no `Display`; [`NhsNumber::reveal`] is called only where
//! a message, a PDS query or the operator's own report needs the digits.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A new-style NHS number that passed its check digit.
///
/// Source: Vision help, "Patient details validation" (shape); PDS FHIR API, `INVALID_RESOURCE_ID` (check digit).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NhsNumber([u8; 10]);

/// Why a text is no new-style NHS number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NhsNumberError {
    /// Nothing but white space.
    #[error("the NHS number is missing")]
    Missing,
    /// Has letters or other marks: one of the old-style formats (up to 15 characters, 21 formats).
    #[error("the NHS number is of an old style")]
    OldStyle,
    /// Digits, but not ten of them.
    #[error("the NHS number has not ten digits")]
    NotTenDigits,
    /// The tenth digit is not the check digit of the first nine, or no check digit exists for them.
    #[error("the NHS number fails its check digit")]
    CheckDigit,
    /// Ten times the same digit: passes the arithmetic for some digits and was never issued.
    #[error("the NHS number repeats one digit")]
    Repeated,
}

impl NhsNumber {
    /// Reads ten digits, alone or parted by single spaces or hyphens as people write them (`999 000 0018`).
    /// Requirements: ELI-009, ELI-010.
    pub fn parse(text: &str) -> Result<Self, NhsNumberError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NhsNumberError::Missing);
        }
        let mut digits = [0_u8; 10];
        let mut count = 0_usize;
        for character in text.chars() {
            match character {
                '0'..='9' => {
                    if let Some(place) = digits.get_mut(count) {
                        *place = character as u8 - b'0';
                    }
                    count += 1;
                }
                ' ' | '-' => {}
                _ => return Err(NhsNumberError::OldStyle),
            }
        }
        if count != 10 {
            return Err(NhsNumberError::NotTenDigits);
        }
        if digits.iter().all(|digit| *digit == digits[0]) {
            return Err(NhsNumberError::Repeated);
        }
        if Self::check_digit(&digits) == Some(digits[9]) {
            Ok(Self(digits))
        } else {
            Err(NhsNumberError::CheckDigit)
        }
    }

    /// The digits, for a message, a query or the operator's own report: nowhere else.
    #[must_use]
    pub fn reveal(self) -> String {
        self.0.iter().map(|digit| char::from(b'0' + digit)).collect()
    }

    /// The digits as people read them, `999 000 0018`; as identifying as [`Self::reveal`].
    #[must_use]
    pub fn reveal_grouped(self) -> String {
        let digits = self.reveal();
        format!("{} {} {}", &digits[..3], &digits[3..6], &digits[6..])
    }

    /// Whether the number is in a block never issued to a person (9xx xxx xxxx: synthetic and test patients).
    #[must_use]
    pub fn is_test(self) -> bool {
        self.0[0] == 9
    }

    /// Weights 10 to 2 over the first nine digits; 11 less the remainder, 11 written 0, 10 meaning there is none.
    fn check_digit(digits: &[u8; 10]) -> Option<u8> {
        let sum: u32 =
            digits.iter().zip((2..=10_u32).rev()).map(|(digit, weight)| u32::from(*digit) * weight).sum();
        match 11 - sum % 11 {
            11 => Some(0),
            10 => None,
            check => u8::try_from(check).ok(),
        }
    }
}

impl fmt::Debug for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NhsNumber(masked)")
    }
}

impl TryFrom<String> for NhsNumber {
    type Error = NhsNumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<NhsNumber> for String {
    fn from(number: NhsNumber) -> Self {
        number.reveal()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_people_write() {
        for text in ["9000000009", "900 000 0009", "900-000-0009", "  9000000009 "] {
            assert_eq!(NhsNumber::parse(text).map(NhsNumber::reveal).as_deref(), Ok("9000000009"), "{text}");
        }
    }

    #[test]
    fn refuses_each_kind_of_wrong_number_for_its_own_reason() {
        for (text, error) in [
            ("", NhsNumberError::Missing),
            ("   ", NhsNumberError::Missing),
            ("ABC 123", NhsNumberError::OldStyle),
            ("12/345678", NhsNumberError::OldStyle),
            ("9.99E+09", NhsNumberError::OldStyle),
            ("900000000", NhsNumberError::NotTenDigits),
            ("90000000090", NhsNumberError::NotTenDigits),
            ("9000000008", NhsNumberError::CheckDigit),
            ("1000000010", NhsNumberError::CheckDigit),
            ("9999999999", NhsNumberError::Repeated),
            ("0000000000", NhsNumberError::Repeated),
        ] {
            assert_eq!(NhsNumber::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn debug_shows_no_digit() {
        let shown = format!("{:?}", NhsNumber::parse("9000000009"));
        assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
    }

    proptest! {
        #[test]
        fn one_changed_digit_is_always_noticed(prefix in 100_000_000_u64..999_999_999, place in 0_usize..10, add in 1_u8..10) {
            let Some(number) = (0..10).find_map(|check| NhsNumber::parse(&format!("{prefix}{check}")).ok()) else {
                return Ok(());
            };
            let mut digits = number.reveal().into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + add) % 10;
            let changed = String::from_utf8(digits).unwrap();
            prop_assert!(NhsNumber::parse(&changed).is_err());
        }
    }
}
