//! A client that delivers wrongly: it polls too early or too long, follows redirects, changes what it sends again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use spine_client::RetryAfterUnit;

use super::tampering;
use crate::sabotage::{Sabotage, rewriting_answers, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::{Answer, Reply, Request, Seen, Sort, Tamper};

pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_client(
        "message/polls-at-a-fixed-address",
        "The client polls at an address that it makes itself.",
        || {
            tampering(|| {
                telling("content-location", |told| {
                    format!("/clinical/poll/{}", told.rsplit('/').next().unwrap_or_default())
                })
            })
        },
        &["polls"],
    ),
    Sabotage::of_client(
        "message/polls-at-once",
        "The client polls without waiting.",
        || tampering(|| telling("retry-after", |_| "0".into())),
        &["polls"],
    ),
    Sabotage::of_client(
        "message/polls-every-ten-seconds",
        "The client never waits longer than ten seconds before it polls.",
        || {
            tampering(|| {
                telling("retry-after", |told| told.parse::<u32>().unwrap_or_default().min(10_000).to_string())
            })
        },
        &["never-ready"],
    ),
    Sabotage::of_client(
        "message/polls-for-ever",
        "The client polls for ten minutes.",
        || Seams { settings: |settings| settings.limits.poll_budget_ms = 600_000, ..Seams::default() },
        &["never-ready"],
    ),
    Sabotage::of_client(
        "message/seconds-are-milliseconds",
        "The client takes Retry-After for milliseconds, whatever is set.",
        || Seams {
            settings: |settings| settings.poll_unit = RetryAfterUnit::Milliseconds,
            ..Seams::default()
        },
        &["polls-in-seconds"],
    ),
    Sabotage::of_client(
        "message/follows-redirects",
        "The client sends again to where a redirect leads.",
        || tampering(|| Arc::new(Follows::default())),
        &["redirects"],
    ),
    Sabotage::of_client(
        "message/another-body-under-the-same-id",
        "The client writes its message anew before it sends it again under the same id.",
        || tampering(writing_anew),
        &["silence-after-uploads"],
    ),
    Sabotage::of_client(
        "message/retries-without-asking",
        "The client sends the same bytes ten times before it asks the Spine.",
        || {
            let settings = |settings: &mut spine_client::RunSettings| {
                settings.contract.retries = 10;
                settings.contract.persist = jiff::SignedDuration::from_hours(1);
            };
            Seams { settings, ..Seams::default() }
        },
        &["never-taken"],
    ),
    Sabotage::of_client(
        "message/sends-whatever-its-length",
        "The client sends messages however long they are.",
        || Seams { settings: |settings| settings.limits.message_bytes = usize::MAX, ..Seams::default() },
        &["too-long"],
    ),
];

/// Changes a header of every 202 before the client reads it.
fn telling(name: &'static str, change: fn(&str) -> String) -> Arc<dyn Tamper> {
    rewriting_answers(move |_, _, reply| {
        if let Reply::Answer(answer) = reply
            && answer.status == 202
            && let Some(told) = answer.header(name).map(change)
        {
            answer.set_header(name, &told);
        }
    })
}

/// Leads the next request of a sort and patient to where the last one was redirected.
#[derive(Default)]
struct Follows(Mutex<HashMap<(Sort, Option<String>), String>>);

impl Tamper for Follows {
    fn request(&self, request: &mut Request, seen: &Seen) {
        let mut led = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = led.remove(&(seen.sort, seen.patient.clone())) {
            request.target = place;
        }
    }

    fn reply(&self, _request: &Request, seen: &Seen, reply: &mut Reply) {
        let Some(place) = reply.heard().and_then(|answer: &Answer| answer.header("location")) else { return };
        let mut led = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        led.insert((seen.sort, seen.patient.clone()), place.to_owned());
    }
}

fn writing_anew() -> Arc<dyn Tamper> {
    let sent = Mutex::new(HashMap::<Option<String>, u32>::new());
    rewriting_requests(move |request, seen| {
        if seen.sort == Sort::Upload {
            let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
            let times = sent.entry(seen.message.clone()).or_default();
            *times += 1;
            if *times > 1 {
                request.rewrite(|text| text.replace("08:30:00Z</eb:Timestamp>", "08:31:00Z</eb:Timestamp>"));
            }
        }
    })
}
