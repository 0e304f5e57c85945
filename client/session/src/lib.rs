//! Who we are: the smartcard, the sign-in, the role, the session and what it may do.
//!
//! Nothing here knows a patient, waits for the network or reads a clock: cards are reached through [`CardChannel`], HTTP
//! is the caller's, and every instant comes in as an argument. In order of use:
//!
//! 1. a [`Smartcard`] says whose it is and checks the [`Pin`];
//! 2. a [`Challenge`] of the identity service is signed by it, and answered with a [`Ticket`];
//! 3. the [`RoleAssertion`] that the ticket buys names the roles, one of which is chosen;
//! 4. a [`Session`] lives until its ten hours or the assertion end, whichever is first, kept in a [`SessionFile`];
//! 5. [`authorise`] turns session, operator and action into a [`Permit`], or says exactly what is missing.
//!
//! Readers over PC/SC and modules of PKCS#11 go behind [`CardChannel`], [`Presence`] and [`Smartcard`] when they come.

mod access;
mod assertion;
mod card;
mod pin;
mod session;
mod session_file;
mod sign_in;
mod ticket;

pub use access::permit::{Action, Missing, Operator, Permit, Refusal, authorise};
pub use access::policy::{AccessPolicy, BulkPolicy, CardPolicy};
pub use assertion::{AssertionError, Role, RoleAssertion};
pub use card::channel::{CardChannel, ChannelError, Presence, PresenceEvent};
pub use card::identity::{CardIdentity, CardOutOfDate, CertificateProblem};
pub use card::piv::Piv;
pub use card::smartcard::{CardError, KeyUse, PinError, SigAlg, Smartcard};
pub use card::socket::{SocketChannel, SocketError, SocketPresence};
pub use pin::{Pin, PinFormatError};
pub use session::choice::{ChosenRole, RoleChoiceError};
pub use session::{OpenError, Session, SessionLength};
pub use session_file::{SessionFile, SessionFileError};
pub use sign_in::{Challenge, LoginRefusal, ProofError, SignInError, SignedChallenge};
pub use ticket::Ticket;
