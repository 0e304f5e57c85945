//! Synchronous requests: envelope, header, wrapper, consistency; then the service that the interaction belongs to.

mod checks;
mod route;

use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use jiff::Timestamp;
use roxmltree::Node;
use spine_vocabulary::Interaction;
use uuid::Uuid;

use checks::{first_breaches, may_ask};
use route::{ROUTES, Route, own_asid};

use super::{Answered, Spine, detail, details, refuse};
use crate::fault::Saying;
use crate::ledger::{Note, Sha256, Tag, Violation};
use crate::state::{Outcome, Seen, Use};
use crate::wire::issue::{Fault, Refusal};
use crate::wire::read::multipart::split_header;
use crate::wire::read::soap::{self, Header};
use crate::wire::read::wrapper::Wrapper;
use crate::wire::read::xml;
use crate::wire::write::{Acknowledgement, Element, Message, SyncAddressee, reason, sync_envelope};
use crate::wire::{WireRequest, WireResponse};
use crate::{acs, pds, psis};

/// A request that kept every rule of envelope, header, wrapper and consistency.
pub(crate) struct SyncRequest<'a, 'i> {
    pub(crate) wrapper: &'a Wrapper<'a, 'i>,
    /// The element that the control act holds.
    pub(crate) content: Node<'a, 'i>,
    pub(crate) sha256: Sha256,
    pub(crate) now: Timestamp,
}

/// What a service answers.
pub(crate) struct Reply {
    pub(crate) interaction: Interaction,
    pub(crate) version: &'static str,
    pub(crate) acknowledgement: Acknowledgement,
    /// What the control act holds after its author.
    pub(crate) content: Vec<Element>,
    /// Id and time of an answer that was given before; `None` for a new one.
    pub(crate) again: Option<(Uuid, Timestamp)>,
}

impl Reply {
    /// An acknowledgement without content, or with the reasons of an outcome.
    pub(crate) fn acknowledge(outcome: &Outcome, version: &'static str) -> Self {
        let (acknowledgement, content) = match outcome {
            Outcome::Stored(_) | Outcome::Done => (Acknowledgement::Accepted, Vec::new()),
            Outcome::Business(reasons) => {
                (Acknowledgement::Failed, reasons.iter().map(|one| reason("", one)).collect())
            }
            Outcome::Rejected(details) => (Acknowledgement::Rejected(details.clone()), Vec::new()),
        };
        Self { interaction: Interaction::Acknowledgement, version, acknowledgement, content, again: None }
    }
}

/// Serves one synchronous request; `saying` is a negative acknowledgement for one that keeps every rule.
pub(super) fn serve(
    spine: &Spine,
    request: &WireRequest,
    sha256: Sha256,
    now: Timestamp,
    saying: Option<&Saying>,
) -> Answered {
    let mut note = Note::default();
    let (route, text) = match open(request) {
        Ok(opened) => opened,
        Err(refusal) => return refuse(spine, refusal, None, note),
    };
    note.interaction = Some(route.interaction.name());
    let fault = |why: &dyn std::fmt::Display| Refusal::from(Fault::not_well_formed(&why.to_string()));
    let document = match xml::parse(text) {
        Ok(document) => document,
        Err(why) => return refuse(spine, fault(&why), None, note),
    };
    let Some(payload) = soap::payload(document.root_element()) else {
        let why = "it is not a SOAP envelope with one header, one body and one payload";
        return refuse(spine, fault(&why), None, note);
    };
    let header = Header::read(document.root_element());
    let wrapper = Wrapper::read(payload);
    note.message_id = wrapper.message;
    if let Err(refusal) = may_ask(spine, request, route, &header, &wrapper, now) {
        return refuse(spine, refusal, None, note);
    }
    let breaches = first_breaches(spine, route, document.root_element(), payload, &header, &wrapper);
    let content =
        wrapper.control_act.and_then(|act| crate::wire::read::one(act, route.content.0, route.content.1));
    let reply = match content {
        Some(content) if breaches.is_empty() => {
            let asked = SyncRequest { wrapper: &wrapper, content, sha256, now };
            match saying {
                None => dispatch(spine, route, &asked, &mut note),
                Some(saying) if saying.done => {
                    dispatch(spine, route, &asked, &mut note);
                    negative(route, &saying.say(), &mut Note::default())
                }
                Some(saying) => negative(route, &saying.say(), &mut note),
            }
        }
        _ => {
            let outcome = Outcome::Rejected(details(spine, &breaches));
            note.tags.push(outcome.tag());
            Reply::acknowledge(&outcome, VERSION_OF_REJECTIONS)
        }
    };
    note.outcome = reply.acknowledgement.code();
    let response = render(spine, route, &header, &wrapper, reply, now);
    Answered { response, note }
}

