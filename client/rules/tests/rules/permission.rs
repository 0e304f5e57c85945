//! What the recorded preference and what stands on the Spine mean together.

mod ending;
mod guard;
mod update;

use jiff::ToSpan;
use spine_rules::record::Candidate;
use spine_rules::rules::settings::{DissentNotInAcs, DissentUpload};
use spine_rules::standing::{Standing, StandingSummary};
use spine_rules::{Consented, PracticeProfile, Reason, Rules, SetAside, Settings, Warning};
use spine_vocabulary::ConsentCode::{ExpressAdditional, ExpressDissent, LegacyDissent};
use spine_vocabulary::{AcsPermission, ConsentCode};

use crate::sample::*;

fn saying(code: ConsentCode) -> Candidate {
    candidate_with(|record| record.codes.push(consent(code, Some(ENABLED), None)))
}

fn outcome(answer: &Result<Consented, SetAside>) -> Result<bool, Reason> {
    answer.as_ref().map(Consented::dissents).map_err(|set_aside| set_aside.reason)
}

fn permissions(store: AcsPermission, view: AcsPermission) -> Standing {
    Standing::Told { store, view, newest: None }
}

#[test]
fn a_no_on_the_spine_that_the_practice_does_not_know_always_fails() {
    use AcsPermission::{Ask, No, Yes};
    for (standing, expected) in [
        (Standing::Refused, Err(Reason::AcsMismatch)),
        (permissions(No, No), Err(Reason::AcsMismatch)),
        (permissions(No, Ask), Err(Reason::AcsMismatch)),
        (permissions(Ask, No), Err(Reason::AcsMismatch)),
        (permissions(Ask, Ask), Ok(false)),
        // The legacy Yes is an Ask.
        (permissions(Yes, Yes), Ok(false)),
    ] {
        for candidate in [candidate(), saying(ExpressAdditional)] {
            assert_eq!(outcome(&permit(&rules(), candidate, &standing)), expected, "{standing:?}");
        }
    }
}

#[test]
fn a_mismatch_is_not_hidden_by_a_summary_that_stands() {
    let Standing::Told { newest, .. } = stands(event(1), Some("Y90001")) else { unreachable!() };
    let standing = Standing::Told { store: AcsPermission::No, view: AcsPermission::No, newest };
    assert_eq!(outcome(&permit(&rules(), candidate(), &standing)), Err(Reason::AcsMismatch));
}

#[test]
fn a_dissent_here_is_honoured_by_each_setting() {
    use DissentNotInAcs as InAcs;
    use DissentUpload as Upload;
    let known = Standing::Refused;
    let unknown = nothing_stands();
    for (upload, in_acs, standing, expected) in [
        (Upload::DissentSummary, InAcs::DissentSummary, &known, Ok(vec![])),
        (Upload::DissentSummary, InAcs::DissentSummary, &unknown, Ok(vec![Warning::DissentNotInAcs])),
        (Upload::DissentSummary, InAcs::AcsMismatch, &known, Ok(vec![])),
        (Upload::DissentSummary, InAcs::AcsMismatch, &unknown, Err(Reason::AcsMismatch)),
        (Upload::NotSent, InAcs::DissentSummary, &known, Err(Reason::Dissent)),
        (Upload::NotSent, InAcs::DissentSummary, &unknown, Err(Reason::Dissent)),
        (Upload::NotSent, InAcs::AcsMismatch, &unknown, Err(Reason::AcsMismatch)),
    ] {
        let rules = rules_with(|settings| {
            settings.dissent = upload;
            settings.dissent_not_in_acs = in_acs;
        });
        for code in [ExpressDissent, LegacyDissent] {
            let answer = permit(&rules, saying(code), standing);
            let answer = answer.map(|c| c.summarise(None).warnings().to_vec()).map_err(|s| s.reason);
            assert_eq!(answer, expected, "{upload:?} {in_acs:?} {standing:?}");
        }
    }
}

#[test]
fn an_ambiguous_preference_is_told() {
    let mut candidate = saying(ExpressAdditional);
    candidate.record.codes.push(consent(ConsentCode::ExpressCore, Some(ENABLED), None));
    let consented = permit(&rules(), candidate, &nothing_stands()).unwrap();
    assert_eq!(consented.summarise(None).warnings(), [Warning::AmbiguousConsent]);
}

