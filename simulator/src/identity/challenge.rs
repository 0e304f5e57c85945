//! Challenges: something unforeseeable to sign, good for one log-in and for sixty seconds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// How long a challenge may be answered.
pub(super) const ANSWER_WITHIN: SignedDuration = SignedDuration::from_secs(60);
/// How many may be open at a time; the oldest give way.
const OPEN: usize = 1_000;

/// What a card is asked to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) id: Uuid,
    pub(super) nonce: String,
}

impl Challenge {
    /// A challenge of random bytes, which the caller draws: 16 for the id, 32 for the nonce.
    pub(super) fn new(id: [u8; 16], nonce: [u8; 32]) -> Self {
        let id = uuid::Builder::from_random_bytes(id).into_uuid();
        Self { id, nonce: URL_SAFE_NO_PAD.encode(nonce) }
    }

    /// The bytes whose signature proves the possession of the card.
    pub(super) fn message(&self) -> Vec<u8> {
        format!("spine-login:{}:{}", self.id, self.nonce).into_bytes()
    }
}

/// The challenges that were handed out and neither answered nor forgotten.
#[derive(Debug, Default)]
pub(super) struct Challenges {
    open: Mutex<HashMap<Uuid, (Timestamp, Challenge)>>,
}

impl Challenges {
    /// Remembers a challenge that is handed out at `now`; forgets those that are too old to be answered.
    pub(super) fn hand_out(&self, challenge: Challenge, now: Timestamp) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (since, _)| fresh(*since, now));
        if open.len() >= OPEN {
            let oldest = open.iter().min_by_key(|(_, (since, _))| *since).map(|(id, _)| *id);
            oldest.map(|id| open.remove(&id));
        }
        open.insert(challenge.id, (now, challenge));
    }

    /// Takes a challenge for the one attempt it is good for, unless it is unknown, used or too old.
    /// Requirement: SES-029.
    pub(super) fn take(&self, id: &str, now: Timestamp) -> Option<Challenge> {
        let id = Uuid::try_parse(id).ok()?;
        let (since, challenge) = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)?;
        fresh(since, now).then_some(challenge)
    }
}

fn fresh(since: Timestamp, now: Timestamp) -> bool {
    // A clock that was set back makes no challenge live longer.
    (SignedDuration::ZERO..ANSWER_WITHIN).contains(&now.duration_since(since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_good_for_one_answer_within_a_minute() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        for (after_seconds, good) in [(0, true), (59, true), (60, false), (-1, false)] {
            let challenges = Challenges::default();
            let challenge = Challenge::new([1; 16], [2; 32]);
            challenges.hand_out(challenge.clone(), start);
            let now = start + SignedDuration::from_secs(after_seconds);
            let id = challenge.id.to_string();
            assert_eq!(challenges.take(&id, now).is_some(), good, "after {after_seconds} s");
            assert!(challenges.take(&id, start).is_none(), "a second answer");
        }
        assert!(Challenges::default().take("no uuid", start).is_none());
    }

    #[test]
    fn a_flood_of_challenges_is_not_remembered() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let challenges = Challenges::default();
        for number in 0..u128::try_from(OPEN).unwrap() + 5 {
            challenges.hand_out(Challenge::new(number.to_be_bytes(), [0; 32]), start);
        }
        assert!(challenges.open.lock().unwrap().len() <= OPEN);
    }
}
