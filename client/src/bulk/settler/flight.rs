//! One message on its way: what is fixed, and what is known of its sends.

use jiff::Timestamp;
use spine_rules::Reason;
use spine_rules::lifecycle::Live;
use spine_rules::lifecycle::retry::Attempts;
use spine_rules::record::PatientKey;

use crate::bulk::lane::Intent;
use crate::bulk::leg::health::Mark;
use crate::spine::Message;

/// One message on its way.
pub(in crate::bulk) struct Flight {
    pub(super) key: PatientKey,
    pub(super) live: Live,
    pub(in crate::bulk) message: Message,
    /// Content under this id, to compare with what today's rules would send.
    pub(super) content_sha256: Option<[u8; 32]>,
    /// The sends so far, and whether one of them is in doubt.
    pub(super) attempts: Attempts,
    /// Whether the last send is of this leg: only then may the same bytes go again without a question.
    pub(super) of_this_leg: bool,
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
    pub(in crate::bulk) fn dispatched(key: &PatientKey, intent: &Intent, now: Timestamp) -> Self {
        Self {
            key: key.clone(),
            live: intent.live(),
            message: intent.message.clone(),
            content_sha256: intent.uploaded.map(|uploaded| uploaded.content_sha256),
            attempts: Attempts::first(now),
            of_this_leg: true,
            asked_by_resending: false,
            absences: 0,
            not_taken_since: None,
            location: None,
        }
    }

    /// A message of an earlier leg or run: whatever was said of it then is in doubt now.
    pub(in crate::bulk) fn recovered(
        key: &PatientKey,
        live: Live,
        message: Message,
        content_sha256: Option<[u8; 32]>,
        last_sent_at: Timestamp,
    ) -> Self {
        Self {
            key: key.clone(),
            live,
            message,
            content_sha256,
            attempts: Attempts::first(last_sent_at).doubted(),
            of_this_leg: false,
            asked_by_resending: false,
            absences: 0,
            not_taken_since: None,
            location: None,
        }
    }

    /// Whether the message says anything clinical: such bytes are never resent to find out whether they are stored.
    pub(super) fn is_clinical(&self) -> bool {
        matches!(self.live.settles_as, Reason::Sent | Reason::SentEmpty)
    }
}
