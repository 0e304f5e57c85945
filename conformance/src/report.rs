//! What came of a run of the suite, requirement by requirement: tested, passed, proven.

mod console;
mod csv;
mod html;
mod junit;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use serde::Serialize;

use crate::case::{Case, Check};
use crate::outcome::Outcome;
use crate::requirement::{Level, Register, Requirement, Waivers};
use crate::runner::Judged;
use crate::sabotage::{self, Caught};

pub use console::{coverage, summary};

/// The version of the JSON form.
const SCHEMA: &str = "spine-conformance-report/1";

/// Everything that is known after a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of this form.
    pub schema: &'static str,
    /// The day of the run, by which waivers are judged.
    pub on: Date,
    /// Which client was tested.
    pub client: String,
    /// Which Spine was tested.
    pub spine: String,
    /// From which message ids follow; everything else is the same in every run.
    pub seed: u32,
    /// Every requirement.
    pub requirements: Vec<Line>,
    /// Every case that was run.
    pub cases: Vec<CaseLine>,
    /// Every planted defect; none unless it was asked to prove.
    pub sabotage: Vec<Caught>,
    /// Waivers whose day has passed.
    pub expired_waivers: Vec<String>,
    /// The figures.
    pub figures: Figures,
}

/// One requirement.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What it says.
    #[serde(flatten)]
    pub requirement: Requirement,
    /// What it is about.
    pub area: String,
    /// Whether a case that cites it was judged.
    pub tested: bool,
    /// Whether all of them passed; `None` where none was judged.
    pub passed: Option<bool>,
    /// Whether a planted defect made one of them fail; `None` where nobody planted any.
    pub proven: Option<bool>,
    /// The cases that cite it.
    pub cases: Vec<&'static str>,
    /// The defects that prove it.
    pub proven_by: Vec<&'static str>,
    /// The reason of a waiver that holds.
    pub waived: Option<String>,
}

/// One case.
#[derive(Clone, Debug, Serialize)]
pub struct CaseLine {
    /// Its name.
    pub name: &'static str,
    /// What it tests.
    pub requirements: Vec<&'static str>,
    /// Whom it judges.
    pub side: &'static str,
    /// The scenario of a client's case.
    pub scenario: Option<&'static str>,
    /// What it came to.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The line that runs it again.
    pub reproduce: String,
}

/// The figures of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Requirements in the register.
    pub requirements: usize,
    /// Of them, musts.
    pub musts: usize,
    /// Musts with a case that was judged.
    pub musts_tested: usize,
    /// Musts of which every case passed.
    pub musts_passed: usize,
    /// Musts that a planted defect proved.
    pub musts_proven: usize,
    /// Musts that fail without a waiver.
    pub musts_failed: usize,
    /// Cases that passed, failed, were skipped, are broken.
    pub cases_passed: usize,
    /// Cases that failed.
    pub cases_failed: usize,
    /// Cases that were skipped.
    pub cases_skipped: usize,
    /// Cases that are broken.
    pub cases_broken: usize,
    /// Planted defects.
    pub planted: usize,
    /// Planted defects that some case caught.
    pub caught: usize,
}

/// What a report is made of.
pub struct Material<'a> {
    /// The register.
    pub register: &'a Register,
    /// Waivers.
    pub waivers: &'a Waivers,
    /// The day.
    pub today: Date,
    /// Which client.
    pub client: String,
    /// Which Spine.
    pub spine: String,
    /// From which message ids follow.
    pub seed: u32,
    /// How the suite was called, for the lines that run a case again.
    pub arguments: String,
    /// Every judged case.
    pub judged: &'a [Judged],
    /// Every case that there is, judged or not.
    pub cases: &'a [&'static Case],
    /// The planted defects; `None` where nobody planted any.
    pub caught: Option<&'a [Caught]>,
}

impl Report {
    /// Puts a report together.
    #[must_use]
    pub fn new(material: &Material<'_>) -> Self {
        let outcomes: BTreeMap<&str, &Outcome> =
            material.judged.iter().map(|one| (one.case.name, &one.outcome)).collect();
        let proven = material.caught.map(|caught| sabotage::proven(caught, material.cases));
        let line = |requirement: &Requirement| line(material, &outcomes, proven.as_ref(), requirement);
        let requirements: Vec<Line> = material.register.iter().map(line).collect();
        let cases: Vec<CaseLine> = material.judged.iter().map(|one| case_line(material, one)).collect();
        let sabotage = material.caught.map(<[Caught]>::to_vec).unwrap_or_default();
        let expired = material.waivers.expired(material.today);
        Self {
            schema: SCHEMA,
            on: material.today,
            client: material.client.clone(),
            spine: material.spine.clone(),
            seed: material.seed,
            figures: figures(&requirements, &cases, &sabotage),
            requirements,
            cases,
            sabotage,
            expired_waivers: expired.map(|waiver| waiver.requirement.clone()).collect(),
        }
    }

    /// Whether the suite says yes: no must fails, no case is broken, no waiver has expired, no planted defect got away.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let figures = &self.figures;
        figures.musts_failed == 0
            && figures.cases_broken == 0
            && self.expired_waivers.is_empty()
            && figures.caught == figures.planted
    }

    /// The report as JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// Writes every form into a folder: `report.json`, `report.html`, `junit.xml`, `requirements.csv`.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("report.json"), self.json().map_err(std::io::Error::other)?)?;
        std::fs::write(folder.join("report.html"), html::page(self))?;
        std::fs::write(folder.join("junit.xml"), junit::document(self))?;
        std::fs::write(folder.join("requirements.csv"), csv::table(self)?)
    }
}

