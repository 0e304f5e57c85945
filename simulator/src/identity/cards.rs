//! The users' cards and the one reader: which card is in, and the others in the drawer.
//!
//! A card is made when it is first inserted, for RSA keys take time. Pulled and inserted again it is the same card, its
//! PIN counter included.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use spine_card::{
    CardAlgorithm, CardIssuer, CardProfile, CardSlot, IssueError, KeySlot, PivApplet, ProfileError,
};
use spine_vocabulary::UserId;

/// How long a card's certificate is valid before it expires. Source: published certificates of the INT environment.
const CARD_LIFE: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);
/// How far around its making the authority is valid: longer than any card.
const AUTHORITY_LIFE: SignedDuration = SignedDuration::from_hours(20 * 365 * 24);
/// What a national card holds: a key to log in with and one for content commitment.
const KEYS: &[KeySlot] = &[KeySlot::Authentication, KeySlot::ContentCommitment];

/// One row of `cards.csv`. `Debug` leaves the PIN out.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct CardRow {
    /// Whose card it is.
    pub user_id: UserId,
    /// The name in its certificates; invented.
    pub name: String,
    /// Six to eight digits.
    pub pin: String,
    /// `rsa-2048` or `p-256`.
    pub algorithm: CardKeys,
    /// The last day of its certificates.
    pub expires_on: Date,
}

/// The algorithm of a card's keys, as `cards.csv` spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum CardKeys {
    /// `rsa-2048`: what national cards hold today.
    #[serde(rename = "rsa-2048")]
    Rsa2048,
    /// `p-256`.
    #[serde(rename = "p-256")]
    P256,
}

impl fmt::Debug for CardRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardRow").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

/// Why a card cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum CardsError {
    /// `cards.csv` is not what it should be.
    #[error("cards.csv cannot be read: {0}")]
    Csv(#[from] csv::Error),
    /// A row of `cards.csv` describes no card.
    #[error("the card of user {user}: {source}")]
    Row {
        /// Whose.
        user: UserId,
        /// What is wrong with it.
        source: ProfileError,
    },
    /// No row of `cards.csv` is that user's.
    #[error("no card of user {0} in cards.csv")]
    Nobody(UserId),
    /// The cryptographic library refused.
    #[error("a card could not be made: {0}")]
    Issue(#[from] IssueError),
}

/// Reads `cards.csv`.
pub fn read_cards(source: impl Read) -> Result<Vec<CardRow>, CardsError> {
    Ok(csv::Reader::from_reader(source).deserialize().collect::<Result<_, _>>()?)
}

/// Every card, its issuer, and the reader.
pub struct Cards {
    issuer: CardIssuer,
    profiles: Vec<(UserId, CardProfile)>,
    slot: CardSlot,
    drawer: Mutex<Drawer>,
}

#[derive(Default)]
struct Drawer {
    inserted: Option<UserId>,
    issued: HashMap<UserId, PivApplet>,
}

impl Cards {
    /// A new card authority and one card to be made per row; the reader is empty. Dates are reckoned from `now`.
    pub fn new(rows: &[CardRow], now: Timestamp) -> Result<Self, CardsError> {
        let begin = now.checked_sub(AUTHORITY_LIFE).unwrap_or(Timestamp::UNIX_EPOCH);
        let end = now.checked_add(AUTHORITY_LIFE).unwrap_or(Timestamp::MAX);
        let profiles = rows
            .iter()
            .map(|row| {
                let profile = profile(row, now)
                    .map_err(|source| CardsError::Row { user: row.user_id.clone(), source })?;
                Ok((row.user_id.clone(), profile))
            })
            .collect::<Result<_, CardsError>>()?;
        Ok(Self {
            issuer: CardIssuer::new(begin, end)?,
            profiles,
            slot: CardSlot::new(),
            drawer: Mutex::default(),
        })
    }

    /// The card authority's certificate, DER.
    #[must_use]
    pub fn authority(&self) -> &[u8] {
        self.issuer.certificate_der()
    }

    /// The reader.
    #[must_use]
    pub fn slot(&self) -> &CardSlot {
        &self.slot
    }

    /// Whose cards there are, in the file's order.
    pub fn holders(&self) -> impl Iterator<Item = &UserId> {
        self.profiles.iter().map(|(user, _)| user)
    }

    /// The card that user would have; an error when there is none.
    pub(crate) fn holder(&self, user: &UserId) -> Result<&CardProfile, CardsError> {
        let profile = self.profiles.iter().find(|(holder, _)| holder == user);
        profile.map(|(_, profile)| profile).ok_or_else(|| CardsError::Nobody(user.clone()))
    }

    /// Whose card is in the reader.
    #[must_use]
    pub fn inserted(&self) -> Option<UserId> {
        self.drawer().inserted.clone()
    }

    /// Puts that user's card in; another one that is in goes to the drawer. Making an RSA card takes a good part of a
    /// second.
    pub fn insert(&self, user: &UserId) -> Result<(), CardsError> {
        let profile = self.holder(user)?;
        let mut drawer = self.drawer();
        if drawer.inserted.as_ref() == Some(user) {
            return Ok(());
        }
        let card = match drawer.issued.remove(user) {
            Some(card) => card,
            None => self.issuer.issue(profile)?,
        };
        let before = (drawer.inserted.replace(user.clone()), self.slot.swap(card));
        drawer.put_back(before);
        Ok(())
    }

    /// Takes the card out of the reader; whose it was.
    pub fn pull(&self) -> Option<UserId> {
        let mut drawer = self.drawer();
        let before = (drawer.inserted.take(), self.slot.pull());
        let holder = before.0.clone();
        drawer.put_back(before);
        holder
    }

    fn drawer(&self) -> MutexGuard<'_, Drawer> {
        self.drawer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drawer {
    fn put_back(&mut self, before: (Option<UserId>, Option<PivApplet>)) {
        if let (Some(holder), Some(card)) = before {
            self.issued.insert(holder, card);
        }
    }
}

impl fmt::Debug for Cards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cards").field("slot", &self.slot).finish_non_exhaustive()
    }
}

