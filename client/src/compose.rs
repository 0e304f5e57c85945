//! Composes messages in the operator's name: summary or setting in, frozen bytes out.

use std::sync::Arc;

use aws_lc_rs::digest;
use bytes::Bytes;
use jiff::Timestamp;
use spine_message::{Addressing, Author, Frozen, Stamp};
use spine_rules::summary::Content;
use spine_rules::{Summary, Terminology};
use spine_vocabulary::{AcsPermission, MessageId, NhsNumber};

use crate::fault::Halt;
use crate::spine::Message;

/// Who speaks, for which practice, between which systems.
#[derive(Clone)]
pub struct Composer {
    pub(crate) author: Author,
    pub(crate) addressing: Addressing,
    practice: spine_message::Practice,
    terminology: Option<Arc<Terminology>>,
}

impl Composer {
    /// A composer for one session.
    #[must_use]
    pub const fn new(
        author: Author,
        practice: spine_message::Practice,
        addressing: Addressing,
        terminology: Option<Arc<Terminology>>,
    ) -> Self {
        Self { author, addressing, practice, terminology }
    }

    pub(crate) fn terminology(&self) -> Option<&Terminology> {
        self.terminology.as_deref()
    }

    /// The upload of a summary.
    pub(crate) fn upload(&self, summary: &Summary, id: MessageId, now: Timestamp) -> Message {
        let stamp = Stamp::new(now);
        let frozen =
            spine_message::upload(summary, id, &self.author, &self.practice, &self.addressing, &stamp);
        message(summary.number(), frozen)
    }

    /// The setting of a permission on the ACS.
    pub(crate) fn set_permission(
        &self,
        number: NhsNumber,
        permission: AcsPermission,
        id: MessageId,
        now: Timestamp,
    ) -> Message {
        let stamp = Stamp::new(now);
        let frozen =
            spine_message::set_permissions(number, permission, id, &self.author, &self.addressing, &stamp);
        message(number, frozen)
    }
}

fn message(number: NhsNumber, frozen: Frozen) -> Message {
    Message { id: frozen.id, number, interaction: frozen.interaction, body: Bytes::from(frozen.body) }
}

/// SHA-256 of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, bytes);
    let mut out = [0; 32];
    out.copy_from_slice(digest.as_ref());
    out
}

/// SHA-256 of what a summary says: the same content has the same hash, whoever composes it and on whichever day.
/// Requirement: RUN-023.
pub(crate) fn content_sha256(content: &Content) -> Result<[u8; 32], Halt> {
    let bytes = serde_json::to_vec(&content.lasting())
        .map_err(|_| Halt::Bug("a summary cannot be serialised".into()))?;
    Ok(sha256(&bytes))
}

#[cfg(test)]
mod tests {
    use spine_rules::summary::Block;

    use super::*;

    fn hash(months: u8, from: &str, to: &str, title: &str) -> [u8; 32] {
        let window = serde_json::json!({"months": months, "from": from, "to": to});
        let window = serde_json::from_value(window).ok();
        assert!(window.is_some());
        let heading = Block::Heading { level: 2, id: None, text: title.to_owned(), window };
        let hash = content_sha256(&Content { text: vec![heading], entries: Vec::new() });
        hash.unwrap_or_default()
    }

    #[test]
    fn the_same_content_has_the_same_hash_on_another_day() {
        let first = hash(12, "2025-11-21", "2026-11-21", "Acute Medications");
        assert_ne!(first, [0; 32]);
        assert_eq!(first, hash(12, "2025-11-22", "2026-11-22", "Acute Medications"));
        assert_ne!(first, hash(6, "2026-05-21", "2026-11-21", "Acute Medications"));
        assert_ne!(first, hash(12, "2025-11-21", "2026-11-21", "Acute Medication"));
    }
}
