//! The SOAP envelope of the synchronous route.

pub(crate) mod fault;
