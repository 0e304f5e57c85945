//! The PDS match: what the answer means, the truth table of the fields, and how renderings are compared.

use jiff::civil::date;
use spine_rules::demographics::{PdsAnswer, PdsDeath, PdsRecord};
use spine_rules::record::PatientRecord;
use spine_rules::rules::settings::{BothBlank, RegisteredElsewhere};
use spine_rules::{Reason, Rules, SetAside};
use spine_vocabulary::Gender;

use crate::sample::*;

fn agree(rules: &Rules, record: PatientRecord, pds: &PdsAnswer) -> Result<(), SetAside> {
    let mut candidate = candidate();
    candidate.record = record;
    rules.assess(candidate)?.agree(pds).map(drop)
}

fn refusal(change: impl FnOnce(&mut PdsRecord)) -> Option<Reason> {
    agree(&rules(), record(), &found(change)).err().map(|set_aside| set_aside.reason)
}

#[test]
fn the_fields_match_only_as_the_truth_table_says() {
    let fields = ["number", "surname", "forename", "postcode", "gender", "birth-date"];
    for row in 0_u8..64 {
        let differs = |field: &str| {
            let place = fields.iter().position(|name| *name == field).unwrap();
            row & (1 << place) != 0
        };
        let pds = found(|pds| {
            if differs("number") {
                pds.number = other_number();
            }
            if differs("surname") {
                pds.family_name = "SMITH".into();
            }
            if differs("forename") {
                pds.given_names = vec!["Mary".into()];
            }
            if differs("postcode") {
                pds.postcode = "LS1 4HR".into();
            }
            if differs("gender") {
                pds.gender = Some(Gender::Male);
            }
            if differs("birth-date") {
                pds.birth_date = Some(date(1970, 3, 1));
            }
        });
        let mandatory = ["surname", "gender", "birth-date"].into_iter().any(differs);
        let either = !differs("forename") || !differs("postcode");
        let passes = !differs("number") && !mandatory && either;
        let answer = agree(&rules(), record(), &pds);
        assert_eq!(answer.is_ok(), passes, "{row:06b}");
        let Err(set_aside) = answer else { continue };
        if differs("number") {
            assert_eq!(set_aside, SetAside::because(Reason::Superseded), "{row:06b}");
        } else {
            assert_eq!(set_aside.reason, Reason::PdsMismatch, "{row:06b}");
            let expected: Vec<_> = fields.into_iter().filter(|field| differs(field)).collect();
            assert_eq!(set_aside.details, expected, "{row:06b}");
        }
    }
}

#[test]
fn renderings_of_the_same_name_match() {
    for (ours, theirs, same) in [
        ("O'Brien. ", "O'BRIEN", true),
        ("SMITH  JONES", "Smith Jones", true),
        (" smith\tjones,;", "Smith Jones", true),
        ("Smith-Jones", "Smith Jones", false),
        ("SmithJones", "Smith Jones", false),
        ("OBrien", "O'Brien", false),
        // Composed and decomposed characters are the same text; another letter is another name.
        ("Zo\u{eb}", "Zoe\u{308}", true),
        ("ZO\u{cb}", "zo\u{eb}", true),
        ("Zoe", "Zo\u{eb}", false),
        ("Strau\u{df}", "STRAUSS", true),
        ("\u{141}ukasz", "\u{142}ukasz", true),
        ("", "", false),
        ("...", "...", false),
        ("", "Smith", false),
    ] {
        let mut record = record();
        record.family_name = ours.into();
        let answer = agree(&rules(), record, &found(|pds| pds.family_name = theirs.into()));
        assert_eq!(answer.is_ok(), same, "{ours:?} and {theirs:?}");
    }
}

#[test]
fn the_first_forename_is_compared() {
    for (ours, theirs, same) in [
        ("Zoë Anne", vec!["Zoë"], true),
        ("Zoë", vec!["Zoë", "Anne"], true),
        ("Zoë", vec!["Zoë Anne"], true),
        ("zoë.", vec!["ZOË"], true),
        ("Anne Zoë", vec!["Zoë", "Anne"], false),
        ("Zoë-Anne", vec!["Zoë"], false),
        ("Z", vec!["Zoë"], false),
        ("Zoë", vec![], false),
        ("", vec!["Zoë"], false),
    ] {
        let mut record = record();
        record.given_names = ours.into();
        let pds = found(|pds| {
            pds.given_names = theirs.iter().map(|name| (*name).to_owned()).collect();
            pds.postcode = "LS1 4HR".into();
        });
        assert_eq!(agree(&rules(), record, &pds).is_ok(), same, "{ours:?} and {theirs:?}");
    }
}

