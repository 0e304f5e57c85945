//! The scenarios: who is there, what interrupts a run, and what the Spine says meanwhile.

use std::path::Path;

use spine_simulator::scenario::{Dissent, Readiness, Settings};

use crate::stage::{Kind, Need, Scenario, Step, Turn, Way};
use crate::wire::{Answer, Reply, Service, Sort};

const UPLOAD: Step = Step::Run(Kind::InitialUpload, Way::Run);
const RESUME: Step = Step::Run(Kind::InitialUpload, Way::Resume);

/// A name that stands in answers of the Spine and nowhere else.
pub(super) const CANARY: &str = "Quetzalcoatlus";
/// The surname of somebody in an extract that must not be taken over.
pub(super) const HALF_TAKEN: &str = "Halftaken";

/// Three for whom nothing stands against an upload.
pub(super) const THREE: [&str; 3] = ["ordinary-adult", "express-additional", "ordinary-child"];
/// The one of them whose first upload is lost.
pub(super) const LOST: &str = THREE[2];

/// One of nearly everything that can become of a patient; then the same run again.
pub(super) static MIXED: Scenario = Scenario::new(
    "mixed-practice",
    &[
        "ordinary-adult",
        "express-additional",
        "dissent",
        "fp69-active",
        "pds-surname-differs",
        "standing-summary-13-days",
        "spine-dissent-unknown-here",
        "temporary-resident",
    ],
    &[UPLOAD, UPLOAD],
);

/// A run is stopped, begun again in vain, resumed, stopped again, and resumed to its end.
pub(super) static STOPPED_TWICE: Scenario = Scenario::new(
    "stopped-twice",
    &[
        "ordinary-adult",
        "express-additional",
        "ordinary-child",
        "very-old",
        "leap-day-birthday",
        "registered-day-before-enabling",
        "implied-consent",
        "express-core",
    ],
    &[
        Step::Stopped(Kind::InitialUpload, Way::Run, 4),
        UPLOAD,
        Step::Stopped(Kind::InitialUpload, Way::Resume, 4),
        RESUME,
    ],
)
.needs(Need::VirtualTime);

/// No upload is answered at first: two were stored, one was lost; then the operator stops.
pub(super) static SILENCED: Scenario =
    Scenario::new("silenced", &THREE, &[Step::Stopped(Kind::InitialUpload, Way::Run, 9), RESUME])
        .before(at_once)
        .scripted(|| Box::new(silent_at_first));

/// The same, and the process is killed.
pub(super) static KILLED: Scenario =
    Scenario::new("killed", &THREE, &[Step::Killed(Kind::InitialUpload, Way::Run, 9), RESUME])
        .before(at_once)
        .scripted(|| Box::new(silent_at_first));

/// A migration is killed when a setting has just left, and was lost.
pub(super) static KILLED_MIGRATION: Scenario = Scenario::new(
    "killed-migration",
    &["legacy-dissent"],
    &[Step::Killed(Kind::ConsentMigration, Way::Run, 3), Step::Run(Kind::ConsentMigration, Way::Resume)],
)
.scripted(|| {
    Box::new(|turn: &Turn<'_>, spine: &dyn Service| {
        let lost = turn.seen.sort == Sort::Setting && turn.nth == 1;
        if lost { Reply::Silence } else { spine.answer(turn.request) }
    })
});

/// Another process begins the same run.
pub(super) static RIVAL: Scenario =
    Scenario::new("rival", &THREE, &[Step::Rival(Kind::InitialUpload, Way::Run, 2)]);

/// Nobody confirms a run; then somebody does.
pub(super) static DECLINED: Scenario =
    Scenario::new("declined", &["ordinary-adult"], &[Step::Unconfirmed(Kind::InitialUpload), UPLOAD])
        .needs(Need::Process);

/// A run is paused because the operator stops it, then finishes with everybody sent.
pub(super) static EXIT_CLEAN: Scenario = Scenario::new(
    "exit-clean",
    &["ordinary-adult"],
    &[Step::Stopped(Kind::InitialUpload, Way::Run, 3), RESUME],
)
.needs(Need::Process)
.before(at_once)
.scripted(|| Box::new(silent_at_first));

