//! Faults and errors, taken too lightly or too gravely.

use std::sync::Arc;

use super::{refusal, refuse, with_id_of};
use crate::sabotage::rewriting_answers;
use crate::stage::library::Seams;
use crate::wire::{Answer, Reply, Request, Seen, Sort, Tamper};

pub(super) fn gives_up() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Upload && answer.text().contains("errorCode>200<") {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

pub(super) fn one_is_enough() -> Seams {
    hearing!(|_, _, answer| answer.rewrite(|text| text.replace("errorCode>201<", "errorCode>206<")))
}

pub(super) fn carries_on() -> Seams {
    hearing!(|request, seen, answer| {
        let text = answer.text().into_owned();
        let grave = answer.status == 401
            || ["errorCode>101<", "errorCode>300<", "501319:"].iter().any(|word| text.contains(word));
        if seen.sort == Sort::Upload && grave {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

pub(super) fn warnings_refuse() -> Seams {
    hearing!(|request, _, answer| {
        if answer.text().contains("everity=\"Warning\"") {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

pub(super) fn stale_is_failed() -> Seams {
    hearing!(|_, seen, answer| {
        let text = answer.text().into_owned();
        if seen.sort == Sort::Upload && (text.contains("code=\"430\"") || text.contains("code=\"30308\"")) {
            refuse(answer);
        }
    })
}

pub(super) fn busy_is_failed() -> Seams {
    hearing!(|_, seen, answer| {
        if seen.sort == Sort::Upload && answer.text().contains("code=\"502\"") {
            refuse(answer);
        }
    })
}

pub(super) fn impatient() -> Seams {
    hearing!(|_, _, answer| {
        if answer.status == 429 {
            answer.set_header("Retry-After", "0");
        }
    })
}

pub(super) fn nobody_is_everybody() -> Seams {
    Seams { tamper: || Arc::new(Deaf), ..Seams::default() }
}

/// Takes a Spine that cannot be reached for one that refuses everybody.
struct Deaf;

impl Tamper for Deaf {
    fn reply(&self, request: &Request, _: &Seen, reply: &mut Reply) {
        if *reply == Reply::Unreached {
            *reply = with_id_of(request, refusal("")).into();
        }
    }
}
