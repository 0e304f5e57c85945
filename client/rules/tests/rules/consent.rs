//! Which of several recorded preferences holds.

use jiff::civil::{Date, DateTime, date, datetime};
use proptest::prelude::*;
use spine_rules::consent::effective;
use spine_rules::record::CodedEntry;
use spine_vocabulary::ConsentCode::{
    self, ExpressAdditional, ExpressCore, ExpressDissent, ImpliedCore, LegacyConsent, LegacyDissent,
};

use crate::sample::{TODAY, consent, history};

const EARLY: Option<Date> = Some(date(2020, 1, 1));
const LATE: Option<Date> = Some(date(2024, 1, 1));
const MORNING: Option<DateTime> = Some(datetime(2024, 1, 1, 9, 0, 0, 0));
const EVENING: Option<DateTime> = Some(datetime(2024, 1, 1, 18, 0, 0, 0));
const FUTURE: Option<Date> = Some(date(2026, 11, 22));

type Row = (ConsentCode, Option<Date>, Option<DateTime>);

/// What is recorded, which code holds, and whether that is ambiguous.
const TABLE: &[(&str, &[Row], Option<ConsentCode>, bool)] = &[
    ("none", &[], None, false),
    ("one", &[(ExpressCore, EARLY, None)], Some(ExpressCore), false),
    (
        "the latest date, whatever was recorded later",
        &[(ExpressDissent, EARLY, EVENING), (ExpressAdditional, LATE, MORNING)],
        Some(ExpressAdditional),
        false,
    ),
    (
        "dissent after consent",
        &[(ExpressAdditional, EARLY, None), (ExpressDissent, LATE, None)],
        Some(ExpressDissent),
        false,
    ),
    (
        "same date: the latest recorded",
        &[(ExpressDissent, LATE, MORNING), (ExpressAdditional, LATE, EVENING)],
        Some(ExpressAdditional),
        false,
    ),
    (
        "same date, recorded together: the most restrictive, ambiguous",
        &[(ExpressAdditional, LATE, MORNING), (ExpressDissent, LATE, MORNING)],
        Some(ExpressDissent),
        true,
    ),
    (
        "same date, the time of one unknown: still tied",
        &[(ExpressAdditional, LATE, EVENING), (LegacyDissent, LATE, None)],
        Some(LegacyDissent),
        true,
    ),
    (
        "core before additional",
        &[(ExpressAdditional, LATE, None), (ExpressCore, LATE, None)],
        Some(ExpressCore),
        true,
    ),
    (
        "implied never outranks express",
        &[(ImpliedCore, LATE, None), (ExpressAdditional, EARLY, None)],
        Some(ExpressAdditional),
        false,
    ),
    (
        "implied never outranks a legacy dissent",
        &[(ImpliedCore, LATE, None), (LegacyDissent, EARLY, None)],
        Some(LegacyDissent),
        false,
    ),
    (
        "implied, an express code being dated in the future",
        &[(ImpliedCore, EARLY, None), (ExpressDissent, FUTURE, None)],
        Some(ImpliedCore),
        false,
    ),
    ("future only", &[(ExpressDissent, FUTURE, EVENING)], None, false),
    ("today counts", &[(ExpressDissent, Some(TODAY), None)], Some(ExpressDissent), false),
    (
        "both generations on one date mean the newer",
        &[(LegacyDissent, LATE, EVENING), (ExpressDissent, LATE, MORNING)],
        Some(ExpressDissent),
        false,
    ),
    (
        "both generations of consent",
        &[(LegacyConsent, LATE, None), (ExpressAdditional, LATE, None)],
        Some(ExpressAdditional),
        false,
    ),
    (
        "a legacy code of a later date stays legacy",
        &[(ExpressDissent, EARLY, None), (LegacyDissent, LATE, None)],
        Some(LegacyDissent),
        false,
    ),
    ("undated alone", &[(ExpressDissent, None, None)], Some(ExpressDissent), false),
    (
        "undated beside a dated one of another meaning",
        &[(ExpressDissent, None, None), (ExpressAdditional, EARLY, None)],
        Some(ExpressDissent),
        true,
    ),
    (
        "an undated consent ends no dissent",
        &[(ExpressAdditional, None, None), (ExpressDissent, EARLY, None)],
        Some(ExpressDissent),
        true,
    ),
    (
        "undated beside a dated one of the same meaning",
        &[(LegacyDissent, None, None), (ExpressDissent, EARLY, None)],
        Some(ExpressDissent),
        false,
    ),
    (
        "undated stands at the day it was recorded",
        &[(ExpressDissent, None, MORNING), (ExpressAdditional, EARLY, None)],
        Some(ExpressDissent),
        false,
    ),
];

#[test]
fn the_order_of_preferences_decides() {
    for (what, rows, expected, ambiguous) in TABLE {
        let codes: Vec<_> = rows.iter().map(|(code, on, at)| consent(*code, *on, *at)).collect();
        let status = effective(&codes, TODAY);
        assert_eq!((status.effective, status.ambiguous), (*expected, *ambiguous), "{what}");
    }
}

#[test]
fn the_date_of_what_holds_is_told() {
    let told = |code, on, at| effective(&[consent(code, on, at)], TODAY).date;
    assert_eq!(told(ExpressDissent, LATE, None), LATE);
    assert_eq!(told(ExpressDissent, None, MORNING), Some(date(2024, 1, 1)));
    assert_eq!(told(ExpressDissent, None, None), None);
}

#[test]
fn only_codes_marked_as_consent_count() {
    let look_alike = CodedEntry { consent: None, ..consent(ExpressDissent, LATE, None) };
    let codes = [look_alike, history(spine_vocabulary::CodeScheme::ReadV2, "93C1.", None)];
    assert_eq!(effective(&codes, TODAY).effective, None);
    assert!(!effective(&codes, TODAY).dissents());
}

fn any_consent() -> impl Strategy<Value = CodedEntry> {
    let day = prop::option::of((0_i8..4).prop_map(|day| date(2026, 11, 19 + day)));
    let at = prop::option::of((0_i8..3).prop_map(|hour| datetime(2026, 11, 20, hour, 0, 0, 0)));
    (prop::sample::select(&ConsentCode::ALL[..]), day, at).prop_map(|(code, day, at)| consent(code, day, at))
}

proptest! {
    /// The order of the extract says nothing about a preference.
    #[test]
    fn the_order_of_entries_does_not_matter(codes in prop::collection::vec(any_consent(), 0..6)) {
        let forwards = effective(&codes, TODAY);
        let backwards: Vec<_> = codes.into_iter().rev().collect();
        prop_assert_eq!(forwards, effective(&backwards, TODAY));
    }

    /// A dissent of the latest date, alone on it, always holds.
    #[test]
    fn a_dissent_after_everything_else_holds(mut codes in prop::collection::vec(any_consent(), 0..6)) {
        codes.retain(|entry| entry.date != Some(TODAY) && entry.date.is_some());
        codes.push(consent(ExpressDissent, Some(TODAY), None));
        prop_assert!(effective(&codes, TODAY).dissents());
    }
}
