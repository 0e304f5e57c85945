//! The client's rules and the oracle's tables judge generated patients alike, and the comparison would notice if they did not.

use spine_conformance::agreement::{Agreement, CHUNK, KEPT, compare, compare_as};
use spine_oracle::judge::places;
use spine_rules::Reason;

const SEED: u64 = 1;

/// Reasons of a report that rules alone cannot give, and who gives them.
const OF_A_RUN: &[(&str, &str)] = &[
    ("dissent", "a setting other than the default sends nothing for a dissenter"),
    ("dissent-held-by-spine", "an answer of the Spine to what was sent"),
    ("unchanged", "a Bulk Update, which is no first upload"),
    ("message-too-large", "an answer of the Spine to what was sent"),
    ("nothing-of-ours", "the kinds of run that say there will be no more"),
    ("retries-exhausted", "sending"),
    ("refused", "an answer of the Spine to what was sent"),
    ("in-doubt", "sending"),
];

#[test]
fn rules_and_oracle_judge_ten_thousand_patients_alike() {
    let agreement = compare(10_000, SEED).unwrap();
    assert_eq!(agreement.patients, 10_000);
    assert_eq!(agreement.disagreeing, 0, "{agreement}");
    every_row_decides(&agreement);
    every_reason_occurs(&agreement);
}

/// A row that nobody meets proves nothing.
fn every_row_decides(agreement: &Agreement) {
    let unmet: Vec<_> = places()
        .into_iter()
        .filter(|place| !agreement.decided.contains(place))
        .map(|(table, line)| format!("{table}.csv:{line}"))
        .collect();
    assert_eq!(unmet, Vec::<String>::new(), "{agreement}");
}

/// Every reason that a report may show is given to somebody, or is not the rules' to give.
fn every_reason_occurs(agreement: &Agreement) {
    let given = |reason: &str| {
        ["migration", "upload", "upload alone"]
            .iter()
            .any(|aspect| agreement.verdicts.contains_key(&format!("{aspect}: {reason}")))
    };
    for reason in Reason::ALL.iter().map(|reason| reason.code()) {
        let excused = OF_A_RUN.iter().any(|(code, _)| *code == reason);
        assert_ne!(given(reason), excused, "{reason}");
    }
}

#[test]
fn the_same_seed_gives_the_same_patients_and_another_seed_others() {
    let verdicts = |seed| compare(CHUNK / 5, seed).unwrap().verdicts;
    assert_eq!(verdicts(7), verdicts(7));
    assert_ne!(verdicts(7), verdicts(8));
}

#[test]
fn a_disagreement_is_told_with_the_facts_and_both_verdicts() {
    let patients = KEPT as u64 + 10;
    let agreement = compare_as(patients, SEED, |rules| rules.set("upload", "sent-to-nobody")).unwrap();
    assert_eq!(agreement.disagreeing, patients);
    assert_eq!(agreement.disagreements.len(), KEPT);
    let told = agreement.to_string();
    for part in [
        "60 patients",
        "60 not alike",
        "P000001 of practice 0 of seed 1",
        "sent-to-nobody",
        "oracle: ",
        "family: ",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[test]
fn a_single_patient_who_is_judged_otherwise_is_found() {
    for (aspect, said) in [
        ("migration", "not-active"),
        ("migration adds", "9Ndm"),
        ("migration message", "a consent"),
        ("upload entries", "allergy LA0001"),
        ("upload text", "nothing"),
        ("upload alone replaces", "perhaps"),
    ] {
        let number = std::cell::Cell::new(0);
        let agreement = compare_as(20, SEED, |rules| {
            number.set(number.get() + 1);
            if number.get() == 17 {
                rules.set(aspect, said);
            }
        });
        let agreement = agreement.unwrap();
        assert_eq!(agreement.disagreeing, 1, "{aspect}");
        assert!(agreement.disagreements[0].patient.starts_with("P000017 "), "{aspect}");
    }
}
