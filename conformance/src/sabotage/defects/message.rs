//! Defects that the cases of `message` must find.

mod delivery;
mod requests;
mod spine;

use std::sync::Arc;

use crate::sabotage::{Sabotage, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::{Sort, Tamper};

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &{
    let (requests, delivery, spine) = (requests::DEFECTS, delivery::DEFECTS, spine::DEFECTS);
    let mut all = [requests[0]; requests::DEFECTS.len() + delivery::DEFECTS.len() + spine::DEFECTS.len()];
    let mut place = 0;
    while place < all.len() {
        let (early, middle) = (requests.len(), requests.len() + delivery.len());
        all[place] = if place < early {
            requests[place]
        } else if place < middle {
            delivery[place - early]
        } else {
            spine[place - middle]
        };
        place += 1;
    }
    all
};

fn tampering(tamper: fn() -> Arc<dyn Tamper>) -> Seams {
    Seams { tamper, ..Seams::default() }
}

/// Replaces a piece of the body wherever it stands, in requests of some sorts.
fn swap(sorts: &'static [Sort], from: &'static str, to: &'static str) -> Arc<dyn Tamper> {
    rewriting_requests(move |request, seen| {
        if sorts.contains(&seen.sort) {
            request.rewrite(|text| text.replace(from, to));
        }
    })
}
