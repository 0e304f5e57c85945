//! Defects that the cases of `demographics` must find.

mod asking;
mod comparing;
mod spine;
mod writing;

use std::sync::Arc;

use spine_fixtures::persona;

use crate::sabotage::{Sabotage, rewriting_answers};
use crate::wire::{Reply, Sort, Tamper};

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &joined();

const PARTS: [&[Sabotage]; 4] = [asking::DEFECTS, comparing::DEFECTS, writing::DEFECTS, spine::DEFECTS];
const COUNT: usize = PARTS[0].len() + PARTS[1].len() + PARTS[2].len() + PARTS[3].len();

/// The parts, one after the other.
const fn joined() -> [Sabotage; COUNT] {
    let mut all = [PARTS[0][0]; COUNT];
    let (mut at, mut part) = (0, 0);
    while part < PARTS.len() {
        let mut one = 0;
        while one < PARTS[part].len() {
            all[at] = PARTS[part][one];
            (at, one) = (at + 1, one + 1);
        }
        part += 1;
    }
    all
}

/// The client reads PDS so.
macro_rules! reads {
    ($name:ident, $slug:literal, $($from:literal => $to:literal),+) => {
        pub(super) fn $name() -> Seams {
            let tamper = || {
                let change = |text: &str| text$(.replace($from, $to))+;
                $crate::sabotage::defects::demographics::retelling($slug, change)
            };
            Seams { tamper, ..Seams::default() }
        }
    };
}

/// The client reads the practice's record so.
macro_rules! holds {
    ($name:ident, |$record:ident| $change:expr) => {
        pub(super) fn $name() -> Seams {
            let store = |store| {
                Bent::telling(store, |_, one| {
                    let $record = &mut one.record;
                    $change;
                })
            };
            Seams { store, ..Seams::default() }
        }
    };
}

use {holds, reads};

/// Reads something else in the answers of PDS about one persona.
pub(super) fn retelling(slug: &str, change: fn(&str) -> String) -> Arc<dyn Tamper> {
    let number = persona(slug).map(|persona| persona.nhs_number());
    rewriting_answers(move |_, seen, reply| {
        if let (Sort::Retrieval, Reply::Answer(answer)) = (seen.sort, reply)
            && seen.patient == number
        {
            answer.rewrite(change);
        }
    })
}

/// Reads something else in every answer of PDS.
pub(super) fn retelling_everybody(change: fn(&str) -> String) -> Arc<dyn Tamper> {
    rewriting_answers(move |_, seen, reply| {
        if let (Sort::Retrieval, Reply::Answer(answer)) = (seen.sort, reply) {
            answer.rewrite(change);
        }
    })
}
