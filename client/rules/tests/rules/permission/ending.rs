//! The last summary: Bulk Deregistration and Practice No Longer Contributing.

use jiff::civil::date;
use spine_rules::demographics::PdsAnswer;
use spine_rules::record::{Candidate, Fp69, RecordedNumber, RegistrationKind, RegistrationStatus};
use spine_rules::rules::settings::DissentUpload;
use spine_rules::standing::Standing;
use spine_rules::summary::{Block, SummaryKind};
use spine_rules::{Answers, Intent, PracticeProfile, Reason, Rules, Settings, Summary};
use spine_vocabulary::ConsentCode::ExpressDissent;

use crate::sample::*;

const ENDINGS: [Intent; 2] = [Intent::Deregistration, Intent::NoLongerContributing];

fn ours() -> Standing {
    stands(event(1), Some("Y90001"))
}

/// What a run of this intent makes of a patient.
fn outcome(
    rules: &Rules,
    candidate: Candidate,
    pds: &PdsAnswer,
    standing: &Standing,
) -> Result<Summary, Reason> {
    rules
        .assess(candidate)
        .and_then(|eligible| eligible.agree(pds))
        .and_then(|matched| matched.permit(standing))
        .map(|consented| consented.summarise(None))
        .map_err(|aside| aside.reason)
}

fn kind(outcome: Result<Summary, Reason>) -> Result<SummaryKind, Reason> {
    outcome.map(|summary| summary.kind())
}

/// The statements of the head, with what stands behind them.
fn statements(summary: &Summary) -> Vec<(String, String)> {
    let author = summary.content().text.iter().position(|block| matches!(block, Block::Author)).unwrap();
    let above = summary.content().text[..author].iter();
    above
        .filter_map(|block| match block {
            Block::Paragraph { id: Some(id), text } => Some((id.clone(), text.clone())),
            _ => None,
        })
        .collect()
}

fn left(candidate: &mut Candidate) {
    candidate.record.registration.status = RegistrationStatus::Deducted;
    candidate.record.registration.until = Some(date(2026, 11, 20));
}

#[test]
fn the_end_of_a_registration_is_said_with_its_last_day() {
    for (status, until, said) in [
        (RegistrationStatus::Deducted, Some(date(2026, 11, 5)), "05 Nov 2026"),
        (RegistrationStatus::Registered, Some(date(2026, 11, 30)), "30 Nov 2026"),
        (RegistrationStatus::Deducted, None, "21 Nov 2026"),
        (RegistrationStatus::Registered, None, "21 Nov 2026"),
    ] {
        for clinical in [true, false] {
            let candidate = candidate_with(|record| {
                (record.registration.status, record.registration.until) = (status, until);
                record.allergies.extend(clinical.then(|| allergy("Penicillin")));
            });
            let rules = intending(Intent::Deregistration);
            let summary = outcome(&rules, candidate, &found(|_| {}), &ours()).unwrap();
            let expected =
                format!("Patient registration ended ({said}). GP Summary no longer being updated.");
            assert_eq!(statements(&summary), [("RegistrationEndedStatement".to_owned(), expected)]);
            assert_eq!(summary.kind() == SummaryKind::Full, clinical);
            assert_eq!(summary.replaces(), Some(event(1)));
        }
    }
}

#[test]
fn that_the_practice_stops_is_said_whatever_else_there_is_to_say() {
    for clinical in [true, false] {
        let candidate =
            candidate_with(|record| record.allergies.extend(clinical.then(|| allergy("Penicillin"))));
        let rules = intending(Intent::NoLongerContributing);
        let summary = outcome(&rules, candidate, &found(|_| {}), &ours()).unwrap();
        let [(id, text)] = &statements(&summary)[..] else { panic!("one statement") };
        assert_eq!(id, "PracticeNoLongerContributingStatement");
        assert!(text.contains("no longer contributes") && text.contains("No further updates"), "{text}");
        assert_eq!(summary.kind() == SummaryKind::Full, clinical);
    }
}

#[test]
fn no_other_run_says_that_anything_ended() {
    for intent in INTENTS {
        let mut candidate = candidate();
        candidate.record.registration.since = Some(ENABLED);
        let standing = if intent == Intent::FirstUpload { nothing_stands() } else { ours() };
        let summary = outcome(&intending(intent), candidate, &found(|_| {}), &standing).unwrap();
        assert_eq!(!statements(&summary).is_empty(), ENDINGS.contains(&intent), "{intent:?}");
    }
}

#[test]
fn a_recent_registration_that_ends_is_said_to_be_both() {
    let candidate = candidate_with(|record| record.registration.since = Some(date(2026, 10, 1)));
    let practice = PracticeProfile { scr_enabled_on: Some(date(2026, 10, 1)), ..practice() };
    let rules = Rules::new(Settings::default(), practice, TODAY).with_intent(Intent::Deregistration);
    let summary = outcome(&rules, candidate, &found(|_| {}), &ours()).unwrap();
    let ids: Vec<_> = statements(&summary).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["RegistrationStartedStatement", "RegistrationEndedStatement"]);
}

