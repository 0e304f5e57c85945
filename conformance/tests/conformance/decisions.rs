//! The rules against the oracle's decision tables: the match with PDS, the precedence of consent codes, the migration.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use spine_oracle::matching::{Comparison, Likeness};
use spine_rules::demographics::{PdsAnswer, PdsRecord};
use spine_rules::record::{Candidate, CodedEntry};
use spine_rules::standing::{Standing, StandingSummary};
use spine_rules::{MigrationVerdict, Reason, Rules, Settings};
use spine_vocabulary::{AcsPermission, CodeScheme, ConsentCode, EventId, Gender, NhsNumber, OdsCode};

use crate::world::{Files, SpineSide, World};

const TODAY: Date = date(2026, 9, 15);

#[test]
fn the_match_with_pds_follows_the_truth_table() {
    let ordinary = ordinary();
    for row in spine_oracle::matching::comparisons() {
        let (candidate, pds) = sides(&ordinary.candidates[0], &row);
        let superseded = row.number != Likeness::Same;
        let expected = match (row.matches, superseded) {
            (true, _) => Ok(()),
            (false, true) => Err(Reason::Superseded),
            (false, false) => Err(Reason::PdsMismatch),
        };
        let upload = ordinary.rules.assess(candidate.clone()).unwrap().agree(&pds);
        assert_eq!(upload.map(drop).map_err(|aside| aside.reason), expected, "upload: {row:?}");
        let migration = ordinary.rules.assess_for_migration(candidate).unwrap().agree(&pds);
        assert_eq!(
            migration.map(drop).map_err(|aside| aside.set_aside.reason),
            expected,
            "migration: {row:?}"
        );
    }
}

#[test]
fn the_precedence_of_consent_codes_follows_the_table() {
    for row in spine_oracle::consent::precedences() {
        let entries: Vec<_> = row
            .entries
            .iter()
            .map(|entry| coded(&entry.code, entry.day, entry.recorded_day, &entry.recorded_time))
            .collect();
        let reversed: Vec<_> = entries.iter().rev().cloned().collect();
        for order in [entries, reversed] {
            let status = spine_rules::consent::effective(&order, TODAY);
            let effective = status.effective.map(|code| code.read_v2().trim_end_matches('.').to_owned());
            assert_eq!((effective, status.ambiguous), (row.effective.clone(), row.ambiguous), "{}", row.case);
        }
    }
}

#[test]
fn the_migration_follows_the_table() {
    let ordinary = ordinary();
    for row in spine_oracle::migration::decisions() {
        let mut candidate = ordinary.candidates[0].clone();
        candidate.record.codes =
            row.local.iter().map(|code| coded(code, Some(-400), -400, "09:00")).collect();
        let standing = standing(row.summary, row.acs_dissent);
        let files = Files { world: &ordinary, dissent_set: false };
        let pds = files.retrieve(candidate.record.number.valid().unwrap());
        let matched = ordinary.rules.assess_for_migration(candidate).unwrap().agree(&pds).unwrap();
        let (reason, sets_dissent, local) = match matched.decide(&standing) {
            MigrationVerdict::SetDissent { local, .. } => (Reason::SentPermission, true, local),
            MigrationVerdict::Settle(aside) => (aside.set_aside.reason, false, aside.local),
        };
        let adds: Vec<_> =
            local.iter().map(|change| change.code.read_v2().trim_end_matches('.').to_owned()).collect();
        assert_eq!(
            (reason.code(), sets_dissent, adds),
            (row.reason.as_str(), row.sets_dissent, row.adds.iter().cloned().collect()),
            "{row:?}"
        );
    }
}

