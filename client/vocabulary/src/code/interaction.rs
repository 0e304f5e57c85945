//! Interactions with the Spine: name, service and `SOAPAction`.

use serde::{Deserialize, Serialize};

/// A service of the Spine, as interactions and addresses name it. Source: SDS, `nhsAsSvcIA`; national adaptors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Uploads of summaries.
    Psis,
    /// Queries of summaries.
    PsisQuery,
    /// Queries of demographics.
    PdsQuery,
    /// Access control settings (legitimate relationship service).
    Lrs,
}

impl Service {
    /// The name in URNs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Psis => "psis",
            Self::PsisQuery => "psisquery",
            Self::PdsQuery => "pdsquery",
            Self::Lrs => "lrs",
        }
    }

    /// The service's URN, `eb:Service`.
    #[must_use]
    pub fn urn(self) -> String {
        format!("urn:nhs:names:services:{}", self.name())
    }
}

/// One interaction. Source of all: SCR FHIR API adaptor, MIM 4.2/6.3, SDS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Interaction {
    /// `REPC_IN150016SM05`: upload of a GP Summary by polling. Source: SCR FHIR API adaptor.
    UploadPolled,
    /// `REPC_IN150016UK05`: upload of a GP Summary, asynchronous and reliable. Source: MIM 4.2.
    UploadReliable,
    /// `REPC_IN150015UK05`: upload of an initial GP Summary (text). Source: MIM 4.2.
    UploadInitialText,
    /// `MCCI_IN010000UK13`: application acknowledgement. Source: MIM.
    Acknowledgement,
    /// `QUPC_IN180000SM04`: event list query, synchronous. Source: SCR FHIR API adaptor.
    EventListQuery,
    /// `QUPC_IN180000UK04`: event list query of the MIM. Source: MIM 4.2.
    EventListQueryMim,
    /// `QUPC_IN200000SM04`: answer to the event list query. Source: SCR FHIR API adaptor.
    EventListAnswer,
    /// `QUPC_IN190000UK04`: query of one event, synchronous. Source: SCR FHIR API adaptor; MIM 4.2.
    EventQuery,
    /// `QUPC_IN210000UK04`: answer to the query of one event. Source: SCR FHIR API adaptor; MIM 4.2.
    EventAnswer,
    /// `QUPA_IN000008UK02`: PDS retrieval by NHS number. Source: MIM 6.3.
    PdsRetrieval,
    /// `QUPA_IN000009UK03`: answer to the PDS retrieval. Source: MIM 6.3.
    PdsRetrievalAnswer,
    /// `QUQI_IN010000UK14`: a query failed. Source: MIM.
    QueryFailure,
    /// `SET_RESOURCE_PERMISSIONS_INUK01`: sets the patient's permission on the ACS. Source: SCR FHIR API adaptor.
    SetPermissions,
}

impl Interaction {
    /// Every interaction.
    pub const ALL: [Self; 13] = [
        Self::UploadPolled,
        Self::UploadReliable,
        Self::UploadInitialText,
        Self::Acknowledgement,
        Self::EventListQuery,
        Self::EventListQueryMim,
        Self::EventListAnswer,
        Self::EventQuery,
        Self::EventAnswer,
        Self::PdsRetrieval,
        Self::PdsRetrievalAnswer,
        Self::QueryFailure,
        Self::SetPermissions,
    ];

    /// The interaction id: the root element of the payload.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UploadPolled => "REPC_IN150016SM05",
            Self::UploadReliable => "REPC_IN150016UK05",
            Self::UploadInitialText => "REPC_IN150015UK05",
            Self::Acknowledgement => "MCCI_IN010000UK13",
            Self::EventListQuery => "QUPC_IN180000SM04",
            Self::EventListQueryMim => "QUPC_IN180000UK04",
            Self::EventListAnswer => "QUPC_IN200000SM04",
            Self::EventQuery => "QUPC_IN190000UK04",
            Self::EventAnswer => "QUPC_IN210000UK04",
            Self::PdsRetrieval => "QUPA_IN000008UK02",
            Self::PdsRetrievalAnswer => "QUPA_IN000009UK03",
            Self::QueryFailure => "QUQI_IN010000UK14",
            Self::SetPermissions => "SET_RESOURCE_PERMISSIONS_INUK01",
        }
    }

    /// The service that a *request* with this interaction goes to; `None` for answers, which travel under the service of
    /// the request they answer.
    #[must_use]
    pub const fn service(self) -> Option<Service> {
        match self {
            Self::UploadPolled | Self::UploadReliable | Self::UploadInitialText => Some(Service::Psis),
            Self::EventListQuery | Self::EventListQueryMim | Self::EventQuery => Some(Service::PsisQuery),
            Self::PdsRetrieval => Some(Service::PdsQuery),
            Self::SetPermissions => Some(Service::Lrs),
            Self::Acknowledgement
            | Self::EventListAnswer
            | Self::EventAnswer
            | Self::PdsRetrievalAnswer
            | Self::QueryFailure => None,
        }
    }

    /// The `SOAPAction` of a request, unquoted; `None` for answers.
    #[must_use]
    pub fn soap_action(self) -> Option<String> {
        self.service().map(|service| format!("{}/{}", service.urn(), self.name()))
    }

    /// Reads an interaction id.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|interaction| interaction.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_soap_action_is_service_urn_slash_name() {
        assert_eq!(
            Interaction::UploadPolled.soap_action().as_deref(),
            Some("urn:nhs:names:services:psis/REPC_IN150016SM05")
        );
        assert_eq!(Interaction::Acknowledgement.soap_action(), None);
    }

    #[test]
    fn names_are_read_back() {
        for interaction in Interaction::ALL {
            assert_eq!(Interaction::from_name(interaction.name()), Some(interaction));
        }
    }
}