#[test]
fn whoever_left_is_taken_by_a_deregistration_alone() {
    for intent in INTENTS {
        let mut candidate = candidate();
        left(&mut candidate);
        let answer = kind(outcome(&intending(intent), candidate, &found(|_| {}), &ours()));
        let expected =
            if intent == Intent::Deregistration { Ok(SummaryKind::Empty) } else { Err(Reason::NotPermanent) };
        assert_eq!(answer, expected, "{intent:?}");
    }
}

type Change = fn(&mut Candidate);

#[test]
fn every_other_rule_holds_for_whoever_leaves() {
    let changes: [(Change, Reason); 14] = [
        (|c| c.record.incomplete = true, Reason::IncompleteRecord),
        (|c| c.record.registration.since = None, Reason::IncompleteRecord),
        // Not yet registered when SCR was enabled, and no longer.
        (|c| c.record.registration.since = Some(date(2026, 9, 2)), Reason::NotPermanent),
        (|c| c.record.registration.until = Some(date(2026, 8, 31)), Reason::NotPermanent),
        (|c| c.record.registration.status = RegistrationStatus::Applied, Reason::Applied),
        (|c| c.record.registration.kind = RegistrationKind::Temporary, Reason::NotPermanent),
        (|c| c.record.number = RecordedNumber::Missing, Reason::NoNewStyleNumber),
        (|c| c.record.number = RecordedNumber::Invalid, Reason::InvalidNumber),
        (|c| c.number_shared = true, Reason::DuplicatedNumber),
        (|c| c.record.flags.fp69 = Some(Fp69 { expires: None }), Reason::Fp69),
        (|c| c.record.flags.sensitive = true, Reason::Sensitive),
        (|c| c.record.flags.in_use = true, Reason::InUse),
        (|c| c.record.death_date = Some(date(2026, 11, 1)), Reason::Deceased),
        (|c| c.record.flags.decoupled = true, Reason::Decoupled),
    ];
    for (change, expected) in changes {
        let mut candidate = candidate();
        left(&mut candidate);
        change(&mut candidate);
        let answer = outcome(&intending(Intent::Deregistration), candidate, &found(|_| {}), &ours());
        assert_eq!(kind(answer), Err(expected));
    }
}

#[test]
fn only_whoever_leaves_may_be_registered_elsewhere() {
    for (intent, expected) in [
        (Intent::Deregistration, Ok(SummaryKind::Empty)),
        (Intent::NoLongerContributing, Err(Reason::RegisteredElsewhere)),
        (Intent::Update, Err(Reason::RegisteredElsewhere)),
    ] {
        let elsewhere = found(|pds| pds.practice = Some(ods("A12345")));
        assert_eq!(
            kind(outcome(&intending(intent), candidate(), &elsewhere, &ours())),
            expected,
            "{intent:?}"
        );
    }
    let other_person = found(|pds| pds.family_name = "SMITH".into());
    let answer = outcome(&intending(Intent::Deregistration), candidate(), &other_person, &ours());
    assert_eq!(kind(answer), Err(Reason::PdsMismatch));
}

#[test]
fn scr_must_be_on_for_every_run_but_the_one_that_says_it_is_off() {
    for off in [None, Some(date(2026, 11, 22))] {
        let practice = PracticeProfile { scr_enabled_on: off, ..practice() };
        for intent in INTENTS {
            let rules = Rules::new(Settings::default(), practice.clone(), TODAY).with_intent(intent);
            let ending = intent == Intent::NoLongerContributing;
            assert_eq!(rules.assess(candidate()).is_ok(), ending, "{intent:?} {off:?}");
        }
    }
    // Registered after the day on which SCR was enabled: that day is no matter any more.
    let newer = candidate_with(|record| record.registration.since = Some(date(2026, 11, 1)));
    assert!(intending(Intent::NoLongerContributing).assess(newer.clone()).is_ok());
    assert!(intending(Intent::Update).assess(newer).is_err());
    let planned = candidate_with(|record| record.registration.since = Some(date(2026, 11, 22)));
    let aside = intending(Intent::NoLongerContributing).assess(planned).unwrap_err();
    assert_eq!(aside.reason, Reason::NotPermanent);
}

#[test]
fn only_a_summary_of_our_own_is_said_to_be_the_last() {
    let mut known = candidate();
    known.acknowledged = Some(acknowledged(event(1), false));
    for intent in ENDINGS {
        for (what, candidate, standing, expected) in [
            ("nothing stands", candidate(), nothing_stands(), Err(Reason::NothingOfOurs)),
            ("nothing of ours any more", known.clone(), nothing_stands(), Err(Reason::NothingOfOurs)),
            (
                "of another practice",
                candidate(),
                stands(event(1), Some("A12345")),
                Err(Reason::NothingOfOurs),
            ),
            ("of nobody known", candidate(), stands(event(1), None), Err(Reason::NothingOfOurs)),
            (
                "of another practice since",
                known.clone(),
                stands(event(2), Some("A12345")),
                Err(Reason::NothingOfOurs),
            ),
            ("ours by its author", candidate(), ours(), Ok(SummaryKind::Empty)),
            ("ours by its event", known.clone(), stands(event(1), None), Ok(SummaryKind::Empty)),
        ] {
            let answer = outcome(&intending(intent), candidate, &found(|_| {}), &standing);
            assert_eq!(kind(answer), expected, "{intent:?}: {what}");
        }
    }
}

