//! The HL7 v3 payloads: what is said and what is answered.

pub(crate) mod acknowledgement;
pub(crate) mod event;
pub(crate) mod event_list;
pub(crate) mod pds;
pub(crate) mod permissions;
pub(crate) mod query;
pub(crate) mod summary;
pub(crate) mod time;
pub(crate) mod wrapper;
