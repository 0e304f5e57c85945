//! The client's facade: what the console and the command line call.

mod converse;
mod request;
mod review;
mod running;
mod settings;
mod switching;
mod terminology;

use std::path::Path;
use std::sync::Arc;

use spine_practice::{ColumnMap, Extract, write_changes};
use spine_rules::record::{Candidate, PatientKey};
use spine_rules::{Answers, Counter, Explained, PracticeProfile, Reason, Settings, State, Told};
use spine_session::{Operator, Pin, Session, Smartcard};
use spine_store::{Cursor, ImportReceipt, RunId, SqliteStore, Store, StoreOptions};
use spine_transport::Exchange;
use spine_vocabulary::{EventId, NhsNumber, RoleProfileId};

use crate::clock::{Clock, SystemClock, uk_local};
use crate::error::ClientError;
use crate::ids::{Ids, TimeOrderedIds};
use crate::login::{self, LoginError};
use crate::report::Report;
use crate::spine::Spine;
pub use request::RunRequest;
pub use review::history::RunHistory;
pub use review::list::{Format, List, Row};
pub use review::outcome::{Attempt, AttemptEvent, Outcome, OutcomeQuery, counter_code};
pub use review::reconcile::{Finding, Findings, Reconciled, Reconciliation};
pub use review::worklist::{Position, Waits, Worklist, WorklistQuery, marking_code};
pub use review::{Page, Person};
pub use running::Sessions;
pub use settings::{RunSettings, SettingsError};
pub use switching::{Confirmation, MOST_NN_DAYS, Switched, Switching};

/// A practice's client over its store.
#[derive(Clone)]
pub struct Client {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    host: String,
}

/// How one patient came out of a run.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// The practice's id of the patient.
    pub key: PatientKey,
    /// The patient's NHS number, if it is one.
    pub number: Option<NhsNumber>,
    /// Where the report counts the patient.
    pub counter: Counter,
    /// Why, once the entry is settled.
    pub reason: Option<Reason>,
    /// The event that the Spine acknowledged, if it did.
    pub event: Option<EventId>,
    /// Whether the practice's record holds a dissent.
    pub dissents: bool,
}

impl Client {
    /// A client over the store in a file, which is made if it is not there, with the machine's clock. `host` is this
    /// machine's name, for the lease.
    pub async fn open(file: &Path, host: &str) -> Result<Self, ClientError> {
        let store = SqliteStore::open(file, StoreOptions::new(host, || SystemClock.now())).await?;
        Ok(Self::new(
            Arc::new(store),
            Arc::new(SystemClock),
            Arc::new(TimeOrderedIds::new(SystemClock)),
            host,
        ))
    }

    /// A client over given seams. `host` is this machine's name, for the lease.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, host: &str) -> Self {
        Self { store, clock, ids, host: host.to_owned() }
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Imports an extract folder: all of it, or nothing.
    pub async fn import(
        &self,
        folder: &Path,
        columns: Option<ColumnMap>,
    ) -> Result<ImportReceipt, ClientError> {
        let extract = Extract::open(folder, columns)?;
        let practice = extract.practice().clone();
        Ok(self.store.import(&practice, &mut extract.items(), self.clock.now()).await?)
    }

    /// Adds a person who may work the client, or changes what they may.
    pub async fn add_operator(&self, operator: &spine_rules::import::Operator) -> Result<(), ClientError> {
        Ok(self.store.add_operator(operator).await?)
    }

    /// Logs in with a card at the practice of this store.
    pub async fn login(
        &self,
        identity: &dyn Exchange,
        card: Box<dyn Smartcard + Send>,
        pin: Pin,
        role: Option<&RoleProfileId>,
    ) -> Result<Session, ClientError> {
        let practice = self.practice().await?;
        Ok(login::login(identity, card, pin, &practice.ods, role, &*self.clock).await?)
    }

    /// Logs out: the session's ticket is worthless afterwards.
    pub async fn logout(&self, identity: &dyn Exchange, session: &Session) -> Result<(), ClientError> {
        Ok(login::logout(identity, session).await?)
    }

