//! What an explanation shows to the operator, word for word, and what is shown to nobody.

use jiff::civil::date;
use spine_rules::import::ImportItem;
use spine_rules::lifecycle::invariant::Counters;
use spine_rules::record::{
    Candidate, Fp69, PatientKey, RecordedNumber, RegistrationKind, RegistrationStatus,
};
use spine_rules::{Answers, Reason, Verdict};

use crate::sample::{
    TODAY, answers, candidate, candidate_with, event, found, nothing_stands, record, rules, stands, summary,
};

/// What the rules of this key look at, joined.
fn input(candidate: &Candidate, rule: &str) -> String {
    let standing = nothing_stands();
    let all = rules().explain(candidate, answers(&found(|_| {}), &standing));
    let of_rule = all.into_iter().filter(|one| one.rule == rule).map(|one| one.input);
    of_rule.collect::<Vec<_>>().join(" | ")
}

/// What the first rule of this key says.
fn verdict(candidate: &Candidate, rule: &str) -> Verdict {
    rules().explain(candidate, Answers::default()).into_iter().find(|one| one.rule == rule).unwrap().verdict
}

#[test]
fn every_rule_shows_what_it_looked_at() {
    for (rule, shown) in [
        ("E1", "enabled on: 2026-09-01"),
        ("E2", "permanent, registered, from 2010-01-01, until no date"),
        ("E4", "kind: permanent"),
        ("E5", "999 000 0018"),
        ("E6", "no flag"),
        ("E8", "no"),
        ("E10", "no"),
        ("E14", "no date | alive"),
        ("E11a", "found"),
        ("E9", "open"),
        ("E11", "differ: none"),
        ("E11b", "999 000 0018"),
        ("E11c", "Y90001"),
        ("E12", "practice: no dissent; Spine: no dissent"),
        ("E7", "none stands"),
        ("E7b", "none stands; registered for 6168 days, nn = 14"),
        ("E7c", "nothing to look at"),
        ("E13", "no preference expressed (no date)"),
    ] {
        assert_eq!(input(&candidate(), rule), shown, "{rule}");
    }
}

#[test]
fn what_is_wrong_is_shown_as_it_is() {
    let registration = |kind, status| {
        candidate_with(|record| {
            (record.registration.kind, record.registration.status) = (kind, status);
            record.registration.until = Some(date(2026, 12, 24));
        })
    };
    for (kind, status, shown) in [
        (RegistrationKind::Temporary, RegistrationStatus::Applied, "temporary, applied"),
        (RegistrationKind::Private, RegistrationStatus::Deducted, "private, deducted"),
        (RegistrationKind::Other, RegistrationStatus::Registered, "other, registered"),
    ] {
        let shown = format!("{shown}, from 2010-01-01, until 2026-12-24");
        assert_eq!(input(&registration(kind, status), "E2"), shown);
    }
    for (number, shown) in [
        (RecordedNumber::Missing, "missing"),
        (RecordedNumber::OldStyle, "old style"),
        (RecordedNumber::Invalid, "invalid"),
    ] {
        assert_eq!(input(&candidate_with(|record| record.number = number), "E5"), shown);
    }
    let flagged = candidate_with(|record| {
        record.flags.sensitive = true;
        record.flags.fp69 = Some(Fp69 { expires: None });
        record.family_name = "OTHER".into();
        record.death_date = Some(date(2026, 1, 2));
    });
    assert_eq!(input(&flagged, "E8"), "yes");
    assert_eq!(input(&flagged, "E11"), "differ: surname");
    assert_eq!(input(&flagged, "E14"), "2026-01-02 | alive");
}

