//! What both stores keep of one entry, and how one write moves it. Pure: a store only persists what comes out.

use jiff::Timestamp;
use spine_rules::Warning;
use spine_rules::lifecycle::{Fact, IllegalFact, Live, State};
use spine_rules::record::{LastAcknowledged, LocalChange};
use spine_vocabulary::NhsNumber;

use crate::entry::{Entry, FrozenBytes, Uploaded, Write};
use crate::error::StoreError;
use crate::seam::Result;

/// One entry with everything the store keeps of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) state: State,
    /// How often the entry was deferred.
    pub(crate) deferrals: u32,
    /// What was dispatched last and not abandoned; outlives the settling, so that an unresolved message can be taken over.
    pub(crate) live: Option<Live>,
    pub(crate) attempts: u32,
    pub(crate) first_sent_at: Option<Timestamp>,
    pub(crate) last_sent_at: Option<Timestamp>,
    pub(crate) sent_in_leg: Option<u32>,
    pub(crate) uploaded: Option<Uploaded>,
    /// The patient's number at the dispatch: an acknowledgement belongs to it, whatever number the next import brings.
    pub(crate) number: Option<NhsNumber>,
    /// Local changes that wait for the settling fact.
    pub(crate) pending: Vec<LocalChange>,
    /// What a person should know, by the latest decision.
    pub(crate) warnings: Vec<Warning>,
    /// The number of the fact that dispatched the bytes, while they are kept.
    pub(crate) frozen: Option<u64>,
    /// The number of the latest fact.
    pub(crate) version: u64,
}

/// What a write brings with it beside the entry's own move.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Bytes to be kept under the fact's own number.
    pub(crate) freeze: Option<FrozenBytes>,
    /// The dispatch whose bytes are needed no more.
    pub(crate) thaw: Option<u64>,
    /// What the Spine acknowledged of the patient, and under which number.
    pub(crate) acknowledged: Option<(LastAcknowledged, Option<NhsNumber>)>,
    /// Local changes that are now applied.
    pub(crate) applied: Vec<LocalChange>,
}

/// What a write needs to know beside the entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstance {
    /// The current leg, from 1.
    pub(crate) leg: u32,
    /// The number of the fact.
    pub(crate) seq: u64,
    /// The patient's NHS number today.
    pub(crate) number: Option<NhsNumber>,
}

impl Row {
    /// An entry as a run opens with it; `version` is the number of the newest fact before the run.
    pub(crate) const fn listed(version: u64) -> Self {
        Self {
            state: State::Listed,
            deferrals: 0,
            live: None,
            attempts: 0,
            first_sent_at: None,
            last_sent_at: None,
            sent_in_leg: None,
            uploaded: None,
            number: None,
            pending: Vec::new(),
            warnings: Vec::new(),
            frozen: None,
            version,
        }
    }

    /// The entry as a new run takes over a message that an earlier run left unresolved, with the fact that says so.
    pub(crate) fn inherit(unresolved: &Self, seq: u64) -> Result<(Self, Fact)> {
        let live = unresolved.live.ok_or(StoreError::Missing("unresolved message"))?;
        let fact = Fact::Inherited(live);
        let state = State::Listed.apply(&fact)?;
        // The leg is another run's, so nothing may be sent again as if it were still ours; and this run has deferred nothing yet.
        Ok((Self { state, deferrals: 0, sent_in_leg: None, version: seq, ..unresolved.clone() }, fact))
    }

    /// Moves the entry by one write; on an error the row must be thrown away.
    pub(crate) fn take(&mut self, write: &Write, circumstance: Circumstance) -> Result<Effects> {
        if write.frozen.is_some() != matches!(write.fact, Fact::Dispatched(_)) {
            return Err(StoreError::Missing("dispatch for these bytes, or bytes for this dispatch"));
        }
        let decides = matches!(write.fact, Fact::Dispatched(_) | Fact::SetAside(_));
        if !decides && !write.warnings.is_empty() {
            return Err(StoreError::Missing("decision for these warnings"));
        }
        let mut effects = Effects::default();
        let before = self.state.live();
        let may_be_leaving = matches!(self.state, State::Sending(_));
        self.state = self.state.clone().apply(&write.fact)?;
        self.version = circumstance.seq;
        self.send(write, circumstance, &mut effects)?;
        // Its last byte may have left at any time until its fate was known, or until its process was found gone.
        if may_be_leaving && write.fact != Fact::NeverSent {
            self.last_sent_at = self.last_sent_at.max(Some(write.at));
        }
        if decides {
            self.warnings.clone_from(&write.warnings);
        }
        if !self.state.is_settled() {
            let waits = matches!(write.fact, Fact::Dispatched(_));
            return if write.local.is_empty() || waits { Ok(effects) } else { Err(IllegalFact.into()) };
        }
        self.settle(write, before, &mut effects);
        Ok(effects)
    }

