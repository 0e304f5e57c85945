//! What the fake Spine writes down, and its control port.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use spine_fixtures::population::staff;
use spine_simulator::ledger::Body;
use spine_simulator::scenario::Permission;
use spine_vocabulary::{AcsPermission, NhsNumber};

use super::{codes, simulator, speaks};
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::ground::{Draft, Ground, Says, Voice};

pub(super) fn every_exchange_is_written_down(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let _ = ground.upload(&ground.summary(&patient, Says::Allergy, None));
    let _ = (ground.events(&patient), ground.set(&patient, "Yes"));
    let _ = ground.request(&crate::wire::Request::post("/nowhere", "x"));
    let (passed, written) = (ground.exchanges(), simulator(ground)?.ledger().exchanges(0, usize::MAX));
    same("exchanges", &passed.len(), &written.len())?;
    for (place, (one, entry)) in passed.iter().zip(&written).enumerate() {
        let Some(answer) = one.reply.heard() else { return Err(Failure::new("an answer", "none")) };
        let judge = || {
            same("number", &u64::try_from(place).unwrap_or_default(), &entry.number)?;
            same("path", &one.request.target, &entry.path)?;
            same("request", &one.request.text().into_owned(), &kept(&entry.received))?;
            same("status", &answer.status, &entry.status)?;
            same("answer", &answer.text().into_owned(), &kept(&entry.answered))
        };
        judge().map_err(|failure| failure.in_exchange(one))?;
    }
    let entry = written.first().cloned();
    same("patient", &Some(patient), &entry.and_then(|entry| entry.nhs_number).map(NhsNumber::reveal))
}

/// What is kept of a body; an empty one needs no keeping.
fn kept(body: &Body) -> String {
    body.text.clone().unwrap_or_default()
}

pub(super) fn every_event_is_written_down(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let clinical = ground.summary(&patient, Says::Allergy, None);
    speaks(&ground.upload(&clinical), Voice::Accepted)?;
    let refused = ground.summary(&patient, Says::Allergy, None);
    speaks(&ground.upload(&refused), Voice::Error)?;
    speaks(&ground.set(&patient, "No"), Voice::Accepted)?;
    let dissent = ground.summary(&patient, Says::Dissent, Some(&clinical.id));
    speaks(&ground.upload(&dissent), Voice::Accepted)?;
    let accepted = simulator(ground)?.ledger().accepted();
    let told: Vec<_> = accepted
        .iter()
        .map(|event| {
            let replaces = event.replaces.map(|prior| prior.to_string());
            (event.nhs_number.reveal(), event.event_id.to_string(), event.clinical, event.dissenter, replaces)
        })
        .collect();
    let wanted = vec![
        (patient.clone(), clinical.id.clone(), true, false, None),
        (patient, dissent.id, false, true, Some(clinical.id)),
    ];
    same("events: patient, id, clinical, of a dissenter, replaces", &wanted, &told)
}

pub(super) fn nobody_sends_without_a_session(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let another = |draft: Draft| draft.swap(staff::OPERATOR_USER_ID, staff::TWO_ROLES_USER_ID);
    let upload = another(ground.summary(&patient, Says::Allergy, None));
    let setting = another(Draft::setting(ground.names(), &ground.id(), &patient, "Yes"));
    let mut ids = vec![upload.id.clone(), setting.id.clone()];
    refused(ground, &upload)?;
    refused(ground, &setting)?;
    // Ten hours after the login nobody is logged in any more.
    let upload = ground.summary(&patient, Says::Allergy, None);
    speaks(&ground.upload(&upload), Voice::Accepted)?;
    ground.wait(Duration::from_secs(10 * 3_600 + 1));
    let late = ground.summary(&patient, Says::Allergy, Some(&upload.id));
    ids.push(late.id.clone());
    refused(ground, &late)?;
    let violations = simulator(ground)?.ledger().violations();
    let told: Vec<String> =
        violations.iter().filter_map(|one| one.message_id).map(|id| id.to_string()).collect();
    same("violations", &ids, &told)
}

fn refused(ground: &Ground<'_>, draft: &Draft) -> Verdict {
    let heard = ground.send(draft);
    speaks(&heard, Voice::Fault)?;
    codes(&heard, &["300"])
}

pub(super) fn a_permission_holds_at_once(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let number = NhsNumber::parse(&patient).map_err(|_| Failure::new("a patient", "none"))?;
    speaks(&ground.upload(&ground.summary(&patient, Says::Allergy, None)), Voice::Accepted)?;
    let spine = simulator(ground)?;
    for _ in 0..2 {
        speaks(&ground.events(&patient), Voice::Accepted)?;
        let no = Some(AcsPermission::No);
        hold(
            spine.set_permission(number, Permission { store: no, view: no }),
            "a permission that is set",
            "nobody",
        )?;
        codes(&ground.events(&patient), &["420", "30418"])?;
        hold(spine.set_permission(number, Permission::default()), "a permission that is set", "nobody")?;
    }
    speaks(&ground.events(&patient), Voice::Accepted)
}

pub(super) fn the_control_port_sets_permissions(ground: &Ground<'_>) -> Verdict {
    let control = ground.server().and_then(|server| server.control.clone());
    let Some(control) = control else { return Err(Failure::new("a control port", "none")) };
    let patient = ground.patient();
    speaks(&ground.upload(&ground.summary(&patient, Says::Allergy, None)), Voice::Accepted)?;
    speaks(&ground.events(&patient), Voice::Accepted)?;
    same("status", &Some(204), &put(&control, &patient, "{\"store\":\"no\",\"view\":\"no\"}"))?;
    codes(&ground.events(&patient), &["420", "30418"])?;
    same("status", &Some(204), &put(&control, &patient, "{\"store\":null,\"view\":null}"))?;
    speaks(&ground.events(&patient), Voice::Accepted)
}

/// The status of a `PUT /permissions/NUMBER`.
fn put(base: &str, number: &str, body: &str) -> Option<u16> {
    let host = base.strip_prefix("http://")?.trim_end_matches('/');
    let mut socket = TcpStream::connect(host).ok()?;
    let length = body.len();
    let request = format!(
        "PUT /permissions/{number} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    socket.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}
