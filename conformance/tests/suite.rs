//! The suite on our own client and simulator: every case passes, every planted defect is caught, and the gate over the register opens.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use spine_conformance::case::Case;
use spine_conformance::outcome::Outcome;
use spine_conformance::report::{Gaps, Material, Report, coverage, summary};
use spine_conformance::requirement::{Register, Waivers};
use spine_conformance::runner::{self, Judged, Library, Target};
use spine_conformance::sabotage::{self, Aim, defects};
use spine_conformance::stage::ground::{Town, honest};
use spine_conformance::stage::library::Seams;
use spine_conformance::stage::served::Served;

const THREADS: usize = 2;

fn names(cases: &[&'static Case]) -> BTreeSet<&'static str> {
    cases.iter().map(|case| case.name).collect()
}

fn judge(cases: &[&'static Case], town: &Town) -> Vec<Judged> {
    let mut judged = runner::clients(cases, &Library(Seams::default()), THREADS);
    let served = Served::start().unwrap();
    let target = Target::Simulator { tamper: honest, server: Some(served.server()) };
    judged.extend(runner::spines(cases, town, &target));
    judged
}

#[test]
fn names_are_unique_and_shaped() {
    let cases = spine_conformance::cases::all();
    assert_eq!(names(&cases).len(), cases.len());
    let planted = defects::all();
    let defects: BTreeSet<_> = planted.iter().map(|defect| defect.name).collect();
    assert_eq!(defects.len(), planted.len());
    let shaped = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        name.split('/').count() == 2
            && name.split('/').all(|word| !word.is_empty() && word.bytes().all(plain))
    };
    let wrong: Vec<_> = names(&cases).into_iter().chain(defects).filter(|name| !shaped(name)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(planted.iter().all(|defect| defect.what.ends_with('.')), "a defect is told in a sentence");
    // One scenario per name, or a case would judge another one's observation.
    let mut scenarios = std::collections::BTreeMap::new();
    for case in &cases {
        if let spine_conformance::case::Check::Client { scenario, .. } = case.check {
            let people = *scenarios.entry(scenario.name).or_insert(scenario.people);
            assert_eq!(people, scenario.people, "two scenarios are called {}", scenario.name);
        }
    }
    for defect in &planted {
        if let Aim::Client(_, aimed) = defect.aim {
            let unknown: Vec<_> = aimed.iter().filter(|name| !scenarios.contains_key(*name)).collect();
            assert!(unknown.is_empty() && !aimed.is_empty(), "{}: {unknown:?}", defect.name);
        }
    }
}

#[test]
fn every_case_passes_every_defect_is_caught_and_every_must_is_covered() {
    let (cases, town) = (spine_conformance::cases::all(), Town::new().unwrap());
    let judged = judge(&cases, &town);
    let sound: BTreeSet<_> =
        judged.iter().filter(|one| one.outcome == Outcome::Passed).map(|one| one.case.name).collect();
    let caught = sabotage::plant(&defects::all(), &cases, &sound, &town, THREADS);
    let (register, waivers) = (Register::load().unwrap(), Waivers::load().unwrap());
    let report = Report::new(&Material {
        register: &register,
        waivers: &waivers,
        today: spine_client::clock::uk_date(spine_client::Clock::now(&spine_client::SystemClock)),
        client: "library".into(),
        spine: "simulator".into(),
        seed: 1,
        arguments: String::new(),
        judged: &judged,
        cases: &cases,
        caught: Some(&caught),
    });
    let gaps = Gaps::of(&register, &cases, &caught);
    assert!(report.is_good() && gaps.are_narrow(), "{}\n{}", summary(&report), coverage(&gaps));
    assert!(caught.len() >= 60, "{} defects", caught.len());
    // Whoever is skipped here needs a process, and nobody else.
    for one in judged.iter().filter(|one| matches!(one.outcome, Outcome::Skipped { .. })) {
        assert!(one.case.is_of_client(), "{}: {:?}", one.case.name, one.outcome);
    }
}
