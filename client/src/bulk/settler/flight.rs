//! One message on its way: what is fixed, and what is known of its sends.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use spine_rules::Reason;
use spine_rules::lifecycle::Live;
use spine_rules::lifecycle::retry::{Attempts, RetryContract};
use spine_store::Entry;

use crate::bulk::lane::Intent;
use crate::bulk::leg::health::Mark;
use crate::clock::{Clock, after};
use crate::spine::Message;
use spine_rules::record::PatientKey;

/// One message on its way.
pub(in crate::bulk) struct Flight {
    pub(super) key: PatientKey,
    pub(super) live: Live,
    pub(in crate::bulk) message: Message,
    /// Content under this id, to compare with what today's rules would send.
    pub(super) content_sha256: Option<[u8; 32]>,
    /// How often the entry was deferred before.
    pub(super) deferrals: u32,
    /// The sends so far, and whether one of them is in doubt.
    pub(super) attempts: Attempts,
    /// When the last byte may have left, of a send of this leg: only then may the same bytes go again without a question.
    left: Option<Timestamp>,
    /// Where this flight's own time begins.
    epoch: (Timestamp, Duration),
    /// The answers there were when the Spine first did not take it.
    pub(super) not_taken_since: Option<Mark>,
    /// How often the bytes went again because the Spine does not hold them.
    pub(super) absences: u32,
    /// Whether the Spine's list is refused and the bytes went again all the same.
    pub(super) asked_by_resending: bool,
    /// Where the Spine is asked, once it took the message.
    pub(super) location: Option<String>,
}

impl Flight {
    /// A message whose intent is durable, and of which no byte has left yet.
    pub(in crate::bulk) fn dispatched(entry: &Entry, intent: &Intent, clock: &dyn Clock) -> Self {
        let content_sha256 = intent.uploaded.map(|uploaded| uploaded.content_sha256);
        let now = clock.now();
        let message = intent.message.clone();
        Self::new(entry, intent.live(), message, content_sha256, Attempts::first(now), (now, clock.uptime()))
    }

    /// A message of an earlier leg or run: whatever was said of it then is in doubt now.
    pub(in crate::bulk) fn recovered(entry: &Entry, live: Live, message: Message, clock: &dyn Clock) -> Self {
        let now = clock.now();
        let attempts = Attempts::first(entry.last_sent_at.or(entry.first_sent_at).unwrap_or(now)).doubted();
        Self::new(entry, live, message, entry.content_sha256, attempts, (now, clock.uptime()))
    }

    fn new(
        entry: &Entry,
        live: Live,
        message: Message,
        content_sha256: Option<[u8; 32]>,
        attempts: Attempts,
        epoch: (Timestamp, Duration),
    ) -> Self {
        Self {
            key: entry.key.clone(),
            live,
            message,
            content_sha256,
            deferrals: entry.deferrals,
            attempts,
            left: None,
            epoch,
            asked_by_resending: false,
            absences: 0,
            not_taken_since: None,
            location: None,
        }
    }

    /// The time as this flight tells it: it begins with the clock's, and no setting of the clock moves it. A clock put forward must not make
    /// a message seem lost that can still land, nor one put back make anybody wait for hours.
    pub(super) fn now(&self, clock: &dyn Clock) -> Timestamp {
        after(self.epoch.0, clock.uptime().saturating_sub(self.epoch.1))
    }

    /// The message has left, or part of it, or nothing.
    pub(in crate::bulk) fn has_left(&mut self, clock: &dyn Clock) {
        self.left = Some(self.now(clock));
    }

    /// Whether the last send is of this leg.
    pub(super) const fn is_of_this_leg(&self) -> bool {
        self.left.is_some()
    }

    /// How long a message like this may still land, by its own time; nothing once it cannot any more.
    ///
    /// Of another leg's send only the clock on the wall is known, so one that was put back since is not believed: once the time has gone by
    /// in this leg, it has gone by.
    pub(super) fn lands_for(&self, contract: &RetryContract, now: Timestamp) -> Duration {
        let until = |left| {
            if contract.may_give_up(left, now) {
                return Duration::ZERO;
            }
            let left = contract.lands_until(left).duration_since(now) + SignedDuration::from_millis(1);
            Duration::try_from(left).unwrap_or_default()
        };
        match self.left {
            Some(left) => until(left),
            None => until(self.attempts.last).min(until(self.epoch.0)),
        }
    }

    /// Whether the message says anything clinical: such bytes are never resent to find out whether they are stored.
    pub(super) fn is_clinical(&self) -> bool {
        matches!(self.live.settles_as, Reason::Sent | Reason::SentEmpty)
    }
}