#[test]
fn postcodes_match_whatever_their_spacing_and_case() {
    for (ours, theirs, same) in [
        ("sw83qj", "SW8 3QJ", true),
        (" SW8  3QJ ", "SW83QJ", true),
        ("SW8 3QJ.", "SW8 3QJ", true),
        ("SW8 3QH", "SW8 3QJ", false),
        ("SW8", "SW8 3QJ", false),
        ("", "SW8 3QJ", false),
        ("SW8 3QJ", "", false),
    ] {
        let mut record = record();
        record.postcode = ours.into();
        let pds = found(|pds| {
            pds.postcode = theirs.into();
            pds.given_names = vec!["Mary".into()];
        });
        assert_eq!(agree(&rules(), record, &pds).is_ok(), same, "{ours:?} and {theirs:?}");
    }
}

#[test]
fn a_blank_on_both_sides_is_evidence_only_by_the_setting() {
    let matching = rules_with(|settings| settings.both_blank = BothBlank::Matches);
    for (forename, postcode) in [(true, false), (false, true), (true, true)] {
        let mut record = record();
        let pds = found(|pds| {
            if forename {
                pds.given_names.clear();
            } else {
                pds.given_names = vec!["Mary".into()];
            }
            pds.postcode = if postcode { String::new() } else { "LS1 4HR".into() };
        });
        if forename {
            record.given_names.clear();
        }
        if postcode {
            record.postcode.clear();
        }
        let set_aside = agree(&rules(), record.clone(), &pds).unwrap_err();
        assert_eq!(set_aside.details, ["forename", "postcode"]);
        assert_eq!(agree(&matching, record, &pds), Ok(()));
    }
}

#[test]
fn a_blank_mandatory_field_never_matches() {
    let matching = rules_with(|settings| settings.both_blank = BothBlank::Matches);
    let mut blank = record();
    (blank.gender, blank.birth_date) = (None, None);
    blank.family_name.clear();
    let pds = found(|pds| {
        (pds.gender, pds.birth_date) = (None, None);
        pds.family_name.clear();
    });
    let set_aside = agree(&matching, blank, &pds).unwrap_err();
    assert_eq!(set_aside.details, ["surname", "gender", "birth-date"]);
}

#[test]
fn a_restricted_record_without_postcode_would_match_by_forename_but_is_refused() {
    let withheld = |pds: &mut PdsRecord| pds.postcode.clear();
    assert_eq!(refusal(withheld), None);
    assert_eq!(
        refusal(|pds| {
            withheld(pds);
            pds.sensitive = true;
        }),
        Some(Reason::Sensitive)
    );
}

#[test]
fn sensitivity_death_and_supersession_are_judged_in_this_order_before_the_fields() {
    type Change = fn(&mut PdsRecord);
    let order: [(Change, Reason); 5] = [
        (|pds| pds.sensitive = true, Reason::Sensitive),
        (|pds| pds.death = Some(PdsDeath { date: None, notification: None }), Reason::Deceased),
        (|pds| pds.superseded = true, Reason::Superseded),
        (|pds| pds.family_name = "SMITH".into(), Reason::PdsMismatch),
        (|pds| pds.practice = Some(ods("A12345")), Reason::RegisteredElsewhere),
    ];
    for (first, (_, expected)) in order.iter().enumerate() {
        let reason = refusal(|pds| order[first..].iter().for_each(|(change, _)| change(pds)));
        assert_eq!(reason, Some(*expected));
    }
}

#[test]
fn no_record_at_all_is_a_matter_for_a_person() {
    let set_aside = agree(&rules(), record(), &PdsAnswer::NotFound).unwrap_err();
    assert_eq!(set_aside, SetAside::because(Reason::PdsNotFound));
}

#[test]
fn registered_elsewhere_stops_only_by_the_setting_and_an_unknown_practice_never() {
    assert_eq!(refusal(|pds| pds.practice = None), None);
    let sending = rules_with(|settings| settings.registered_elsewhere = RegisteredElsewhere::Sent);
    let elsewhere = found(|pds| pds.practice = Some(ods("A12345")));
    assert_eq!(agree(&sending, record(), &elsewhere), Ok(()));
}