#[test]
fn a_standing_summary_is_left_or_replaced_as_the_table_of_nn_days_says() {
    let ordinary = ordinary();
    let pds = Files { world: &ordinary, dissent_set: false }
        .retrieve(ordinary.candidates[0].record.number.valid().unwrap());
    for row in spine_oracle::eligibility::standings() {
        let since = TODAY.checked_sub(row.registered_days.days()).unwrap();
        let mut profile = ordinary.rules.practice().clone();
        profile.nn_days = u8::try_from(row.nn_days).unwrap();
        profile.scr_enabled_on = Some(since.max(profile.scr_enabled_on.unwrap()));
        let mut candidate = ordinary.candidates[0].clone();
        candidate.record.registration.since = Some(since);
        let rules = Rules::new(Settings::default(), profile, TODAY);
        let matched = rules.assess(candidate).unwrap().agree(&pds).unwrap();
        let verdict = matched.permit(&standing(true, false)).map(drop).map_err(|aside| aside.reason);
        let expected = if row.replaced { Ok(()) } else { Err(Reason::ExistingSummary) };
        assert_eq!(verdict, expected, "{row:?}");
    }
}

/// A practice of one ordinary adult, who agrees with PDS in everything.
fn ordinary() -> World {
    World::new(1, TODAY)
}

/// The two sides of a comparison, both made from the same ordinary adult.
fn sides(candidate: &Candidate, row: &Comparison) -> (Candidate, PdsAnswer) {
    let mut here = candidate.clone();
    let record = &mut here.record;
    let number = match row.number {
        Likeness::Same => record.number.valid().unwrap(),
        _ => NhsNumber::parse("9990000018").unwrap(),
    };
    let (gender, pds_gender) = pair(row.gender, Gender::Female, Gender::Male);
    let (birth_date, pds_birth_date) = pair(row.birth_date, date(1971, 3, 4), date(1971, 4, 3));
    let (surname, pds_surname) = pair(row.surname, "Ashworth", "Ashworthy");
    let (forename, pds_forename) = pair(row.forename, "Ada", "Adam");
    let (postcode, pds_postcode) = pair(row.postcode, "LS6 3QV", "LS6 3QW");
    record.gender = gender;
    record.birth_date = birth_date;
    surname.unwrap_or_default().clone_into(&mut record.family_name);
    forename.unwrap_or_default().clone_into(&mut record.given_names);
    postcode.unwrap_or_default().clone_into(&mut record.postcode);
    let pds = PdsRecord {
        number,
        superseded: false,
        sensitive: false,
        family_name: pds_surname.unwrap_or_default().to_owned(),
        given_names: pds_forename.map(str::to_owned).into_iter().collect(),
        gender: pds_gender,
        birth_date: pds_birth_date,
        postcode: pds_postcode.unwrap_or_default().to_owned(),
        death: None,
        practice: Some(OdsCode::parse("Y90001").unwrap()),
    };
    (here, PdsAnswer::Found(Box::new(pds)))
}

/// What the practice and PDS hold of a field.
fn pair<T: Copy>(likeness: Likeness, one: T, other: T) -> (Option<T>, Option<T>) {
    match likeness {
        Likeness::Same => (Some(one), Some(one)),
        Likeness::Differs => (Some(one), Some(other)),
        Likeness::BlankHere => (None, Some(one)),
        Likeness::BlankThere => (Some(one), None),
        Likeness::BlankBoth => (None, None),
    }
}

fn standing(summary: bool, dissent: bool) -> Standing {
    let event = || EventId::parse("6D0A4E20-1111-4C11-9A11-000000000001").unwrap();
    let newest = summary.then(|| StandingSummary { event: event(), author: None, persisted_at: None });
    let ask = AcsPermission::Ask;
    if dissent { Standing::Refused } else { Standing::Told { store: ask, view: ask, newest } }
}

fn coded(code: &str, day: Option<i32>, recorded_day: i32, recorded_time: &str) -> CodedEntry {
    let on = |day: i32| TODAY.checked_add(day.days()).unwrap();
    let recorded_at: Option<DateTime> = (!recorded_time.is_empty())
        .then(|| format!("{}T{recorded_time}:00", on(recorded_day)).parse().unwrap());
    CodedEntry {
        scheme: CodeScheme::ReadV2,
        code: code.to_owned(),
        consent: Some(ConsentCode::read(CodeScheme::ReadV2, code).unwrap()),
        term: String::new(),
        date: day.map(on),
        recorded_at,
        priority: None,
        free_text: String::new(),
    }
}
