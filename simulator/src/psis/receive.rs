//! An upload comes in: envelope, header, wrapper, consistency, content, in this order; then it is queued.
//!
//! Nothing is stored here. What breaks the envelope or the ebXML header is answered at once; everything later waits for
//! the poll, as the answer that it is.

use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_LOCATION, CONTENT_TYPE, RETRY_AFTER};
use jiff::{SignedDuration, Timestamp};
use spine_vocabulary::MessageId;
use spine_vocabulary::code::interaction::Interaction;
use uuid::Uuid;

use super::upload::Upload;
use super::verdict::{Judged, judge};
use crate::fault::Saying;
use crate::ledger::{Note, Sha256, Tag, Violation};
use crate::spine::{Answered, POLL, Spine, detail, refuse};
use crate::state::{Job, Outcome, Seen, Stage, Use};
use crate::wire::issue::{Breaches, EbxmlError, Fault, Refusal};
use crate::wire::read::ebxml::{Contract, Expected, Header};
use crate::wire::read::multipart::Related;
use crate::wire::read::{wrapper, xml};
use crate::wire::write::Addressee;
use crate::wire::{WireRequest, WireResponse};

/// The one interaction of this address.
const UPLOAD: Interaction = Interaction::UploadPolled;

/// Receives one upload; `saying` is the answer that its polls will find instead of the true one.
/// Requirement: SIM-020.
pub(crate) fn receive(
    spine: &Spine,
    request: &WireRequest,
    sha256: Sha256,
    now: Timestamp,
    saying: Option<&Saying>,
) -> Answered {
    let mut note = Note::default();
    let opened = match open(request) {
        Ok(opened) => opened,
        Err(refusal) => return refuse(spine, refusal, None, note),
    };
    note.interaction = Some(UPLOAD.name());
    let header = &opened.header;
    let addressee = Addressee {
        from: spine.settings().addressing.party.as_str(),
        to: &header.from,
        cpa: &header.cpa,
        conversation: &header.conversation,
        refers_to: &header.message,
    };
    let checked = match hold_header(spine, &opened) {
        Ok(checked) => checked,
        Err(refusal) => return refuse(spine, refusal, Some(&addressee), note),
    };
    note.message_id = Some(checked.message);
    match judge(spine, request, &opened.header, checked, sha256, now) {
        Ok(judged) => {
            let came = Came { header: &opened.header, message: checked.message, sha256, now, saying };
            queue(spine, &came, judged, note)
        }
        Err(refusal) => refuse(spine, refusal, Some(&addressee), note),
    }
}

/// A message whose envelope was as it should be.
struct Opened<'a> {
    parts: Related<'a>,
    header: Header,
    root: &'a str,
}

/// What the header's rules leave: the id, and the payload's text.
#[derive(Clone, Copy)]
pub(super) struct Checked<'a> {
    pub(super) message: MessageId,
    pub(super) payload: &'a str,
}

fn open(request: &WireRequest) -> Result<Opened<'_>, Refusal> {
    if request.headers.contains_key(CONTENT_ENCODING) {
        return Err(Refusal::Http(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a request body is never compressed"));
    }
    let action = request.header("soapaction").map(|action| action.trim_matches('"').to_owned());
    if action.is_none() || action != UPLOAD.soap_action() {
        return Err(Fault::unsupported().into());
    }
    let content_type = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let broken = |why: &dyn std::fmt::Display| Refusal::from(Fault::not_well_formed(&why.to_string()));
    let parts = Related::read(content_type, &request.body).map_err(|why| broken(&why))?;
    if !parts.root().content_type.starts_with("text/xml") {
        return Err(broken(&"the root part is not text/xml"));
    }
    let root = xml::utf8(parts.root().content).map_err(|why| broken(&why))?;
    let document = xml::parse(root).map_err(|why| broken(&why))?;
    let header = Header::read(document.root_element())
        .ok_or_else(|| broken(&"an element of the ebXML header is missing, doubled or blank"))?;
    Ok(Opened { parts, header, root })
}

/// Requirements: MSG-050, MSG-052.
fn hold_header<'a>(spine: &Spine, opened: &Opened<'a>) -> Result<Checked<'a>, Refusal> {
    let header = &opened.header;
    let broken = |why: &dyn std::fmt::Display| Refusal::from(Fault::not_well_formed(&why.to_string()));
    let document = xml::parse(opened.root).map_err(|why| broken(&why))?;
    let addressing = &spine.settings().addressing;
    let expected = Expected {
        to: addressing.party.as_str(),
        cpa: addressing.cpa.as_str(),
        sender_is_known: spine.memory().knows_party(&header.from),
        contract: Contract::Reliable,
    };
    let mut breaches = header.breaches(document.root_element(), &expected);
    let action = format!("{}/{}", header.service, header.action);
    breaches.hold(
        UPLOAD.soap_action() == Some(action),
        "ACTION_INCONSISTENT_WITH_SOAP_ACTION",
        "eb:Service and eb:Action are those of the SOAPAction",
    );
    breaches.hold(
        wrapper::is_upper_uuid(&header.message),
        "EBXML_MESSAGE_ID_INVALID",
        "eb:MessageId is a UUID in capital letters",
    );
    let payload = header.payload.as_deref().and_then(|id| opened.parts.referenced(id));
    breaches.hold(
        payload.is_some() && opened.parts.len() == 2,
        "INVALID_MANIFEST_REFERENCE",
        "the manifest names the only other part of the message",
    );
    let (Some(payload), Ok(message), true) =
        (payload, MessageId::parse(&header.message), breaches.is_empty())
    else {
        return Err(Refusal::Ebxml(ebxml_errors(&breaches)));
    };
    if !["text/xml", "application/xml"].iter().any(|kind| payload.content_type.starts_with(kind)) {
        return Err(broken(&"the payload part is neither text/xml nor application/xml"));
    }
    let payload = xml::utf8(payload.content).map_err(|why| broken(&why))?;
    Ok(Checked { message, payload })
}

