//! The MIME parts of a message.

/// The boundary of what we send. It begins with two hyphens of its own, as the Spine's does.
pub(crate) const BOUNDARY: &str = "--=_MIME-Boundary";
