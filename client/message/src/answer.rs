//! What the Spine answers, read from any body whatever: never a panic, linear time, bounded memory.

mod correlation;
mod read;

pub use crate::ebxml::header::{EbxmlIssue, EbxmlSeverity};
use crate::hl7v3::acknowledgement::Acknowledgement;
pub use crate::hl7v3::event::EventDocument;
pub use crate::hl7v3::event_list::{EventList, EventStatus, ListedEvent};
pub use crate::hl7v3::pds::PdsReply;
pub use crate::soap::fault::SoapFault;
pub use correlation::{Correlated, Correlation};
pub use read::read_answer;

/// An answer and the message to which it says it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// To what the answer refers. Ask [`Correlation::with`] before believing the answer.
    pub correlation: Correlation,
    /// What it says.
    pub answer: Answer,
}

/// What a body says, whatever HTTP status came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `MCCI_IN010000UK13`: accepted, failed or rejected.
    Acknowledgement(Acknowledgement),
    /// `QUPC_IN200000SM04` (or `UK04`): what stands on the Spine.
    EventList(EventList),
    /// `QUPC_IN210000UK04`: one event with its summary.
    Event(EventDocument),
    /// `QUPA_IN000009UK03` (or a simple trace's `QUPA_IN000007UK01`): a demographic record.
    Pds(PdsReply),
    /// `QUQI_IN010000UK14`: a query found nothing or failed; [`Acknowledgement::standing`] and [`Acknowledgement::not_found`]
    /// say whether it is an answer after all.
    QueryFailure(Acknowledgement),
    /// A SOAP fault.
    SoapFault(SoapFault),
    /// An ebXML `ErrorList` without a payload.
    EbxmlError(Vec<EbxmlIssue>),
    /// An ebXML `Acknowledgment`: received, nothing said about the content.
    EbxmlAcknowledgment,
    /// Nothing but white space.
    Empty,
    /// None of these.
    Nonsense {
        /// What is wrong with it.
        why: Why,
    },
}

/// Why a body is none of the answers of the Spine. Shows nothing of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Why {
    /// Larger than any answer.
    #[error("the answer is larger than any answer of the Spine")]
    TooLarge,
    /// Not UTF-8, or says that it is not.
    #[error("the answer is not in UTF-8")]
    NotUtf8,
    /// Not well-formed XML.
    #[error("the answer is not well-formed XML")]
    NotXml,
    /// Has a document type declaration.
    #[error("the answer has a document type declaration")]
    DocumentType,
    /// Nests deeper than any answer.
    #[error("the answer nests deeper than any answer of the Spine")]
    TooDeep,
    /// More elements or attributes than any answer.
    #[error("the answer has more elements or attributes than any answer of the Spine")]
    TooMany,
    /// A multipart body that cannot be taken apart.
    #[error("the parts of the answer cannot be told apart")]
    Multipart,
    /// HTML: something between us and the Spine answered.
    #[error("the answer is a web page, not a message")]
    Html,
    /// Well-formed, but no message that we know.
    #[error("the answer is no message known here")]
    Unknown,
    /// A known message that lacks what it must have.
    #[error("the answer lacks a mandatory element")]
    Incomplete,
}
