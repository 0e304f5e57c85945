//! Consent Migration: the decision table row by row, what stops it, and that a second one changes nothing.

use jiff::civil::date;
use spine_rules::demographics::{PdsAnswer, PdsDeath};
use spine_rules::record::{
    Candidate, CodedEntry, Fp69, LocalChange, RecordedNumber, RegistrationKind, RegistrationStatus,
};
use spine_rules::standing::Standing;
use spine_rules::{MigrationSetAside, MigrationVerdict, Reason, Rules, SetAside, Warning};
use spine_vocabulary::ConsentCode::{
    self, ExpressAdditional, ExpressCore, ExpressDissent, ImpliedCore, LegacyConsent, LegacyDissent,
};

use crate::sample::*;

/// What the migration does, as one value: the reason or that dissent is set, and the codes that it adds.
#[derive(Debug, PartialEq, Eq)]
struct Done {
    sets: Result<(), Reason>,
    adds: Vec<ConsentCode>,
}

fn settles(reason: Reason, adds: &[ConsentCode]) -> Done {
    Done { sets: Err(reason), adds: adds.to_vec() }
}

fn sets(adds: &[ConsentCode]) -> Done {
    Done { sets: Ok(()), adds: adds.to_vec() }
}

fn migrate(rules: &Rules, candidate: Candidate, pds: &PdsAnswer, standing: &Standing) -> MigrationVerdict {
    let verdict = rules
        .assess_for_migration(candidate)
        .and_then(|to_migrate| to_migrate.agree(pds))
        .map(|matched| matched.decide(standing));
    verdict.unwrap_or_else(MigrationVerdict::Settle)
}

fn done(verdict: &MigrationVerdict) -> Done {
    let (sets, local) = match verdict {
        MigrationVerdict::SetDissent { number: whose, local, .. } => {
            assert_eq!(*whose, number());
            (Ok(()), local)
        }
        MigrationVerdict::Settle(MigrationSetAside { set_aside, local, .. }) => {
            (Err(set_aside.reason), local)
        }
    };
    assert!(local.iter().all(|change| change.date == TODAY));
    Done { sets, adds: local.iter().map(|change| change.code).collect() }
}

fn saying(code: Option<ConsentCode>) -> Candidate {
    candidate_with(|record| {
        record.codes.extend(code.map(|code| consent(code, Some(date(2012, 3, 4)), None)));
    })
}

/// The table of the migration: the code that holds, whether a summary stands, whether the Spine holds a dissent.
fn table() -> Vec<(Option<ConsentCode>, bool, bool, Done)> {
    let mut rows = Vec::new();
    for scr in [false, true] {
        rows.extend([
            (Some(LegacyDissent), scr, false, sets(&[ExpressDissent])),
            (Some(LegacyDissent), scr, true, settles(Reason::AcsAlready, &[ExpressDissent])),
            (Some(ExpressDissent), scr, false, sets(&[])),
            (Some(ExpressDissent), scr, true, settles(Reason::AcsAlready, &[])),
            (Some(LegacyConsent), scr, false, settles(Reason::LocalChangeOnly, &[ExpressAdditional])),
            (Some(LegacyConsent), scr, true, settles(Reason::AcsMismatch, &[ExpressAdditional])),
            (None, scr, true, settles(Reason::AcsMismatch, &[])),
        ]);
        for code in [ImpliedCore, ExpressCore, ExpressAdditional] {
            rows.push((Some(code), scr, false, settles(Reason::NothingToSet, &[])));
            rows.push((Some(code), scr, true, settles(Reason::AcsMismatch, &[])));
        }
    }
    rows.push((None, true, false, settles(Reason::LocalChangeOnly, &[ImpliedCore])));
    rows.push((None, false, false, settles(Reason::NothingToSet, &[])));
    rows
}

fn standing(scr: bool, dissent: bool) -> Vec<Standing> {
    use spine_vocabulary::AcsPermission::{Ask, No};
    let Standing::Told { newest, .. } = stands(event(1), Some("A12345")) else { unreachable!() };
    let newest = newest.filter(|_| scr);
    let told = |store, view| Standing::Told { store, view, newest: newest.clone() };
    if dissent { vec![Standing::Refused, told(No, Ask), told(Ask, No)] } else { vec![told(Ask, Ask)] }
}

