//! The SOAP envelope of the synchronous route.

pub(crate) mod envelope;
pub(crate) mod fault;
