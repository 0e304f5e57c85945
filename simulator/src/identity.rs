//! The identity service: a card's signature in, a session's ticket and role assertion out.
//!
//! It knows users, cards' certificates and sessions; never a patient. Source: the shape of the role assertion is that of
//! the Spine Security Broker; challenge and log-in are this simulator's own protocol.

mod session;
mod user;

pub use session::{EverybodyIsIn, LiveSessions, SESSION, Session, Sessions, Ticket};
pub use user::{Role, User, Users, UsersError};
