//! Marks on worklists: what a person noted about somebody who waits, and the release of what the overwrite guard held.

use spine_rules::Reason;
use spine_session::{AccessPolicy, Action as Doing, Session, authorise};
use spine_store::{Mark, Marking, RunId, Waiting};
use spine_vocabulary::NhsNumber;

use crate::client::Client;
use crate::error::ClientError;
use crate::login::LoginError;

/// Most entries of one patient on the worklists: one of each interaction.
const OF_ONE_PATIENT: usize = 8;

impl Client {
    /// Marks every patient who holds one of these numbers, all of them or none; how many patients that were.
    ///
    /// Whoever is marked must be on a worklist, and to be released must be held. A release lets Failed send what a run held, so it takes
    /// the right to run (a design decision); to note that somebody was seen to takes a live session of an operator.
    pub async fn mark(
        &self,
        session: &Session,
        numbers: &[NhsNumber],
        marking: Marking,
    ) -> Result<u64, ClientError> {
        let now = self.clock.now();
        let operator = self.operator(session).await?;
        match marking {
            Marking::Release => {
                authorise(session, &operator, Doing::BulkRun, &AccessPolicy::default(), now)
                    .map_err(LoginError::from)?;
            }
            Marking::Seen if session.is_live(now) => {}
            Marking::Seen => return Err(LoginError::SessionOver(session.ends_at()).into()),
        }
        let mut marks: Vec<Mark> = Vec::new();
        for number in numbers {
            let before = marks.len();
            for holder in self.store.holders(*number).await? {
                let key = holder.record.key;
                let waits = self.waits(&key).await?;
                let concerns = waits.iter().any(|one| marking == Marking::Seen || is_held(one));
                if concerns && !marks.iter().any(|mark| mark.key == key) {
                    marks.push(Mark { key, marking, user: session.user().clone(), at: now });
                }
            }
            if marks.len() == before {
                return Err(ClientError::NotWaiting(marking));
            }
        }
        self.store.mark(&marks).await?;
        Ok(marks.len() as u64)
    }

    /// What waits of one patient.
    async fn waits(&self, key: &spine_rules::record::PatientKey) -> Result<Vec<Waiting>, ClientError> {
        // Pages go by key and run: before the patient's first run stands nobody but those of smaller keys.
        let page = self.store.waiting(None, &[], Some((key, RunId(0))), OF_ONE_PATIENT).await?;
        Ok(page.into_iter().filter(|one| one.entry.key == *key).collect())
    }
}

fn is_held(waiting: &Waiting) -> bool {
    waiting.entry.state.reason() == Some(Reason::Held)
}
