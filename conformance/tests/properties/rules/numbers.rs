//! NHS numbers: what counts as one. Source: NHS Data Dictionary, NHS NUMBER (modulus 11, weights 10 to 2; 11 is written 0, 10 means
//! that there is none).

use proptest::prelude::*;
use spine_vocabulary::{NhsNumber, NhsNumberError};

use crate::house::cases::cases;

/// The check digit by another way than weights: a running sum of running sums weighs the first digit ten times and the ninth twice.
fn check_digit(nine: &[u32; 9]) -> Option<u32> {
    let (mut run, mut total) = (0, 0);
    for digit in nine {
        run += digit;
        total += run;
    }
    // The sum of running sums has weights 9 to 1; one more of each digit makes them 10 to 2.
    let weighted = total + run;
    (0..10).find(|check| (weighted + check) % 11 == 0)
}

fn digits(prefix: u32) -> [u32; 9] {
    std::array::from_fn(|place| prefix / 10_u32.pow(8 - u32::try_from(place).unwrap()) % 10)
}

/// What a text means as an NHS number, written from the Data Dictionary: the digits if it is one.
pub(crate) fn read_here(text: &str) -> Option<String> {
    let plain: String = text.trim().chars().filter(|one| !matches!(one, ' ' | '-')).collect();
    let all: Vec<u32> = plain.chars().map(|one| one.to_digit(10)).collect::<Option<_>>()?;
    let [nine @ .., check] = all.as_slice() else { return None };
    let nine: &[u32; 9] = nine.try_into().ok()?;
    let repeats = nine.iter().all(|digit| digit == check);
    (!repeats && check_digit(nine) == Some(*check)).then_some(plain)
}

/// A text is read exactly as it is read here, is shown as it was read, and never panics.
pub(crate) fn is_read_right(text: &str) {
    let read = NhsNumber::parse(text);
    assert_eq!(read.map(NhsNumber::reveal).ok(), read_here(text), "{text:?}");
    let Ok(number) = read else { return };
    for shown in [number.reveal(), number.reveal_grouped(), number.reveal_grouped().replace(' ', "-")] {
        assert_eq!(NhsNumber::parse(&shown), Ok(number), "{shown}");
    }
    assert_eq!(number.reveal_grouped().len(), 12);
    let kept = serde_json::to_string(&number).unwrap();
    assert_eq!(serde_json::from_str::<NhsNumber>(&kept).unwrap(), number);
    assert!(!format!("{number:?}").contains(|one: char| one.is_ascii_digit()), "Debug shows digits");
}

#[test]
fn ten_equal_digits_are_refused() {
    for digit in 0..10 {
        let text = digit.to_string().repeat(10);
        assert_eq!(NhsNumber::parse(&text), Err(NhsNumberError::Repeated), "{text}");
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// Of the ten numbers with the same nine digits exactly one is valid, or none: the one that modulus 11 says. Two thousand
    /// times the ten check digits.
    #[test]
    fn modulus_eleven_decides(prefix in 0_u32..1_000_000_000) {
        let valid: Vec<u32> = (0..10).filter(|check| NhsNumber::parse(&format!("{prefix:09}{check}")).is_ok()).collect();
        let repeats = digits(prefix).iter().all(|digit| *digit == prefix % 10);
        let expected: Vec<u32> = check_digit(&digits(prefix)).into_iter().filter(|check| !repeats || *check != prefix % 10).collect();
        prop_assert_eq!(valid, expected);
        for check in 0..10 {
            is_read_right(&format!("{prefix:09}{check}"));
        }
    }

    /// A number that differs from a valid one in one digit, or in the order of two neighbours, is not valid.
    #[test]
    fn a_slip_is_noticed(prefix in 900_000_000_u32..1_000_000_000, place in 0_usize..9, digit in 0_u8..10) {
        let Some(check) = check_digit(&digits(prefix)) else { return Ok(()) };
        let written = format!("{prefix:09}{check}").into_bytes();
        let (mut one, mut two) = (written.clone(), written.clone());
        one[place] = b'0' + digit;
        two.swap(place, place + 1);
        for slip in [one, two] {
            if slip != written {
                prop_assert!(NhsNumber::parse(std::str::from_utf8(&slip).unwrap()).is_err());
            }
        }
    }

    /// Any text at all, digits of other scripts included, is read or refused, never a panic.
    #[test]
    fn any_text_is_read_or_refused(
        text in prop_oneof![any::<String>(), "[0-9 -]{0,14}", "[0-9٠-٩０-９a-z/. -]{8,14}", "\\PC{0,30}"],
    ) {
        is_read_right(&text);
    }
}
