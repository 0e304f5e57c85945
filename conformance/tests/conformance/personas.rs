//! Every named patient, judged by the rules and by the oracle: first a Consent Migration, then an Initial Upload.
//!
//! No network and no message: what is compared is the decision alone.

use jiff::civil::{Date, date};
use spine_conformance::agreement::cells::Facts;
use spine_fixtures::{Persona, personas};
use spine_oracle::{Expected, judge};
use spine_rules::Reason;
use spine_rules::record::LocalChange;

use crate::world::{Files, World, aloud, fixture_date, sent, with_changes};

/// The personas must be judged alike whatever day it is: an ordinary day, the days on which months and years end unevenly.
const DAYS: &[Date] =
    &[date(2026, 9, 15), date(2026, 11, 22), date(2024, 2, 29), date(2025, 8, 31), date(2027, 1, 1)];

/// Slugs on which rules and oracle disagree, and why nobody has resolved it yet. It is meant to be empty; a slug that agrees
/// again fails the test as well.
const KNOWN_DISAGREEMENTS: &[(&str, &str)] = &[];

/// What becomes of somebody: reason in the migration, code it adds, reason in the upload.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    migration: String,
    adds: Option<String>,
    upload: String,
}

#[test]
fn the_oracle_knows_every_persona_and_only_reasons_that_reports_have() {
    let slugs: Vec<_> = personas().into_iter().map(|persona| persona.slug.to_owned()).collect();
    let expected: Vec<_> = spine_oracle::personas().into_iter().map(|expected| expected.slug).collect();
    assert_eq!(expected, slugs);
    for expected in spine_oracle::personas() {
        for reason in [&expected.migration, &expected.upload] {
            assert!(Reason::from_code(reason).is_some(), "{}: {reason}", expected.slug);
        }
    }
}

#[test]
fn rules_and_oracle_judge_every_persona_alike() {
    let mut disagreements = Vec::new();
    for today in DAYS {
        let personas = personas();
        let world = World::new(personas.len(), *today);
        for (place, persona) in personas.iter().enumerate() {
            let expected = verdict_of_oracle(persona);
            let judged = verdict_of_rules(&world, place);
            let known = KNOWN_DISAGREEMENTS.iter().find(|(slug, _)| *slug == persona.slug);
            disagreements.extend(disagreement(persona, *today, &expected, &judged, known));
        }
    }
    assert!(disagreements.is_empty(), "{} disagreements\n{}", disagreements.len(), disagreements.join("\n"));
}

#[test]
fn the_tables_judge_every_persona_as_was_written_down() {
    for today in DAYS {
        let World { facts: Facts { practice, patients }, .. } = &World::new(personas().len(), *today);
        for (persona, patient) in personas().iter().zip(patients) {
            let migration = judge::migration(patient, practice);
            let upload = judge::upload(&judge::migrated(patient, practice, &migration), practice);
            let judged = Verdict {
                migration: migration.reason.to_owned(),
                adds: migration.adds.map(str::to_owned),
                upload: upload.reason.to_owned(),
            };
            assert_eq!(judged, verdict_of_oracle(persona), "{} on {today}", persona.slug);
        }
    }
}

#[test]
fn a_second_migration_adds_nothing() {
    let world = World::new(personas().len(), DAYS[0]);
    for (place, persona) in personas().iter().enumerate() {
        let files = Files { world: &world, dissent_set: false };
        let (_, changes) = world.migrate(&world.candidates[place], &files);
        let again = world.migrate(&with_changes(&world.candidates[place], &changes), &files).1;
        assert_eq!(codes(&again), Vec::<String>::new(), "{}", persona.slug);
    }
}

pub(crate) fn verdict_of_oracle(persona: &Persona) -> Verdict {
    let Expected { migration, adds, upload, .. } = spine_oracle::expected(persona.slug).unwrap();
    Verdict { migration, adds, upload }
}

fn verdict_of_rules(world: &World, place: usize) -> Verdict {
    let candidate = &world.candidates[place];
    let (migration, changes) = world.migrate(candidate, &Files { world, dissent_set: false });
    let files = Files { world, dissent_set: migration == Reason::SentPermission };
    let upload = match world.summarise(&with_changes(candidate, &changes), &files) {
        Err(aside) => aside.reason,
        Ok(summary) => sent(&summary),
    };
    verdict(migration, &changes, upload)
}

/// Verdicts as the oracle writes them.
pub(crate) fn verdict(migration: Reason, changes: &[LocalChange], upload: Reason) -> Verdict {
    let added = codes(changes);
    assert!(added.len() <= 1, "{added:?}");
    Verdict {
        migration: migration.code().to_owned(),
        adds: added.into_iter().next(),
        upload: upload.code().to_owned(),
    }
}

fn codes(changes: &[LocalChange]) -> Vec<String> {
    changes.iter().map(|change| change.code.read_v2().trim_end_matches('.').to_owned()).collect()
}

/// What is to be said of a persona: nothing where both agree, and aloud where it is known that they do not.
pub(crate) fn disagreement(
    persona: &Persona,
    today: Date,
    expected: &Verdict,
    judged: &Verdict,
    known: Option<&(&str, &str)>,
) -> Option<String> {
    match (judged == expected, known) {
        (true, None) => None,
        (true, Some((slug, _))) => Some(format!("{slug} agrees again: take it off the list")),
        (false, None) => Some(told(persona, today, expected, judged)),
        (false, Some((slug, why))) => {
            aloud(&format!("KNOWN DISAGREEMENT {slug}: {why}"));
            None
        }
    }
}

/// Everything that is needed to decide who is wrong: the persona is invented, so it may be shown.
fn told(persona: &Persona, today: Date, expected: &Verdict, judged: &Verdict) -> String {
    let Expected { source, decided, .. } = spine_oracle::expected(persona.slug).unwrap();
    let facts = persona.contribution(fixture_date(today)).unwrap();
    format!(
        "\n[{}] on {today}: {}\n  {facts:?}\n  oracle: {expected:?} ({source}; {})\n  rules:  {judged:?}",
        persona.slug,
        persona.purpose,
        decided.unwrap_or_default(),
    )
}
