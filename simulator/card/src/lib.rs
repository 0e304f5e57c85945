//! The virtual smartcard: a PIV applet in memory, the authority that issues such cards, the reader slot they are put
//! into, and a loopback socket that serves the slot. It depends on nothing of ours and knows nothing of the Spine.
//!
//! [`PivApplet`] is pure: bytes in, bytes out. Time never enters it, and randomness comes from an injected source, except
//! for the making of keys and of ECDSA signatures, which the cryptographic library feeds from the operating system.
//!
//! Source: NIST SP 800-73-4 (commands, data objects), SP 800-78-4 (algorithms), ISO/IEC 7816-4. A real card is slower by
//! two or three orders of magnitude: [`CardSlot::set_delay`] makes this one as slow.

mod applet;
mod issuer;
mod key;
mod profile;
mod random;
mod serve;
mod slot;
mod tlv;

pub use applet::PivApplet;
pub use issuer::{CardIssuer, IssueError};
pub use key::KeySlot;
pub use profile::{CardAlgorithm, CardProfile, ProfileError};
pub use random::{OsRandomness, Randomness, RandomnessFailed};
pub use serve::{ServeError, serve};
pub use slot::{CardConnection, CardSlot};
