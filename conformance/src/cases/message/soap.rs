//! The SOAP header of synchronous requests, and the parameters of queries.

use super::http::action;
use super::{ASKED, every, every_of};
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Exchange, Observation};
use crate::wire::{Document, Sort};

const ADDRESSING: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
const OVERRIDES: &str = "2.16.840.1.113883.2.1.3.2.4.17.60";

/// The SOAP document of every question and setting.
fn envelopes(seen: &Observation, judge: impl Fn(&Exchange, &Document) -> Verdict) -> Verdict {
    every_of(seen, &ASKED, |one| judge(one, &document(one)?))
}

fn document(one: &Exchange) -> Result<Document, Failure> {
    one.payload().ok_or_else(|| Failure::new("a SOAP document", "none"))
}

pub(super) fn the_message_id_has_41_characters(seen: &Observation) -> Verdict {
    envelopes(seen, |one, document| {
        hold(document.text().contains(ADDRESSING), ADDRESSING, "another namespace")?;
        let told = document.first("Header/MessageID").unwrap_or_default();
        let id = document.first(&format!("{}/id@root", one.seen.interaction)).unwrap_or_default();
        same("wsa:MessageID", &format!("uuid:{id}"), &told)?;
        same("characters", &41, &told.chars().count())
    })
}

pub(super) fn the_action_is_the_soap_action(seen: &Observation) -> Verdict {
    envelopes(seen, |one, document| {
        let told = document.first("Header/Action").unwrap_or_default();
        hold(told.ends_with(&format!("/{}", one.seen.interaction)), "wsa:Action: the interaction", &told)?;
        same("SOAPAction", &Some(told.as_str()), &action(&one.request))
    })
}

pub(super) fn the_addresses_are_there(seen: &Observation) -> Verdict {
    envelopes(seen, |_, document| {
        let to = document.first("Header/To").unwrap_or_default();
        hold(!to.is_empty(), "wsa:To: not blank", "blank")?;
        same("wsa:From", &1, &document.count("Header/From/Address"))?;
        same("wsa:ReplyTo", &1, &document.count("Header/ReplyTo/Address"))
    })
}

pub(super) fn header_and_body_name_the_same_systems(seen: &Observation) -> Verdict {
    envelopes(seen, |one, document| {
        for function in ["communicationFunctionRcv", "communicationFunctionSnd"] {
            let within = |parent: &str| document.all(&format!("{parent}/{function}/device/id@extension"));
            let (header, body) = (within("Header"), within(&one.seen.interaction));
            same(&format!("{function} in the body"), &1, &body.len())?;
            same(&format!("{function} in the header"), &body, &header)?;
        }
        Ok(())
    })
}

pub(super) fn an_event_list_query_writes_values_first(seen: &Observation) -> Verdict {
    every(seen, Sort::EventList, |one| {
        same("interaction", &"QUPC_IN180000SM04", &one.seen.interaction.as_str())?;
        let wanted = Some("urn:nhs:names:services:psisquery/QUPC_IN180000SM04");
        same("SOAPAction", &wanted, &action(&one.request))?;
        for (parameter, words) in [("dissentOverride", "DissentOverride"), ("nHSNumber", "NHSNumber")] {
            let children = document(one)?.children(&format!("query/{parameter}"));
            same(parameter, &vec!["value".to_owned(), "semanticsText".to_owned()], &children)?;
            let said = document(one)?.first(&format!("query/{parameter}/semanticsText"));
            same("semanticsText", &Some(words.to_owned()), &said)?;
        }
        Ok(())
    })
}

pub(super) fn dissent_is_never_overridden(seen: &Observation) -> Verdict {
    every(seen, Sort::EventList, |one| {
        let place = "query/dissentOverride/value";
        same(place, &vec!["0".to_owned()], &document(one)?.all(&format!("{place}@code")))?;
        same(place, &vec![OVERRIDES.to_owned()], &document(one)?.all(&format!("{place}@codeSystem")))
    })
}

pub(super) fn a_retrieval_writes_semantics_first(seen: &Observation) -> Verdict {
    every(seen, Sort::Retrieval, |one| {
        for parameter in ["historicDataIndicator", "person.id"] {
            let children = document(one)?.children(&format!("query/{parameter}"));
            same(parameter, &vec!["semanticsText".to_owned(), "value".to_owned()], &children)?;
        }
        Ok(())
    })
}

pub(super) fn a_retrieval_asks_for_current_data(seen: &Observation) -> Verdict {
    every(seen, Sort::Retrieval, |one| {
        let told = document(one)?.all("query/historicDataIndicator/value@code");
        same("historicDataIndicator", &vec!["0".to_owned()], &told)
    })
}
