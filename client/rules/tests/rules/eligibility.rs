//! Who may have a summary uploaded: each rule, its boundaries, and their order.

mod shown;

use jiff::civil::{Date, date};
use spine_rules::record::{Candidate, Fp69, RecordedNumber, RegistrationKind, RegistrationStatus};
use spine_rules::{Answers, PracticeProfile, Reason, Rules, Settings, Verdict};
use spine_vocabulary::ConsentCode;

use crate::sample::*;

type Change = fn(&mut Candidate);

/// Every local rule in its order: key, a change that it alone declines, the reason.
const RULES: [(&str, Change, Reason); 13] = [
    ("E0", |c| c.record.incomplete = true, Reason::IncompleteRecord),
    ("E2", |c| c.record.registration.since = Some(date(2026, 9, 2)), Reason::NotPermanent),
    ("E3", |c| c.record.registration.status = RegistrationStatus::Applied, Reason::Applied),
    ("E4", |c| c.record.registration.kind = RegistrationKind::Temporary, Reason::NotPermanent),
    ("E5", |c| c.record.number = RecordedNumber::Missing, Reason::NoNewStyleNumber),
    ("E5", |c| c.record.number = RecordedNumber::OldStyle, Reason::NoNewStyleNumber),
    ("E5b", |c| c.record.number = RecordedNumber::Invalid, Reason::InvalidNumber),
    ("E5c", |c| c.number_shared = true, Reason::DuplicatedNumber),
    ("E6", |c| c.record.flags.fp69 = Some(Fp69 { expires: None }), Reason::Fp69),
    ("E8", |c| c.record.flags.sensitive = true, Reason::Sensitive),
    ("E10", |c| c.record.flags.in_use = true, Reason::InUse),
    ("E14", |c| c.record.death_date = Some(date(2026, 1, 1)), Reason::Deceased),
    ("E15", |c| c.record.flags.decoupled = true, Reason::Decoupled),
];

fn reason(candidate: Candidate) -> Option<Reason> {
    rules().assess(candidate).err().map(|set_aside| set_aside.reason)
}

fn changed(changes: &[Change]) -> Candidate {
    let mut candidate = candidate();
    for change in changes {
        change(&mut candidate);
    }
    candidate
}

#[test]
fn whoever_meets_every_rule_is_eligible() {
    let eligible = rules().assess(candidate()).unwrap();
    assert_eq!(eligible.number(), number());
    assert_eq!(eligible.key().as_str(), "P1");
}

#[test]
fn each_rule_declines_for_its_own_reason() {
    for (rule, change, expected) in RULES {
        assert_eq!(reason(changed(&[change])), Some(expected), "{rule}");
        let declined: Vec<_> = rules()
            .explain(&changed(&[change]), Answers::default())
            .into_iter()
            .filter(|explained| explained.verdict.set_aside().is_some())
            .map(|explained| explained.rule)
            .collect();
        assert_eq!(declined, [rule]);
    }
}

#[test]
fn of_several_rules_that_decline_the_first_gives_the_reason() {
    for (earlier, (rule, change, expected)) in RULES.into_iter().enumerate() {
        for (later_rule, later_change, _) in RULES.into_iter().skip(earlier + 1) {
            // E3 and E4 say more of a registration than E2 and so are not overruled by it.
            if rule == "E2" && matches!(later_rule, "E3" | "E4")
                || rule == later_rule
                || rule == "E5" && later_rule == "E5b"
            {
                continue;
            }
            let candidate = changed(&[later_change, change]);
            assert_eq!(reason(candidate), Some(expected), "{rule} before {later_rule}");
        }
    }
}

#[test]
fn the_explanation_shows_every_rule_that_declines() {
    let candidate = changed(&[RULES[8].1, RULES[9].1, RULES[12].1]);
    let declined: Vec<_> = rules()
        .explain(&candidate, Answers::default())
        .into_iter()
        .filter_map(|explained| explained.verdict.set_aside().map(|aside| (explained.rule, aside.reason)))
        .collect();
    let expected = [("E6", Reason::Fp69), ("E8", Reason::Sensitive), ("E15", Reason::Decoupled)];
    assert_eq!(declined, expected);
}

#[test]
fn permanent_means_on_the_day_scr_was_enabled_and_today() {
    let day = |text: &str| text.parse::<Date>().ok();
    for (since, until, expected) in [
        ("2010-01-01", "", None),
        ("2026-09-01", "", None),
        ("2026-09-02", "", Some(Reason::NotPermanent)),
        ("2026-11-22", "", Some(Reason::NotPermanent)),
        ("2010-01-01", "2026-11-21", None),
        ("2010-01-01", "2026-11-20", Some(Reason::NotPermanent)),
        ("2010-01-01", "2026-08-31", Some(Reason::NotPermanent)),
        ("", "2026-11-20", Some(Reason::NotPermanent)),
        ("", "", Some(Reason::IncompleteRecord)),
    ] {
        let candidate = candidate_with(|record| {
            record.registration.since = day(since);
            record.registration.until = day(until);
        });
        assert_eq!(reason(candidate), expected, "{since} to {until}");
    }
}

