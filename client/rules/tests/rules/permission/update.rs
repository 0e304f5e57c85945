//! Bulk Update: who is sent because something changed, and whom nothing new would be told.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use spine_rules::record::{Candidate, MedicationKind, PatientRecord};
use spine_rules::standing::Standing;
use spine_rules::summary::Content;
use spine_rules::{Intent, Reason, Rules, Settings};
use spine_vocabulary::ConsentCode::ExpressDissent;

use crate::sample::*;

/// A stand-in for the client's hash: equal for equal content, and nothing else.
fn hash(content: &Content) -> [u8; 32] {
    let mut out = [0; 32];
    for (place, byte) in serde_json::to_vec(&content.lasting()).unwrap().into_iter().enumerate() {
        let at = place % 32;
        out[at] = u8::rotate_left(out[at], 3).wrapping_add(byte).wrapping_mul(31);
    }
    out
}

fn rules_on(today: Date, intent: Intent) -> Rules {
    Rules::new(Settings::default(), practice(), today).with_intent(intent)
}

/// A patient with an allergy and a medicine that was last issued on the day.
fn treated(issued: Date) -> PatientRecord {
    let mut record = record();
    record.allergies.push(allergy("Penicillin"));
    let mut item = medication("Amoxicillin", MedicationKind::Acute);
    item.started_on = Some(issued);
    record.medications.push(item);
    record
}

/// What the Spine holds of a record that was sent on a day.
fn acknowledged_of(record: &PatientRecord, on: Date, dissent: bool) -> Candidate {
    let candidate =
        Candidate { record: record.clone(), number_shared: false, acknowledged: None, released: false };
    let sent = permit(&rules_on(on, Intent::FirstUpload), candidate.clone(), &nothing_stands()).unwrap();
    let mut last = acknowledged(event(1), dissent);
    last.content_sha256 = hash(sent.summarise(None).content());
    Candidate { acknowledged: Some(last), ..candidate }
}

/// What a run of this intent makes of them on a day: the reason, or what it would replace.
fn outcome(
    candidate: Candidate,
    today: Date,
    intent: Intent,
    standing: &Standing,
) -> Result<Option<spine_vocabulary::EventId>, Reason> {
    let consented = permit(&rules_on(today, intent), candidate, standing).map_err(|aside| aside.reason)?;
    let summary = consented.summarise(None);
    consented.changed(hash(summary.content())).map_err(|aside| aside.reason)?;
    Ok(summary.replaces())
}

#[test]
fn whoever_says_the_same_another_day_is_unchanged() {
    let candidate = acknowledged_of(&treated(date(2026, 10, 1)), TODAY, false);
    let ours = stands(event(1), Some("Y90001"));
    for days in [0, 1, 30, 200] {
        let today = TODAY.checked_add(days.days()).unwrap();
        let update = outcome(candidate.clone(), today, Intent::Update, &ours);
        assert_eq!(update, Err(Reason::Unchanged), "{days} days later");
        // Only a Bulk Update asks for a change.
        assert_eq!(outcome(candidate.clone(), today, Intent::Resend, &ours), Ok(Some(event(1))));
    }
}

#[test]
fn a_medicine_that_falls_out_of_its_window_is_a_change() {
    let issued = date(2025, 12, 1);
    let candidate = acknowledged_of(&treated(issued), TODAY, false);
    let ours = stands(event(1), Some("Y90001"));
    let inside = date(2026, 12, 1);
    assert_eq!(outcome(candidate.clone(), inside, Intent::Update, &ours), Err(Reason::Unchanged));
    let outside = inside.tomorrow().unwrap();
    assert_eq!(outcome(candidate, outside, Intent::Update, &ours), Ok(Some(event(1))));
}

#[test]
fn whatever_the_summary_says_otherwise_is_a_change() {
    type Change = fn(&mut PatientRecord);
    let changes: [(&str, Change); 5] = [
        ("reaction", |record| record.allergies[0].reaction = "Swelling".into()),
        ("dose", |record| record.medications[0].dose = "two a day".into()),
        ("no allergy", |record| record.allergies.clear()),
        ("preference", |record| {
            record.codes.push(consent(spine_vocabulary::ConsentCode::ExpressCore, Some(TODAY), None));
        }),
        ("dissent", |record| record.codes.push(consent(ExpressDissent, Some(TODAY), None))),
    ];
    for (what, change) in changes {
        let mut candidate = acknowledged_of(&treated(date(2026, 10, 1)), TODAY, false);
        change(&mut candidate.record);
        let ours = stands(event(1), Some("Y90001"));
        assert_eq!(outcome(candidate, TODAY, Intent::Update, &ours), Ok(Some(event(1))), "{what}");
    }
}