    async fn operator(&self, session: &Session) -> Result<Operator, ClientError> {
        let known = self.store.operator(session.user()).await?;
        let known = known.ok_or_else(|| LoginError::NotAnOperator(session.user().clone()))?;
        Ok(Operator {
            user_id: known.user_id,
            name: known.name,
            system_administrator: known.system_administrator,
        })
    }

    /// The practice of this store.
    pub async fn practice(&self) -> Result<spine_rules::import::Practice, ClientError> {
        self.store.practice().await?.ok_or(ClientError::NoPractice)
    }

    /// The report of a run, or of the newest one.
    pub async fn report(&self, run: Option<RunId>) -> Result<Report, ClientError> {
        let run = match run {
            Some(id) => self.store.runs().await?.into_iter().find(|run| run.id == id),
            None => self.store.newest_run(None).await?,
        };
        let run = run.ok_or(ClientError::NoRun)?;
        let tally = self.store.tally(run.id).await?;
        let import = self.store.last_import().await?;
        Ok(Report::new(&run, &tally, import.as_ref(), self.clock.now()))
    }

    /// Up to `limit` entries of a run in the practice's order after `after`: what a reconciliation compares with the Spine.
    pub async fn settlements(
        &self,
        run: RunId,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<Settlement>, ClientError> {
        let practice = PracticeProfile::from(&self.practice().await?);
        let today = crate::clock::uk_date(self.clock.now());
        let rules = spine_rules::Rules::new(Settings::default(), practice, today);
        let page = self.store.page(run, Cursor::All, after, limit).await?;
        let settlement = |(entry, candidate): (spine_store::Entry, Candidate)| Settlement {
            key: entry.key,
            number: candidate.record.number.valid(),
            counter: entry.state.counter(),
            reason: entry.state.reason(),
            event: match entry.state {
                State::Acknowledged { id, .. } => Some(id.event()),
                _ => None,
            },
            dissents: rules.consent(&candidate.record).dissents(),
        };
        Ok(page.into_iter().map(settlement).collect())
    }

    /// Explains a patient rule by rule, for the operator: each holder of the number on its own. With a Spine it is asked, too.
    pub async fn explain(
        &self,
        number: NhsNumber,
        settings: &Settings,
        spine: Option<&dyn Spine>,
    ) -> Result<Vec<Vec<Explained>>, ClientError> {
        let practice = PracticeProfile::from(&self.practice().await?);
        let today = crate::clock::uk_date(self.clock.now());
        let rules = spine_rules::Rules::new(settings.clone(), practice, today);
        let holders = self.store.holders(number).await?;
        if holders.is_empty() {
            return Err(ClientError::NoPatient);
        }
        let (pds, standing) = match spine {
            Some(spine) => (Some(spine.retrieve(number).await?), Some(spine.standing(number).await?)),
            None => (None, None),
        };
        let mut explained = Vec::new();
        for holder in &holders {
            let mut answers =
                Answers { pds: pds.as_ref(), standing: standing.as_ref(), ..Answers::default() };
            let content = match (spine, rules.guarded(holder, answers)) {
                (Some(spine), Some(event)) => Some(spine.event(number, event).await?),
                _ => None,
            };
            answers.content = content.as_ref().map_or(Told::NotAsked, |content| content.as_ref().into());
            explained.push(rules.explain(holder, answers));
        }
        Ok(explained)
    }

    /// Writes every local code change as CSV, to be taken back into the practice's own system; how many there were.
    pub async fn export_changes(&self, out: &mut (dyn std::io::Write + Send)) -> Result<u64, ClientError> {
        let (mut after, mut count) = (None, 0);
        loop {
            let page = self.store.code_changes(after, 1_000).await?;
            let rows = page.iter().map(|change| (&change.key, change.change, uk_local(change.at)));
            write_changes(&mut *out, rows, after.is_none())?;
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(last.seq);
            count += page.len() as u64;
        }
    }
}
