//! What can be said of an upload without asking any patient's state.

use jiff::Timestamp;
use spine_vocabulary::code::error::{PSIS_INVALID, PSIS_NHS_NUMBER};
use spine_vocabulary::{Interaction, NhsNumber};

use super::receive::Checked;
use super::summary::Summary;
use super::upload::Upload;
use crate::ledger::{Sha256, Tag, Violation};
use crate::spine::{Spine, details};
use crate::state::Outcome;
use crate::wire::WireRequest;
use crate::wire::issue::{Breaches, Fault, Reason, Refusal};
use crate::wire::namespace::HL7;
use crate::wire::read::ebxml::Header;
use crate::wire::read::wrapper::Wrapper;
use crate::wire::read::xml;

/// A message that may be queued, and what is known of it.
pub(super) struct Judged {
    /// The upload, or the refusal that its poll will find.
    pub(super) upload: Result<Box<Upload>, Outcome>,
    pub(super) asid: String,
    pub(super) nhs_number: Option<NhsNumber>,
    pub(super) tags: Vec<Tag>,
}

/// Judges the payload. A sender that may not send at all is refused at once; other refusals wait for the poll.
pub(super) fn judge(
    spine: &Spine,
    request: &WireRequest,
    header: &Header,
    checked: Checked<'_>,
    sha256: Sha256,
    now: Timestamp,
) -> Result<Judged, Refusal> {
    let document = xml::parse(checked.payload)
        .map_err(|why| Fault::not_well_formed(&format!("in the payload, {why}")))?;
    let root = document.root_element();
    let wrapper = Wrapper::read(root);
    let summary = wrapper.control_act.and_then(Summary::read);
    let mut judged = Judged {
        upload: Err(Outcome::Done),
        asid: wrapper.sender.clone().unwrap_or_else(|| "Not Known".to_owned()),
        nhs_number: None,
        tags: Vec::new(),
    };
    if let Some(summary) = &summary {
        note_summary(summary, &mut judged);
    }
    may_send(spine, request, &wrapper, now)?;
    let breaches = first_breaches(spine, root, header, &wrapper, checked, summary.as_ref());
    judged.upload = match (breaches.is_empty(), summary, &wrapper.author) {
        (true, Some(summary), Some(_)) => upload(spine, &summary, &wrapper, checked, sha256),
        _ => Err(Outcome::Rejected(details(spine, &breaches))),
    };
    Ok(judged)
}

fn note_summary(summary: &Summary<'_, '_>, judged: &mut Judged) {
    judged.tags.push(Tag::Summary(summary.kind));
    if summary.clinical {
        judged.tags.push(Tag::ClinicalContent);
    }
    judged.nhs_number = summary.nhs_number.ok().filter(|number| number.is_test());
}

/// Whether this system, with this user, may send anything.
/// Requirements: SES-025, SES-026, SIM-018.
fn may_send(
    spine: &Spine,
    request: &WireRequest,
    wrapper: &Wrapper<'_, '_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let claimed = request.header("nhsd-asid").unwrap_or_default();
    if claimed.is_empty() {
        return Err(Fault::not_authorised("the nhsd-asid header is missing").into());
    }
    for name in [claimed, wrapper.sender.as_deref().unwrap_or(claimed)] {
        if spine.memory().system(name).is_none() {
            return Err(Fault::not_authorised("the sending system is not known to the Spine").into());
        }
    }
    if wrapper.sender.as_deref().is_some_and(|sender| sender != claimed) {
        return Err(Fault::not_authorised("the nhsd-asid header is not the sending system").into());
    }
    // The header names the session's role profile; a message in another role's name is nobody's.
    let session = request.header("nhsd-session-urid");
    let role = wrapper.author.as_ref().map(|author| author.role_profile.as_str());
    if session.is_some() && role.is_some() && session != role {
        return Err(
            Fault::not_authorised("the NHSD-Session-URID header is not the author's role profile").into()
        );
    }
    match &wrapper.author {
        Some(author) if !spine.sessions().is_live(&author.role_profile, &author.user, now) => {
            spine.book().violate(Violation::no_session(wrapper.message, now));
            Err(Fault::not_authorised("the author has no session with this role").into())
        }
        _ => Ok(()),
    }
}

