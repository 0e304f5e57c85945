//! A composed request: bytes that never change again, and the HTTP headers that go with them.

use std::fmt;

use spine_vocabulary::{Interaction, MessageId};

use crate::context::{Addressing, Author};

/// The MIME type of the polling upload. Source: SCR FHIR API adaptor.
/// Requirement: MSG-009.
const MULTIPART: &str = concat!(
    "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"; ",
    "start=\"<ebXMLHeader@spine.nhs.uk>\""
);

/// One HTTP header: name and value.
pub type Header = (&'static str, String);

/// Where on the Spine a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// `/clinical`: uploads by polling.
    Clinical,
    /// `/sync-service`: queries and ACS settings.
    SyncService,
}

impl Path {
    /// The path as it stands in the request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clinical => "/clinical",
            Self::SyncService => "/sync-service",
        }
    }
}

/// A composed request. What is kept (id, interaction, bytes) is enough to send it again, years later, unchanged.
#[derive(Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The message's id; for an upload also the event's.
    pub id: MessageId,
    /// What kind of request it is.
    pub interaction: Interaction,
    /// The HTTP body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frozen({}, {}, {} bytes masked)", self.id, self.interaction.name(), self.body.len())
    }
}

impl Frozen {
    /// The `SOAPAction`, unquoted; empty for an interaction that is no request.
    #[must_use]
    pub fn soap_action(&self) -> String {
        self.interaction.soap_action().unwrap_or_default()
    }

    /// The `Content-Type`.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self.path() {
            Path::Clinical => MULTIPART,
            Path::SyncService => "text/xml",
        }
    }

    /// Where it goes; a transport that resolves addresses per interaction may know better.
    /// Requirements: MSG-007, MSG-036.
    #[must_use]
    pub const fn path(&self) -> Path {
        match self.interaction {
            Interaction::UploadPolled | Interaction::UploadReliable | Interaction::UploadInitialText => {
                Path::Clinical
            }
            Interaction::Acknowledgement
            | Interaction::EventListQuery
            | Interaction::EventListQueryMim
            | Interaction::EventListAnswer
            | Interaction::EventQuery
            | Interaction::EventAnswer
            | Interaction::PdsRetrieval
            | Interaction::PdsRetrievalAnswer
            | Interaction::QueryFailure
            | Interaction::SetPermissions => Path::SyncService,
        }
    }

    /// All HTTP headers but those that the transport itself sets (`Host`, `Content-Length`, `Connection`).
    #[must_use]
    pub fn headers(&self, addressing: &Addressing, author: &Author) -> Vec<Header> {
        let mut headers =
            vec![("SOAPAction", self.soap_action()), ("Content-Type", self.content_type().to_owned())];
        headers.extend(poll_headers(self.id, addressing, author));
        headers
    }
}

/// The headers of a poll for the answer to `id`: the five that name system, user, role and correlation.
/// Source: SCR FHIR API adaptor.
/// Requirements: MSG-011, MSG-012.
#[must_use]
pub fn poll_headers(id: MessageId, addressing: &Addressing, author: &Author) -> Vec<Header> {
    let id = id.to_string();
    vec![
        ("nhsd-asid", addressing.our_asid.to_string()),
        ("NHSD-Identity-UUID", author.user.to_string()),
        ("NHSD-Session-URID", author.role_profile.to_string()),
        ("NHSD-Correlation-ID", id.clone()),
        ("NHSD-Request-ID", id),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ebxml::multipart::BOUNDARY;

    #[test]
    fn the_boundary_of_the_header_is_the_one_in_the_body() {
        assert!(MULTIPART.contains(&format!("boundary=\"{BOUNDARY}\"")));
    }
}