    /// What the outside sees of the row.
    pub(crate) fn entry(&self, key: spine_rules::record::PatientKey) -> Entry {
        Entry {
            key,
            state: self.state.clone(),
            attempts: self.attempts,
            first_sent_at: self.first_sent_at,
            last_sent_at: self.last_sent_at,
            sent_in_leg: self.sent_in_leg,
            content_sha256: self.uploaded.map(|uploaded| uploaded.content_sha256),
            deferrals: self.deferrals,
            warnings: self.warnings.clone(),
            version: self.version,
        }
    }

    /// Keeps the books of sending: attempts, times, bytes.
    fn send(&mut self, write: &Write, now: Circumstance, effects: &mut Effects) -> Result<()> {
        match &write.fact {
            Fact::Dispatched(live) => {
                let bytes = write.frozen.clone().ok_or(StoreError::Missing("bytes for a dispatch"))?;
                if sha256(&bytes.0) != live.sha256 {
                    return Err(StoreError::Missing("bytes with the digest of this dispatch"));
                }
                effects.freeze = Some(bytes);
                *self = Self {
                    state: self.state.clone(),
                    deferrals: self.deferrals,
                    live: Some(*live),
                    attempts: 1,
                    first_sent_at: Some(write.at),
                    last_sent_at: Some(write.at),
                    sent_in_leg: Some(now.leg),
                    uploaded: write.uploaded,
                    number: now.number,
                    pending: write.local.clone(),
                    warnings: Vec::new(),
                    frozen: Some(now.seq),
                    version: now.seq,
                };
            }
            Fact::Resent => {
                self.attempts += 1;
                self.last_sent_at = Some(write.at);
                self.sent_in_leg = Some(now.leg);
            }
            Fact::Abandoned => {
                effects.thaw = self.frozen;
                let (state, deferrals) = (self.state.clone(), self.deferrals);
                *self = Self { state, deferrals, ..Self::listed(now.seq) };
            }
            Fact::Deferred { .. } => self.deferrals = self.deferrals.saturating_add(1),
            // A message is taken over where a run opens, never by a write.
            Fact::Inherited(_) => return Err(IllegalFact.into()),
            _ => {}
        }
        Ok(())
    }

    /// Brings with the settling fact what waited for it.
    fn settle(&mut self, write: &Write, before: Option<Live>, effects: &mut Effects) {
        let (applied, waiting) = match &self.state {
            // The legacy code says what the patient said, whatever became of the message; the implied consent that a summary
            // on the Spine would justify waits until somebody knows.
            State::Rejected { .. } | State::Unresolved { .. } => {
                self.pending.iter().copied().partition(|change| change.replaces.is_some())
            }
            _ => (std::mem::take(&mut self.pending), Vec::new()),
        };
        effects.applied = applied;
        effects.applied.extend(write.local.iter().copied());
        let mut seen = Vec::new();
        effects.applied.retain(|change| {
            !seen.contains(change) && {
                seen.push(*change);
                true
            }
        });
        if matches!(self.state, State::Unresolved { .. }) {
            self.pending = waiting;
            return;
        }
        self.pending = Vec::new();
        effects.thaw = self.frozen.take();
        if let (State::Acknowledged { .. }, Some(live), Some(uploaded)) = (&self.state, before, self.uploaded)
        {
            let acknowledged = LastAcknowledged {
                event: live.id.event(),
                content_sha256: uploaded.content_sha256,
                dissent: uploaded.dissent,
            };
            effects.acknowledged = Some((acknowledged, self.number));
        }
    }
}

/// SHA-256 of frozen bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref());
    sum
}
