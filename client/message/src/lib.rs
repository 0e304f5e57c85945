//! What we say: content to bytes and back (HL7 v3, ebXML, SOAP).
//!
//! Composes the five requests ([`upload`], [`set_permissions`], [`event_list_query`], [`event_query`], [`pds_retrieval`]) as
//! [`Frozen`] bytes and reads whatever the Spine answers ([`read_answer`]). It must not decide anything about content, know the
//! network, read a clock or make an identifier: all of that comes in as arguments, so that composing twice gives the
//! same bytes. Nothing of a message is shown in an error or in `Debug`.

mod answer;
mod context;
mod ebxml;
mod frozen;
mod hl7v3;
mod soap;
mod xml;

#[cfg(test)]
mod tests;

pub use answer::{
    Answer, Correlated, Correlation, EbxmlIssue, EbxmlSeverity, EventDocument, EventList, EventStatus,
    ListedEvent, PdsReply, Reply, SoapFault, Why, read_answer,
};
pub use context::{Addressing, Author, Practice, Stamp};
pub use frozen::{Frozen, Header, Path, poll_headers};
pub use hl7v3::acknowledgement::{Acknowledgement, Issue, TypeCode};
pub use hl7v3::permissions::set_permissions;
pub use hl7v3::query::{event_list_query, event_query, pds_retrieval};
pub use hl7v3::summary::upload;