#[test]
fn a_deducted_patient_is_not_permanently_registered() {
    for kind in [RegistrationKind::Permanent, RegistrationKind::Temporary] {
        let candidate = candidate_with(|record| {
            record.registration.kind = kind;
            record.registration.status = RegistrationStatus::Deducted;
        });
        assert_eq!(reason(candidate), Some(Reason::NotPermanent));
    }
}

#[test]
fn every_other_kind_of_registration_is_not_permanent() {
    for kind in [RegistrationKind::Temporary, RegistrationKind::Private, RegistrationKind::Other] {
        let candidate = candidate_with(|record| record.registration.kind = kind);
        assert_eq!(reason(candidate), Some(Reason::NotPermanent));
    }
}

#[test]
fn an_fp69_flag_is_active_to_its_last_day() {
    for (expires, expected) in [
        (date(2026, 11, 20), None),
        (date(2026, 11, 21), Some(Reason::Fp69)),
        (date(2027, 5, 1), Some(Reason::Fp69)),
    ] {
        let candidate = candidate_with(|record| record.flags.fp69 = Some(Fp69 { expires: Some(expires) }));
        assert_eq!(reason(candidate), expected, "{expires}");
    }
}

#[test]
fn nobody_is_eligible_while_scr_is_off() {
    for scr_enabled_on in [None, Some(date(2026, 11, 22))] {
        let profile = PracticeProfile { scr_enabled_on, ..practice() };
        let rules = Rules::new(Settings::default(), profile, TODAY);
        assert!(!rules.scr_enabled());
        assert!(rules.assess(candidate()).is_err());
    }
    assert!(rules().scr_enabled());
}

#[test]
fn without_the_spine_its_rules_are_not_asked() {
    let unasked: Vec<_> = rules()
        .explain(&candidate(), Answers::default())
        .into_iter()
        .filter(|explained| explained.verdict == Verdict::NotAsked)
        .map(|explained| explained.rule)
        .collect();
    assert_eq!(unasked, ["E11a", "E9", "E14", "E11b", "E11", "E11c", "E12", "E7", "E7b", "E7c"]);
}

#[test]
fn the_explanation_of_a_patient_whom_nothing_stops_declines_nothing() {
    let explained = rules().explain(&candidate(), answers(&found(|_| {}), &nothing_stands()));
    assert!(explained.iter().all(|explained| explained.verdict == Verdict::Passes), "{explained:?}");
    assert!(explained.iter().all(|explained| explained.question.ends_with('?')));
}

#[test]
fn the_explanation_tells_what_a_run_would_do() {
    let dissenter = candidate_with(|record| {
        record.codes.push(consent(ConsentCode::ExpressDissent, Some(ENABLED), None));
    });
    for (candidate, pds, standing) in [
        (candidate(), found(|pds| pds.family_name = "SMITH".into()), nothing_stands()),
        (candidate(), found(|pds| pds.practice = Some(ods("A12345"))), nothing_stands()),
        (candidate(), found(|_| {}), dissent_told()),
        (candidate(), found(|_| {}), stands(event(1), Some("Y90001"))),
        (dissenter, found(|pds| pds.sensitive = true), nothing_stands()),
    ] {
        let explained = rules().explain(&candidate, answers(&pds, &standing));
        let told = explained.iter().find_map(|explained| explained.verdict.set_aside()).cloned();
        let run = rules()
            .assess(candidate)
            .and_then(|eligible| eligible.agree(&pds))
            .and_then(|matched| matched.permit(&standing).map(drop));
        assert_eq!(told, run.err());
        assert!(told.is_some());
    }
}

#[test]
fn debug_shows_nothing_of_the_patient() {
    let candidate = candidate();
    let eligible = rules().assess(candidate.clone()).unwrap();
    let explained = rules().explain(&candidate, Answers { pds: Some(&found(|_| {})), ..Answers::default() });
    let matched = eligible.clone().agree(&found(|_| {})).unwrap();
    let consented = matched.clone().permit(&nothing_stands()).unwrap();
    let shown = format!(
        "{candidate:?} {eligible:?} {explained:?} {matched:?} {consented:?} {:?} {:?}",
        consented.summarise(None),
        consented.summarise(None).content()
    );
    for secret in ["9990000018", "999 000 0018", "BRIEN", "Zoë", "SW8", "1970"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
