//! The other readings, what the Spine refuses, and a dissent that comes later than the first summary.

use std::path::Path;

use spine_rules::rules::settings::{DissentNotInAcs, DissentUpload};
use spine_simulator::scenario::Dissent;

use crate::cases::summary::said::{Said, stances};
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::ground::{Draft, Names};
use crate::stage::{Exchange, Kind, Observation, Scenario, Script, Step, Turn, Way, edit_rows};
use crate::wire::{Reply, Service, Sort};

const UPLOAD: Step = Step::Run(Kind::InitialUpload, Way::Run);

pub(super) static NOT_SENT: Scenario = Scenario::new(
    "consent-not-sent",
    &["ordinary-adult", "dissent", "dissent-known-to-the-spine"],
    &[UPLOAD],
)
.with(|settings| settings.rules.dissent = DissentUpload::NotSent);

pub(super) static MISMATCH: Scenario = Scenario::new(
    "consent-mismatch",
    &["ordinary-adult", "dissent", "dissent-known-to-the-spine"],
    &[UPLOAD],
)
.with(|settings| settings.rules.dissent_not_in_acs = DissentNotInAcs::AcsMismatch);

pub(super) static REFUSED: Scenario =
    Scenario::new("consent-refused", &["ordinary-adult", "dissent-known-to-the-spine"], &[UPLOAD])
        .before(|settings| settings.dissent = Dissent::RefuseAll);

/// Somebody at another place records a dissent between the list of events and the upload.
pub(super) static OVERTAKEN: Scenario =
    Scenario::new("consent-overtaken", &["ordinary-adult", "ordinary-child"], &[UPLOAD, UPLOAD])
        .scripted(|| Box::new(Overtaking));

pub(super) static LATER: Scenario = Scenario::new(
    "consent-later",
    &["ordinary-adult", "ordinary-child"],
    &[UPLOAD, Step::Change(|folder| dissent_of(folder, &["ordinary-adult"])), UPLOAD],
);

struct Overtaking;

impl Script for Overtaking {
    fn reply(&self, turn: &Turn<'_>, spine: &dyn Service) -> Reply {
        let adult = spine_fixtures::persona("ordinary-adult").map(|persona| persona.nhs_number());
        if turn.seen.sort == Sort::Upload && turn.nth == 1 && turn.seen.patient == adult {
            let id = "6D0A4E20-1111-4C11-9A11-0000000000C1";
            let setting =
                Draft::setting(&Names::of_the_practice(), id, adult.as_deref().unwrap_or_default(), "No");
            // What the Spine says to the others is not this client's business.
            let _ = spine.answer(&setting.request());
        }
        spine.answer(turn.request)
    }
}

/// Adds an express dissent of yesterday to the records of some.
pub(super) fn dissent_of(folder: &Path, slugs: &[&str]) {
    edit_rows(folder, "codes.csv", |rows| {
        rows.extend(slugs.iter().filter_map(|slug| spine_fixtures::persona(slug)).map(|persona| {
            let cells = [
                ("patient_id", persona.patient_id()),
                ("scheme", "read2".to_owned()),
                ("code", "9Ndo.".to_owned()),
                ("term", "Express dissent for SCR dataset upload".to_owned()),
                ("date", "2026-09-14".to_owned()),
                ("recorded_at", "2026-09-14T16:00:00".to_owned()),
            ];
            cells.map(|(column, cell)| (column.to_owned(), cell)).into()
        }));
    });
}

/// CON-014.
pub(super) fn nothing_is_sent_of_a_dissenter(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[("dissent", "none"), ("dissent-known-to-the-spine", "none"), ("ordinary-adult", "clinical")],
    )?;
    let run = seen.run(0);
    same("dissent", &Some(&2), &run.reasons.get("dissent"))?;
    same("not required", &Some(&2), &run.counters.get("not_required"))
}

/// CON-023.
pub(super) fn a_dissent_that_the_acs_lacks_is_a_mismatch(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[("dissent", "none"), ("dissent-known-to-the-spine", "dissent"), ("ordinary-adult", "clinical")],
    )?;
    same("acs-mismatch", &Some(&1), &seen.run(0).reasons.get("acs-mismatch"))
}

/// CON-024.
pub(super) fn a_refused_dissent_is_not_required(seen: &Observation) -> Verdict {
    stances(seen, &[("dissent-known-to-the-spine", "dissent"), ("ordinary-adult", "clinical")])?;
    let run = seen.run(0);
    same("dissent-held-by-spine", &Some(&1), &run.reasons.get("dissent-held-by-spine"))?;
    same("not required", &Some(&1), &run.counters.get("not_required"))
}

/// CON-025.
pub(super) fn a_refused_summary_is_a_mismatch(seen: &Observation) -> Verdict {
    let sent = seen.about("ordinary-adult", Sort::Upload);
    same("uploads of the patient who dissented meanwhile", &1, &sent.len())?;
    for step in [0, 1] {
        same("acs-mismatch", &Some(&1), &seen.run(step).reasons.get("acs-mismatch"))?;
        same("failed", &Some(&1), &seen.run(step).counters.get("failed"))?;
    }
    same("events", &0, &seen.events("ordinary-adult").len())?;
    stances(seen, &[("ordinary-child", "clinical")])
}

/// CON-015.
pub(super) fn an_own_summary_is_replaced_by_the_dissent(seen: &Observation) -> Verdict {
    let sent = seen.about("ordinary-adult", Sort::Upload);
    let [first, second] = sent.as_slice() else {
        return Err(Failure::new("a summary, then a dissent summary", format!("{} uploads", sent.len())));
    };
    let said = |exchange: &Exchange| exchange.payload().map(|document| Said::of(&document).stance());
    same("the first", &Some("clinical"), &said(first))?;
    same("the second", &Some("dissent"), &said(second))?;
    let prior = second.payload().and_then(|document| document.first("replacementOf/priorMessageRef/id@root"));
    same("what it replaces", &first.seen.message, &prior).map_err(|failure| failure.in_exchange(second))?;
    let standing = seen.events("ordinary-adult").into_iter().filter(|(_, stands)| *stands);
    same("what stands", &Vec::from_iter(second.seen.message.clone()), &standing.map(|(id, _)| id).collect())?;
    hold(
        seen.about("ordinary-child", Sort::Upload).len() == 1,
        "nothing further of the patient who did not dissent",
        "another upload",
    )
}
