//! Everything the Spine remembers, in its shards, and how it begins.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use spine_vocabulary::{EventId, MessageId, NhsNumber};
use uuid::Uuid;

use super::chain::{Event, EventAuthor, EventStatus};
use super::content::{Content, Shelf};
use super::job::{Job, Seen};
use super::patient::Patient;
use super::shard::Shards;
use crate::scenario::{ClientSystem, Population};

/// Everything the Spine remembers.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) patients: Shards<NhsNumber, Patient>,
    /// Whose each event is.
    pub(crate) events: Shards<EventId, NhsNumber>,
    /// Which message ids were used.
    pub(crate) seen: Shards<MessageId, Seen>,
    pub(crate) jobs: Shards<Uuid, Job>,
    /// Where the documents of events are kept.
    pub(crate) shelf: Shelf,
    /// Jobs in the order in which they fall due.
    due: Mutex<VecDeque<(Timestamp, Uuid)>>,
    systems: HashMap<String, ClientSystem>,
    parties: HashSet<String>,
    seed: u64,
    minted: AtomicU64,
}

impl Memory {
    /// The memory at the start.
    pub(crate) fn new(population: Population, seed: u64) -> Self {
        let memory = Self {
            patients: Shards::new(),
            events: Shards::new(),
            seen: Shards::new(),
            jobs: Shards::new(),
            shelf: Shelf::default(),
            due: Mutex::default(),
            parties: population.systems.iter().map(|one| one.party_key.to_string()).collect(),
            systems: population.systems.into_iter().map(|one| (one.asid.to_string(), one)).collect(),
            seed,
            minted: AtomicU64::new(0),
        };
        for person in population.people {
            memory.patients.part(&person.nhs_number).insert(person.nhs_number, Patient::new(person));
        }
        for (number, permission) in population.permissions {
            if let Some(patient) = memory.patients.part(&number).get_mut(&number) {
                patient.permission = permission;
            }
        }
        let london = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
        for summary in population.summaries {
            let at = london
                .to_ambiguous_timestamp(summary.persisted_at)
                .compatible()
                .unwrap_or(Timestamp::UNIX_EPOCH);
            let name = memory.systems.values().find(|one| one.ods == summary.ods).map(|one| one.name.clone());
            let event = Event {
                id: summary.event_id,
                status: EventStatus::Current,
                persisted_at: at,
                kind: None,
                author: EventAuthor::Organisation(summary.ods, name),
                content: Content::Stood { text: summary.text, allergies: summary.allergies },
            };
            if let Some(patient) = memory.patients.part(&summary.nhs_number).get_mut(&summary.nhs_number) {
                patient.chain.push(event);
                memory.events.part(&summary.event_id).insert(summary.event_id, summary.nhs_number);
            }
        }
        memory
    }

    /// The client system with this ASID.
    pub(crate) fn system(&self, asid: &str) -> Option<&ClientSystem> {
        self.systems.get(asid)
    }

    /// Whether any client system sends as this party.
    pub(crate) fn knows_party(&self, party: &str) -> bool {
        self.parties.contains(party)
    }

    /// A fresh identifier; the same seed and the same order give the same ones.
    pub(crate) fn mint(&self) -> Uuid {
        let count = self.minted.fetch_add(1, Ordering::Relaxed);
        let high = mix(self.seed ^ mix(count));
        let low = mix(high ^ count.rotate_left(32));
        uuid::Builder::from_u128((u128::from(high) << 64) | u128::from(low))
            .with_variant(uuid::Variant::RFC4122)
            .with_version(uuid::Version::Random)
            .into_uuid()
    }

    /// Puts a job into the queue of those that fall due: at its end, unless the clock was set back.
    pub(crate) fn enqueue(&self, at: Timestamp, job: Uuid) {
        let mut due = self.due();
        let place = due.partition_point(|(other, _)| *other <= at);
        due.insert(place, (at, job));
    }

    /// Takes the next job that is due by now.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<Uuid> {
        let mut due = self.due();
        match due.front() {
            Some((at, _)) if *at <= now => due.pop_front().map(|(_, job)| job),
            _ => None,
        }
    }

    /// Whether a job is due by now.
    pub(crate) fn has_due(&self, now: Timestamp) -> bool {
        self.due().front().is_some_and(|(at, _)| *at <= now)
    }

    fn due(&self) -> MutexGuard<'_, VecDeque<(Timestamp, Uuid)>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Splitmix64: one step of a generator whose outputs look unrelated.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn what_is_due_first_comes_first_though_the_clock_was_set_back() {
        let memory = Memory::new(Population::default(), 7);
        let at = |second| Timestamp::from_second(second).unwrap();
        let [late, early, same] = [1, 2, 3].map(Uuid::from_u128);
        memory.enqueue(at(100), late);
        memory.enqueue(at(50), early);
        memory.enqueue(at(50), same);
        assert_eq!(memory.next_due(at(49)), None);
        assert_eq!(memory.next_due(at(50)), Some(early));
        assert_eq!(memory.next_due(at(50)), Some(same));
        assert_eq!(memory.next_due(at(99)), None);
        assert_eq!(memory.next_due(at(100)), Some(late));
    }

    #[test]
    fn identifiers_differ_and_follow_from_the_seed() {
        let (one, same, other) = (
            Memory::new(Population::default(), 7),
            Memory::new(Population::default(), 7),
            Memory::new(Population::default(), 8),
        );
        let ids: HashSet<Uuid> = (0..1000).map(|_| one.mint()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.contains(&same.mint()));
        assert!(!ids.contains(&other.mint()));
    }
}