#[test]
fn what_stands_is_shown_with_its_origin() {
    for (author, shown) in [
        (Some("Y90001"), "one stands, ours (author: Y90001)"),
        (Some("A81001"), "one stands, of another origin (author: A81001)"),
        (None, "one stands, of another origin (author: unknown)"),
    ] {
        let standing = stands(event(9), author);
        let all = rules().explain(&candidate(), Answers { standing: Some(&standing), ..Answers::default() });
        assert_eq!(all.iter().find(|one| one.rule == "E7").unwrap().input, shown);
    }
    let all = rules().explain(&candidate(), Answers::default());
    for one in all.iter().skip_while(|one| one.rule != "E11a").filter(|one| one.rule != "E13") {
        let shown = one.input.contains("not asked") && one.verdict == Verdict::NotAsked;
        assert!(shown, "{}: {}", one.rule, one.input);
    }
}

/// Whoever applied, or has another kind of registration, is left to the rules that say so; whoever was deducted is not.
#[test]
fn the_rule_about_registration_leaves_others_their_own() {
    let of = |kind, status, since| {
        let registered = candidate_with(|record| {
            (record.registration.kind, record.registration.status) = (kind, status);
            record.registration.since = since;
        });
        verdict(&registered, "E2")
    };
    let since = Some(date(2010, 1, 1));
    assert_eq!(of(RegistrationKind::Permanent, RegistrationStatus::Applied, None), Verdict::Passes);
    assert_eq!(of(RegistrationKind::Temporary, RegistrationStatus::Registered, None), Verdict::Passes);
    let deducted = of(RegistrationKind::Temporary, RegistrationStatus::Deducted, since);
    assert_eq!(deducted.set_aside().map(|aside| aside.reason), Some(Reason::NotPermanent));
}

#[test]
fn whoever_leaves_today_is_migrated_today() {
    let leaving = |day| candidate_with(|record| record.registration.until = Some(day));
    assert!(rules().assess_for_migration(leaving(TODAY)).is_ok());
    let left = rules().assess_for_migration(leaving(TODAY.yesterday().unwrap())).unwrap_err();
    assert_eq!(left.set_aside.reason, Reason::NotActive);
}

#[test]
fn a_patient_key_is_short_and_printable() {
    let longest = "x".repeat(64);
    for text in ["1", " P 1 ", &longest] {
        let key = PatientKey::parse(text).unwrap();
        assert_eq!(String::from(key), text.trim());
    }
    for text in ["", "  ", "a\u{7}b", &format!("{longest}x")] {
        assert!(PatientKey::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_run_is_finished_when_nobody_waits_and_nothing_is_on_its_way() {
    for (unprocessed, sending, finished) in [(0, 0, true), (1, 0, false), (0, 1, false), (1, 1, false)] {
        let counters = Counters { unprocessed, sending, sent: 3, ..Counters::default() };
        assert_eq!(counters.finished(), finished, "{unprocessed} {sending}");
    }
}

#[test]
fn debug_names_what_it_is_and_shows_nobody() {
    let record = record();
    let pds = found(|_| {});
    let summary = summary(&rules(), record.clone(), None);
    let explained =
        rules().explain(&candidate(), Answers { pds: Some(&pds), ..Answers::default() }).swap_remove(4);
    let entries = summary.content().entries.len();
    let blocks = summary.content().text.len();
    for (shown, expected) in [
        (format!("{:?}", record.key), "PatientKey(masked)".to_owned()),
        (format!("{record:?}"), "PatientRecord(masked)".to_owned()),
        (format!("{pds:?}"), "Found(masked)".to_owned()),
        (format!("{:?}", spine_rules::demographics::PdsAnswer::NotFound), "NotFound".to_owned()),
        (format!("{:?}", crate::sample::pds_record()), "PdsRecord(masked)".to_owned()),
        (format!("{summary:?}"), "Summary(Empty, masked)".to_owned()),
        (format!("{:?}", summary.content()), format!("Content({blocks} blocks, {entries} entries, masked)")),
        (format!("{explained:?}"), "Explained(E4, Passes, input masked)".to_owned()),
        (
            format!("{:?}", ImportItem::Group("g".into(), record.key.clone(), 2)),
            "ImportItem(masked)".to_owned(),
        ),
    ] {
        assert_eq!(shown, expected);
    }
}
