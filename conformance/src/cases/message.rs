//! Messages: wrapper, ebXML, SOAP, transport, as they are sent and as they are demanded.

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[];
