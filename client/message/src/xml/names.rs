//! The namespaces that our messages use.

/// SOAP 1.1 envelope.
pub(crate) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// ebXML message header 2.0.
pub(crate) const EBXML: &str = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd";
/// The HL7 payload description inside an ebXML manifest.
pub(crate) const HL7_EBXML: &str = "urn:hl7-org:transport/ebXML/DSTUv1.0";
/// `XLink`.
pub(crate) const XLINK: &str = "http://www.w3.org/1999/xlink";
/// WS-Addressing, August 2004.
pub(crate) const WSA: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
/// HL7 version 3.
pub(crate) const HL7: &str = "urn:hl7-org:v3";
/// Answers of the PSIS.
pub(crate) const PSIS: &str = "urn:npfit:psisqr";
/// The access control service.
pub(crate) const CRS: &str = "http://national.carerecords.nhs.uk/schema/crs/";
/// The Spine's error lists.
pub(crate) const NASP: &str = "http://national.carerecords.nhs.uk/schema/";
/// Presentation text inside a summary.
pub(crate) const XHTML: &str = "xhtml:NPfIT:PresentationText";

/// The namespace of an element or attribute that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// In no namespace.
    None,
    /// [`SOAP`].
    Soap,
    /// [`EBXML`].
    Ebxml,
    /// [`XLINK`].
    Xlink,
    /// [`WSA`].
    Wsa,
    /// [`HL7`].
    Hl7,
    /// [`PSIS`].
    Psis,
    /// [`CRS`].
    Crs,
    /// [`NASP`].
    Nasp,
    /// Any other.
    Other,
}

impl Space {
    /// Names a namespace.
    pub(crate) fn of(uri: &str) -> Self {
        match uri {
            HL7 => Self::Hl7,
            SOAP => Self::Soap,
            EBXML => Self::Ebxml,
            XLINK => Self::Xlink,
            WSA => Self::Wsa,
            PSIS => Self::Psis,
            CRS => Self::Crs,
            NASP => Self::Nasp,
            _ => Self::Other,
        }
    }
}
