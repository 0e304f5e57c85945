//! Error codes that the Spine answers with, as published; numbers behind other symbolic names are not published.

use super::system::{ACS_ERROR, PDS_ERROR, PSIS_ERROR, TMS_ERROR};
use serde::{Deserialize, Serialize};

/// How grave a reported issue is: only [`Qualifier::Error`] is a failure. Source: MIM, `..17.104`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Qualifier {
    /// `ER`.
    Error,
    /// `WG`.
    Warning,
    /// `IF`.
    Information,
}

impl Qualifier {
    /// Every qualifier.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Information];

    /// The national code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Error => "ER",
            Self::Warning => "WG",
            Self::Information => "IF",
        }
    }

    /// Reads the national code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|qualifier| qualifier.code() == code.trim())
    }
}

/// One published error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// The code system's OID; for SOAP faults and ebXML errors, the error context.
    pub system: &'static str,
    /// The code.
    pub code: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

/// The code context of SOAP faults. Source: MHS adaptor, fixtures.
pub const SOAP_FAULT_CONTEXT: &str = "urn:nhs:names:error:tms";
/// The code context of ebXML errors. Source: ebMS 2.0.
pub const EBXML_CONTEXT: &str = "urn:oasis:names:tc:ebxml-msg:service:errors";

const fn code(system: &'static str, code: &'static str, meaning: &'static str) -> ErrorCode {
    ErrorCode { system, code, meaning }
}

/// General code of the PSIS: success with a warning. Source: SCR FHIR API adaptor.
pub const PSIS_WARNING: ErrorCode = code(PSIS_ERROR, "210", "Success with Warning");
/// General code of the PSIS: the request is invalid. Source: SCR FHIR API adaptor.
pub const PSIS_INVALID: ErrorCode = code(PSIS_ERROR, "400", "Invalid Request");
/// General code of the PSIS: this message id was used before. Source: SCR FHIR API adaptor.
pub const PSIS_DUPLICATE_MESSAGE: ErrorCode = code(PSIS_ERROR, "401", "Duplicate Message ID");
/// General code of the PSIS: logical inconsistency. Source: SCR FHIR API adaptor.
pub const PSIS_INCONSISTENT: ErrorCode = code(PSIS_ERROR, "410", "Logical inconsistency");
/// General code of the PSIS: access control does not permit it. Source: SCR FHIR API adaptor.
pub const PSIS_ACCESS: ErrorCode = code(PSIS_ERROR, "420", "Access control business condition");
/// General code of the PSIS: the update is invalid. Source: SCR FHIR API adaptor.
pub const PSIS_INVALID_UPDATE: ErrorCode = code(PSIS_ERROR, "430", "Invalid Update");
/// General code of the PSIS: system error, not to be retried. Source: SCR FHIR API adaptor.
pub const PSIS_SYSTEM: ErrorCode = code(PSIS_ERROR, "500", "System Error - no retry");
/// General code of the PSIS: not available. Source: SCR FHIR API adaptor.
pub const PSIS_UNAVAILABLE: ErrorCode = code(PSIS_ERROR, "502", "Service Not Available");
/// Specific code of the PSIS: this event id is stored already. Source: SCR FHIR API adaptor.
pub const PSIS_DUPLICATE_EVENT: ErrorCode = code(PSIS_ERROR, "30134", "Duplicate event");
/// Specific code of the PSIS: this document is stored already. Source: SCR exception simulator.
pub const PSIS_DUPLICATE_DOCUMENT: ErrorCode = code(PSIS_ERROR, "30142", "Duplicate document");
/// Specific code of the PSIS: an event operation failed. Source: SCR exception simulator.
pub const PSIS_OPERATION_FAILED: ErrorCode = code(PSIS_ERROR, "30112", "Event operation failed");
/// Specific code of the PSIS: the NHS number was merged. Source: SCR exception simulator.
pub const PSIS_MERGED: ErrorCode = code(PSIS_ERROR, "30307", "NHS Number merged");
/// Specific code of the PSIS: the event to act on does not exist. Source: SCR exception simulator.
pub const PSIS_NO_EVENT: ErrorCode =
    code(PSIS_ERROR, "30308", "Case status Normal but Event id does not exist");
/// Specific code of the PSIS: nothing is stored for this patient. Source: SCR FHIR API adaptor.
pub const PSIS_NO_CASE: ErrorCode = code(PSIS_ERROR, "30312", "Case Instance not found");
/// Specific code of the PSIS: a unique constraint. Source: SCR exception simulator.
pub const PSIS_UNIQUE: ErrorCode = code(PSIS_ERROR, "30317", "Unique constraint violated");
/// Specific code of the PSIS: its database. Source: SCR exception simulator.
pub const PSIS_DATABASE: ErrorCode = code(PSIS_ERROR, "30318", "Database error");
/// Specific code of the PSIS: a set id fits several documents. Source: SCR exception simulator.
pub const PSIS_SEVERAL_DOCUMENTS: ErrorCode =
    code(PSIS_ERROR, "30344", "More than one document satisfied the query criteria");