/// The rules broken in the first stage that has any: wrapper, consistency, summary.
fn first_breaches(
    spine: &Spine,
    root: roxmltree::Node<'_, '_>,
    header: &Header,
    wrapper: &Wrapper<'_, '_>,
    checked: Checked<'_>,
    summary: Option<&Summary<'_, '_>>,
) -> Breaches {
    let breaches = wrapper.breaches(root, Interaction::UploadPolled.name(), (HL7, "subject"));
    if !breaches.is_empty() {
        return breaches;
    }
    let breaches = consistency(spine, header, wrapper, checked);
    if !breaches.is_empty() {
        return breaches;
    }
    if let Some(summary) = summary {
        return summary.breaches(&checked.message.to_string());
    }
    let mut breaches = Breaches::default();
    breaches.hold(false, "GPSUMMARY_MISSING", "the subject holds one GPSummary");
    breaches
}

fn consistency(spine: &Spine, header: &Header, wrapper: &Wrapper<'_, '_>, checked: Checked<'_>) -> Breaches {
    let mut breaches = Breaches::default();
    breaches.hold(
        wrapper.message == Some(checked.message),
        "MESSAGE_ID_INCONSISTENT_WITH_EBXML",
        "id/@root is the eb:MessageId",
    );
    breaches.hold_asid(
        wrapper.receiver.as_deref() == Some(spine.settings().addressing.psis.as_str()),
        "INCONSISTENT_COMM_FUNC_RCV",
        "communicationFunctionRcv names the ASID of the PSIS",
    );
    let system = wrapper.sender.as_deref().and_then(|asid| spine.memory().system(asid));
    breaches.hold_asid(
        system.is_some_and(|system| system.party_key.as_str() == header.from),
        "INCONSISTENT_COMM_FUNC_SND",
        "communicationFunctionSnd names a system of the party in eb:From",
    );
    breaches.hold(wrapper.author.is_some(), "AUTHOR_MISSING", "an upload has an author with a role profile");
    breaches
}

fn upload(
    spine: &Spine,
    summary: &Summary<'_, '_>,
    wrapper: &Wrapper<'_, '_>,
    checked: Checked<'_>,
    sha256: Sha256,
) -> Result<Box<Upload>, Outcome> {
    let number = summary.nhs_number.map_err(|_| wrong_number(PSIS_NHS_NUMBER.meaning))?;
    if !number.is_test() {
        return Err(wrong_number(NOT_A_TEST_PATIENT));
    }
    let sender = wrapper.sender.as_deref().and_then(|asid| spine.memory().system(asid));
    let sender = sender.ok_or_else(|| wrong_number(PSIS_NHS_NUMBER.meaning))?.asid.clone();
    Ok(Box::new(Upload {
        message: checked.message,
        nhs_number: number,
        replaces: summary.replaces,
        kind: summary.kind,
        clinical: summary.clinical,
        author: summary.author(),
        document: spine.memory().shelf.store(&summary.written_again()),
        sender,
        sha256,
    }))
}

/// What the guard rail against real use says.
/// Requirement: SIM-014.
pub(crate) const NOT_A_TEST_PATIENT: &str =
    "this is a simulator: it takes NHS numbers that begin with 9 only, and this message is not kept";

/// 400/35160 with words.
/// Requirement: SUM-050.
pub(super) fn wrong_number(why: &str) -> Outcome {
    let display = format!("[PSIS-35160] - Invalid input message. {why}");
    Outcome::Business(vec![Reason::error(PSIS_INVALID), Reason::error(PSIS_NHS_NUMBER).saying(display)])
}
