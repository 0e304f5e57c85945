//! Defects that the cases of `acknowledgement` must find: of clients, and of a Spine.

pub(super) mod client;
pub(super) mod spine;
