//! What is written differently and means the same: numbers, names, postcodes. No table could list every way of writing them.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::table;

const NUMBERS: &str = include_str!("../../tables/numbers.csv");
const CANONICAL: &str = include_str!("../../tables/canonical.csv");

static QUALITIES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    table::rows(NUMBERS).into_iter().map(|row| (row.cell("shape"), row.cell("quality"))).collect()
});

/// The letters with marks, each with the same letter written with its marks apart.
static DECOMPOSED: LazyLock<HashMap<char, String>> = LazyLock::new(|| {
    let letters = |cell: &str| -> Option<String> {
        cell.split(' ').map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)).collect()
    };
    table::rows(CANONICAL)
        .iter()
        .filter_map(|row| {
            Some((letters(row.text("letter"))?.chars().next()?, letters(row.text("decomposed"))?))
        })
        .collect()
});

/// The quality of a number as written: `valid`, `missing`, `old-style` or `invalid`.
pub(crate) fn quality(number: &str) -> &'static str {
    QUALITIES.get(shape(number)).map_or("", String::as_str)
}

/// The ten digits of a number as written, if it is a valid one. White space says nothing: the number is shown in groups.
/// Source: NHS Data Dictionary, NHS NUMBER; Vision help, Name and NHS number validation.
#[must_use]
pub fn digits(number: &str) -> Option<String> {
    (quality(number) == "valid").then(|| joined(number))
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect()
}

/// How a number is written.
fn shape(number: &str) -> &'static str {
    let number = joined(number);
    if number.is_empty() {
        return "blank";
    }
    if number.chars().all(|letter| letter.is_ascii_digit()) {
        return if number.len() == 10 { shape_of_ten(number.as_bytes()) } else { "digits" };
    }
    let scientific = number.chars().all(|letter| letter.is_ascii_digit() || "eE+-.".contains(letter))
        && number.parse::<f64>().is_ok();
    match (scientific, number.is_ascii()) {
        (true, _) => "scientific",
        (false, false) => "foreign",
        (false, true) => "other",
    }
}

/// The check of modulus 11: the first nine digits weighed 10 to 2; eleven less the remainder is the last digit, where 11 is
/// written 0 and 10 is no number's. Source: NHS Data Dictionary, NHS NUMBER.
fn shape_of_ten(digits: &[u8]) -> &'static str {
    let values: Vec<u32> = digits.iter().map(|digit| u32::from(digit - b'0')).collect();
    if values.iter().all(|digit| Some(digit) == values.first()) {
        return "ten-digits-equal";
    }
    let sum: u32 = values.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    let check = match 11 - sum % 11 {
        11 => 0,
        check => check,
    };
    if values.last() == Some(&check) { "ten-digits-right" } else { "ten-digits-wrong" }
}

/// A name as it is compared: one space for any white space, nothing of white space and punctuation at the end, no case, letters and
/// marks apart. Source: Vision help, Comparing with PDS (white space, punctuation); Vision help, Name and NHS number validation
/// (names are held in capitals, so that case says nothing); Unicode Standard Annex 15 (equivalent texts are the same text).
pub(crate) fn name(text: &str) -> String {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = |letter: char| letter.is_whitespace() || letter.is_ascii_punctuation();
    let apart = |letter: char| DECOMPOSED.get(&letter).cloned().unwrap_or_else(|| letter.to_string());
    spaced.trim_end_matches(end).chars().map(apart).collect::<String>().to_lowercase()
}

/// The forename of somebody who may have several: the first. Source: Vision help, SCR PDS Synchronisation, which names the forename
/// and not all of them.
pub(crate) fn forename(text: &str) -> String {
    name(text.split_whitespace().next().unwrap_or_default())
}

/// A postcode as it is compared: where its space stands says nothing. Source: Vision help, Recording addresses (the two halves are
/// parted by one space, and blanks around them are dropped); otherwise as a name.
pub(crate) fn postcode(text: &str) -> String {
    joined(&name(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        table::assert_well_formed(NUMBERS, &["shape", "quality", "source", "decided"]);
        table::assert_well_formed(CANONICAL, &["letter", "decomposed", "source"]);
        assert_eq!(DECOMPOSED.len() + 1, CANONICAL.lines().count());
        let known = ["valid", "missing", "old-style", "invalid"];
        assert!(QUALITIES.values().all(|quality| known.contains(&quality.as_str())));
    }

    #[test]
    fn numbers_are_of_four_qualities() {
        for (number, expected) in [
            ("9990000018", "valid"),
            (" 999 000 0018 ", "valid"),
            ("9990000019", "invalid"),
            ("999000001", "invalid"),
            ("99900000018", "invalid"),
            ("9999999999", "invalid"),
            ("9.99E+09", "invalid"),
            ("９９９０００００１８", "invalid"),
            ("ABC12 345", "old-style"),
            ("12/345678", "old-style"),
            (" ", "missing"),
        ] {
            assert_eq!(quality(number), expected, "{number}");
        }
        assert_eq!(digits("999 000 0018").as_deref(), Some("9990000018"));
        assert_eq!(digits("9990000019"), None);
    }

    #[test]
    fn names_and_postcodes_are_compared_for_what_they_mean() {
        assert_eq!(name("O'Brien. "), name("O'BRIEN"));
        assert_eq!(name("SMITH  JONES"), name("Smith Jones"));
        assert_eq!(name("Zo\u{eb}"), name("zoe\u{308}"));
        assert_ne!(name("Zo\u{eb}"), name("Zoe"));
        assert_ne!(name("Smith-Jones"), name("Smith Jones"));
        assert_eq!(name(" . "), "");
        assert_eq!(forename("Ann. Mary"), "ann");
        assert_eq!(postcode("sw83qj"), postcode(" SW8 3QJ."));
    }
}
