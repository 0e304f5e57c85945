//! The identity service: a card's signature in, a session's ticket and role assertion out.
//!
//! It knows users, cards' certificates and sessions; never a patient. Source: the shape of the role assertion is that of
//! the Spine Security Broker; challenge and log-in are this simulator's own protocol.

mod assertion;
mod cards;
mod challenge;
mod proof;
mod service;
mod session;
mod user;

pub use cards::{CardKeys, CardRow, Cards, CardsError, read_cards};
pub use proof::AuthorityError;
pub use service::Identity;
pub use session::{EverybodyIsIn, LiveSessions, SESSION, Session, Sessions, Ticket};
pub use user::{Role, User, Users, UsersError};
