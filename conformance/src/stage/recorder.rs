//! The scripted Spine: plays a script before a faultless Spine and writes down everything that passes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::observation::Exchange;
use super::scenario::{Script, Turn};
use crate::wire::{Reply, Request, Seen, Service, Sort};

type Now = Box<dyn Fn() -> Timestamp + Send + Sync>;
type Alarm = (usize, Box<dyn FnOnce() + Send>);

/// A scripted Spine. A clone is another handle on the same one.
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<Inner>,
}

struct Inner {
    spine: Box<dyn Service>,
    script: Box<dyn Script>,
    now: Now,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    exchanges: Vec<Exchange>,
    /// How often something of a sort came for a patient, or a poll for a message.
    turns: HashMap<(Sort, Option<String>), usize>,
    /// Which upload an answer's location belongs to: its message id and patient.
    locations: HashMap<String, (Option<String>, Option<String>)>,
    received: usize,
    alarm: Option<Alarm>,
}

impl Recorder {
    /// Plays `script` before `spine`; `now` tells the time of the exchanges.
    #[must_use]
    pub fn new(
        spine: Box<dyn Service>,
        script: Box<dyn Script>,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self { inner: Arc::new(Inner { spine, script, now: Box::new(now), book: Mutex::default() }) }
    }

    /// Everything that passed, in the order in which it arrived.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.book().exchanges.clone()
    }

    /// The exchange of this number, if it passed already.
    #[must_use]
    pub fn exchange(&self, number: usize) -> Option<Exchange> {
        self.book().exchanges.get(number).cloned()
    }

    /// How many requests have arrived.
    #[must_use]
    pub fn count(&self) -> usize {
        self.book().received
    }

    /// Calls `ring` once so many further requests have arrived.
    pub fn ring_after(&self, further: usize, ring: impl FnOnce() + Send + 'static) {
        let mut book = self.book();
        book.alarm = Some((book.received + further, Box::new(ring)));
    }

    /// Forgets an alarm that never rang.
    pub fn silence(&self) {
        self.book().alarm = None;
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.inner.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the arrival; what is known of the request, and the how manieth of its sort it is.
    fn arrived(&self, request: &Request) -> (Seen, usize, Option<Alarm>) {
        let mut seen = Seen::of(request);
        let mut book = self.book();
        book.received += 1;
        if seen.sort == Sort::Poll
            && let Some((message, patient)) = book.locations.get(&request.target)
        {
            (seen.message, seen.patient) = (message.clone(), patient.clone());
        }
        let whose = if seen.sort == Sort::Poll { &seen.message } else { &seen.patient };
        let turn = book.turns.entry((seen.sort, whose.clone())).or_default();
        *turn += 1;
        let nth = *turn;
        let due = book.alarm.as_ref().is_some_and(|(at, _)| book.received >= *at);
        let alarm = if due { book.alarm.take() } else { None };
        (seen, nth, alarm)
    }
}

impl Service for Recorder {
    fn answer(&self, request: &Request) -> Reply {
        let (seen, nth, alarm) = self.arrived(request);
        if let Some((_, ring)) = alarm {
            ring();
        }
        let at = (self.inner.now)();
        let turn = Turn { request, seen: &seen, nth, at };
        let reply = self.inner.script.reply(&turn, self.inner.spine.as_ref());
        let mut book = self.book();
        let location = reply.heard().and_then(|answer| answer.header("content-location"));
        if seen.sort == Sort::Upload
            && let Some(location) = location
        {
            // Relative to the base address, with or without a slash before it.
            let location = format!("/{}", location.trim_start_matches('/'));
            book.locations.insert(location, (seen.message.clone(), seen.patient.clone()));
        }
        let number = book.exchanges.len();
        book.exchanges.push(Exchange {
            number,
            at,
            request: request.clone(),
            reply: reply.clone(),
            seen,
            nth,
        });
        reply
    }
}