#[test]
fn every_row_of_the_table() {
    for (code, scr, dissent, expected) in table() {
        for standing in standing(scr, dissent) {
            let verdict = migrate(&rules(), saying(code), &found(|_| {}), &standing);
            assert_eq!(done(&verdict), expected, "{code:?}, summary {scr}, {standing:?}");
        }
    }
}

#[test]
fn a_second_migration_adds_nothing_and_sets_nothing() {
    for (code, scr, dissent, _) in table() {
        let mut candidate = saying(code);
        let first = migrate(&rules(), candidate.clone(), &found(|_| {}), &standing(scr, dissent)[0]);
        let (local, set) = match first {
            MigrationVerdict::SetDissent { local, .. } => (local, true),
            MigrationVerdict::Settle(aside) => (aside.local, false),
        };
        candidate.record.codes.extend(local.iter().copied().map(applied));
        let now = &standing(scr, dissent || set)[0];
        let second = done(&migrate(&rules(), candidate, &found(|_| {}), now));
        assert!(second.adds.is_empty() && second.sets.is_err(), "{code:?}: {second:?}");
    }
}

/// A local change as the store adds it to the record.
fn applied(change: LocalChange) -> CodedEntry {
    consent(change.code, Some(change.date), None)
}

#[test]
fn a_legacy_code_of_the_same_day_is_converted_once() {
    let mut candidate = candidate();
    candidate.record.codes.push(consent(LegacyDissent, Some(TODAY), Some(TODAY.at(18, 0, 0, 0))));
    let first = migrate(&rules(), candidate.clone(), &found(|_| {}), &nothing_stands());
    assert_eq!(done(&first), sets(&[ExpressDissent]));
    candidate.record.codes.push(consent(ExpressDissent, Some(TODAY), Some(TODAY.at(9, 0, 0, 0))));
    let second = migrate(&rules(), candidate, &found(|_| {}), &Standing::Refused);
    assert_eq!(done(&second), settles(Reason::AcsAlready, &[]));
}

#[test]
fn the_change_names_the_code_that_it_brings_up_to_date() {
    let MigrationVerdict::SetDissent { local, .. } =
        migrate(&rules(), saying(Some(LegacyDissent)), &found(|_| {}), &nothing_stands())
    else {
        unreachable!()
    };
    let expected = LocalChange { code: ExpressDissent, date: TODAY, replaces: Some(LegacyDissent) };
    assert_eq!(local, [expected]);
}

#[test]
fn what_stops_the_setting_before_the_spine_is_asked_still_converts() {
    type Change = fn(&mut Candidate);
    let table: [(Change, Reason); 12] = [
        (|c| c.record.registration.kind = RegistrationKind::Temporary, Reason::NotPermanent),
        (|c| c.record.registration.kind = RegistrationKind::Private, Reason::NotPermanent),
        (|c| c.record.registration.kind = RegistrationKind::Other, Reason::NotPermanent),
        (|c| c.record.registration.since = Some(date(2026, 11, 22)), Reason::NotPermanent),
        (|c| c.record.registration.status = RegistrationStatus::Applied, Reason::Applied),
        (|c| c.record.number = RecordedNumber::Missing, Reason::NoNewStyleNumber),
        (|c| c.record.number = RecordedNumber::OldStyle, Reason::NoNewStyleNumber),
        (|c| c.record.number = RecordedNumber::Invalid, Reason::InvalidNumber),
        (|c| c.number_shared = true, Reason::DuplicatedNumber),
        (|c| c.record.flags.in_use = true, Reason::InUse),
        (|c| c.record.flags.decoupled = true, Reason::Decoupled),
        (|c| c.record.registration.since = Some(date(2026, 11, 22)), Reason::NotPermanent),
    ];
    for (change, reason) in table {
        for (code, adds) in [
            (Some(LegacyDissent), vec![ExpressDissent]),
            (Some(LegacyConsent), vec![ExpressAdditional]),
            (Some(ExpressDissent), vec![]),
            (None, vec![]),
        ] {
            let mut candidate = saying(code);
            change(&mut candidate);
            let verdict = migrate(&rules(), candidate, &found(|_| {}), &nothing_stands());
            assert_eq!(done(&verdict), settles(reason, &adds), "{reason:?} {code:?}");
        }
    }
}

