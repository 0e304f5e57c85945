//! Actions, kinds and refusals, row by row.

use super::*;

const OTHERS: [Kind; 4] =
    [Kind::InitialUpload, Kind::BulkUpdate, Kind::ConsentMigration, Kind::BulkDeregistration];

const GROUP: Option<&str> = Some("leavers");

const fn past(outstanding: u64, failed: u64) -> PastRun {
    PastRun { outstanding, failed }
}

#[test]
fn codes_are_stable_and_read_back() {
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(
        kinds,
        [
            "initial-upload",
            "bulk-update",
            "consent-migration",
            "bulk-deregistration",
            "practice-no-longer-contributing",
        ]
    );
    assert!(Kind::ALL.iter().all(|kind| Kind::from_code(kind.code()) == Some(*kind)));
    assert!(Action::ALL.iter().all(|action| Action::from_code(action.code()) == Some(*action)));
    assert_eq!(serde_json::to_string(&Kind::BulkUpdate).unwrap(), r#""bulk-update""#);
    assert_eq!(Action::from_code("Run"), None);
}

#[test]
fn what_is_open_depends_on_what_the_last_run_left() {
    use Action::{Failed, Rerun, Resume, Run};
    for kind in OTHERS {
        let (resume, run) = (Err(Refusal::UseResume(kind)), Err(Refusal::UseRun(kind)));
        for (last, table) in [
            (None, [(Run, Ok(())), (Resume, run), (Rerun, run), (Failed, run)]),
            (Some(past(1, 1)), [(Run, resume), (Resume, Ok(())), (Rerun, resume), (Failed, resume)]),
            (
                Some(past(0, 0)),
                [(Run, Ok(())), (Resume, run), (Rerun, Ok(())), (Failed, Err(Refusal::NothingFailed(kind)))],
            ),
            (Some(past(0, 2)), [(Run, Ok(())), (Resume, run), (Rerun, Ok(())), (Failed, Ok(()))]),
        ] {
            let history = History { scr_enabled: true, last, ..History::default() };
            for (action, expected) in table {
                assert_eq!(
                    available(kind, action, GROUP, &history),
                    expected,
                    "{kind:?} {action:?} {last:?}"
                );
            }
        }
    }
}

#[test]
fn scr_is_the_gate_of_every_kind() {
    for action in Action::ALL {
        let off = History::default();
        for kind in OTHERS {
            assert_eq!(available(kind, *action, GROUP, &off), Err(Refusal::ScrOff));
        }
        let on = History { scr_enabled: true, ..History::default() };
        assert_eq!(available(Kind::NoLongerContributing, *action, GROUP, &on), Err(Refusal::ScrOn));
    }
    assert_eq!(available(Kind::NoLongerContributing, Action::Run, None, &History::default()), Ok(()));
}

#[test]
fn one_run_at_a_time_and_nothing_new_over_what_is_outstanding() {
    let running = History { scr_enabled: true, running: Some(Kind::ConsentMigration), ..History::default() };
    let outstanding = History {
        scr_enabled: true,
        last: Some(past(0, 1)),
        outstanding_elsewhere: Some(Kind::ConsentMigration),
        ..History::default()
    };
    for action in Action::ALL {
        let refused = available(Kind::InitialUpload, *action, None, &running);
        assert_eq!(refused, Err(Refusal::Running(Kind::ConsentMigration)));
    }
    for action in [Action::Run, Action::Rerun, Action::Failed] {
        let refused = available(Kind::InitialUpload, action, None, &outstanding).unwrap_err();
        assert_eq!(refused.instead(), Some((Kind::ConsentMigration, Action::Resume)));
    }
    let ours = History { last: Some(past(3, 0)), ..outstanding };
    assert_eq!(available(Kind::InitialUpload, Action::Resume, None, &ours), Ok(()));
    // A patient of both would have two live messages.
    let others = History {
        scr_enabled: true,
        last: Some(past(3, 0)),
        outstanding_elsewhere: Some(Kind::BulkUpdate),
        ..History::default()
    };
    let refused = available(Kind::InitialUpload, Action::Resume, None, &others).unwrap_err();
    assert_eq!(refused.instead(), Some((Kind::BulkUpdate, Action::Resume)));
    assert_eq!(available(Kind::ConsentMigration, Action::Resume, None, &others), Ok(()));
}

#[test]
fn a_refusal_says_what_to_use_instead() {
    let refusal = Refusal::UseResume(Kind::InitialUpload);
    assert_eq!(refusal.to_string(), "an earlier run (Initial Upload) is not finished; use Resume");
    assert_eq!(refusal.instead(), Some((Kind::InitialUpload, Action::Resume)));
    assert_eq!(Refusal::ScrOff.instead(), None);
}

#[test]
fn an_action_takes_whom_it_says() {
    let (open, failed, not_required) = (Counter::Unprocessed, Counter::Failed, Counter::NotRequired);
    for (action, before, expected) in [
        (Action::Run, None, true),
        (Action::Rerun, Some(not_required), true),
        (Action::Resume, None, false),
        (Action::Resume, Some(open), true),
        (Action::Resume, Some(failed), false),
        (Action::Failed, None, false),
        (Action::Failed, Some(open), false),
        (Action::Failed, Some(failed), true),
        (Action::Failed, Some(not_required), false),
    ] {
        assert_eq!(takes(action, before), expected, "{action:?} {before:?}");
    }
}

#[test]
fn only_an_initial_upload_by_run_leaves_what_we_sent() {
    for action in Action::ALL {
        let first = matches!(action, Action::Run | Action::Resume);
        for (kind, expected) in [
            (Kind::InitialUpload, if first { Intent::FirstUpload } else { Intent::Resend }),
            (Kind::ConsentMigration, Intent::Resend),
            (Kind::BulkUpdate, Intent::Update),
            (Kind::BulkDeregistration, Intent::Deregistration),
            (Kind::NoLongerContributing, Intent::NoLongerContributing),
        ] {
            assert_eq!(Intent::of_run(kind, *action), expected);
        }
    }
}

#[test]
fn only_a_bulk_deregistration_that_takes_everybody_needs_a_group() {
    let (none, finished) = (None, Some(past(0, 2)));
    for (kind, action, last, expected) in [
        (Kind::BulkDeregistration, Action::Run, none, Err(Refusal::GroupNeeded(Kind::BulkDeregistration))),
        (
            Kind::BulkDeregistration,
            Action::Run,
            finished,
            Err(Refusal::GroupNeeded(Kind::BulkDeregistration)),
        ),
        (
            Kind::BulkDeregistration,
            Action::Rerun,
            finished,
            Err(Refusal::GroupNeeded(Kind::BulkDeregistration)),
        ),
        (Kind::BulkDeregistration, Action::Failed, finished, Ok(())),
        (Kind::BulkDeregistration, Action::Resume, Some(past(1, 0)), Ok(())),
        // A group mends nothing here.
        (Kind::BulkDeregistration, Action::Rerun, none, Err(Refusal::UseRun(Kind::BulkDeregistration))),
        (Kind::BulkUpdate, Action::Run, none, Ok(())),
        (Kind::InitialUpload, Action::Rerun, finished, Ok(())),
    ] {
        let history = History { scr_enabled: true, last, ..History::default() };
        assert_eq!(available(kind, action, None, &history), expected, "{kind:?} {action:?} {last:?}");
    }
}

#[test]
fn a_migration_takes_the_active_and_every_other_run_everybody() {
    use crate::record::{LocalFlags, PatientKey, RecordedNumber, Registration, RegistrationKind};
    let record = |status, death_date| PatientRecord {
        key: PatientKey::parse("P1").unwrap(),
        number: RecordedNumber::Missing,
        family_name: String::new(),
        given_names: String::new(),
        gender: None,
        birth_date: None,
        postcode: String::new(),
        death_date,
        registration: Registration { kind: RegistrationKind::Temporary, status, since: None, until: None },
        flags: LocalFlags::default(),
        codes: Vec::new(),
        medications: Vec::new(),
        allergies: Vec::new(),
        incomplete: false,
    };
    let died = Some(jiff::civil::date(2026, 1, 1));
    for (status, death, active) in [
        (RegistrationStatus::Registered, None, true),
        (RegistrationStatus::Applied, None, true),
        (RegistrationStatus::Deducted, None, false),
        (RegistrationStatus::Registered, died, false),
        (RegistrationStatus::Deducted, died, false),
    ] {
        for kind in Kind::ALL {
            let taken = population(*kind, &record(status, death));
            assert_eq!(taken, *kind != Kind::ConsentMigration || active, "{kind:?} {status:?} {death:?}");
        }
    }
}
