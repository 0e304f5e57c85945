//! Guard rails: real numbers, long bodies, hostile documents.

use spine_simulator::scenario::Settings;

use super::{codes, simulator, speaks};
use crate::outcome::{Verdict, hold, same};
use crate::stage::ground::{Draft, Ground, Says, Voice};

/// A number with a right check digit outside the range that was never issued. Source: an example in published test data.
const COULD_BE_SOMEBODYS: &str = concat!("401023", "2137");
/// What a narrow Spine takes, in bytes: more than a draft, less than a padded one.
const NARROW: usize = 20_000;

pub(super) fn narrow(settings: &mut Settings) {
    settings.request_bytes = NARROW;
}

pub(super) fn real_numbers_are_refused_and_forgotten(ground: &Ground<'_>) -> Verdict {
    let names = ground.names();
    let upload = ground.upload(&ground.summary(COULD_BE_SOMEBODYS, Says::Allergy, None));
    for heard in [
        upload,
        ground.events(COULD_BE_SOMEBODYS),
        ground.set(COULD_BE_SOMEBODYS, "No"),
        ground.send(&Draft::retrieval(names, &ground.id(), COULD_BE_SOMEBODYS)),
    ] {
        speaks(&heard, Voice::Error)?;
    }
    let written = simulator(ground)?.ledger().exchanges(0, usize::MAX);
    let passed = ground.exchanges();
    for (one, entry) in
        passed.iter().zip(&written).filter(|(one, _)| one.request.text().contains(COULD_BE_SOMEBODYS))
    {
        same("body that is kept", &None, &entry.received.text).map_err(|failure| failure.in_exchange(one))?;
        same("answer that is kept", &None, &entry.answered.text)?;
        same("number that is kept", &None, &entry.nhs_number.map(spine_vocabulary::NhsNumber::reveal))?;
    }
    same("exchanges", &passed.len(), &written.len())?;
    let patient = ground.patient();
    speaks(&ground.upload(&ground.summary(&patient, Says::Allergy, None)), Voice::Accepted)?;
    let written = simulator(ground)?.ledger().exchanges(0, usize::MAX);
    hold(
        written.iter().filter_map(|entry| entry.received.text.as_ref()).any(|text| text.contains(&patient)),
        "bodies about invented people kept",
        "none",
    )
}

pub(super) fn long_bodies_are_refused(ground: &Ground<'_>) -> Verdict {
    let padded = |bytes: usize| {
        let comment = format!("<!--{}--><statusCode code=\"active\"/>", "x".repeat(bytes));
        ground.summary(&ground.patient(), Says::Allergy, None).swap("<statusCode code=\"active\"/>", &comment)
    };
    let heard = ground.upload(&padded(NARROW));
    same("status", &413, &heard.status).map_err(|failure| failure.in_exchange(&heard.exchange))?;
    speaks(&ground.upload(&padded(NARROW / 4)), Voice::Accepted)
}

pub(super) fn hostile_documents_are_refused(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let query = || Draft::event_list(ground.names(), &ground.id(), &patient);
    let upload = || ground.summary(&patient, Says::Allergy, None);
    let prologue = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let laughs = format!(
        "{prologue}<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>"
    );
    let deep = format!("{}{}<query>", "<query>".repeat(500), "</query>".repeat(500));
    let attributes: Vec<String> = (0..300).map(|number| format!("a{number}=\"\"")).collect();
    let flood = format!("<query {}>", attributes.join(" "));
    let declared = format!("<!DOCTYPE REPC_IN150016SM05>{}", upload().document);
    let mut in_payload = upload();
    in_payload.document = declared;
    for draft in [
        query().swap(prologue, &laughs),
        query().swap("<query>", &deep),
        query().swap("<query>", &flood),
        upload().swap_envelope(prologue, &laughs),
        in_payload,
        upload().swap(
            "<subject typeCode",
            &format!("{}{}<subject typeCode", "<a>".repeat(500), "</a>".repeat(500)),
        ),
    ] {
        let heard = ground.upload(&draft);
        speaks(&heard, Voice::Fault)?;
        codes(&heard, &["201"])?;
    }
    speaks(&ground.upload(&upload()), Voice::Accepted)?;
    speaks(&ground.send(&query()), Voice::Accepted)
}
