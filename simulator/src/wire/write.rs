//! The writers: answers as the Spine renders them, each XML document on one line.
//!
//! They write what they are told; which answer it is, the services decide.

mod ebxml;
mod element;
mod fault;
mod message;
mod multipart;
mod soap;

pub(crate) use ebxml::{Addressee, Listed, error_list, header, message_error};
pub(crate) use element::{Element, escape};
pub(crate) use fault::{fault, faults};
pub(crate) use message::{Acknowledgement, Message, local_stamp, reason};
pub(crate) use multipart::{CONTENT_TYPE, related};
pub(crate) use soap::{SyncAddressee, sync_envelope};

/// What every document begins with.
const DECLARATION: &str = "<?xml version='1.0' encoding='UTF-8'?>\n";