#[test]
fn the_length_of_a_window_is_something_that_is_said() {
    let record = treated(date(2026, 10, 1));
    let said = |months| {
        let rules = rules_with(|settings| settings.medication_windows.acute_months = months);
        summary(&rules, record.clone(), None).content().lasting()
    };
    assert!(said(12) == said(12));
    assert!(said(12) != said(6));
}

#[test]
fn the_hash_is_compared_only_with_what_stands() {
    let record = treated(date(2026, 10, 1));
    let known = acknowledged_of(&record, TODAY, false);
    let unknown = Candidate { acknowledged: None, ..known.clone() };
    let (ours, others) = (stands(event(2), Some("Y90001")), stands(event(2), Some("A12345")));
    for (what, candidate, standing, expected) in [
        ("nothing stands any more", &known, nothing_stands(), Ok(None)),
        ("another of ours came since", &known, ours.clone(), Ok(Some(event(2)))),
        ("another practice wrote since", &known, others, Ok(Some(event(2)))),
        ("never acknowledged", &unknown, nothing_stands(), Ok(None)),
        ("ours, but unknown here", &unknown, ours, Ok(Some(event(2)))),
    ] {
        assert_eq!(outcome(candidate.clone(), TODAY, Intent::Update, &standing), expected, "{what}");
    }
}

#[test]
fn a_dissenter_is_unchanged_where_the_dissent_summary_stands() {
    let mut dissenter = record();
    dissenter.codes.push(consent(ExpressDissent, Some(ENABLED), None));
    let known = acknowledged_of(&dissenter, TODAY, true);
    let told = stands(event(1), Some("Y90001"));
    for standing in [&Standing::Refused, &told] {
        let update = outcome(known.clone(), TODAY.tomorrow().unwrap(), Intent::Update, standing);
        assert_eq!(update, Err(Reason::Unchanged), "{standing:?}");
    }
    // A clinical summary of ours is replaced, whatever its hash.
    let mut clinical = known.clone();
    clinical.acknowledged =
        clinical.acknowledged.map(|last| spine_rules::record::LastAcknowledged { dissent: false, ..last });
    assert_eq!(outcome(clinical, TODAY, Intent::Update, &Standing::Refused), Ok(Some(event(1))));
    // So is a dissent summary that says another day.
    let mut moved = known;
    moved.record.codes[0].date = Some(date(2026, 9, 2));
    assert_eq!(outcome(moved, TODAY, Intent::Update, &Standing::Refused), Ok(Some(event(1))));
    let never = Candidate { record: dissenter, number_shared: false, acknowledged: None, released: false };
    assert_eq!(outcome(never, TODAY, Intent::Update, &Standing::Refused), Ok(None));
}

#[test]
fn an_update_asks_of_everything_else_what_an_upload_asks() {
    let update = intending(Intent::Update);
    let reason = |candidate: Candidate, standing: &Standing| {
        permit(&update, candidate, standing).map(drop).map_err(|aside| aside.reason)
    };
    let recent = candidate_with(|record| record.registration.since = Some(ENABLED));
    let practice = spine_rules::PracticeProfile { nn_days: 99, ..practice() };
    let within = Rules::new(Settings::default(), practice, TODAY).with_intent(Intent::Update);
    let others = stands(event(3), Some("A12345"));
    let left = permit(&within, recent, &others).map(drop).map_err(|aside| aside.reason);
    assert_eq!(left, Err(Reason::ExistingSummary));
    assert_eq!(reason(candidate(), &others), Ok(()));
    assert_eq!(reason(candidate(), &Standing::Refused), Err(Reason::AcsMismatch));
    let deducted = candidate_with(|record| record.registration.until = TODAY.yesterday().ok());
    assert_eq!(reason(deducted, &nothing_stands()), Err(Reason::NotPermanent));
    // Nobody is passed over for having been sent already.
    assert_eq!(reason(candidate(), &stands(event(1), Some("Y90001"))), Ok(()));
}