const VERSION_OF_REJECTIONS: &str = "V3NPfIT3.1.10";

/// Requirement: MSG-049.
fn open(request: &WireRequest) -> Result<(&'static Route, &str), Refusal> {
    if request.headers.contains_key(CONTENT_ENCODING) {
        return Err(Refusal::Http(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a request body is never compressed"));
    }
    let action = request.header("soapaction").map(|action| action.trim_matches('"').to_owned());
    let route = ROUTES
        .iter()
        .find(|route| action.is_some() && route.interaction.soap_action() == action)
        .ok_or_else(Fault::unsupported)?;
    let (kind, _) = split_header(request.header(CONTENT_TYPE.as_str()).unwrap_or_default());
    if !kind.eq_ignore_ascii_case("text/xml") {
        return Err(Fault::not_well_formed("Content-Type is not text/xml").into());
    }
    let text = xml::utf8(&request.body).map_err(|why| Fault::not_well_formed(&why.to_string()))?;
    Ok((route, text))
}

fn dispatch(spine: &Spine, route: &Route, asked: &SyncRequest<'_, '_>, note: &mut Note) -> Reply {
    if route.interaction == Interaction::SetPermissions {
        return acs::set_permissions(spine, asked, note);
    }
    if let Some(reply) = hold_message_id(spine, asked, note) {
        return reply;
    }
    match route.interaction {
        Interaction::PdsRetrieval => pds::retrieve(spine, asked, note),
        Interaction::EventQuery => psis::tell_event(spine, asked, note),
        _ => psis::list_events(spine, asked, note),
    }
}

/// The answer of an interaction's service that says no, whatever was done.
fn negative(route: &Route, outcome: &Outcome, note: &mut Note) -> Reply {
    match (outcome, route.interaction) {
        (Outcome::Business(reasons), Interaction::PdsRetrieval) => pds::failure(reasons, note),
        (Outcome::Business(_), interaction) if interaction != Interaction::SetPermissions => {
            psis::failure(outcome, note)
        }
        _ => {
            note.tags.push(outcome.tag());
            Reply::acknowledge(outcome, VERSION_OF_REJECTIONS)
        }
    }
}

/// A query may be repeated as it is; the same id for another query is a violation.
fn hold_message_id(spine: &Spine, asked: &SyncRequest<'_, '_>, note: &mut Note) -> Option<Reply> {
    let message = asked.wrapper.message?;
    let mut seen = spine.memory().seen.part(&message);
    match seen.get(&message) {
        None => {
            seen.insert(message, Seen { sha256: asked.sha256, used: Use::Query });
            None
        }
        Some(before) if before.sha256 == asked.sha256 => {
            note.tags.push(Tag::Duplicate);
            None
        }
        Some(_) => {
            drop(seen);
            Some(reused(spine, asked, note))
        }
    }
}

/// The rejection of a message id that was used for other bytes; loud in the ledger.
/// Requirement: SIM-006.
pub(crate) fn reused(spine: &Spine, asked: &SyncRequest<'_, '_>, note: &mut Note) -> Reply {
    let what = "a message id was used again for other bytes";
    note.tags.push(Tag::Violation(what.to_owned()));
    spine.book().violate(Violation {
        at: asked.now,
        message_id: asked.wrapper.message,
        what: what.to_owned(),
    });
    Reply::acknowledge(&Outcome::Rejected(vec![detail()]), VERSION_OF_REJECTIONS)
}

/// Requirement: MSG-045.
fn render(
    spine: &Spine,
    route: &Route,
    header: &Header,
    wrapper: &Wrapper<'_, '_>,
    reply: Reply,
    now: Timestamp,
) -> WireResponse {
    let (id, created) = reply.again.unwrap_or_else(|| (spine.memory().mint(), now));
    let unknown = || "Not Known".to_owned();
    let receiver = wrapper.sender.clone().or_else(|| header.sender.clone()).unwrap_or_else(unknown);
    let refers_to = wrapper.message.map_or_else(unknown, |id| id.to_string());
    let sender = own_asid(spine, route);
    let relates_to = header.message.map_or_else(unknown, |id| id.to_string());
    let addressee = SyncAddressee {
        service: route.service.name(),
        interaction: reply.interaction.name(),
        to: header.from.as_deref().unwrap_or_default(),
        receiver: &receiver,
        sender,
        refers_to: &relates_to,
    };
    let message = Message {
        prefix: "",
        interaction: reply.interaction.name(),
        version: reply.version,
        id,
        created,
        acknowledgement: reply.acknowledgement,
        refers_to,
        receiver: receiver.clone(),
        sender: sender.to_owned(),
        content: reply.content,
    };
    let body = sync_envelope(&addressee, id, route.wrapper, message.element());
    WireResponse::with_body(StatusCode::OK, "text/xml", body)
}
