//! The PDS match. Source: Vision help, SCR PDS Synchronisation: NHS number, gender, date of birth and surname must match, and forename
//! or postcode; PDS Comparison: trailing punctuation and white space go, other white space is one space.

use jiff::civil::date;
use proptest::prelude::*;
use spine_rules::demographics::PdsRecord;
use spine_rules::demographics::comparison::{Field, differences, stops};
use spine_rules::record::PatientRecord;
use spine_rules::rules::settings::BothBlank;
use spine_rules::{Reason, Rules, SetAside, Settings};
use spine_vocabulary::{Gender, NhsNumber};

use crate::house::cases::cases;
use crate::house::person::{TODAY, candidate, found, pds, profile, record};

/// How a field of the record stands to the same field of PDS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Same,
    Differs,
    BlankHere,
    BlankThere,
    BlankBoth,
}

const ALL: [Stands; 5] =
    [Stands::Same, Stands::Differs, Stands::BlankHere, Stands::BlankThere, Stands::BlankBoth];

impl Stands {
    /// Ours and theirs of a field that holds `same` or else `other`.
    fn sides<T: Clone + Default>(self, same: &T, other: &T) -> (T, T) {
        match self {
            Self::Same => (same.clone(), same.clone()),
            Self::Differs => (same.clone(), other.clone()),
            Self::BlankHere => (T::default(), same.clone()),
            Self::BlankThere => (same.clone(), T::default()),
            Self::BlankBoth => (T::default(), T::default()),
        }
    }

    /// A mandatory field matches if it is the same on both sides; a blank proves nothing.
    fn matches(self) -> bool {
        self == Self::Same
    }

    /// A field of the "or" matches if it is the same, and by the setting also if both sides leave it blank.
    fn satisfies(self, both_blank: BothBlank) -> bool {
        self == Self::Same || self == Self::BlankBoth && both_blank == BothBlank::Matches
    }
}

fn rules(both_blank: BothBlank) -> Rules {
    Rules::new(Settings { both_blank, ..Settings::default() }, profile(), TODAY)
}

pub(crate) fn agree(both_blank: BothBlank, record: PatientRecord, pds: PdsRecord) -> Result<(), SetAside> {
    rules(both_blank).assess(candidate(record)).unwrap().agree(&found(pds)).map(drop)
}

/// Record and PDS with their fields standing so: surname, forename, postcode, gender, date of birth.
fn sides(row: [Stands; 5]) -> (PatientRecord, PdsRecord) {
    let mut our_side = record();
    let mut pds_side = pds(&our_side);
    let text = |stands: Stands, same: &str, other: &str| stands.sides(&same.to_owned(), &other.to_owned());
    (our_side.family_name, pds_side.family_name) = text(row[0], "O'BRIEN", "SMITH");
    let (given, held) = text(row[1], "ZOË", "MARY");
    (our_side.given_names, pds_side.given_names) =
        (given, Vec::from_iter(Some(held).filter(|name| !name.is_empty())));
    (our_side.postcode, pds_side.postcode) = text(row[2], "SW8 3QJ", "LS1 4HR");
    (our_side.gender, pds_side.gender) = row[3].sides(&Some(Gender::Female), &Some(Gender::Male));
    (our_side.birth_date, pds_side.birth_date) =
        row[4].sides(&Some(date(1970, 2, 28)), &Some(date(1970, 3, 1)));
    (our_side, pds_side)
}

/// All 5^5 ways in which five fields may stand to each other, twice for the number and twice for the setting: exactly those match
/// that the published table lets match, and the fields that differ are named, no others.
#[test]
fn the_truth_table_is_that_of_the_source() {
    let names = ["surname", "forename", "postcode", "gender", "birth-date"];
    let mut matched = 0;
    for index in 0..5_usize.pow(5) {
        let row: [Stands; 5] =
            std::array::from_fn(|place| ALL[index / 5_usize.pow(u32::try_from(place).unwrap()) % 5]);
        for (same_number, both_blank) in [
            (true, BothBlank::NoEvidence),
            (true, BothBlank::Matches),
            (false, BothBlank::NoEvidence),
            (false, BothBlank::Matches),
        ] {
            let (ours, mut theirs) = sides(row);
            if !same_number {
                theirs.number = NhsNumber::parse("9990000026").unwrap();
            }
            let [surname, forename, postcode, gender, birth_date] = row;
            let mandatory = surname.matches() && gender.matches() && birth_date.matches();
            let either = forename.satisfies(both_blank) || postcode.satisfies(both_blank);
            let expected = same_number && mandatory && either;
            matched += usize::from(expected);
            let answer = agree(both_blank, ours, theirs);
            assert_eq!(answer.is_ok(), expected, "{row:?}, same number {same_number}, {both_blank:?}");
            let Err(set_aside) = answer else { continue };
            if same_number {
                let differ = |place: usize| match place {
                    1 | 2 => !row[place].satisfies(both_blank),
                    _ => !row[place].matches(),
                };
                let listed: Vec<_> =
                    (0..5).filter(|place| differ(*place)).map(|place| names[place]).collect();
                assert_eq!(set_aside.reason, Reason::PdsMismatch, "{row:?}");
                assert_eq!(set_aside.details, listed, "{row:?}");
            } else {
                assert_eq!(set_aside, SetAside::because(Reason::Superseded), "{row:?}");
            }
        }
    }
    // Three mandatory fields the same, and of 25 pairs of the other two those with a match: 9 without evidence in blanks, 16 with.
    assert_eq!(matched, 9 + 16);
}

