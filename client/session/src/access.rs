//! What a session may do: the policies that can be set, and the permit without which nothing starts.

pub(crate) mod permit;
pub(crate) mod policy;
