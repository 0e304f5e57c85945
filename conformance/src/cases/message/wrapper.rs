//! The HL7 wrapper of uploads, queries and settings.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use spine_fixtures::population::staff;

use super::{ALL, PDS, PSIS, every, every_of, is_upper_uuid};
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Exchange, Observation};
use crate::wire::{Document, Sort};

const INTERACTIONS: &str = "2.16.840.1.113883.2.1.3.2.4.12";
const ASIDS: &str = "1.2.826.0.1285.0.2.0.107";
const ROLE_PROFILES: &str = "1.2.826.0.1285.0.2.0.67";
const USERS: &str = "1.2.826.0.1285.0.2.0.65";
const JOB_ROLES: &str = "1.2.826.0.1285.0.2.1.104";
/// The operator's job role, the last segment of its code.
const JOB_ROLE: &str = "R8000";

/// The payload of every request, with the name of its root.
fn payloads(seen: &Observation, judge: impl Fn(&Exchange, &Document, &str) -> Verdict) -> Verdict {
    every_of(seen, &ALL, |one| {
        let payload = one.payload().ok_or_else(|| Failure::new("a payload", "none"))?;
        judge(one, &payload, &one.seen.interaction)
    })
}

fn one_of(payload: &Document, place: &str, wanted: &str) -> Verdict {
    same(place, &vec![wanted.to_owned()], &payload.all(place))
}

pub(super) fn ids_are_capital_uuids(seen: &Observation) -> Verdict {
    payloads(seen, |_, payload, root| {
        let id = payload.first(&format!("{root}/id@root")).unwrap_or_default();
        hold(is_upper_uuid(&id), "a UUID in capital letters", id)
    })
}

/// The tests' day is in summer; a process is met on whatever day it is.
pub(super) fn summer_time_is_an_hour_ahead(seen: &Observation) -> Verdict {
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    let ahead = |one: &Exchange| i8::from(zone.to_offset(one.at) != Offset::UTC);
    payloads(seen, |one, payload, root| created(one, payload, root, ahead(one)))
}

pub(super) fn winter_time_is_universal_time(seen: &Observation) -> Verdict {
    payloads(seen, |one, payload, root| created(one, payload, root, 0))
}

fn created(one: &Exchange, payload: &Document, root: &str, hours_ahead: i8) -> Verdict {
    let stamp = payload.first(&format!("{root}/creationTime@value")).unwrap_or_default();
    hold(
        stamp.len() == 14 && stamp.bytes().all(|byte| byte.is_ascii_digit()),
        "creationTime: yyyyMMddHHmmss",
        &stamp,
    )?;
    let local = Offset::constant(hours_ahead).to_datetime(one.at);
    let told =
        DateTime::strptime("%Y%m%d%H%M%S", &stamp).map_err(|_| Failure::new("a date and time", &stamp))?;
    let off = told.duration_since(local).abs();
    hold(off < SignedDuration::from_mins(2), &format!("about {local}"), stamp)
}

pub(super) fn the_interaction_is_the_roots_name(seen: &Observation) -> Verdict {
    payloads(seen, |_, payload, root| {
        hold(!root.is_empty(), "a root that names an interaction", "none")?;
        one_of(payload, &format!("{root}/interactionId@extension"), root)?;
        one_of(payload, &format!("{root}/interactionId@root"), INTERACTIONS)
    })
}

pub(super) fn it_is_production_and_wants_no_acknowledgement(seen: &Observation) -> Verdict {
    payloads(seen, |_, payload, root| {
        one_of(payload, &format!("{root}/processingCode@code"), "P")?;
        one_of(payload, &format!("{root}/processingModeCode@code"), "T")?;
        one_of(payload, &format!("{root}/acceptAckCode@code"), "NE")
    })
}

pub(super) fn each_domain_has_its_version(seen: &Observation) -> Verdict {
    for (sort, version) in
        [(Sort::Upload, "V3NPfIT4.2.00"), (Sort::Setting, "V3NPfIT3.0"), (Sort::Retrieval, "3NPfIT6.3.01")]
    {
        every(seen, sort, |one| {
            let payload = one.payload().ok_or_else(|| Failure::new("a payload", "none"))?;
            one_of(&payload, &format!("{}/versionCode@code", one.seen.interaction), version)
        })?;
    }
    Ok(())
}

pub(super) fn receiver_and_sender_are_named(seen: &Observation) -> Verdict {
    payloads(seen, |one, payload, root| {
        let service = if one.seen.sort == Sort::Retrieval { PDS } else { PSIS };
        for (function, asid) in [("Rcv", service), ("Snd", staff::PRACTICE_ASID)] {
            let place = format!("{root}/communicationFunction{function}/device/id");
            one_of(payload, &format!("{place}@extension"), asid)?;
            one_of(payload, &format!("{place}@root"), ASIDS)?;
        }
        let system = "ControlActEvent/author1/AgentSystemSDS/agentSystemSDS/id";
        one_of(payload, &format!("{system}@extension"), staff::PRACTICE_ASID)?;
        one_of(payload, &format!("{system}@root"), ASIDS)
    })
}

pub(super) fn the_user_is_the_author(seen: &Observation) -> Verdict {
    payloads(seen, |_, payload, _| {
        let agent = "ControlActEvent/author/AgentPersonSDS";
        for (place, root, extension) in [
            ("id", ROLE_PROFILES, staff::OPERATOR_ROLE),
            ("agentPersonSDS/id", USERS, staff::OPERATOR_USER_ID),
            ("part/partSDSRole/id", JOB_ROLES, JOB_ROLE),
        ] {
            one_of(payload, &format!("{agent}/{place}@root"), root)?;
            one_of(payload, &format!("{agent}/{place}@extension"), extension)?;
        }
        Ok(())
    })
}
