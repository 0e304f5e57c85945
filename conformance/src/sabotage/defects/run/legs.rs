//! Clients that do not stop, do not go on, or forget what they sent.

use std::sync::{Mutex, PoisonError};

use spine_client::Action;
use spine_client::store::Write;
use spine_fixtures::population::staff;
use spine_rules::{Fact, State};

use crate::sabotage::{Bent, rewriting_answers};
use crate::stage::library::Seams;
use crate::wire::{Reply, Request, Seen, Sort, Tamper};

pub(super) fn does_not_hear() -> Seams {
    Seams { asked: |_| {}, ..Seams::default() }
}

pub(super) fn begins_anew() -> Seams {
    Seams { action: |_| Action::Run, ..Seams::default() }
}

pub(super) fn looks_for_nothing() -> Seams {
    Seams {
        store: |store| {
            Bent::telling(store, |entry, _| {
                if matches!(entry.state, State::Uncertain(_)) {
                    entry.state = State::Listed;
                }
            })
        },
        ..Seams::default()
    }
}

pub(super) fn writes_late() -> Seams {
    Seams {
        store: |store| {
            let late: Mutex<Vec<Write>> = Mutex::default();
            Bent::recording(store, move |writes| {
                let mut late = late.lock().unwrap_or_else(PoisonError::into_inner);
                let mut written = Vec::new();
                for write in writes {
                    if matches!(write.fact, Fact::Dispatched(_)) {
                        late.push(write);
                        continue;
                    }
                    if let Some(place) = late.iter().position(|held| held.key == write.key) {
                        written.push(late.remove(place));
                    }
                    written.push(write);
                }
                written
            })
        },
        ..Seams::default()
    }
}

/// Somebody whom no practice has.
const NOBODY: &str = "9999999980";

struct AboutAnother;

impl Tamper for AboutAnother {
    fn request(&self, request: &mut Request, seen: &Seen) {
        if let (Sort::EventList, Some(patient)) = (seen.sort, &seen.patient) {
            request.rewrite(|text| text.replace(patient.as_str(), NOBODY));
        }
    }

    fn reply(&self, _: &Request, seen: &Seen, reply: &mut Reply) {
        if let (Sort::EventList, Some(patient), Reply::Answer(answer)) = (seen.sort, &seen.patient, reply) {
            answer.rewrite(|text| text.replace(NOBODY, patient));
        }
    }
}

pub(super) fn asks_about_another() -> Seams {
    Seams { tamper: || std::sync::Arc::new(AboutAnother), ..Seams::default() }
}

pub(super) fn does_not_know_its_own() -> Seams {
    Seams {
        store: |store| Bent::telling(store, |_, candidate| candidate.acknowledged = None),
        tamper: || {
            rewriting_answers(|_, seen, reply| {
                if let (Sort::EventList, Reply::Answer(answer)) = (seen.sort, reply) {
                    answer.rewrite(|text| text.replace(staff::PRACTICE_ODS, staff::OTHER_ODS));
                }
            })
        },
        ..Seams::default()
    }
}