fn line(
    material: &Material<'_>,
    outcomes: &BTreeMap<&str, &Outcome>,
    proven: Option<&BTreeMap<&'static str, Vec<&'static str>>>,
    requirement: &Requirement,
) -> Line {
    let id = requirement.id.as_str();
    let cases: Vec<&'static str> =
        material.cases.iter().filter(|case| case.requirements.contains(&id)).map(|case| case.name).collect();
    let judged: Vec<&Outcome> = cases.iter().filter_map(|name| outcomes.get(name).copied()).collect();
    let judged: Vec<_> =
        judged.into_iter().filter(|outcome| !matches!(outcome, Outcome::Skipped { .. })).collect();
    let proven_by = proven.map(|proven| proven.get(id).cloned().unwrap_or_default());
    let waiver = material.waivers.holding(id, material.today);
    Line {
        requirement: requirement.clone(),
        area: material.register.area(id).to_owned(),
        tested: !judged.is_empty(),
        passed: (!judged.is_empty()).then(|| judged.iter().all(|outcome| **outcome == Outcome::Passed)),
        proven: proven_by.as_ref().map(|by| !by.is_empty()),
        cases,
        proven_by: proven_by.unwrap_or_default(),
        waived: waiver.map(|waiver| waiver.reason.clone()),
    }
}

fn case_line(material: &Material<'_>, judged: &Judged) -> CaseLine {
    let case = judged.case;
    let (side, scenario) = match case.check {
        Check::Client { scenario, .. } => ("client", Some(scenario.name)),
        Check::Spine { .. } => ("spine", None),
    };
    CaseLine {
        name: case.name,
        requirements: case.requirements.to_vec(),
        side,
        scenario,
        outcome: judged.outcome.clone(),
        reproduce: format!("spine-conformance run{} --case {}", material.arguments, case.name),
    }
}

fn figures(lines: &[Line], cases: &[CaseLine], sabotage: &[Caught]) -> Figures {
    let musts: Vec<&Line> = lines.iter().filter(|line| line.requirement.level == Level::Must).collect();
    let of = |wanted: fn(&Line) -> bool| musts.iter().filter(|line| wanted(line)).count();
    let ended = |word: &str| cases.iter().filter(|case| case.outcome.word() == word).count();
    Figures {
        requirements: lines.len(),
        musts: musts.len(),
        musts_tested: of(|line| line.tested),
        musts_passed: of(|line| line.passed == Some(true)),
        musts_proven: of(|line| line.proven == Some(true)),
        musts_failed: of(|line| line.passed == Some(false) && line.waived.is_none()),
        cases_passed: ended("passed"),
        cases_failed: ended("failed"),
        cases_skipped: ended("skipped"),
        cases_broken: ended("broken"),
        planted: sabotage.len(),
        caught: sabotage.iter().filter(|one| !one.by.is_empty()).count(),
    }
}

/// What the coverage gate holds against the register and the cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Musts with neither a case nor a reason.
    pub untested: Vec<String>,
    /// Ids that cases cite and that nobody has.
    pub unknown: BTreeSet<String>,
    /// Requirements that have a reason for no case, and a case.
    pub idle_reasons: Vec<String>,
    /// Musts with cases that no planted defect proved.
    pub unproven: Vec<String>,
    /// Musts with cases.
    pub musts_with_cases: usize,
    /// Defects that nobody caught.
    pub uncaught: Vec<&'static str>,
}

impl Gaps {
    /// Looks for gaps.
    #[must_use]
    pub fn of(register: &Register, cases: &[&'static Case], caught: &[Caught]) -> Self {
        let cited: BTreeSet<&str> = cases.iter().flat_map(|case| case.requirements).copied().collect();
        let proven = sabotage::proven(caught, cases);
        let mut gaps = Self { unknown: register.unknown(cited.iter().copied()), ..Self::default() };
        for requirement in register.iter() {
            let (id, must) = (requirement.id.as_str(), requirement.level == Level::Must);
            match (cited.contains(id), &requirement.untested) {
                (false, None) if must => gaps.untested.push(id.to_owned()),
                (true, Some(_)) => gaps.idle_reasons.push(id.to_owned()),
                (true, None) if must => {
                    gaps.musts_with_cases += 1;
                    if !proven.contains_key(id) {
                        gaps.unproven.push(id.to_owned());
                    }
                }
                _ => {}
            }
        }
        gaps.uncaught = caught.iter().filter(|one| one.by.is_empty()).map(|one| one.name).collect();
        gaps
    }

    /// How many percent of the musts with cases are proven.
    #[must_use]
    pub const fn proven_percent(&self) -> usize {
        let proven = (self.musts_with_cases - self.unproven.len()) * 100;
        match proven.checked_div(self.musts_with_cases) {
            Some(percent) => percent,
            None => 100,
        }
    }

    /// Whether the gate opens: every must has a case or a reason, every citation exists, at least 95 % of the musts with cases are
    /// proven, and no defect got away.
    #[must_use]
    pub fn are_narrow(&self) -> bool {
        self.untested.is_empty()
            && self.unknown.is_empty()
            && self.idle_reasons.is_empty()
            && self.uncaught.is_empty()
            && self.proven_percent() >= 95
    }
}
