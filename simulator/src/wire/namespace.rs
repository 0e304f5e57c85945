//! The namespaces of the messages. Source: SOAP 1.1, ebMS 2.0, WS-Addressing 2004/08, MIM 4.2.

/// SOAP 1.1.
pub const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// ebXML Message Service 2.0.
pub const EBXML: &str = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd";
/// The HL7 payload descriptor of a manifest, in the two spellings that are sent.
pub const HL7_EBXML: [&str; 2] =
    ["urn:hl7-org:transport/ebXML/DSTUv1.0", "urn:hl7-org:transport/ebxml/DSTUv1.0"];
/// `XLink`.
pub const XLINK: &str = "http://www.w3.org/1999/xlink";
/// WS-Addressing, August 2004.
pub const WSA: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
/// HL7 version 3.
pub const HL7: &str = "urn:hl7-org:v3";
/// Access control.
pub const CRS: &str = "http://national.carerecords.nhs.uk/schema/crs/";
/// Errors inside SOAP faults.
pub const NASP: &str = "http://national.carerecords.nhs.uk/schema/";
/// Answers of the PSIS.
pub const PSIS: &str = "urn:npfit:psisqr";
/// The text of a summary.
pub const TEXT: &str = "xhtml:NPfIT:PresentationText";
