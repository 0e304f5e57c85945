//! The smartcard: what it can do ([`smartcard`]), how it is reached ([`channel`]), and the one kind of card we speak to
//! ourselves ([`piv`]).

pub(crate) mod channel;
pub(crate) mod identity;
pub(crate) mod piv;
pub(crate) mod smartcard;
pub(crate) mod socket;
