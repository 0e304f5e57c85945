//! Defects in what a migration adds to the practice's record: the store is told something else.

use std::sync::Arc;

use jiff::civil::Date;
use spine_client::Store;
use spine_client::vocabulary::ConsentCode;
use spine_rules::record::LocalChange;
use spine_rules::{Fact, Reason};

use crate::sabotage::Bent;
use crate::stage::library::Seams;

/// The day of the tests, on which a migration dates what it adds.
const TODAY: Date = jiff::civil::date(2026, 9, 15);

/// A code is added as another one, or not at all.
fn adding(store: Arc<dyn Store>, code: ConsentCode, instead: Option<ConsentCode>) -> Arc<dyn Store> {
    Bent::recording(store, move |mut writes| {
        for write in &mut writes {
            match instead {
                Some(other) => {
                    for change in write.local.iter_mut().filter(|change| change.code == code) {
                        change.code = other;
                    }
                }
                None => write.local.retain(|change| change.code != code),
            }
        }
        writes
    })
}

pub(super) fn leaves_legacy_dissents() -> Seams {
    Seams { store: |store| adding(store, ConsentCode::ExpressDissent, None), ..Seams::default() }
}

pub(super) fn takes_legacy_consent_for_core_only() -> Seams {
    let instead = |store| adding(store, ConsentCode::ExpressAdditional, Some(ConsentCode::ExpressCore));
    Seams { store: instead, ..Seams::default() }
}

pub(super) fn adds_no_implied_consent() -> Seams {
    Seams { store: |store| adding(store, ConsentCode::ImpliedCore, None), ..Seams::default() }
}

/// Whoever is set aside for a reason, with no code converted, is recorded as having implied consent.
fn implying(store: Arc<dyn Store>, reason: Reason) -> Arc<dyn Store> {
    Bent::recording(store, move |mut writes| {
        for write in writes.iter_mut().filter(|write| write.local.is_empty()) {
            if matches!(&write.fact, Fact::SetAside(aside) if aside.reason == reason) {
                write.local.push(LocalChange { code: ConsentCode::ImpliedCore, date: TODAY, replaces: None });
            }
        }
        writes
    })
}

pub(super) fn implies_consent_of_everybody() -> Seams {
    Seams { store: |store| implying(store, Reason::NothingToSet), ..Seams::default() }
}

pub(super) fn implies_consent_over_a_dissent() -> Seams {
    Seams { store: |store| implying(store, Reason::AcsMismatch), ..Seams::default() }
}

/// The second migration does not see what the first one added.
pub(super) fn forgets_what_it_added() -> Seams {
    Seams {
        store: |store| {
            Bent::telling(store, |_, candidate| {
                candidate.record.codes.retain(|entry| entry.date != Some(TODAY));
            })
        },
        ..Seams::default()
    }
}
