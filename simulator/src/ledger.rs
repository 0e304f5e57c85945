//! The ledger: every exchange in order, every event accepted, every rule broken.
//!
//! Bounded by [`crate::scenario::Ledgering`]; computes nothing about what a client should have done.

mod entry;
mod guard;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use spine_vocabulary::{MessageId, NhsNumber};

pub use entry::{AcceptedEvent, Body, Exchange, Sha256, SummaryKind, Tag, Violation};

use crate::scenario::Ledgering;
use crate::wire::{WireRequest, WireResponse};

/// What a service knows about an exchange when it has answered it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note {
    /// The interaction, once known.
    pub(crate) interaction: Option<&'static str>,
    /// The message id, once known.
    pub(crate) message_id: Option<MessageId>,
    /// The patient, once known.
    pub(crate) nhs_number: Option<NhsNumber>,
    /// How the answer acknowledges; blank for a plain HTTP answer.
    pub(crate) outcome: &'static str,
    /// What is worth knowing.
    pub(crate) tags: Vec<Tag>,
}

/// Everything that passed.
#[derive(Debug)]
pub struct Ledger {
    limits: Ledgering,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    next: u64,
    body_bytes: usize,
    exchanges: VecDeque<Exchange>,
    accepted: Vec<AcceptedEvent>,
    violations: Vec<Violation>,
    totals: BTreeMap<String, u64>,
}

impl Ledger {
    pub(crate) fn new(limits: Ledgering) -> Self {
        Self { limits, book: Mutex::default() }
    }

    /// The exchanges from a number on, oldest first, at most `limit` of them.
    #[must_use]
    pub fn exchanges(&self, from: u64, limit: usize) -> Vec<Exchange> {
        let book = self.book();
        // Numbers follow each other without a gap, so that the place is known.
        let first = book.exchanges.front().map_or(0, |oldest| oldest.number);
        let place = usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX);
        book.exchanges.iter().skip(place).take(limit).cloned().collect()
    }

    /// How many exchanges there were, those included that are no longer kept.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.book().next
    }

    /// How many exchanges are no longer kept.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        let book = self.book();
        book.next.saturating_sub(u64::try_from(book.exchanges.len()).unwrap_or(u64::MAX))
    }

    /// Every event that the PSIS accepted, in the order in which it did.
    #[must_use]
    pub fn accepted(&self) -> Vec<AcceptedEvent> {
        self.book().accepted.clone()
    }

    /// Every rule that was broken too loudly for an ordinary refusal.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.book().violations.clone()
    }

    /// How often each interaction ended how: `REPC_IN150016SM05 AA`.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<String, u64> {
        self.book().totals.clone()
    }

    /// Requirement: SIM-017.
    pub(crate) fn accept(&self, event: AcceptedEvent) {
        self.book().accepted.push(event);
    }

    pub(crate) fn violate(&self, violation: Violation) {
        self.book().violations.push(violation);
    }

    /// Writes one exchange down; `received` is the digest of the request's body. Without a `response`, no answer left.
    /// Requirement: SIM-016.
    pub(crate) fn record(
        &self,
        request: &WireRequest,
        received: Sha256,
        response: Option<&WireResponse>,
        note: Note,
        at: Timestamp,
    ) {
        let answer: &[u8] = response.map_or(&[], |response| &response.body);
        let answered = Sha256::of(answer);
        let outcome = match response {
            None => "none",
            Some(_) if note.outcome.is_empty() => "http",
            Some(_) => note.outcome,
        };
        let total = format!("{} {outcome}", note.interaction.unwrap_or("-"));
        let withhold = guard::may_name_a_real_patient(&request.body);
        let mut book = self.book();
        let received = book.keep(&self.limits, &request.body, received, withhold);
        let answered = book.keep(&self.limits, answer, answered, withhold);
        let number = book.next;
        book.next += 1;
        *book.totals.entry(total).or_default() += 1;
        if book.exchanges.len() >= self.limits.exchanges {
            let oldest = book.exchanges.pop_front();
            book.body_bytes -= oldest.map_or(0, |oldest| oldest.received.kept() + oldest.answered.kept());
        }
        if self.limits.exchanges > 0 {
            book.exchanges.push_back(Exchange {
                number,
                at,
                method: match request.method.as_str() {
                    "POST" => "POST",
                    "GET" => "GET",
                    _ => "other",
                },
                path: request.path_and_query.chars().take(200).collect(),
                interaction: note.interaction,
                message_id: note.message_id,
                nhs_number: note.nhs_number,
                received,
                status: response.map_or(0, |response| response.status.as_u16()),
                outcome,
                answered,
                tags: note.tags,
            });
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// The body with as much of its text as the limits allow; all of it or, past the cap, its beginning.
    fn keep(&mut self, limits: &Ledgering, body: &[u8], sha256: Sha256, withhold: bool) -> Body {
        let bytes = body.len();
        let cut = bytes.min(limits.body_bytes);
        let room = limits.all_bodies_bytes.saturating_sub(self.body_bytes);
        if withhold || cut == 0 || cut > room {
            return Body { bytes, sha256, text: None };
        }
        let text = String::from_utf8_lossy(&body[..cut]).into_owned();
        self.body_bytes += text.len();
        Body { bytes, sha256, text: Some(text) }
    }
}

impl Body {
    fn kept(&self) -> usize {
        self.text.as_ref().map_or(0, String::len)
    }
}
