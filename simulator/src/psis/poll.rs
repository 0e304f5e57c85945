//! A poll: not yet, or the answer.

use http::StatusCode;
use http::header::{CONTENT_LOCATION, RETRY_AFTER};
use jiff::Timestamp;
use spine_vocabulary::{Interaction, Service};
use uuid::Uuid;

use super::process::process;
use crate::fault::Saying;
use crate::ledger::{Note, Tag};
use crate::spine::{Answered, POLL, Spine, refuse};
use crate::state::{Job, Outcome, Stage};
use crate::wire::issue::{Fault, Refusal};
use crate::wire::write::{
    Acknowledgement, Addressee, CONTENT_TYPE, Element, Message, header, reason, related,
};
use crate::wire::{WireRequest, WireResponse};

/// The prefix of HL7 elements on this route.
const PREFIX: &str = "hl7:";

/// Answers a poll for the job with this id; `saying` is what the answer says this once, if there is one already.
pub(crate) fn poll(
    spine: &Spine,
    request: &WireRequest,
    id: &str,
    now: Timestamp,
    saying: Option<&Saying>,
) -> Answered {
    let missing = Refusal::Http(StatusCode::NOT_FOUND, "no message waits or waited here");
    let Ok(id) = Uuid::try_parse(id) else { return refuse(spine, missing, None, Note::default()) };
    let is_ready = {
        let mut part = spine.memory().jobs.part(&id);
        let Some(job) = part.get_mut(&id) else { return refuse(spine, missing, None, Note::default()) };
        let claimed = request.header("nhsd-asid").unwrap_or_default();
        if claimed != job.asid && spine.memory().system(&job.asid).is_some() {
            let why = "the nhsd-asid header is missing or is not the system that sent the message";
            return refuse(spine, Fault::not_authorised(why).into(), None, note(job));
        }
        job.polls = job.polls.saturating_add(1);
        job.polls > spine.settings().readiness.polls || matches!(job.stage, Stage::Done(..))
    };
    if is_ready {
        process(spine, id, now);
    }
    let part = spine.memory().jobs.part(&id);
    let Some(job) = part.get(&id) else { return refuse(spine, missing, None, Note::default()) };
    match &job.stage {
        Stage::Done(outcome, at) => {
            let said = saying.map(Saying::say).or_else(|| job.says.clone());
            final_answer(spine, job, said.as_ref().unwrap_or(outcome), outcome, *at)
        }
        _ => pending(spine, id, note(job)),
    }
}

fn note(job: &Job) -> Note {
    Note {
        interaction: Some(Interaction::UploadPolled.name()),
        message_id: Some(job.message),
        nhs_number: job.nhs_number,
        outcome: "",
        tags: job.tags.clone(),
    }
}

/// Requirement: MSG-042.
fn pending(spine: &Spine, id: Uuid, mut note: Note) -> Answered {
    note.tags.push(Tag::Pending);
    let response = WireResponse::empty(StatusCode::ACCEPTED)
        .with_header(CONTENT_LOCATION, &format!("{POLL}{:X}", id.hyphenated()))
        .with_header(RETRY_AFTER, &spine.settings().retry_after_ms.to_string());
    Answered { response, note }
}

/// Requirements: MSG-043, MSG-044.
fn final_answer(spine: &Spine, job: &Job, outcome: &Outcome, truth: &Outcome, at: Timestamp) -> Answered {
    let addressing = &spine.settings().addressing;
    let refers_to = job.message.to_string();
    let (acknowledgement, version, content) = match outcome {
        Outcome::Stored(_) | Outcome::Done => (Acknowledgement::Accepted, "V3NPfIT4.2.00", vec![success()]),
        Outcome::Business(reasons) => {
            let reasons = reasons.iter().map(|one| reason(PREFIX, one)).collect();
            (Acknowledgement::Failed, "V3NPfIT3.0", reasons)
        }
        Outcome::Rejected(details) => {
            (Acknowledgement::Rejected(details.clone()), "V3NPfIT3.1.10", Vec::new())
        }
    };
    let payload = Message {
        prefix: PREFIX,
        interaction: Interaction::Acknowledgement.name(),
        version,
        id: job.answer,
        created: at,
        acknowledgement,
        refers_to: refers_to.clone(),
        receiver: job.asid.clone(),
        sender: addressing.psis.to_string(),
        content,
    };
    let addressee = Addressee {
        from: addressing.party.as_str(),
        to: &job.party,
        cpa: addressing.cpa.as_str(),
        conversation: &job.conversation,
        refers_to: &refers_to,
    };
    let action = Interaction::Acknowledgement.name();
    let envelope = header(&addressee, &Service::Psis.urn(), action, job.answer, at, "13");
    let body = related(&envelope, &payload.element().render(), job.answer);
    let mut note = note(job);
    note.outcome = outcome.acknowledgement();
    note.tags.push(truth.tag());
    Answered { response: WireResponse::with_body(StatusCode::OK, CONTENT_TYPE, body), note }
}

fn success() -> Element {
    Element::new("hl7:requestSuccessDetail")
        .with(Element::new("hl7:detail").text("GP Summary upload successful"))
        .with(Element::new("hl7:id").attr("root", "Not Known"))
}
