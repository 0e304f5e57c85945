//! Whom a request is about and what it asks, read before anything is done about it.
//!
//! Judges nothing: what cannot be read is left out, and the services will say what is wrong with it.

use http::Method;
use http::header::CONTENT_TYPE;
use roxmltree::Node;
use spine_vocabulary::code::system;
use spine_vocabulary::{Interaction, MessageId, NhsNumber};
use uuid::Uuid;

use crate::fault::plan::Asked;
use crate::ledger::Note;
use crate::psis::summary::exact_number;
use crate::spine::{CLINICAL, POLL, SYNC, Spine};
use crate::wire::WireRequest;
use crate::wire::read::ebxml::Header;
use crate::wire::read::multipart::Related;
use crate::wire::read::wrapper::{Author, Wrapper};
use crate::wire::read::{soap, xml};

/// What a request shows of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    pub(super) asked: Option<Asked>,
    /// The patient; for a poll, that of the upload.
    pub(super) patient: Option<NhsNumber>,
    /// The message; for a poll, that of the upload.
    pub(super) message: Option<MessageId>,
    pub(super) author: Option<Author>,
    /// The ebXML header of an upload.
    pub(super) header: Option<Header>,
}

impl Subject {
    /// Reads what is there.
    pub(super) fn of(spine: &Spine, request: &WireRequest) -> Self {
        let path = request.path_and_query.split('?').next().unwrap_or_default();
        if let (Some(job), &Method::GET) = (path.strip_prefix(POLL), &request.method) {
            return Self::polled(spine, job);
        }
        if request.method != Method::POST || request.body.len() > spine.settings().request_bytes {
            return Self::default();
        }
        let action = request.header("soapaction").map(|action| action.trim_matches('"').to_owned());
        let asked = Interaction::ALL
            .into_iter()
            .find(|one| action.is_some() && one.soap_action() == action)
            .map(Asked::Message);
        let read = match path {
            CLINICAL => Self::uploaded(request),
            SYNC => Self::synchronous(request),
            _ => return Self::default(),
        };
        Self { asked, ..read.unwrap_or_default() }
    }

    fn polled(spine: &Spine, job: &str) -> Self {
        let asked = Some(Asked::Poll);
        let Ok(id) = Uuid::try_parse(job) else { return Self { asked, ..Self::default() } };
        let part = spine.memory().jobs.part(&id);
        let job = part.get(&id);
        Self {
            asked,
            patient: job.and_then(|job| job.nhs_number),
            message: job.map(|job| job.message),
            ..Self::default()
        }
    }

    fn uploaded(request: &WireRequest) -> Option<Self> {
        let parts = Related::read(request.header(CONTENT_TYPE.as_str())?, &request.body).ok()?;
        let root = xml::parse(xml::utf8(parts.root().content).ok()?).ok()?;
        let header = Header::read(root.root_element())?;
        let payload = parts.referenced(header.payload.as_deref()?)?;
        let document = xml::parse(xml::utf8(payload.content).ok()?).ok()?;
        Some(Self { header: Some(header), ..Self::message(document.root_element()) })
    }

    fn synchronous(request: &WireRequest) -> Option<Self> {
        let document = xml::parse(xml::utf8(&request.body).ok()?).ok()?;
        soap::payload(document.root_element()).map(Self::message)
    }

    fn message(payload: Node<'_, '_>) -> Self {
        let wrapper = Wrapper::read(payload);
        let number = payload
            .descendants()
            .find(|node| node.attribute("root") == Some(system::NHS_NUMBER))
            .and_then(|node| node.attribute("extension"))
            .and_then(|text| exact_number(text).ok())
            .filter(|number| number.is_test());
        Self { patient: number, message: wrapper.message, author: wrapper.author, ..Self::default() }
    }

    /// What the ledger says of an exchange of which no service knows.
    pub(super) fn note(&self) -> Note {
        let interaction = match self.asked {
            Some(Asked::Message(interaction)) => Some(interaction),
            Some(Asked::Poll) => Some(Interaction::UploadPolled),
            None => None,
        };
        Note {
            interaction: interaction.map(Interaction::name),
            message_id: self.message,
            nhs_number: self.patient,
            ..Note::default()
        }
    }
}

/// The test patient's number with these six digits after 999; not every six have a check digit.
pub(super) fn test_number(digits: u64) -> Option<NhsNumber> {
    (0..10).find_map(|check| NhsNumber::parse(&format!("999{digits:06}{check}")).ok())
}