fn profile(row: &CardRow, now: Timestamp) -> Result<CardProfile, ProfileError> {
    // The certificate still holds on its last day.
    let expires = row
        .expires_on
        .tomorrow()
        .ok()
        .and_then(|day| day.to_zoned(TimeZone::UTC).ok())
        .map_or(Timestamp::MAX, |midnight| midnight.timestamp());
    let issued = expires.checked_sub(CARD_LIFE).unwrap_or(now);
    let yesterday = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    CardProfile::new(row.user_id.as_str(), &row.name, issued.min(yesterday), expires)?
        .with_algorithm(match row.algorithm {
            CardKeys::Rsa2048 => CardAlgorithm::Rsa2048,
            CardKeys::P256 => CardAlgorithm::P256,
        })
        .with_pin(&row.pin)?
        .with_slots(KEYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "user_id,name,pin,algorithm,expires_on\n\
        555100000001,OKAFOR Ada,123456,p-256,2030-01-01\n\
        555100000002,HUGHES Wyn,654321,p-256,2030-01-01\n";

    fn cards() -> Cards {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        Cards::new(&read_cards(ROWS.as_bytes()).unwrap(), now).unwrap()
    }

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    #[test]
    fn one_card_is_in_at_a_time_and_a_pulled_one_is_the_same_when_it_returns() {
        let (cards, ada, wyn) = (cards(), user("555100000001"), user("555100000002"));
        assert_eq!(cards.holders().collect::<Vec<_>>(), [&ada, &wyn]);
        assert_eq!((cards.inserted(), cards.pull(), cards.slot().is_inserted()), (None, None, false));
        cards.insert(&ada).unwrap();
        cards.insert(&wyn).unwrap();
        assert_eq!(cards.inserted(), Some(wyn.clone()));
        assert_eq!(cards.pull(), Some(wyn));
        assert!(!cards.slot().is_inserted());

        // The application is selected and a wrong PIN presented: two tries are left, and still are after a pull.
        let select = [0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08];
        let wrong = [&[0x00, 0x20, 0x00, 0x80, 0x08][..], b"000000\xFF\xFF"].concat();
        let tries = [0x00, 0x20, 0x00, 0x80];
        let mut left = Vec::new();
        for present_wrong in [true, false] {
            cards.insert(&ada).unwrap();
            let mut connection = cards.slot().connect();
            connection.transmit(&select).unwrap();
            if present_wrong {
                connection.transmit(&wrong).unwrap();
            }
            left.push(connection.transmit(&tries).unwrap());
            assert_eq!(cards.pull(), Some(ada.clone()));
        }
        assert_eq!(left[0], left[1]);
    }

    #[test]
    fn a_card_nobody_has_and_a_row_that_is_no_card_are_refused() {
        let error = cards().insert(&user("555100000009")).unwrap_err();
        assert!(matches!(error, CardsError::Nobody(_)));
        let short_pin = ROWS.replace("123456", "12");
        let rows = read_cards(short_pin.as_bytes()).unwrap();
        let error = Cards::new(&rows, Timestamp::from_second(1_800_000_000).unwrap()).unwrap_err();
        assert!(error.to_string().contains("PIN"), "{error}");
        assert!(!format!("{error:?} {rows:?}").contains("654321"));
        for bad in ["p-256", "2030-01-01", "555100000001"] {
            assert!(read_cards(ROWS.replace(bad, "x").as_bytes()).is_err(), "{bad}");
        }
    }
}
