//! What a card is to be: whose, with which PIN, keys and dates.

use jiff::Timestamp;

use crate::applet::{Padded, padded};
use crate::key::KeySlot;

/// The algorithm of a card's keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CardAlgorithm {
    /// RSA with 2048 bits (`07`): what national cards hold today.
    #[default]
    Rsa2048,
    /// ECDSA on P-256 (`11`).
    P256,
}

/// A description from which the issuer makes a card. `Debug` leaves the secrets out.
#[derive(Clone)]
pub struct CardProfile {
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) pin: Padded,
    pub(crate) puk: Padded,
    pub(crate) algorithm: CardAlgorithm,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) slots: Vec<KeySlot>,
}

/// A description that fits no card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// The user id is not twelve digits.
    #[error("a card's user id is twelve digits")]
    UserId,
    /// The name is blank or longer than 48 characters, so that it does not fit a common name.
    #[error("a card's name has 1 to 48 characters")]
    Name,
    /// The PIN is not six to eight digits.
    #[error("a card's PIN is six to eight digits")]
    Pin,
    /// The PUK is not six to eight digits.
    #[error("a card's PUK is six to eight digits")]
    Puk,
    /// The card would end before it begins.
    #[error("a card must expire later than it begins")]
    Validity,
    /// The login key is missing.
    #[error("a card needs at least the key of slot 9A")]
    Slots,
}

impl CardProfile {
    /// A card of `user_id` (twelve digits), valid from `not_before` to `not_after`; RSA-2048 in every slot, PIN 123456,
    /// PUK 12345678.
    pub fn new(
        user_id: &str,
        name: &str,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Self, ProfileError> {
        if user_id.len() != 12 || !user_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ProfileError::UserId);
        }
        let name = name.trim();
        if name.is_empty() || name.to_uppercase().chars().count() > 48 {
            return Err(ProfileError::Name);
        }
        if not_after <= not_before {
            return Err(ProfileError::Validity);
        }
        Ok(Self {
            user_id: user_id.to_owned(),
            name: name.to_owned(),
            pin: secret("123456").ok_or(ProfileError::Pin)?,
            puk: secret("12345678").ok_or(ProfileError::Puk)?,
            algorithm: CardAlgorithm::default(),
            not_before,
            not_after,
            slots: KeySlot::ALL.to_vec(),
        })
    }

    /// Another PIN: six to eight digits.
    pub fn with_pin(mut self, pin: &str) -> Result<Self, ProfileError> {
        self.pin = secret(pin).ok_or(ProfileError::Pin)?;
        Ok(self)
    }

    /// Another PUK: six to eight digits.
    pub fn with_puk(mut self, puk: &str) -> Result<Self, ProfileError> {
        self.puk = secret(puk).ok_or(ProfileError::Puk)?;
        Ok(self)
    }

    /// Another algorithm, for every slot.
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: CardAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Only these slots, 9A among them: fewer keys are made faster.
    pub fn with_slots(mut self, slots: &[KeySlot]) -> Result<Self, ProfileError> {
        if !slots.contains(&KeySlot::Authentication) {
            return Err(ProfileError::Slots);
        }
        self.slots = slots.to_vec();
        self.slots.sort_unstable();
        self.slots.dedup();
        Ok(self)
    }
}

impl std::fmt::Debug for CardProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardProfile")
            .field("user_id", &self.user_id)
            .field("algorithm", &self.algorithm)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}

/// Digits padded to eight bytes with FF, if they are six to eight.
fn secret(digits: &str) -> Option<Padded> {
    let mut bytes = Padded::new([0xFF; 8]);
    bytes.get_mut(..digits.len())?.copy_from_slice(digits.as_bytes());
    padded(bytes.as_slice()).ok()
}