#[test]
fn a_dissenter_has_a_clinical_summary_replaced_and_a_dissent_summary_left() {
    let dissenter = |last| Candidate {
        acknowledged: last,
        ..candidate_with(|record| {
            record.codes.push(consent(ExpressDissent, Some(ENABLED), None));
            record.allergies.push(allergy("Penicillin"));
        })
    };
    let (clinical, dissent) = (Some(acknowledged(event(1), false)), Some(acknowledged(event(1), true)));
    for intent in ENDINGS {
        for (what, last, standing, expected) in [
            ("clinical, told", clinical, ours(), Ok(SummaryKind::Dissent)),
            ("clinical, refused", clinical, Standing::Refused, Ok(SummaryKind::Dissent)),
            ("dissent, told", dissent, ours(), Err(Reason::Dissent)),
            ("dissent, refused", dissent, Standing::Refused, Err(Reason::Dissent)),
            ("unknown, told", None, ours(), Ok(SummaryKind::Dissent)),
            ("another of ours since", dissent, stands(event(2), Some("Y90001")), Ok(SummaryKind::Dissent)),
            ("nothing known, refused", None, Standing::Refused, Err(Reason::NothingOfOurs)),
            ("nothing stands", dissent, nothing_stands(), Err(Reason::NothingOfOurs)),
            ("another practice's", None, stands(event(1), Some("A12345")), Err(Reason::NothingOfOurs)),
        ] {
            let answer = outcome(&intending(intent), dissenter(last), &found(|_| {}), &standing);
            if let Ok(summary) = &answer {
                assert_eq!(statements(summary), [], "{intent:?}: {what}");
                assert!(!serde_json::to_string(summary.content()).unwrap().contains("Penicillin"));
            }
            assert_eq!(kind(answer), expected, "{intent:?}: {what}");
        }
        let settings = Settings { dissent: DissentUpload::NotSent, ..Settings::default() };
        let profile = intending(intent).practice().clone();
        let rules = Rules::new(settings, profile, TODAY).with_intent(intent);
        let answer = outcome(&rules, dissenter(clinical), &found(|_| {}), &ours());
        assert_eq!(kind(answer), Err(Reason::Dissent), "{intent:?}");
        // What the practice does not know is surfaced, as ever.
        let unknown = outcome(&intending(intent), candidate(), &found(|_| {}), &Standing::Refused);
        assert_eq!(kind(unknown), Err(Reason::AcsMismatch), "{intent:?}");
    }
}

#[test]
fn without_what_stands_the_rules_of_the_last_summary_are_not_asked() {
    let dissenter = candidate_with(|record| record.codes.push(consent(ExpressDissent, Some(ENABLED), None)));
    for intent in INTENTS {
        let explained = intending(intent).explain(&dissenter, Answers::default());
        let asked =
            explained.iter().find(|one| one.rule == "E13").unwrap().verdict != spine_rules::Verdict::NotAsked;
        assert_eq!(asked, !ENDINGS.contains(&intent), "{intent:?}");
    }
}

/// The questions of the rules that depend on the intent, where they are answered yes.
#[test]
fn every_intent_is_asked_what_holds_for_it() {
    let question = |intent, rule| {
        let explained = intending(intent).explain(&candidate(), Answers::default());
        explained.into_iter().find(|one| one.rule == rule).unwrap().question
    };
    for (rule, intent, expected) in [
        ("E1", Intent::Update, "Is SCR enabled at the practice?"),
        (
            "E1",
            Intent::NoLongerContributing,
            "Is SCR enabled at the practice, or is this to say that it no longer contributes?",
        ),
        (
            "E2",
            Intent::Update,
            "Was the patient permanently registered on the day SCR was enabled, and is so today?",
        ),
        ("E2", Intent::Deregistration, "Was the patient permanently registered on the day SCR was enabled?"),
        ("E2", Intent::NoLongerContributing, "Is the patient permanently registered today?"),
        ("E11c", Intent::Resend, "Does PDS have the patient registered at this practice?"),
        (
            "E11c",
            Intent::Deregistration,
            "Does PDS have the patient registered at this practice, or is it no matter where?",
        ),
        ("E7", Intent::FirstUpload, "Has this practice sent no summary that stands already?"),
        ("E7", Intent::Update, "Does no summary of this practice stand, or is it to be replaced?"),
        (
            "E7",
            Intent::Deregistration,
            "Does a summary of this practice stand that can be brought up to date?",
        ),
    ] {
        assert_eq!(question(intent, rule), expected, "{intent:?}");
    }
}
