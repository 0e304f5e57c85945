//! What real senders do differently, and a Spine takes.

use super::answers::speaks;
use crate::outcome::{Failure, Verdict};
use crate::stage::ground::{Draft, Ground, Says, Voice};

fn draft(ground: &Ground<'_>) -> Draft {
    ground.summary(&ground.patient(), Says::Allergy, None)
}

fn is_taken(ground: &Ground<'_>, draft: &Draft) -> Verdict {
    speaks(&ground.upload(draft), Voice::Accepted)
}

/// The upload of a draft whose body is changed on the way.
fn is_taken_as(ground: &Ground<'_>, draft: &Draft, change: impl FnOnce(&str) -> String) -> Verdict {
    let mut request = draft.request();
    let before = request.text().into_owned();
    request.rewrite(change);
    if request.text() == before {
        return Err(Failure::new("another body", "the same one: the case is wrong"));
    }
    let posted = ground.request(&request);
    match posted.header("content-location") {
        Some(location) => speaks(&ground.poll(location, draft), Voice::Accepted),
        None => speaks(&posted, Voice::Accepted),
    }
}

pub(super) fn line_feeds_alone(ground: &Ground<'_>) -> Verdict {
    is_taken_as(ground, &draft(ground), |body| body.replace("\r\n", "\n"))
}

pub(super) fn quoted_soap_actions(ground: &Ground<'_>) -> Verdict {
    let quoted = "\"urn:nhs:names:services:psis/REPC_IN150016SM05\"";
    is_taken(ground, &draft(ground))?;
    is_taken(ground, &draft(ground).header("SOAPAction", Some(quoted)))?;
    let query = Draft::retrieval(ground.names(), &ground.id(), &ground.patient());
    let quoted = "\"urn:nhs:names:services:pdsquery/QUPA_IN000008UK02\"";
    speaks(&ground.send(&query.header("SOAPAction", Some(quoted))), Voice::Accepted)
}

pub(super) fn both_payload_types(ground: &Ground<'_>) -> Verdict {
    is_taken(ground, &draft(ground))?;
    is_taken_as(ground, &draft(ground), |body| {
        body.replace("Content-Type: application/xml; charset=UTF-8", "Content-Type: text/xml")
    })
}

pub(super) fn both_ebxml_spellings(ground: &Ground<'_>) -> Verdict {
    is_taken(ground, &draft(ground))?;
    is_taken(ground, &draft(ground).swap_envelope("transport/ebXML/DSTUv1.0", "transport/ebxml/DSTUv1.0"))
}

pub(super) fn a_time_stamp_without_zone(ground: &Ground<'_>) -> Verdict {
    is_taken(ground, &draft(ground).swap_envelope("T08:30:00Z</eb:Timestamp>", "T08:30:00</eb:Timestamp>"))
}

pub(super) fn any_order_of_the_wrapper(ground: &Ground<'_>) -> Verdict {
    let codes = [
        "<processingCode code=\"P\"/>\n",
        "<processingModeCode code=\"T\"/>\n",
        "<acceptAckCode code=\"NE\"/>\n",
    ];
    let reversed: String = codes.iter().rev().copied().collect();
    is_taken(ground, &draft(ground).swap(&codes.concat(), &reversed))?;
    // The national adaptor's own example has the system before the person.
    let swapped = draft(ground);
    let part = |name: &str| {
        let (start, end) = (format!("<{name} typeCode=\"AUT\"><"), format!("</{name}>"));
        let from = swapped.document.find(&start)?;
        let to = from + swapped.document.get(from..)?.find(&end)? + end.len();
        swapped.document.get(from..to)
    };
    let (Some(person), Some(system)) = (part("author"), part("author1")) else {
        return Err(Failure::new("both authors", "not there: the case is wrong"));
    };
    let turned = swapped.clone().swap(&format!("{person}\n{system}"), &format!("{system}\n{person}"));
    is_taken(ground, &turned)
}