#[test]
fn a_summary_of_another_origin_is_replaced_after_more_than_nn_days() {
    for (nn_days, registered_days, replaced) in [
        (14, 0, false),
        (14, 13, false),
        (14, 14, false),
        (14, 15, true),
        (0, 0, false),
        (0, 1, true),
        (99, 99, false),
        (99, 100, true),
    ] {
        let since = TODAY.checked_sub(registered_days.days()).unwrap();
        let practice = PracticeProfile { nn_days, scr_enabled_on: Some(since), ..practice() };
        let rules = Rules::new(Settings::default(), practice, TODAY);
        for author in [Some("A12345"), None] {
            let candidate = candidate_with(|record| record.registration.since = Some(since));
            let answer = permit(&rules, candidate, &stands(event(1), author));
            match answer {
                Ok(consented) => {
                    assert!(replaced, "nn {nn_days}, {registered_days} days");
                    assert_eq!(consented.summarise(None).replaces(), Some(event(1)));
                }
                Err(set_aside) => {
                    assert!(!replaced, "nn {nn_days}, {registered_days} days");
                    assert_eq!(set_aside.reason, Reason::ExistingSummary);
                }
            }
        }
    }
}

#[test]
fn nn_days_concern_only_summaries_of_another_origin() {
    let practice = PracticeProfile { nn_days: 99, scr_enabled_on: Some(TODAY), ..practice() };
    let rules = Rules::new(Settings::default(), practice, TODAY);
    let new = |record: &mut spine_rules::record::PatientRecord| record.registration.since = Some(TODAY);
    assert_eq!(outcome(&permit(&rules, candidate_with(new), &nothing_stands())), Ok(false));
    let ours = stands(event(1), Some("Y90001"));
    assert_eq!(outcome(&permit(&resending(rules), candidate_with(new), &ours)), Ok(false));
}

#[test]
fn what_we_sent_is_left_by_a_run_and_replaced_by_a_rerun() {
    let by_author = (candidate(), stands(event(1), Some("Y90001")));
    let mut known = candidate();
    known.acknowledged = Some(acknowledged(event(2), false));
    let by_event = (known, stands(event(2), None));
    for (candidate, standing) in [by_author, by_event] {
        let run = permit(&rules(), candidate.clone(), &standing);
        assert_eq!(outcome(&run), Err(Reason::AlreadySent));
        let rerun = permit(&resending(rules()), candidate, &standing).unwrap();
        let Standing::Told { newest: Some(StandingSummary { event, .. }), .. } = standing else {
            unreachable!()
        };
        assert_eq!(rerun.summarise(None).replaces(), Some(event));
    }
}

#[test]
fn a_dissenter_is_sent_one_dissent_summary_that_replaces_what_we_know_of() {
    let mut dissenter = saying(ExpressDissent);
    let first = permit(&rules(), dissenter.clone(), &Standing::Refused).unwrap();
    assert_eq!(first.summarise(None).replaces(), None);

    dissenter.acknowledged = Some(acknowledged(event(3), false));
    let refused_since = permit(&rules(), dissenter.clone(), &Standing::Refused).unwrap();
    assert_eq!(refused_since.summarise(None).replaces(), Some(event(3)));

    dissenter.acknowledged = Some(acknowledged(event(4), true));
    let again = permit(&rules(), dissenter.clone(), &Standing::Refused);
    assert_eq!(outcome(&again), Err(Reason::AlreadySent));
    let rerun = permit(&resending(rules()), dissenter, &Standing::Refused).unwrap();
    assert_eq!(rerun.summarise(None).replaces(), Some(event(4)));
}

#[test]
fn where_the_spine_tells_a_run_leaves_only_what_is_known_to_be_a_dissent_summary() {
    for (known, expected) in [
        (None, Ok(true)),
        (Some(acknowledged(event(1), false)), Ok(true)),
        (Some(acknowledged(event(1), true)), Err(Reason::AlreadySent)),
        // What we know of is not what stands.
        (Some(acknowledged(event(2), true)), Ok(true)),
    ] {
        let mut dissenter = saying(ExpressDissent);
        dissenter.acknowledged = known;
        let answer = permit(&rules(), dissenter, &stands(event(1), Some("Y90001")));
        assert_eq!(outcome(&answer), expected, "{known:?}");
    }
}

#[test]
fn a_dissent_replaces_a_summary_of_another_origin_however_short_the_registration() {
    let since = TODAY.checked_sub(3.days()).unwrap();
    let practice = PracticeProfile { nn_days: 14, scr_enabled_on: Some(since), ..practice() };
    let rules = Rules::new(Settings::default(), practice.clone(), TODAY);
    let mut candidate = saying(ExpressDissent);
    candidate.record.registration.since = Some(since);
    let consented = permit(&rules, candidate.clone(), &stands(event(1), Some("A12345"))).unwrap();
    assert!(consented.dissents());
    assert_eq!(consented.summarise(None).replaces(), Some(event(1)));
    // Where nothing is sent for a dissenter, nothing is replaced either.
    let settings = Settings { dissent: DissentUpload::NotSent, ..Settings::default() };
    let rules = Rules::new(settings, practice, TODAY);
    let answer = permit(&rules, candidate, &stands(event(1), Some("A12345")));
    assert_eq!(outcome(&answer), Err(Reason::Dissent));
}
