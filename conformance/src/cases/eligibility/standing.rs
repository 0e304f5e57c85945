//! A summary of another practice stands already.

use std::path::Path;

use super::{UPLOAD, sent, unsent};
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Kind, Observation, Scenario, Step, Way};
use crate::wire::Sort;

const PEOPLE: &[&str] = &[
    "ordinary-adult",
    "standing-summary-long-registered",
    "standing-summary-13-days",
    "standing-summary-14-days",
    "standing-summary-15-days",
    "no-standing-summary-13-days",
];

/// Registered for long and for 13, 14 and 15 days, SCR enabled before them all, nn at 14.
pub(super) static STANDING: Scenario = Scenario::new("standing-summaries", PEOPLE, UPLOAD);

/// The same at a practice that sets no nn.
pub(super) static NN_NOT_SET: Scenario = Scenario::new(
    "nn-not-set",
    &["standing-summary-14-days", "standing-summary-15-days"],
    &[Step::Change(without_nn), Step::Run(Kind::InitialUpload, Way::Run)],
);

/// The same at a practice that sets what may not be set, then both ends of what may be.
pub(super) static NN_SET: Scenario = Scenario::new(
    "nn-set",
    PEOPLE,
    &[
        Step::Change(|practice| set_nn(practice, "100")),
        Step::Change(|practice| set_nn(practice, "-1")),
        Step::Change(|practice| set_nn(practice, "99")),
        Step::Run(Kind::InitialUpload, Way::Run),
        Step::Change(|practice| set_nn(practice, "0")),
        Step::Run(Kind::InitialUpload, Way::Run),
    ],
);

pub(super) fn new_patient(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult", "no-standing-summary-13-days"])?;
    unsent(seen, &["standing-summary-13-days"])?;
    same(
        "summaries that stand",
        &before(seen, "standing-summary-13-days"),
        &current(seen, "standing-summary-13-days"),
    )
}

pub(super) fn known_patient(seen: &Observation) -> Verdict {
    for slug in ["standing-summary-long-registered", "standing-summary-15-days"] {
        sent(seen, &[slug])?;
        replaced(seen, slug)?;
    }
    Ok(())
}

pub(super) fn exactly_nn(seen: &Observation) -> Verdict {
    sent(seen, &["standing-summary-15-days"])?;
    unsent(seen, &["standing-summary-14-days"])
}

pub(super) fn nn_not_set(seen: &Observation) -> Verdict {
    same("the practice without an nn", &"finished".to_owned(), &seen.run(0).state)?;
    sent(seen, &["standing-summary-15-days"])?;
    unsent(seen, &["standing-summary-14-days"])
}

pub(super) fn nn_out_of_range(seen: &Observation) -> Verdict {
    for (step, nn) in [(0, "100"), (1, "-1")] {
        let state = seen.run(step).state;
        hold(state == "refused", &format!("an nn of {nn} is refused"), state)?;
    }
    for step in [2, 4] {
        let taken = seen.run(step);
        hold(
            taken.state == "finished",
            "an nn of 99 or 0 is taken",
            format!("{} {}", taken.state, taken.said),
        )?;
    }
    Ok(())
}

pub(super) fn nn_at_both_ends(seen: &Observation) -> Verdict {
    let in_step = |slug: &str, step: usize| {
        let (from, to) = seen.run(step).span;
        seen.about(slug, Sort::Upload).iter().filter(|one| (from..to).contains(&one.number)).count()
    };
    let uploads = |slug: &str| [in_step(slug, 3), in_step(slug, 5)];
    same(
        "uploads with nn 99, then 0, registered for long",
        &[1, 0],
        &uploads("standing-summary-long-registered"),
    )?;
    for slug in ["standing-summary-13-days", "standing-summary-15-days"] {
        same(&format!("uploads with nn 99, then 0, for {slug}"), &[0, 1], &uploads(slug))?;
        replaced(seen, slug)?;
    }
    Ok(())
}

/// The newest upload names the event that stood before, and it alone stands now.
fn replaced(seen: &Observation, slug: &str) -> Verdict {
    let named = seen.upload(slug).map(|document| document.all("priorMessageRef/id@root")).unwrap_or_default();
    same(&format!("replaced for {slug}"), &before(seen, slug), &named)?;
    let current = current(seen, slug);
    hold(
        current.len() == 1 && current != before(seen, slug),
        "one new summary that stands",
        format!("{current:?}"),
    )
}

/// The event that stood before.
fn before(seen: &Observation, slug: &str) -> Vec<String> {
    let rows = seen.people.rows(slug);
    rows.map(|rows| rows.summaries.iter().map(|one| one.event_id.clone()).collect()).unwrap_or_default()
}

/// The events that stand at the end.
fn current(seen: &Observation, slug: &str) -> Vec<String> {
    seen.events(slug).into_iter().filter(|(_, stands)| *stands).map(|(id, _)| id).collect()
}

fn without_nn(practice: &Path) {
    edit_facts(practice, |line| if line.starts_with("nn_days") { String::new() } else { line.to_owned() });
}

fn set_nn(practice: &Path, nn: &str) {
    edit_facts(practice, |line| {
        if line.starts_with("nn_days") { format!("nn_days = {nn}") } else { line.to_owned() }
    });
}

/// Changes the lines of `practice.toml`.
pub(super) fn edit_facts(practice: &Path, change: impl Fn(&str) -> String) {
    let file = practice.join("practice.toml");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let changed: String = text.lines().map(|line| change(line) + "\n").collect();
    // A file that cannot be written stays as it was, and the cases see it.
    let _ = std::fs::write(&file, changed);
}
