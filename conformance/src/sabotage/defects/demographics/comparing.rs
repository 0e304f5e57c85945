//! Defects of the comparison: what the client makes of the two sides' fields.

use spine_client::Reason;
use spine_rules::Fact;
use spine_rules::rules::settings::BothBlank;
use spine_vocabulary::Gender;

use super::{retelling, retelling_everybody};
use crate::sabotage::Bent;
use crate::stage::library::Seams;

/// The client reads PDS so.
macro_rules! reads {
    ($name:ident, $slug:literal, $($from:literal => $to:literal),+) => {
        pub(super) fn $name() -> Seams {
            Seams { tamper: || retelling($slug, |text| text$(.replace($from, $to))+), ..Seams::default() }
        }
    };
}

/// The client reads the practice's record so.
macro_rules! holds {
    ($name:ident, |$record:ident| $change:expr) => {
        pub(super) fn $name() -> Seams {
            let store = |store| {
                Bent::telling(store, |_, one| {
                    let $record = &mut one.record;
                    $change;
                })
            };
            Seams { store, ..Seams::default() }
        }
    };
}

reads!(compares_no_surname, "pds-surname-differs", "<family>After</family>" => "<family>Before</family>");
reads!(compares_no_surname_of_dissenters, "pds-mismatch-with-dissent", "<family>Secondly</family>" => "<family>Firstly</family>");
reads!(compares_no_gender, "gender-differs", "GenderCode code=\"1\"" => "GenderCode code=\"2\"");
reads!(takes_not_known_for_any_gender, "gender-unknown-here", "GenderCode code=\"2\"" => "GenderCode code=\"0\"");
reads!(compares_no_birth_date, "birth-date-differs", "19760504" => "19760405");
reads!(compares_neither_forename_nor_postcode, "forename-and-postcode-differ", "BD3 8SI" => "LS6 8SI");
reads!(wants_the_forename, "forename-differs", "LS6 8QV" => "BD3 8QV");
reads!(wants_the_postcode, "postcode-differs", "<given>Brenda</given>" => "<given>Winston</given>");
reads!(compares_telephones, "leap-day-birthday", "tel:00000000" => "", "<family>Neaps</family>" => "<family>Ebbs</family>");
reads!(believes_the_business_flag, "business-flag-surname-differs", "<family>Quarry</family>" => "<family>Query</family>");
reads!(takes_the_first_name, "very-old", "<family>Methuen</family>" => "<family>Maiden</family>");
reads!(takes_the_first_address, "forename-differs", "use=\"H\"" => "use=\"OLD\"", "use=\"TMP\"" => "use=\"H\"");
reads!(completes_the_year, "twin-b", "value=\"2004\"" => "value=\"20040404\"");
reads!(completes_the_month, "twin-a", "value=\"200404\"" => "value=\"20040404\"");
reads!(blank_surname_on_pds_matches, "very-old", "<name use=\"L\">" => "<name use=\"L\"><family>Methuen</family>");
reads!(blank_gender_on_pds_matches, "leap-day-birthday", "<birthTime" => "<administrativeGenderCode code=\"1\"/><birthTime");
reads!(blank_birth_date_on_pds_matches, "twin-a", "<playedOther" => "<birthTime value=\"20040404\"/><playedOther");
reads!(compares_capitals, "apostrophe", "O'BRIEN" => "O'BRIEN IN CAPITALS");

holds!(compares_all_forenames, |record| record.given_names = record.given_names.replace(' ', ""));
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
    Seams { store, tamper, ..Seams::default() }
}

pub(super) fn compares_address_lines() -> Seams {
    Seams {
        tamper: || {
            retelling_everybody(|text| {
                if text.contains("99 Otherwise Street") {
                    text.replace("<family>", "<family>X")
                } else {
                    text.to_owned()
                }
            })
        },
        ..Seams::default()
    }
}

pub(super) fn takes_business_for_sensitive() -> Seams {
    let tamper = || {
        retelling_everybody(|text| {
            text.replace("confidentialityCode code=\"B\"", "confidentialityCode code=\"S\"")
        })
    };
    Seams { tamper, ..Seams::default() }
}

pub(super) fn reads_no_period_of_names() -> Seams {
    Seams { tamper: || retelling_everybody(|text| text.replace("validTime", "was")), ..Seams::default() }
}

pub(super) fn reads_no_period_of_addresses() -> Seams {
    Seams { tamper: || retelling_everybody(|text| text.replace("useablePeriod", "was")), ..Seams::default() }
}

pub(super) fn takes_blanks_for_matched() -> Seams {
    let request = |request: &mut spine_client::RunRequest| request.settings.both_blank = BothBlank::Matches;
    Seams { request, ..Seams::default() }
}

pub(super) fn knows_one_reading_of_blanks() -> Seams {
    let request =
        |request: &mut spine_client::RunRequest| request.settings.both_blank = BothBlank::NoEvidence;
    Seams { request, ..Seams::default() }
}

/// Nobody learns that somebody has to look at the differences.
pub(super) fn hushes_up_mismatches() -> Seams {
    let store = |store| {
        Bent::recording(store, |mut writes| {
            for write in &mut writes {
                if let Fact::SetAside(aside) = &mut write.fact
                    && aside.reason == Reason::PdsMismatch
                {
                    aside.reason = Reason::NotActive;
                }
            }
            writes
        })
    };
    Seams { store, ..Seams::default() }
}