/// A run finishes with somebody in Failed.
pub(super) static EXIT_FAILED: Scenario =
    Scenario::new("exit-failed", &["ordinary-adult", "pds-surname-differs"], &[UPLOAD]).needs(Need::Process);

/// A run under another window for acute medication.
pub(super) static OTHER_SETTINGS: Scenario =
    Scenario::new("other-settings", &["acute-between-6-and-12-months-ago"], &[UPLOAD])
        .with(|settings| settings.rules.medication_windows.acute_months = 6);

/// The Spine names patients wherever it can; a row of the extract holds a name where a date belongs.
pub(super) static NAMED_IN_ANSWERS: Scenario = Scenario::new(
    "named-in-answers",
    &["ordinary-adult", "dissent", "pds-surname-differs", "not-found", "express-core"],
    &[Step::Change(name_in_a_date), UPLOAD, UPLOAD],
)
.before(|settings| settings.dissent = Dissent::RefuseAll)
.scripted(|| Box::new(naming_patients));

/// A new extract is cut off in its last file.
pub(super) static CUT_EXTRACT: Scenario =
    Scenario::new("cut-extract", &["ordinary-adult", "express-additional"], &[Step::Change(cut), UPLOAD]);

/// A consent migration with codes to bring up to date and to add.
pub(super) static MIGRATION: Scenario = Scenario::new(
    "local-changes",
    &[
        "ordinary-adult",
        "dissent",
        "legacy-dissent",
        "standing-summary-long-registered",
        "legacy-consent",
        "already-migrated",
        "pds-surname-differs",
    ],
    &[Step::Run(Kind::ConsentMigration, Way::Run), Step::Run(Kind::ConsentMigration, Way::Run)],
);

/// What is taken is stored at once.
fn at_once(settings: &mut Settings) {
    settings.readiness = Readiness { polls: 0, delay_ms: 0 };
}

/// Leaves everybody's first upload without an answer; one of them is lost besides.
fn silent_at_first(turn: &Turn<'_>, spine: &dyn Service) -> Reply {
    if turn.seen.sort != Sort::Upload || turn.nth > 1 {
        return spine.answer(turn.request);
    }
    let lost = spine_fixtures::persona(LOST).map(|persona| persona.nhs_number());
    if turn.seen.patient != lost {
        // What became of it, nobody hears.
        let _ = spine.answer(turn.request);
    }
    Reply::Silence
}

/// Writes a name and the patient's number into every text of an answer that is for people, and fails once in a name.
fn naming_patients(turn: &Turn<'_>, spine: &dyn Service) -> Reply {
    let number = turn.seen.patient.clone().unwrap_or_default();
    if turn.seen.sort == Sort::Retrieval && turn.nth == 1 {
        return Answer::new(500, "text/plain", format!("{CANARY} {number} cannot be retrieved")).into();
    }
    let mut reply = spine.answer(turn.request);
    if let Reply::Answer(answer) = &mut reply {
        let named = format!("displayName=\"{CANARY} {number} ");
        answer.rewrite(|text| text.replace("displayName=\"", &named));
    }
    reply
}

fn rewrite(practice: &Path, table: &str, change: impl Fn(&str) -> String) {
    let file = practice.join(table);
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    // A folder that cannot be written shows as a case that fails.
    let _ = std::fs::write(&file, change(&text));
}

fn name_in_a_date(practice: &Path) {
    rewrite(practice, "codes.csv", |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if let Some(last) = lines.last_mut() {
            let year = last.find(",20").map(|place| place + 1);
            if let Some(year) = year {
                last.replace_range(year..year + 10, CANARY);
            }
        }
        lines.join("\n") + "\n"
    });
}

fn cut(practice: &Path) {
    rewrite(practice, "patients.csv", |text| text.replace("Ashworth", HALF_TAKEN));
    rewrite(practice, "allergies.csv", |text| {
        let kept = text.trim_end().rfind('\n').map_or(text, |end| &text[..=end]);
        kept.to_owned()
    });
}
