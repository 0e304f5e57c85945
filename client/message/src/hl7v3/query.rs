//! The three queries: the list of events and one event (PSIS), and the retrieval of demographics (PDS).

use spine_vocabulary::code::system;
use spine_vocabulary::{EventId, Interaction, MessageId, NhsNumber};

use super::wrapper::Wrapper;
use crate::context::{Addressing, Author, Stamp};
use crate::frozen::Frozen;
use crate::soap::envelope;
use crate::xml::writer::Writer;

/// Composes the event list query, `QUPC_IN180000SM04`, without dissent override. Here a parameter's value stands before
/// its name. Source: SCR FHIR API adaptor.
/// Requirements: MSG-037, MSG-038.
#[must_use]
pub fn event_list_query(
    number: NhsNumber,
    id: MessageId,
    author: &Author,
    addressing: &Addressing,
    stamp: &Stamp,
) -> Frozen {
    let interaction = Interaction::EventListQuery;
    let receiver = &addressing.psis_asid;
    let wrapper = Wrapper { interaction, version: "V3NPfIT4.2.00", id, receiver, author, addressing, stamp };
    envelope::compose(&wrapper, |w| {
        w.element("query", &[], |w| {
            no_dissent_override(w);
            nhs_number(w, number);
        });
    })
}

/// Composes the query of one event, `QUPC_IN190000UK04`, without dissent override: the answer holds the summary itself. The
/// order of value and name is that of the event list query. Source: SCR FHIR API adaptor; MIM 4.2, PSIS query.
/// Requirements: MSG-038, RUN-031.
#[must_use]
pub fn event_query(
    number: NhsNumber,
    event: EventId,
    id: MessageId,
    author: &Author,
    addressing: &Addressing,
    stamp: &Stamp,
) -> Frozen {
    let interaction = Interaction::EventQuery;
    let receiver = &addressing.psis_asid;
    let wrapper = Wrapper { interaction, version: "V3NPfIT4.2.00", id, receiver, author, addressing, stamp };
    envelope::compose(&wrapper, |w| {
        w.element("query", &[], |w| {
            no_dissent_override(w);
            w.element("eventRecord", &[], |w| {
                w.empty("value", &[("root", &event.to_string())]);
                w.text("semanticsText", &[], "EventRecord");
            });
            nhs_number(w, number);
        });
    })
}

fn no_dissent_override(w: &mut Writer) {
    w.element("dissentOverride", &[], |w| {
        w.empty("value", &[("code", "0"), ("codeSystem", system::DISSENT_OVERRIDE)]);
        w.text("semanticsText", &[], "DissentOverride");
    });
}

fn nhs_number(w: &mut Writer, number: NhsNumber) {
    w.element("nHSNumber", &[], |w| {
        w.empty("value", &[("root", system::NHS_NUMBER), ("extension", &number.reveal())]);
        w.text("semanticsText", &[], "NHSNumber");
    });
}

/// Composes the PDS retrieval by NHS number, `QUPA_IN000008UK02`, of all current data. Here a parameter's name stands
/// before its value. Source: MIM 6.3, PDS.
/// Requirements: PDS-002, MSG-039, MSG-040.
#[must_use]
pub fn pds_retrieval(
    number: NhsNumber,
    id: MessageId,
    author: &Author,
    addressing: &Addressing,
    stamp: &Stamp,
) -> Frozen {
    let interaction = Interaction::PdsRetrieval;
    let receiver = &addressing.pds_asid;
    let wrapper = Wrapper { interaction, version: "3NPfIT6.3.01", id, receiver, author, addressing, stamp };
    envelope::compose(&wrapper, |w| {
        w.element("query", &[], |w| {
            w.element("historicDataIndicator", &[], |w| {
                w.text("semanticsText", &[], "HistoricDataIndicator");
                w.empty("value", &[("code", "0"), ("codeSystem", system::HISTORIC_DATA)]);
            });
            w.element("person.id", &[], |w| {
                w.text("semanticsText", &[], "Person.id");
                w.empty("value", &[("root", system::NHS_NUMBER), ("extension", &number.reveal())]);
            });
            w.element("retrievalItem", &[], |w| w.text("semanticsText", &[], "person.allData"));
        });
    })
}