fn ebxml_errors(breaches: &Breaches) -> Vec<EbxmlError> {
    breaches.iter().cloned().map(EbxmlError::of).collect()
}

/// A message that is to be queued.
#[derive(Clone, Copy)]
struct Came<'a> {
    header: &'a Header,
    message: MessageId,
    sha256: Sha256,
    now: Timestamp,
    saying: Option<&'a Saying>,
}

/// Puts the message into the queue, unless its id was used before: then what the `duplicate` setting says.
/// Requirements: SIM-003, SIM-004, SIM-005, SIM-006.
fn queue(spine: &Spine, came: &Came<'_>, judged: Judged, mut note: Note) -> Answered {
    use crate::scenario::Duplicate;
    let Came { header, message, sha256, now, saying } = *came;
    note.nhs_number = judged.nhs_number;
    note.tags.clone_from(&judged.tags);
    let mut seen = spine.memory().seen.part(&message);
    let repeated = seen.get(&message).map(|seen| (seen.sha256 == sha256, seen.used.clone()));
    // Only a message that comes for the first time, with nothing wrong about it, is told otherwise.
    let saying = saying.filter(|_| repeated.is_none() && judged.upload.is_ok());
    let stage = match repeated {
        None => {
            note.tags.push(Tag::Queued);
            match saying {
                Some(saying) if !saying.done => Stage::Refused(saying.say()),
                _ => judged.stage(),
            }
        }
        Some((true, Use::Upload(first))) => {
            note.tags.push(Tag::Duplicate);
            match spine.settings().duplicate {
                Duplicate::SameAnswer => return accepted(spine, first, note),
                Duplicate::Rejected => Stage::Refused(Outcome::Rejected(vec![detail()])),
                Duplicate::DuplicateEvent => Stage::Repeats(first),
            }
        }
        Some(_) => {
            let what = "a message id was used again for other bytes";
            note.tags.push(Tag::Violation(what.to_owned()));
            spine.book().violate(Violation { at: now, message_id: Some(message), what: what.to_owned() });
            Stage::Refused(Outcome::Rejected(vec![detail()]))
        }
    };
    let id = spine.memory().mint();
    let job = Job {
        message,
        conversation: header.conversation.clone(),
        party: header.from.clone(),
        asid: judged.asid,
        answer: spine.memory().mint(),
        polls: 0,
        stage,
        tags: judged.tags,
        nhs_number: judged.nhs_number,
        says: saying.filter(|saying| saying.done).map(Saying::say),
    };
    spine.memory().jobs.part(&id).insert(id, job);
    if saying.is_none_or(|saying| saying.done) {
        seen.entry(message).or_insert(Seen { sha256, used: Use::Upload(id) });
    }
    drop(seen);
    let delay =
        SignedDuration::from_millis(i64::try_from(spine.settings().readiness.delay_ms).unwrap_or(i64::MAX));
    spine.memory().enqueue(now.checked_add(delay).unwrap_or(Timestamp::MAX), id);
    accepted(spine, id, note)
}

/// Requirement: MSG-042.
fn accepted(spine: &Spine, job: Uuid, note: Note) -> Answered {
    let response = WireResponse::empty(StatusCode::ACCEPTED)
        .with_header(CONTENT_LOCATION, &format!("{POLL}{:X}", job.hyphenated()))
        .with_header(RETRY_AFTER, &spine.settings().retry_after_ms.to_string());
    Answered { response, note }
}

impl Judged {
    fn stage(&self) -> Stage {
        match &self.upload {
            Ok(upload) => Stage::Queued(Box::<Upload>::clone(upload)),
            Err(outcome) => Stage::Refused(outcome.clone()),
        }
    }
}