#[test]
fn what_stops_the_setting_by_the_answer_of_pds_still_converts() {
    for (pds, expected) in [
        (PdsAnswer::NotFound, SetAside::because(Reason::PdsNotFound)),
        (found(|pds| pds.superseded = true), SetAside::because(Reason::Superseded)),
        (found(|pds| pds.number = other_number()), SetAside::because(Reason::Superseded)),
        (
            found(|pds| pds.family_name = "SMITH".into()),
            SetAside { reason: Reason::PdsMismatch, details: vec!["surname".into()] },
        ),
    ] {
        let verdict = migrate(&rules(), saying(Some(LegacyDissent)), &pds, &nothing_stands());
        let MigrationVerdict::Settle(MigrationSetAside { set_aside, local, .. }) = verdict else {
            unreachable!()
        };
        assert_eq!(set_aside, expected);
        assert_eq!(local.len(), 1);
    }
}

#[test]
fn what_stops_an_upload_only_does_not_stop_the_setting() {
    let changes: [fn(&mut Candidate); 4] = [
        |c| c.record.flags.fp69 = Some(Fp69 { expires: None }),
        |c| c.record.flags.sensitive = true,
        |c| c.record.registration.since = Some(TODAY),
        |c| c.record.registration.since = None,
    ];
    for change in changes {
        let mut candidate = saying(Some(ExpressDissent));
        change(&mut candidate);
        let verdict = migrate(&rules(), candidate, &found(|_| {}), &nothing_stands());
        assert_eq!(done(&verdict), sets(&[]));
    }
    for pds in [
        found(|pds| pds.sensitive = true),
        found(|pds| pds.death = Some(PdsDeath { date: None, notification: None })),
        found(|pds| pds.practice = Some(ods("A12345"))),
    ] {
        let verdict = migrate(&rules(), saying(Some(ExpressDissent)), &pds, &nothing_stands());
        assert_eq!(done(&verdict), sets(&[]));
    }
}

#[test]
fn whoever_is_not_active_or_not_whole_is_left_as_they_are() {
    type Change = fn(&mut Candidate);
    let table: [(Change, Reason); 4] = [
        (|c| c.record.registration.status = RegistrationStatus::Deducted, Reason::NotActive),
        (|c| c.record.registration.until = Some(date(2026, 11, 20)), Reason::NotActive),
        (|c| c.record.death_date = Some(TODAY), Reason::Deceased),
        (|c| c.record.incomplete = true, Reason::IncompleteRecord),
    ];
    for (change, reason) in table {
        let mut candidate = saying(Some(LegacyDissent));
        change(&mut candidate);
        let set_aside = rules().assess_for_migration(candidate).err().unwrap();
        assert_eq!((set_aside.set_aside.reason, set_aside.local), (reason, vec![]));
    }
}

#[test]
fn an_ambiguous_preference_is_told() {
    let mut candidate = saying(Some(ExpressDissent));
    candidate.record.codes.push(consent(ExpressAdditional, Some(date(2012, 3, 4)), None));
    let verdict = migrate(&rules(), candidate.clone(), &found(|_| {}), &nothing_stands());
    assert!(
        matches!(verdict, MigrationVerdict::SetDissent { warnings, .. } if warnings == [Warning::AmbiguousConsent])
    );
    let verdict = migrate(&rules(), candidate.clone(), &found(|_| {}), &Standing::Refused);
    assert!(
        matches!(verdict, MigrationVerdict::Settle(aside) if aside.warnings == [Warning::AmbiguousConsent])
    );
    // Whoever PDS stops and whoever needs no Spine are no less ambiguous.
    let verdict = migrate(&rules(), candidate.clone(), &PdsAnswer::NotFound, &nothing_stands());
    assert!(
        matches!(verdict, MigrationVerdict::Settle(aside) if aside.warnings == [Warning::AmbiguousConsent])
    );
    candidate.record.flags.in_use = true;
    let aside = rules().assess_for_migration(candidate).err().unwrap();
    assert_eq!(aside.warnings, [Warning::AmbiguousConsent]);
}

#[test]
fn whoever_needs_the_spine_tells_under_which_number() {
    let to_migrate = rules().assess_for_migration(saying(None)).unwrap();
    assert_eq!((to_migrate.number(), to_migrate.key().as_str()), (number(), "P1"));
    let matched = to_migrate.clone().agree(&found(|_| {})).unwrap();
    assert_eq!((matched.number(), matched.key().as_str()), (number(), "P1"));
    assert_eq!(format!("{to_migrate:?} {matched:?}"), "ToMigrate(masked) MatchedForMigration(masked)");
}
