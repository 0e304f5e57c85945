//! A reader's slot: a card may be in it, be pulled out of it, or be swapped, at any moment.
//!
//! Everything that holds a [`CardSlot`] shares the one slot. Each [`CardConnection`] has its own selected and verified
//! state, which never outlives the card that it was won from.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::applet::{CardState, PivApplet};

/// Answer to reset: direct convention, T=0 and T=1, no historical bytes, check byte. Source: ISO/IEC 7816-3.
const ANSWER_TO_RESET: &[u8] = &[0x3B, 0x80, 0x80, 0x01, 0x01];

/// The slot, shared by cloning.
#[derive(Clone, Default)]
pub struct CardSlot(Arc<Shared>);

#[derive(Default)]
struct Shared {
    card: Mutex<Option<PivApplet>>,
    /// Insertions and removals so far.
    events: watch::Sender<u64>,
    delay_in_micros: AtomicU64,
    under_way: AtomicUsize,
}

impl CardSlot {
    /// An empty slot without delay.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a card in. When one is there already, the new one comes back.
    pub fn insert(&self, card: PivApplet) -> Result<(), Box<PivApplet>> {
        let mut held = self.lock();
        if held.is_some() {
            return Err(Box::new(card));
        }
        *held = Some(powered(card));
        self.count(1);
        Ok(())
    }

    /// Pulls the card out, whatever it is doing.
    #[must_use = "the card is what was pulled; dropping it wipes its keys"]
    pub fn pull(&self) -> Option<PivApplet> {
        let card = self.lock().take()?;
        self.count(1);
        Some(card)
    }

    /// Pulls one card and inserts another so quickly that nobody sees the slot empty.
    #[must_use = "the card is what was pulled; dropping it wipes its keys"]
    pub fn swap(&self, card: PivApplet) -> Option<PivApplet> {
        let before = self.lock().replace(powered(card));
        self.count(if before.is_some() { 2 } else { 1 });
        before
    }

    /// Whether a card is in.
    #[must_use]
    pub fn is_inserted(&self) -> bool {
        self.lock().is_some()
    }

    /// How many insertions and removals there have been: two cards look alike, their events do not.
    #[must_use]
    pub fn events(&self) -> u64 {
        *self.0.events.borrow()
    }

    /// Makes every command over the socket take this much longer, as a real card would.
    pub fn set_delay(&self, delay: Duration) {
        self.0.delay_in_micros.store(u64::try_from(delay.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The delay per command in force.
    #[must_use]
    pub fn delay(&self) -> Duration {
        Duration::from_micros(self.0.delay_in_micros.load(Ordering::Relaxed))
    }

    /// How many commands over the socket are waiting for their answer at this moment.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.0.under_way.load(Ordering::SeqCst)
    }

    /// Opens a connection in this process; nothing is selected, nobody verified.
    #[must_use]
    pub fn connect(&self) -> CardConnection {
        CardConnection { slot: self.clone(), state: CardState::default(), events: self.events() }
    }

    /// Runs `command` while counting it as under way.
    pub(crate) async fn while_under_way<T>(&self, command: impl Future<Output = T>) -> T {
        self.0.under_way.fetch_add(1, Ordering::SeqCst);
        let outcome = command.await;
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
        outcome
    }

    /// Completes when the slot has seen another event than `events`.
    pub(crate) async fn changed_since(&self, events: u64) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.0.events.subscribe().wait_for(|now| *now != events).await;
    }

    fn count(&self, events: u64) {
        self.0.events.send_modify(|count| *count += events);
    }

    fn lock(&self) -> MutexGuard<'_, Option<PivApplet>> {
        // A panic elsewhere cannot leave a card half-changed: its methods do not panic.
        self.0.card.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for CardSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardSlot").field("inserted", &self.is_inserted()).finish_non_exhaustive()
    }
}

/// One program's connection to whatever card is in the slot.
pub struct CardConnection {
    slot: CardSlot,
    state: CardState,
    events: u64,
}

impl CardConnection {
    /// Sends one command; `None` when no card is in. After a swap the new card answers with nothing selected: no event
    /// tells, exactly as with a real reader.
    pub fn transmit(&mut self, apdu: &[u8]) -> Option<Vec<u8>> {
        let mut held = self.slot.lock();
        let events = self.slot.events();
        if events != self.events {
            self.state = CardState::default();
            self.events = events;
        }
        held.as_mut().map(|card| card.process_in(&mut self.state, apdu))
    }

    /// Power off and on, or a warm reset: nothing selected, nobody verified.
    pub fn reset(&mut self) {
        self.state = CardState::default();
    }

    /// The answer to reset of the card that is in.
    #[must_use]
    pub fn answer_to_reset(&self) -> Option<&'static [u8]> {
        self.slot.is_inserted().then_some(ANSWER_TO_RESET)
    }
}

impl std::fmt::Debug for CardConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardConnection").field("slot", &self.slot).finish_non_exhaustive()
    }
}

/// A card comes into a slot without power, whatever it was last used for.
fn powered(mut card: PivApplet) -> PivApplet {
    card.reset();
    card
}
