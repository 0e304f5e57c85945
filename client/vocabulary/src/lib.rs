//! The words: NHS numbers, identifiers and coded values, parsed once and never validated again.
//!
//! This is the one crate that the client and the simulator share. It must not know markup, the network, time or any
//! rule: a value here says what it *is*, never what follows from it. Every coded value has a row, transcribed
//! separately, in `fixtures/codes/*.csv`, and conformance compares the two in both directions.

pub mod code;
pub mod identifier;
mod nhs_number;

pub use code::acs::AcsPermission;
pub use code::category::Category;
pub use code::consent::{CodeScheme, ConsentCode};
pub use code::demographic::{DeathNotification, Gender};
pub use code::error::{ErrorCode, Qualifier};
pub use code::interaction::{Interaction, Service};
pub use identifier::message::{ConversationId, EventId, MessageId};
pub use identifier::organisation::{Asid, CpaId, OdsCode, PartyKey};
pub use identifier::person::{ActivityCode, JobRole, RoleProfileId, UserId};
pub use identifier::{IdentifierError, NotAnIdentifier};
pub use nhs_number::{NhsNumber, NhsNumberError};
