//! How requests travel: method, address, `SOAPAction`, headers, the parts of an upload.

use super::mime::{bare, parameter, parts};
use super::{ASKED, UPLOAD_ACTION, every, every_of};
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::Observation;
use crate::wire::{Document, Request, Sort};
use spine_fixtures::population::staff;

pub(super) fn uploads_are_posted_to_clinical(seen: &Observation) -> Verdict {
    every(seen, Sort::Upload, |one| {
        let request = &one.request;
        same("method and path", &("POST", "/clinical"), &(request.method.as_str(), request.target.as_str()))?;
        same("SOAPAction", &Some(UPLOAD_ACTION), &action(request))
    })
}

pub(super) fn questions_are_posted_to_the_synchronous_service(seen: &Observation) -> Verdict {
    every_of(seen, &ASKED, |one| {
        let request = &one.request;
        let found = (request.method.as_str(), request.target.as_str());
        same("method and path", &("POST", "/sync-service"), &found)?;
        let kind = request.header("content-type").unwrap_or_default();
        hold(kind.split(';').next().map(str::trim) == Some("text/xml"), "Content-Type text/xml", kind)
    })
}

pub(super) fn an_upload_is_multipart_related(seen: &Observation) -> Verdict {
    every(seen, Sort::Upload, |one| {
        let request = &one.request;
        let kind = request.header("content-type").unwrap_or_default();
        let media = kind.split(';').next().unwrap_or_default().trim();
        same("media type", &"multipart/related", &media)?;
        same("type", &Some("text/xml".to_owned()), &parameter(request, "type"))?;
        let parts = parts(request)
            .ok_or_else(|| Failure::new("a body delimited and closed by the boundary of its type", kind))?;
        let root = parts.first().and_then(|part| part.id()).map(str::to_owned);
        hold(root.is_some(), "a Content-Id of the root part", "none")?;
        same("start", &root, &parameter(request, "start").map(|start| bare(&start).to_owned()))
    })
}

pub(super) fn the_manifest_names_the_second_of_two_parts(seen: &Observation) -> Verdict {
    every(seen, Sort::Upload, |one| two_parts(&one.request))
}

/// Two parts: an envelope, and the payload that its manifest names.
pub(super) fn two_parts(request: &Request) -> Verdict {
    let parts = parts(request).unwrap_or_default();
    same("parts", &2, &parts.len())?;
    let (Some(first), Some(second)) = (parts.first(), parts.get(1)) else { return Ok(()) };
    let envelope = Document::read(first.text.trim());
    let payload = Document::read(second.text.trim());
    let (Some(envelope), Some(payload)) = (envelope, payload) else {
        return Err(Failure::new("two well-formed documents", "something else"));
    };
    same("envelopes in the first part", &1, &envelope.count("Envelope/Header/MessageHeader"))?;
    let interaction = payload.message_root().unwrap_or_default();
    same("payload", &("REPC_IN150016SM05".to_owned(), "urn:hl7-org:v3".to_owned()), &interaction)?;
    let wanted = vec![format!("cid:{}", second.id().unwrap_or_default())];
    same("references", &wanted, &envelope.all("Body/Manifest/Reference@href"))
}

pub(super) fn the_headers_of_user_and_session_are_there(seen: &Observation) -> Verdict {
    every_of(seen, &[Sort::Upload, Sort::Poll], |one| {
        let header = |name: &str| one.request.header(name).unwrap_or_default().to_owned();
        same("nhsd-asid", &staff::PRACTICE_ASID.to_owned(), &header("nhsd-asid"))?;
        same("NHSD-Session-URID", &staff::OPERATOR_ROLE.to_owned(), &header("NHSD-Session-URID"))?;
        hold(!header("NHSD-Identity-UUID").is_empty(), "NHSD-Identity-UUID", "none")?;
        for name in ["NHSD-Correlation-ID", "NHSD-Request-ID"] {
            let id = header(name);
            hold(uuid::Uuid::try_parse(&id).is_ok() && id.len() == 36, &format!("{name}: a UUID"), id)?;
        }
        Ok(())
    })
}

pub(super) fn a_poll_is_a_bare_get(seen: &Observation) -> Verdict {
    every(seen, Sort::Poll, |one| {
        let request = &one.request;
        same("method", &"GET", &request.method.as_str())?;
        same("bytes of a body", &0, &request.body.len())?;
        same("SOAPAction", &None, &request.header("soapaction"))
    })
}

pub(super) fn nothing_is_compressed(seen: &Observation) -> Verdict {
    let sorts = [ASKED.as_slice(), &[Sort::Upload]].concat();
    every_of(seen, &sorts, |one| {
        same("Content-Encoding", &None, &one.request.header("content-encoding"))?;
        let first = one.request.body.first().copied().unwrap_or_default();
        hold(first == b'<' || first == b'-', "a body in plain text", format!("it begins with byte {first}"))
    })
}

/// The `SOAPAction` without quotes.
pub(super) fn action(request: &Request) -> Option<&str> {
    request.header("soapaction").map(|action| action.trim().trim_matches('"'))
}
