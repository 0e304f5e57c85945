//! Defects of how the client reads what is written: blanks, capitals, stops, spaces.

use spine_rules::rules::settings::BothBlank;
use spine_vocabulary::Gender;

use super::{holds, reads, retelling};
use crate::sabotage::{Bent, Sabotage};
use crate::stage::library::Seams;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_client(
        "demographics/blank-surnames-match",
        "The client takes surnames that are blank on both sides for the same.",
        blank_surnames_match,
        &["blanks"],
    ),
    Sabotage::of_client(
        "demographics/blank-surname-on-pds-matches",
        "The client does not compare a surname that PDS does not tell.",
        blank_surname_on_pds_matches,
        &["blanks"],
    ),
    Sabotage::of_client(
        "demographics/blank-gender-on-pds-matches",
        "The client does not compare a gender that PDS does not tell.",
        blank_gender_on_pds_matches,
        &["blanks"],
    ),
    Sabotage::of_client(
        "demographics/blank-birth-date-on-pds-matches",
        "The client does not compare a birth date that PDS does not tell.",
        blank_birth_date_on_pds_matches,
        &["blanks"],
    ),
    Sabotage::of_client(
        "demographics/blank-gender-here-matches",
        "The client does not compare a gender that the practice left blank.",
        blank_gender_here_matches,
        &["blanks"],
    ),
    Sabotage::of_client(
        "demographics/blank-birth-date-here-matches",
        "The client does not compare a birth date that the practice left blank.",
        blank_birth_date_here_matches,
        &["blanks"],
    ),
    Sabotage::of_client(
        "demographics/takes-blanks-for-matched",
        "The client takes a forename or postcode that nobody has for the same.",
        takes_blanks_for_matched,
        &["blanks"],
    ),
    Sabotage::of_client(
        "demographics/knows-one-reading-of-blanks",
        "The client has no setting for blanks on both sides.",
        knows_one_reading_of_blanks,
        &["blanks-match"],
    ),
    Sabotage::of_client(
        "demographics/compares-capitals",
        "The client takes capitals for other letters.",
        compares_capitals,
        &["written-in-two-ways"],
    ),
    Sabotage::of_client(
        "demographics/compares-capitals-of-forenames",
        "The client takes capitals of forenames for other letters.",
        compares_capitals_of_forenames,
        &["written-in-two-ways"],
    ),
    Sabotage::of_client(
        "demographics/takes-a-full-stop-for-a-letter",
        "The client takes a full stop behind a name for part of it.",
        takes_a_full_stop_for_a_letter,
        &["written-in-two-ways"],
    ),
    Sabotage::of_client(
        "demographics/counts-spaces",
        "The client counts the spaces within a name.",
        counts_spaces,
        &["written-in-two-ways"],
    ),
    Sabotage::of_client(
        "demographics/takes-a-hyphen-for-a-space",
        "The client takes a hyphen for a space.",
        takes_a_hyphen_for_a_space,
        &["written-in-two-ways"],
    ),
    Sabotage::of_client(
        "demographics/takes-apostrophes-for-one",
        "The client takes one apostrophe for another.",
        takes_apostrophes_for_one,
        &["written-in-two-ways"],
    ),
    Sabotage::of_client(
        "demographics/drops-apostrophes",
        "The client leaves the apostrophe out of its own side's name.",
        drops_apostrophes,
        &["written-in-two-ways"],
    ),
    Sabotage::of_client(
        "demographics/compares-postcodes-as-written",
        "The client compares postcodes as they are written.",
        compares_postcodes_as_written,
        &["written-in-two-ways"],
    ),
];

reads!(blank_surname_on_pds_matches, "very-old", "<name use=\"L\">" => "<name use=\"L\"><family>Methuen</family>");
reads!(blank_gender_on_pds_matches, "leap-day-birthday", "<birthTime" => "<administrativeGenderCode code=\"1\"/><birthTime");
reads!(blank_birth_date_on_pds_matches, "twin-a", "<playedOther" => "<birthTime value=\"20040404\"/><playedOther");
reads!(compares_capitals, "ordinary-adult", "ASHWORTH" => "ASHWORTH IN CAPITALS");
reads!(compares_capitals_of_forenames, "postcode-differs", "BRENDA" => "BRENDA-IN-CAPITALS");
holds!(blank_gender_here_matches, |record| record.gender = record.gender.or(Some(Gender::Male)));
holds!(blank_birth_date_here_matches, |record| {
    record.birth_date = record.birth_date.or(Some(jiff::civil::date(1977, 3, 16)));
});
holds!(takes_a_full_stop_for_a_letter, |record| record.family_name = record.family_name.replace('.', "x"));
holds!(counts_spaces, |record| record.family_name = record.family_name.replace("  ", " x "));
holds!(takes_a_hyphen_for_a_space, |record| record.family_name = record.family_name.replace('-', " "));
holds!(takes_apostrophes_for_one, |record| record.family_name = record.family_name.replace('’', "'"));
holds!(drops_apostrophes, |record| record.family_name = record.family_name.replace('\'', ""));
holds!(compares_postcodes_as_written, |record| {
    if !record.postcode.contains(' ') {
        record.postcode.push('X');
    }
});

/// The surname is blank on both sides, and taken for the same.
pub(super) fn blank_surnames_match() -> Seams {
    let store = |store| {
        Bent::telling(store, |_, one| {
            if one.record.family_name.is_empty() {
                one.record.family_name = "Nameless".into();
            }
        })
    };
    let tamper = || {
        retelling("family-name-blank", |text| {
            text.replace("<name use=\"L\">", "<name use=\"L\"><family>Nameless</family>")
        })
    };
    Seams { tamper, store, ..Seams::default() }
}

pub(super) fn takes_blanks_for_matched() -> Seams {
    let settings = |settings: &mut spine_client::RunSettings| settings.rules.both_blank = BothBlank::Matches;
    Seams { settings, ..Seams::default() }
}

pub(super) fn knows_one_reading_of_blanks() -> Seams {
    let settings =
        |settings: &mut spine_client::RunSettings| settings.rules.both_blank = BothBlank::NoEvidence;
    Seams { settings, ..Seams::default() }
}
