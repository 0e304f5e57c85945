//! Mistakes that are planted into a client, its store or a Spine to see whether the simulation notices them.

use std::borrow::Cow;

use bytes::Bytes;
use spine_client::store::{Entry, Write};
use spine_client::{Counter, Tally};
use spine_rules::lifecycle::Fact;
use spine_rules::record::{Candidate, PatientKey, RegistrationKind};
use spine_simulator::wire::WireRequest;

use super::line::Passing;
use super::scene::{Scene, digest};
use crate::wire::Sort;

/// A planted mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// The store says that a group is durable before it is.
    AcknowledgesBeforeDurable,
    /// The Spine stores what came once twice, where it takes a summary whatever stands.
    SpineStoresTwice,
    /// The client sends what it sent once more under another id, where the Spine takes a summary whatever stands.
    SendsTwice,
    /// The client sends again under a new id what it sent before.
    MintsIdOnResend,
    /// The report counts somebody as Sent who is not.
    CountsWrong,
    /// The client takes what the Spine does not hold for stored.
    TakesAbsentForStored,
    /// The client does not see that a patient dissents.
    OverlooksDissent,
    /// The client takes somebody who is due for a temporary resident.
    SkipsWhoeverIsDue,
    /// The second process of a practice is let through.
    LetsTheSecondIn,
}

impl Planted {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::AcknowledgesBeforeDurable,
        Self::SpineStoresTwice,
        Self::SendsTwice,
        Self::MintsIdOnResend,
        Self::CountsWrong,
        Self::TakesAbsentForStored,
        Self::OverlooksDissent,
        Self::SkipsWhoeverIsDue,
        Self::LetsTheSecondIn,
    ];

    pub(super) fn bend_tally(planted: Option<Self>, tally: &mut Tally) {
        if planted == Some(Self::CountsWrong)
            && let Some(sent) = tally.counters.get_mut(&Counter::Sent).filter(|sent| **sent > 3)
        {
            *sent += 1;
        }
    }

    pub(super) fn bend_entry(planted: Option<Self>, candidate: &mut Candidate) {
        let record = &mut candidate.record;
        match planted {
            Some(Self::OverlooksDissent) => record.codes.retain(|code| code.consent.is_none()),
            Some(Self::SkipsWhoeverIsDue) if record.key.as_str() == "S011" => {
                record.registration.kind = RegistrationKind::Temporary;
            }
            _ => {}
        }
    }

    pub(super) fn bend_page(planted: Option<Self>, page: &mut [(Entry, Candidate)]) {
        for (_, candidate) in page {
            Self::bend_entry(planted, candidate);
        }
    }

    pub(super) fn bend_group(planted: Option<Self>, group: &[Write]) -> Cow<'_, [Write]> {
        if planted != Some(Self::TakesAbsentForStored) {
            return Cow::Borrowed(group);
        }
        // A message that counts as stored is not sent again: that it was is left out.
        let absent =
            |key: &PatientKey| group.iter().any(|one| one.key == *key && one.fact == Fact::ReconciledAbsent);
        let kept = group.iter().filter(|write| write.fact != Fact::Resent || !absent(&write.key));
        let bend = |write: &Write| match write.fact {
            Fact::ReconciledAbsent => Write { fact: Fact::ReconciledStored, ..write.clone() },
            _ => write.clone(),
        };
        Cow::Owned(kept.map(bend).collect())
    }
}

impl Scene {
    /// The request as a wrong client sends it: under another id from the second time on.
    pub(super) fn bend_request(&self, request: WireRequest, passing: &Passing) -> WireRequest {
        let again = self.book().sent.iter().any(|sent| sent.message == passing.message);
        if self.planted != Some(Planted::MintsIdOnResend) || passing.sort != Sort::Upload || !again {
            return request;
        }
        let other = self.other_id(&passing.message);
        let body = String::from_utf8_lossy(&request.body).replace(&passing.message, &other);
        WireRequest { body: Bytes::from(body), ..request }
    }

    /// What goes to the Spine beside what should: an upload again under another id.
    pub(super) fn bend_spine(&self, op: usize, request: &WireRequest, passing: &Passing) {
        let twice = matches!(self.planted, Some(Planted::SpineStoresTwice | Planted::SendsTwice));
        if !twice || passing.sort != Sort::Upload || passing.nth > 1 {
            return;
        }
        let other = self.other_id(&passing.message);
        let body = String::from_utf8_lossy(&request.body).replace(&passing.message, &other);
        let body = Bytes::from(body);
        if self.planted == Some(Planted::SendsTwice) {
            self.note_sent(op, &Passing { message: other, ..passing.clone() }, &body);
        }
        let _ = self.spine.answer(&WireRequest { body, ..request.clone() });
    }

    fn other_id(&self, message: &str) -> String {
        let lot = self.lot(&[digest(message)]);
        format!("{}-0000-4000-8000-{:012X}", message.get(..8).unwrap_or_default(), lot >> 16)
    }
}
