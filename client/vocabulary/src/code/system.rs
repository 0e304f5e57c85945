//! Code systems and identifier roots (OIDs) that messages name.
//!
//! Source of all: MIM 4.2.00 and the Spine External Interface Specification, as published with the national adaptors.

/// The message wrapper's interaction id. Source: MIM, `interactionId/@root`.
pub const INTERACTION: &str = "2.16.840.1.113883.2.1.3.2.4.12";
/// SNOMED CT, UK edition, also the record-entry categories. Source: MIM, GP Summary.
pub const SNOMED: &str = "2.16.840.1.113883.2.1.3.2.4.15";
/// Templates. Source: MIM, `templateId/@root`.
pub const TEMPLATE: &str = "2.16.840.1.113883.2.1.3.2.4.18.2";
/// The NHS number. Source: MIM.
pub const NHS_NUMBER: &str = "2.16.840.1.113883.2.1.4.1";
/// An organisation inside PDS payloads. Source: MIM, PDS.
pub const PDS_ORGANISATION: &str = "2.16.840.1.113883.2.1.4.3";
/// An organisation everywhere else (ODS code). Source: MIM.
pub const ORGANISATION: &str = "1.2.826.0.1285.0.1.10";
/// A user (SDS user id). Source: MIM, `AgentPersonSDS`.
pub const USER: &str = "1.2.826.0.1285.0.2.0.65";
/// A role profile. Source: MIM, `AgentPersonSDS`.
pub const ROLE_PROFILE: &str = "1.2.826.0.1285.0.2.0.67";
/// An accredited system (ASID). Source: MIM, `AgentSystemSDS`.
pub const ASID: &str = "1.2.826.0.1285.0.2.0.107";
/// A job role of SDS, `R8000`. Source: MIM, partSDSRole.
pub const JOB_ROLE: &str = "1.2.826.0.1285.0.2.1.104";
/// Coded job roles of an author who is not on SDS. Source: MIM, `UKCT_MT160018UK01`.
pub const AUTHOR_JOB_ROLE: &str = "2.16.840.1.113883.2.1.3.2.4.17.124";
/// What a text in a message is (`PresentationText`). Source: MIM, GP Summary.
pub const TEXT_TYPE: &str = "2.16.840.1.113883.2.1.3.2.4.17.126";
/// Status of an event on the PSIS: 1 normal, 2 withdrawn, 3 replaced. Source: MIM, PSIS query.
pub const EVENT_STATUS: &str = "2.16.840.1.113883.2.1.3.2.4.17.59";
/// Dissent override of a PSIS query, 0 to 5. Source: MIM, PSIS query.
pub const DISSENT_OVERRIDE: &str = "2.16.840.1.113883.2.1.3.2.4.17.60";
/// PDS: whether history is wanted, 0 or 1. Source: MIM, PDS retrieval.
pub const HISTORIC_DATA: &str = "2.16.840.1.113883.2.1.3.2.4.17.36";
/// PDS: confidentiality (Y stop noted, B business, S sensitive). Source: MIM, PDS.
pub const CONFIDENTIALITY: &str = "2.16.840.1.113883.2.1.3.2.4.16.1";
/// PDS: serial change number. Source: MIM, PDS retrieval.
pub const SERIAL_CHANGE: &str = "2.16.840.1.113883.2.1.3.2.4.17.35";
/// PDS: death notification status. Source: MIM, PDS.
pub const DEATH_NOTIFICATION: &str = "2.16.840.1.113883.2.1.3.2.4.16.5";
/// Errors of the PSIS. Source: SCR FHIR API adaptor.
pub const PSIS_ERROR: &str = "2.16.840.1.113883.2.1.3.2.4.17.33";
/// Errors of the PDS. Source: MIM, PDS; published captures.
pub const PDS_ERROR: &str = "2.16.840.1.113883.2.1.3.2.4.17.42";
/// Errors of the message wrapper (TMS), in `acknowledgementDetail`. Source: published captures of Spine rejections.
pub const TMS_ERROR: &str = "2.16.840.1.113883.2.1.3.2.4.17.32";
/// Errors of the ACS in a rejection. Source: SCR FHIR API adaptor, ACS replies.
pub const ACS_ERROR: &str = "2.16.840.1.113883.2.1.3.2.4.17.12";
/// Severity of an error: ER, WG, IF. Source: MIM, justifyingDetectedIssueEvent.
pub const QUALIFIER: &str = "2.16.840.1.113883.2.1.3.2.4.17.104";

/// Every code system here with a stable name, for the comparison with `fixtures/codes/systems.csv`.
pub const SYSTEMS: &[(&str, &str)] = &[
    ("interaction", INTERACTION),
    ("snomed", SNOMED),
    ("template", TEMPLATE),
    ("nhs-number", NHS_NUMBER),
    ("pds-organisation", PDS_ORGANISATION),
    ("organisation", ORGANISATION),
    ("user", USER),
    ("role-profile", ROLE_PROFILE),
    ("asid", ASID),
    ("job-role", JOB_ROLE),
    ("author-job-role", AUTHOR_JOB_ROLE),
    ("text-type", TEXT_TYPE),
    ("event-status", EVENT_STATUS),
    ("dissent-override", DISSENT_OVERRIDE),
    ("historic-data", HISTORIC_DATA),
    ("confidentiality", CONFIDENTIALITY),
    ("serial-change", SERIAL_CHANGE),
    ("death-notification", DEATH_NOTIFICATION),
    ("psis-error", PSIS_ERROR),
    ("pds-error", PDS_ERROR),
    ("tms-error", TMS_ERROR),
    ("acs-error", ACS_ERROR),
    ("qualifier", QUALIFIER),
];