/// Specific code of the PSIS: no explicit consent. Source: SCR FHIR API adaptor.
pub const PSIS_NO_CONSENT: ErrorCode = code(PSIS_ERROR, "30402", "No explicit Service User Consent");
/// Specific code of the PSIS: the access control framework refuses. Source: SCR FHIR API adaptor.
pub const PSIS_ACF: ErrorCode = code(PSIS_ERROR, "30418", "ACF does not permit access to resource");
/// Specific code of the PSIS: the NHS number is missing or incorrect. Source: SCR FHIR API adaptor.
pub const PSIS_NHS_NUMBER: ErrorCode = code(PSIS_ERROR, "35160", "NHS Number missing or incorrect");
/// PDS: generic error. Source: MIM, PDS.
pub const PDS_GENERIC: ErrorCode = code(PDS_ERROR, "0", "Generic Error");
/// PDS: no match to a service user record. Source: published captures.
pub const PDS_NO_MATCH: ErrorCode = code(PDS_ERROR, "1", "No match to a Service User record");
/// PDS: the retrieval's detail of no match. Source: published captures.
pub const PDS_NO_MATCH_RETRIEVAL: ErrorCode = code(PDS_ERROR, "RT003", "No match (retrieval)");
/// PDS: retrieval limited by sensitivity (warning). Source: MIM, PDS.
pub const PDS_SENSITIVE: ErrorCode = code(PDS_ERROR, "9", "Successful retrieval limited by sensitivity");
/// PDS: the NHS number is superseded (warning). Source: MIM, PDS.
pub const PDS_SUPERSEDED: ErrorCode = code(PDS_ERROR, "24", "NHS Number superseded");
/// PDS: unexpected business error. Source: MIM, PDS.
pub const PDS_UNEXPECTED: ErrorCode = code(PDS_ERROR, "GE002", "Unexpected business error");
/// Wrapper: a message id was used before. Source: published captures.
pub const TMS_DUPLICATE: ErrorCode = code(TMS_ERROR, "202", "Duplicate HL7 ID Error");
/// Wrapper: an ASID of the body is missing, doubled or not the header's. Source: MHS adaptor, fixtures.
pub const TMS_ASID: ErrorCode = code(TMS_ERROR, "519", "HL7 body ASID inconsistent with SOAP header");
/// ACS: a mandatory field is missing or incorrect. Source: SCR FHIR API adaptor, ACS replies.
pub const ACS_INVALID: ErrorCode = code(ACS_ERROR, "400", "Invalid input message");
/// SOAP fault: service or interaction not supported at this address; never retried. Source: MHS adaptor.
pub const FAULT_UNSUPPORTED: ErrorCode =
    code(SOAP_FAULT_CONTEXT, "101", "Service or interaction not supported");
/// SOAP fault: system failure, may be retried. Source: MHS adaptor.
pub const FAULT_SYSTEM: ErrorCode = code(SOAP_FAULT_CONTEXT, "200", "System failure to process message");
/// SOAP fault: not well formed; never retried. Source: MHS adaptor.
pub const FAULT_NOT_WELL_FORMED: ErrorCode =
    code(SOAP_FAULT_CONTEXT, "201", "The message is not well formed");
/// SOAP fault: routing failure, may be retried. Source: MHS adaptor.
pub const FAULT_ROUTING: ErrorCode = code(SOAP_FAULT_CONTEXT, "206", "Routing or delivery failure");
/// SOAP fault: storing failed, may be retried. Source: MHS adaptor.
pub const FAULT_STORING: ErrorCode = code(SOAP_FAULT_CONTEXT, "208", "Failure storing variable in memo");
/// SOAP fault: authorisation; never retried. Source: MHS adaptor, fixtures.
pub const FAULT_AUTHORISATION: ErrorCode = code(SOAP_FAULT_CONTEXT, "300", "Authorisation failure");
/// ebXML: the CPA id is unknown. Source: MHS adaptor, fixtures.
pub const EBXML_UNKNOWN_CPA: ErrorCode = code(EBXML_CONTEXT, "501319", "Unknown eb:CPAId");
/// ebXML: the To party is wrong. Source: MHS adaptor, fixtures.
pub const EBXML_WRONG_PARTY: ErrorCode = code(EBXML_CONTEXT, "501314", "Invalid To Party Type attribute");
/// ebXML: no contract found. Source: national simulators.
pub const EBXML_NO_CONTRACT: ErrorCode = code(EBXML_CONTEXT, "402005", "No defined contract found");

/// Every error code here, for the comparison with `fixtures/codes/errors.csv`.
pub const ERRORS: &[ErrorCode] = &[
    PSIS_WARNING,
    PSIS_INVALID,
    PSIS_DUPLICATE_MESSAGE,
    PSIS_INCONSISTENT,
    PSIS_ACCESS,
    PSIS_INVALID_UPDATE,
    PSIS_SYSTEM,
    PSIS_UNAVAILABLE,
    PSIS_DUPLICATE_EVENT,
    PSIS_DUPLICATE_DOCUMENT,
    PSIS_OPERATION_FAILED,
    PSIS_MERGED,
    PSIS_NO_EVENT,
    PSIS_NO_CASE,
    PSIS_UNIQUE,
    PSIS_DATABASE,
    PSIS_SEVERAL_DOCUMENTS,
    PSIS_NO_CONSENT,
    PSIS_ACF,
    PSIS_NHS_NUMBER,
    PDS_GENERIC,
    PDS_NO_MATCH,
    PDS_NO_MATCH_RETRIEVAL,
    PDS_SENSITIVE,
    PDS_SUPERSEDED,
    PDS_UNEXPECTED,
    TMS_DUPLICATE,
    TMS_ASID,
    ACS_INVALID,
    FAULT_UNSUPPORTED,
    FAULT_SYSTEM,
    FAULT_NOT_WELL_FORMED,
    FAULT_ROUTING,
    FAULT_STORING,
    FAULT_AUTHORISATION,
    EBXML_UNKNOWN_CPA,
    EBXML_WRONG_PARTY,
    EBXML_NO_CONTRACT,
];
