//! Later attempts: who is put off, until when, and for whom it was the last time.
//!
//! The ladder is for patients of whom the Spine could not be asked, or whose message it would not take, although others fared well. It
//! stands in the store: rungs are counted from the entry's own facts, so they outlive process and session.

use jiff::Timestamp;
use spine_rules::lifecycle::Fact;
use spine_rules::record::PatientKey;
use spine_rules::{MigrationSetAside, Reason, SetAside};
use spine_store::Write;

use super::Leg;
use super::ask::Trouble;
use crate::clock::{NAP, elapsed};

/// How often a leg decides an entry afresh after the first time because its message was given up.
const AFRESH: u32 = 5;

/// What an entry was put off for so far in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PutOff {
    /// By the ladder: the next rung.
    by_ladder: u32,
    /// Because the record was in use.
    in_use: bool,
}

impl Leg {
    /// The fact for a patient who cannot be seen to now: deferred to the next rung of the ladder, and set aside after the last one.
    /// Requirement: ACK-038.
    pub(in crate::bulk) async fn put_off(
        &self,
        key: &PatientKey,
        deferrals: u32,
        why: String,
    ) -> Result<Write, Trouble> {
        let rung = self.so_far(key, deferrals).await?.by_ladder;
        let due = self.ladder.due(rung, self.now(), self.lot(key, rung));
        if let Some(until) = due {
            return Ok(Write { note: Some(why), ..self.fact(key, Fact::Deferred { until }) });
        }
        let aside = SetAside { reason: Reason::RetriesExhausted, details: vec![why] };
        Ok(self.fact(key, Fact::SetAside(aside)))
    }

    /// The fact for a patient whom a rule declines. A record in use is looked at once more, at the end of the run; that uses up no rung of
    /// the ladder.
    /// Requirement: ELI-022.
    pub(in crate::bulk) async fn decline(
        &self,
        key: &PatientKey,
        deferrals: u32,
        aside: MigrationSetAside,
    ) -> Result<Write, Trouble> {
        if aside.set_aside.reason != Reason::InUse || self.so_far(key, deferrals).await?.in_use {
            return Ok(self.settling(key, aside));
        }
        let note = Some(Reason::InUse.code().to_owned());
        Ok(Write { note, ..self.fact(key, Fact::Deferred { until: self.now() }) })
    }

    /// What the entry was put off for: read from its facts, where there can be any.
    async fn so_far(&self, key: &PatientKey, deferrals: u32) -> Result<PutOff, Trouble> {
        let mut so_far = PutOff::default();
        if deferrals == 0 {
            return Ok(so_far);
        }
        let history = self.store.history(key).await.map_err(|error| self.end(error.into()))?;
        for told in history.iter().filter(|told| told.run == self.run) {
            if let Some(Fact::Deferred { .. }) = told.fact {
                match told.note.as_deref() {
                    Some(note) if note == Reason::InUse.code() => so_far.in_use = true,
                    _ => so_far.by_ladder += 1,
                }
            }
        }
        Ok(so_far)
    }

    /// The patient's lot on a rung: the same whoever asks, and another for everybody.
    fn lot(&self, key: &PatientKey, rung: u32) -> u8 {
        crate::compose::sha256(format!("{}/{rung}/{}", self.run.0, key.as_str()).as_bytes())[0]
    }

    /// When the Spine is asked again for what it would not tell of at the end of a round; `None` once the ladder is spent.
    pub(in crate::bulk) fn doubt_due(&self, rung: u32) -> Option<Timestamp> {
        // In the middle of the jitter: nobody else has this lot.
        self.ladder.due(rung, self.now(), 127)
    }

    /// Returns when the time has come.
    pub(in crate::bulk) async fn reach(&self, time: Timestamp) {
        loop {
            let left = elapsed(self.now(), time);
            if left.is_zero() {
                return;
            }
            // A computer that slept must not oversleep.
            self.clock.wait(left.min(NAP)).await;
        }
    }

    /// Counts that an entry's message was given up and the entry is decided afresh.
    pub(in crate::bulk) fn decided_afresh(&self, key: &PatientKey) {
        *self.afresh().entry(key.clone()).or_default() += 1;
    }

    /// Whether an entry was decided afresh so often in this leg that it is not by chance.
    pub(in crate::bulk) fn afresh_spent(&self, key: &PatientKey) -> bool {
        self.afresh().get(key).is_some_and(|times| *times > AFRESH)
    }

    fn afresh(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<PatientKey, u32>> {
        self.afresh.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
