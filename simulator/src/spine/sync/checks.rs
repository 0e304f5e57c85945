//! What holds of every synchronous request: who may ask, and the rules of header, wrapper and consistency.

use jiff::Timestamp;
use roxmltree::Node;
use spine_vocabulary::Interaction;

use super::route::{Route, own_asid};
use crate::ledger::Violation;
use crate::spine::Spine;
use crate::wire::WireRequest;
use crate::wire::issue::{Breaches, Fault, Refusal};
use crate::wire::read::soap::Header;
use crate::wire::read::wrapper::Wrapper;

/// Whether this system, with this user, may ask at all. A setting needs a live session; a query does not.
/// Requirements: SES-025, SES-026, SIM-018.
pub(super) fn may_ask(
    spine: &Spine,
    request: &WireRequest,
    route: &Route,
    header: &Header,
    wrapper: &Wrapper<'_, '_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let claimed = request.header("nhsd-asid");
    for name in [claimed, header.sender.as_deref(), wrapper.sender.as_deref()].into_iter().flatten() {
        if spine.memory().system(name).is_none() {
            return Err(Fault::not_authorised("the sending system is not known to the Spine").into());
        }
    }
    if claimed.is_some_and(|claimed| wrapper.sender.as_deref().is_some_and(|sender| sender != claimed)) {
        return Err(Fault::not_authorised("the nhsd-asid header is not the sending system").into());
    }
    match &wrapper.author {
        Some(author)
            if route.interaction == Interaction::SetPermissions
                && !spine.sessions().is_live(&author.role_profile, &author.user, now) =>
        {
            spine.book().violate(Violation::no_session(wrapper.message, now));
            Err(Fault::not_authorised("the author has no session with this role").into())
        }
        _ => Ok(()),
    }
}

/// The rules broken in the first stage that has any: header, wrapper, consistency.
/// Requirements: ACK-048, SIM-020.
pub(super) fn first_breaches(
    spine: &Spine,
    route: &Route,
    root: Node<'_, '_>,
    payload: Node<'_, '_>,
    header: &Header,
    wrapper: &Wrapper<'_, '_>,
) -> Breaches {
    let breaches = header.breaches(root, &route.interaction.soap_action().unwrap_or_default());
    if !breaches.is_empty() {
        return breaches;
    }
    let breaches = wrapper.breaches(payload, route.interaction.name(), route.content);
    if !breaches.is_empty() {
        return breaches;
    }
    let mut breaches = Breaches::default();
    breaches.hold_asid(
        header.receiver == wrapper.receiver && wrapper.receiver.as_deref() == Some(own_asid(spine, route)),
        "INCONSISTENT_COMM_FUNC_RCV",
        "hl7:communicationFunctionRcv is the same in SOAP header and body and names the service's ASID",
    );
    breaches.hold_asid(
        header.sender == wrapper.sender,
        "INCONSISTENT_COMM_FUNC_SND",
        "hl7:communicationFunctionSnd is the same in SOAP header and body",
    );
    breaches.hold(
        header.message == wrapper.message,
        "MESSAGE_ID_INCONSISTENT_WITH_WSA",
        "wsa:MessageID is uuid: and the id of the message",
    );
    breaches
}
