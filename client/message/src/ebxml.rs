//! The ebXML envelope (ebMS 2.0) of the polling route.

pub(crate) mod envelope;
pub(crate) mod header;
pub(crate) mod multipart;
