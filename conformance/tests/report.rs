//! The report in its forms: each says what failed, why, and how to see it again; none needs anything else to be read.

#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::civil::date;
use serde_json::Value;
use spine_conformance::case::Case;
use spine_conformance::outcome::{Failure, Outcome};
use spine_conformance::report::{Gaps, Material, Report, summary};
use spine_conformance::requirement::{Level, Register, Waivers};
use spine_conformance::runner::Judged;
use spine_conformance::sabotage::Caught;

/// A text that every form must escape.
const HOSTILE: &str = "<b>&\"'\u{1}]]>";

struct World {
    register: Register,
    waivers: Waivers,
    cases: Vec<&'static Case>,
    judged: Vec<Judged>,
    caught: Vec<Caught>,
}

impl World {
    /// The first case fails, the second is skipped, the third is broken, the others pass.
    fn new() -> Self {
        let cases = spine_conformance::cases::all();
        let outcome = |place: usize| match place {
            0 => Outcome::Failed(Box::new(Failure {
                expected: HOSTILE.into(),
                actual: "something else".into(),
                exchange: format!("POST /clinical\n{HOSTILE}"),
            })),
            1 => Outcome::Skipped { reason: HOSTILE.into() },
            2 => Outcome::Broken { reason: HOSTILE.into() },
            _ => Outcome::Passed,
        };
        let judged =
            cases.iter().enumerate().map(|(place, case)| Judged { case, outcome: outcome(place) }).collect();
        let caught = vec![
            Caught { name: "a/defect", what: "It does wrong.", by: vec![cases[3].name] },
            Caught { name: "another/defect", what: "It does wrong, too.", by: vec![] },
        ];
        Self { register: Register::load().unwrap(), waivers: Waivers::default(), cases, judged, caught }
    }

    fn report(&self) -> Report {
        Report::new(&Material {
            register: &self.register,
            waivers: &self.waivers,
            today: date(2026, 9, 15),
            client: "a client".into(),
            spine: "a Spine".into(),
            seed: 5,
            arguments: " --client-command 'x'".into(),
            judged: &self.judged,
            cases: &self.cases,
            caught: Some(&self.caught),
        })
    }
}

fn written(report: &Report, name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    report.write(folder.path()).unwrap();
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn a_report_is_good_only_if_nothing_is_bad() {
    let mut world = World::new();
    assert!(!world.report().is_good());
    world.judged.iter_mut().for_each(|judged| judged.outcome = Outcome::Passed);
    assert!(!world.report().is_good(), "a defect got away");
    world.caught.pop();
    assert!(world.report().is_good());
    let failing = world.cases.iter().position(|case| {
        let must = |id: &str| world.register.find(id).is_some_and(|one| one.level == Level::Must);
        case.requirements.iter().any(|id| must(id))
    });
    let failing = failing.unwrap();
    world.judged[failing].outcome = Outcome::Failed(Box::default());
    assert!(!world.report().is_good(), "a must fails");
    for id in world.cases[failing].requirements {
        let waiver = format!("requirement = \"{id}\"\nreason = \"r\"\nowner = \"o\"\n");
        let waiver = |day: &str| Waivers::read(&format!("[[waiver]]\n{waiver}review = \"{day}\"\n")).unwrap();
        world.waivers.all.extend(waiver("2026-09-15").all);
    }
    assert!(world.report().is_good(), "it is waived");
    world.waivers.all[0].review = date(2026, 9, 14);
    assert!(!world.report().is_good(), "the waiver has expired");
}

#[test]
fn json_has_a_version_and_every_requirement_and_case() {
    let world = World::new();
    let report: Value = serde_json::from_str(&world.report().json().unwrap()).unwrap();
    assert_eq!((&report["schema"], &report["seed"]), (&"spine-conformance-report/1".into(), &5.into()));
    assert_eq!(report["requirements"].as_array().unwrap().len(), world.register.iter().count());
    let case = &report["cases"][0];
    assert_eq!((&case["verdict"], &case["expected"]), (&"failed".into(), &HOSTILE.into()));
    let again = format!("spine-conformance run --client-command 'x' --case {}", world.cases[0].name);
    assert_eq!(case["reproduce"], again);
    let proven = world.cases[3].requirements[0];
    let lines = report["requirements"].as_array().unwrap();
    let line = lines.iter().find(|line| line["id"] == proven).unwrap();
    assert_eq!((&line["tested"], &line["proven"]), (&true.into(), &true.into()));
}

#[test]
fn junit_and_html_are_whole_whatever_the_texts_hold() {
    let report = World::new().report();
    let junit = written(&report, "junit.xml");
    let document = roxmltree::Document::parse(&junit).unwrap();
    let tests = document.descendants().filter(|node| node.has_tag_name("testcase")).count();
    assert_eq!(tests, report.cases.len());
    for name in ["failure", "skipped", "error"] {
        assert_eq!(document.descendants().filter(|node| node.has_tag_name(name)).count(), 1, "{name}");
    }
    let html = written(&report, "report.html");
    assert!(html.contains("&lt;b&gt;&amp;") && !html.contains("<b>&\""));
    let outside = ["http://", "https://", "src=", "@import", "url("];
    let style_and_script = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap().to_owned()
        + html.split("<script>").nth(1).unwrap();
    assert!(outside.iter().all(|word| !style_and_script.contains(word)), "the page needs something else");
    assert!(!html.contains("<link") && !html.contains("<img"));
    let csv = written(&report, "requirements.csv");
    assert_eq!(
        csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).count(),
        report.requirements.len()
    );
}

#[test]
fn the_console_shows_requirement_expected_actual_and_the_line_that_runs_it_again() {
    let world = World::new();
    let text = summary(&world.report());
    let (case, id) = (world.cases[0].name, world.cases[0].requirements[0]);
    let requirement = &world.register.find(id).unwrap().text;
    for wanted in [case, requirement, "something else", "--case", "NOT CAUGHT another/defect"] {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
}

#[test]
fn gaps_are_found() {
    let world = World::new();
    let gaps = Gaps::of(&world.register, &world.cases, &[]);
    assert_eq!(gaps.proven_percent(), 0);
    assert!(!gaps.are_narrow() && gaps.unproven.len() == gaps.musts_with_cases);
    let none = Gaps::of(&world.register, &[], &[]);
    assert!(!none.untested.is_empty() && none.proven_percent() == 100);
    assert_eq!(Gaps::of(&world.register, &world.cases, &world.caught).uncaught, ["another/defect"]);
}