/// How the source lets a name be rendered: white space collapsed, trailing punctuation and white space gone, case of no account.
/// Written here from the source for names of A to Z, the only ones that the source speaks of.
fn rendered(name: &str) -> String {
    let spaced: String = name.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let end = spaced.trim_end_matches(|one: char| one.is_ascii_punctuation() || one == ' ');
    end.to_ascii_uppercase()
}

fn differ(both_blank: BothBlank, change: impl FnOnce(&mut PatientRecord, &mut PdsRecord)) -> Vec<Field> {
    let mut ours = record();
    let mut theirs = pds(&ours);
    change(&mut ours, &mut theirs);
    differences(&ours, &theirs, both_blank)
}

/// Two surnames match exactly if the source renders them alike, and then whichever way round they stand; rendering one of them first
/// changes nothing.
pub(crate) fn surnames_match_as_rendered(here: &str, there: &str) {
    let surname = |here: &str, there: &str| {
        !differ(BothBlank::Matches, |ours, theirs| {
            here.clone_into(&mut ours.family_name);
            there.clone_into(&mut theirs.family_name);
        })
        .contains(&Field::Surname)
    };
    let expected = !rendered(here).is_empty() && rendered(here) == rendered(there);
    assert_eq!(surname(here, there), expected, "{here:?} and {there:?}");
    assert_eq!(surname(there, here), expected, "{there:?} and {here:?}");
    assert_eq!(surname(&rendered(here), there), expected, "{here:?} rendered first, and {there:?}");
    assert_eq!(
        surname(&rendered(here), &rendered(there)),
        expected,
        "{here:?} and {there:?}, both rendered first"
    );
    assert_eq!(surname(here, here), !rendered(here).is_empty(), "{here:?} and itself");
}

/// A name as people type it, without an accent, and often like another one.
fn name() -> impl Strategy<Value = String> {
    let ending = prop::sample::select(vec!["", "", " ", ".", " . ", ",;", "\t", "-", "'", " )"]);
    let piece = prop::sample::select(vec![
        "O'", "Brien", "BRIEN", "brien", " ", "  ", "\t", "-", "Smith", "smith", "S", ".", "(", "a",
    ]);
    (prop::collection::vec(piece, 0..4), ending).prop_map(|(pieces, ending)| pieces.concat() + ending)
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn surnames_match_exactly_as_the_source_renders_them(here in prop_oneof![4 => name(), 1 => "[ -~\t]{0,12}"], there in name()) {
        surnames_match_as_rendered(&here, &there);
    }

    /// Whatever the script: names that differ in a letter never match, however they are spaced, cased or ended.
    #[test]
    fn another_letter_is_another_name(
        name in "[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ' -]{0,10}",
        at in any::<prop::sample::Index>(),
        letter in prop::sample::select(vec!['Q', '7', 'Ж', '漢', 'ħ']),
        ending in prop::sample::select(vec!["", ".", "  ", "-"]),
    ) {
        let places: Vec<usize> = name.char_indices().map(|(place, _)| place).collect();
        let place = *at.get(&places);
        let mut other = name.clone();
        other.insert(place, letter);
        let differ = differ(BothBlank::Matches, |ours, theirs| {
            ours.family_name = other.clone() + ending;
            theirs.family_name = name.to_lowercase();
        });
        prop_assert!(stops(&differ), "{other:?} and {name:?}");
    }

    /// A mandatory field that differs is never outweighed, whatever the other fields hold and whatever the setting says.
    #[test]
    fn nothing_outweighs_a_mandatory_field(
        which in 0..3, given in "\\PC{0,12}", postcode in "\\PC{0,9}", blank in any::<bool>(),
    ) {
        let both_blank = if blank { BothBlank::Matches } else { BothBlank::NoEvidence };
        let mut ours = record();
        (ours.given_names, ours.postcode) = (given, postcode);
        let mut theirs = pds(&ours);
        match which {
            0 => theirs.family_name = "O'BRIAN".into(),
            1 => theirs.gender = Some(Gender::NotKnown),
            _ => theirs.birth_date = Some(date(1970, 2, 27)),
        }
        prop_assert!(agree(both_blank, ours, theirs).is_err());
    }

    /// A postcode is the same however it is spaced and cased, and another one with any other letter or digit.
    #[test]
    fn a_postcode_is_its_letters_and_digits(
        outward in "[A-Z]{1,2}[0-9]{1,2}", inward in "[0-9][A-Z]{2}", gap in "[ ]{0,3}", lower in any::<bool>(), slip in 0_usize..5,
    ) {
        let there = format!("{outward} {inward}");
        let here = format!(" {outward}{gap}{inward} ");
        let here = if lower { here.to_lowercase() } else { here };
        let postcode = |here: &str| differ(BothBlank::NoEvidence, |ours, theirs| {
            here.clone_into(&mut ours.postcode);
            there.clone_into(&mut theirs.postcode);
        });
        prop_assert!(!postcode(&here).contains(&Field::Postcode));
        let plain = there.replace(' ', "");
        let other = plain.char_indices().map(|(place, one)| if place == slip.min(plain.len() - 1) { '#' } else { one }).collect::<String>() + "X";
        prop_assert!(postcode(&other).contains(&Field::Postcode), "{} and {}", other, there);
    }
}
