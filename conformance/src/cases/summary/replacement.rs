//! What a summary replaces.

use super::said::Said;
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Kind, Observation, Scenario, Script, Step, Turn, Way};
use crate::wire::{Document, Reply, Service, Sort};

/// The summary of one patient was withdrawn, as the list of events tells.
pub(super) static REPLACEMENT: Scenario = Scenario::new(
    "summary-replacement",
    &[
        "ordinary-adult",
        "standing-summary-long-registered",
        "two-standing-summaries",
        "legacy-consent-with-summary",
    ],
    &[Step::Run(Kind::InitialUpload, Way::Run)],
)
.scripted(|| Box::new(Withdrawn));

struct Withdrawn;

impl Script for Withdrawn {
    fn reply(&self, turn: &Turn<'_>, spine: &dyn Service) -> Reply {
        let mut reply = spine.answer(turn.request);
        let whose =
            spine_fixtures::persona("legacy-consent-with-summary").map(|persona| persona.nhs_number());
        if let (Sort::EventList, Reply::Answer(answer)) = (turn.seen.sort, &mut reply)
            && turn.seen.patient == whose
        {
            let (normal, withdrawn) =
                ("code=\"1\" displayName=\"Normal\"", "code=\"2\" displayName=\"Withdrawn\"");
            answer.rewrite(|text| text.replace(normal, withdrawn));
        }
        reply
    }
}

/// The events of the first list that came about somebody, newest first: id and status.
fn listed(seen: &Observation, slug: &str) -> Vec<(String, String)> {
    let asked = seen.about(slug, Sort::EventList);
    let answer = asked.first().and_then(|exchange| exchange.reply.heard());
    let Some(list) = answer.and_then(|answer| Document::payload_of(&answer.text())) else {
        return Vec::new();
    };
    list.all("event/eventID@root").into_iter().zip(list.all("event/eventStatus@code")).collect()
}

/// What the first upload about somebody replaces.
fn replaced(seen: &Observation, slug: &str) -> Result<Vec<String>, Failure> {
    let sent = seen.about(slug, Sort::Upload);
    let document = sent.first().and_then(|exchange| exchange.payload());
    let document = document.ok_or_else(|| Failure::new(format!("an upload about {slug}"), "none"))?;
    hold(Said::of(&document).is_clinical(), "a summary with content", "none")?;
    Ok(document.all("GPSummary/replacementOf/priorMessageRef/id@root"))
}

/// SUM-043.
pub(super) fn the_newest_is_replaced(seen: &Observation) -> Verdict {
    for (slug, events) in [("standing-summary-long-registered", 1), ("two-standing-summaries", 2)] {
        let listed = listed(seen, slug);
        same(&format!("events of {slug}"), &events, &listed.len())?;
        let newest: Vec<String> = listed.into_iter().map(|(id, _)| id).take(1).collect();
        same(&format!("what the summary of {slug} replaces"), &newest, &replaced(seen, slug)?)?;
    }
    same("what the first summary of a patient replaces", &Vec::new(), &replaced(seen, "ordinary-adult")?)
}

/// SUM-044.
pub(super) fn a_withdrawn_event_is_not_replaced(seen: &Observation) -> Verdict {
    let statuses: Vec<String> =
        listed(seen, "legacy-consent-with-summary").into_iter().map(|(_, status)| status).collect();
    same("statuses", &vec!["2".to_owned()], &statuses)?;
    same(
        "what the summary after a withdrawal replaces",
        &Vec::new(),
        &replaced(seen, "legacy-consent-with-summary")?,
    )
}
