//! Requests under a plan, and how their answers read.

use http::Method;
use spine_simulator::fault::{FaultPlan, Reached};
use spine_simulator::wire::WireRequest;

use crate::document::{ASID, Says, Sync, Upload};
use crate::world::{Reading, World, patient, request};

pub(crate) fn upload(message: u32, number: u32) -> WireRequest {
    posted(&Upload::new(message, patient(number), Says::Allergy))
}

pub(crate) fn posted(upload: &Upload) -> WireRequest {
    let action = "urn:nhs:names:services:psis/REPC_IN150016SM05";
    let headers = [("soapaction", action), ("content-type", &upload.content_type), ("nhsd-asid", ASID)];
    request(Method::POST, "/clinical", &headers, upload.body())
}

pub(crate) fn poll(location: &str) -> WireRequest {
    request(Method::GET, location, &[("nhsd-asid", ASID)], String::new())
}

pub(crate) fn ask(asked: &Sync) -> WireRequest {
    let headers = [("soapaction", asked.action.as_str()), ("content-type", "text/xml; charset=UTF-8")];
    request(Method::POST, "/sync-service", &headers, asked.document.clone())
}

pub(crate) fn retrieval(message: u32, number: u32) -> WireRequest {
    ask(&Sync::retrieval(message, &patient(number).reveal()))
}

pub(crate) fn events(message: u32, number: u32) -> WireRequest {
    ask(&Sync::events(message, &patient(number).reveal()))
}

pub(crate) fn setting(message: u32, number: u32, permission: &str) -> WireRequest {
    ask(&Sync::setting(message, &patient(number).reveal(), permission))
}

/// A world under a plan with these rules, written in TOML.
pub(crate) fn under(rules: &str) -> World {
    let world = World::new();
    world.spine.faults().replace(FaultPlan::read(rules).expect("a plan")).expect("a plan");
    world
}

pub(crate) fn rule(text: &str) -> World {
    under(&format!("seed = 1\n[[rules]]\nname = \"it\"\n{text}"))
}

pub(crate) fn answered(reached: Reached) -> Reading {
    match reached {
        Reached::Answered(response) => Reading::of(&response),
        other => panic!("no answer: {other:?}"),
    }
}
