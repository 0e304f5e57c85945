//! The dry run: decides everybody as a run would, and sends, records and holds nothing.
//!
//! It asks the Spine what a run would ask, by the same paragraphs, and counts what a run would come to if the Spine took every message.
//! There is no way from here to a submission: the recorder is closed, and nothing is sent whose intent is not recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use spine_rules::lifecycle::reason::SetAside;
use spine_rules::record::{Candidate, LocalChange, PatientKey};
use spine_rules::{Counter, MigrationSetAside, Reason, Warning};
use spine_store::{Closed, Cursor, Entry, Listing, NewRun, RunId, Store, Tally};
use tokio::task::JoinSet;

use super::order::{Of, Order};
use super::whom;
use crate::bulk::lane::{self, Decision};
use crate::bulk::leg::stop::{Brake, Stop};
use crate::bulk::leg::{Leg, Trouble};
use crate::bulk::progress::{Reporter, RunEvent};
use crate::bulk::recorder::Recorder;
use crate::fault::Halt;

/// What a run would come to.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// How its entries would stand. Where it was stopped or halted, of those who were looked at by then.
    pub tally: Tally,
    /// Finished, stopped or halted: how the prediction itself ended.
    pub closed: Closed,
    /// Why it halted, if it did.
    pub halt: Option<Halt>,
    /// What would have opened the run or the leg.
    pub new: NewRun,
}

/// What would become of one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// The patient.
    pub key: PatientKey,
    /// Where the report would count the patient.
    pub counter: Counter,
    /// Why; `None` where that is not known, or not yet.
    pub reason: Option<Reason>,
    /// Further codes, as [`SetAside::details`].
    pub details: Vec<String>,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// Predicts a run, or the rest of the run to resume: whoever is settled there counts as they are, whoever is on their way as Sending.
/// Every patient is told to `each`, in no particular order, and not kept.
///
/// A patient whose message an earlier run left unresolved is predicted as if nothing were known of it. Whoever could not be asked about
/// counts as Unprocessed: a run would put them off.
/// Requirement: RUN-033.
pub async fn predict(
    order: Order,
    stop: Stop,
    reporter: &dyn Reporter,
    each: &mut (dyn FnMut(Foreseen) + Send),
) -> Result<Prediction, Halt> {
    let (store, new) = (Arc::clone(&order.store), order.new.clone());
    let brake = Brake::new(stop);
    let (of, mut tally) = match &order.resume {
        None => (Of { run: RunId(0), kind: new.kind, action: new.action }, Tally::default()),
        Some(run) => {
            let local_changes = store.tally(run.id).await?.local_changes;
            let of = Of { run: run.id, kind: run.kind, action: run.action };
            (of, Tally { local_changes, ..Tally::default() })
        }
    };
    tally.counters = COUNTERS.map(|counter| (counter, 0)).into();
    let source = Source { store, run: order.resume.as_ref().map(|run| run.id), new };
    let leg = Arc::new(order.leg(of, Recorder::closed(), brake.clone()));
    let whole = foresee(&leg, &source, &mut tally, reporter, each).await?;
    let halt = brake.halted();
    let closed = match (&halt, whole) {
        (Some(_), _) => Closed::Halted,
        (None, false) => Closed::Stopped,
        (None, true) => Closed::Finished,
    };
    Ok(Prediction { tally, closed, halt, new: source.new })
}

/// The counters, every one of them present.
const COUNTERS: [Counter; 5] =
    [Counter::Unprocessed, Counter::Sending, Counter::Sent, Counter::Failed, Counter::NotRequired];

/// Page after page, with as many patients at once as a run has lanes; whether everybody was looked at.
async fn foresee(
    leg: &Arc<Leg>,
    source: &Source,
    tally: &mut Tally,
    reporter: &dyn Reporter,
    each: &mut (dyn FnMut(Foreseen) + Send),
) -> Result<bool, Halt> {
    let mut looking: JoinSet<Option<Seen>> = JoinSet::new();
    let mut after: Option<PatientKey> = None;
    loop {
        let page = source.page(after.as_ref(), leg.limits.page).await?;
        let Some((_, last)) = page.last() else { break };
        after = Some(last.record.key.clone());
        for (entry, candidate) in page {
            if leg.brake.is_pulled() {
                break;
            }
            while looking.len() >= leg.limits.lanes {
                take_in(looking.join_next().await, tally, each)?;
            }
            looking.spawn(look(Arc::clone(leg), entry, candidate));
        }
        if leg.brake.is_pulled() {
            break;
        }
        reporter.report(RunEvent::Progress(Box::new(tally.clone())));
    }
    while let Some(seen) = looking.join_next().await {
        take_in(Some(seen), tally, each)?;
    }
    Ok(!leg.brake.is_pulled())
}

/// Where the patients come from: those whom a new run would take, or the entries of the run to resume.
struct Source {
    store: Arc<dyn Store>,
    run: Option<RunId>,
    new: NewRun,
}

impl Source {
    async fn page(
        &self,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<(Option<Entry>, Candidate)>, Halt> {
        if let Some(run) = self.run {
            let page = self.store.page(run, Cursor::All, after, limit).await?;
            return Ok(page.into_iter().map(|(entry, candidate)| (Some(entry), candidate)).collect());
        }
        let takes = whom::takes(self.new.kind, self.new.action);
        let takes: &(dyn Fn(&Listing<'_>) -> bool + Send + Sync) = &takes;
        let page = self.store.candidates(whom::selection(&self.new, takes), after, limit).await?;
        Ok(page.into_iter().map(|candidate| (None, candidate)).collect())
    }
}

/// One patient, and the local changes that would be applied from now on.
struct Seen {
    foreseen: Foreseen,
    local: usize,
}

/// What would become of one patient; `None` where the prediction is ending.
async fn look(leg: Arc<Leg>, entry: Option<Entry>, candidate: Candidate) -> Option<Seen> {
    let key = candidate.record.key.clone();
    if let Some(entry) = entry.filter(|entry| entry.state.is_settled() || entry.state.live().is_some()) {
        let (counter, reason) = (entry.state.counter(), entry.state.reason());
        let foreseen = Foreseen { key, counter, reason, details: Vec::new(), warnings: entry.warnings };
        return Some(Seen { foreseen, local: 0 });
    }
    let aside = match lane::due(&leg, candidate).await {
        Ok(Decision::Send(intent)) => return Some(sent(key, *intent)),
        Ok(Decision::Settle(aside)) => aside,
        Err(Trouble::SetAside(aside)) => aside.into(),
        Err(Trouble::Unanswered(unanswered)) => {
            let why = leg.alone(&key, 0, unanswered).ok()?;
            let (counter, details) = (Counter::Unprocessed, vec![why]);
            let foreseen = Foreseen { key, counter, reason: None, details, warnings: Vec::new() };
            return Some(Seen { foreseen, local: 0 });
        }
        Err(Trouble::Ending) => return None,
    };
    let MigrationSetAside { set_aside: SetAside { reason, details }, local, warnings } = aside;
    let foreseen = Foreseen { key, counter: reason.counter(), reason: Some(reason), details, warnings };
    Some(Seen { foreseen, local: distinct(&local) })
}

fn sent(key: PatientKey, intent: lane::Intent) -> Seen {
    let reason = intent.settles_as;
    let (counter, reason, warnings) = (reason.counter(), Some(reason), intent.warnings);
    let foreseen = Foreseen { key, counter, reason, details: Vec::new(), warnings };
    Seen { foreseen, local: distinct(&intent.local) }
}

/// The same change twice is applied once.
fn distinct(local: &[LocalChange]) -> usize {
    local.iter().enumerate().filter(|(at, change)| !local[..*at].contains(change)).count()
}

fn take_in(
    seen: Option<Result<Option<Seen>, tokio::task::JoinError>>,
    tally: &mut Tally,
    each: &mut (dyn FnMut(Foreseen) + Send),
) -> Result<(), Halt> {
    let seen = match seen {
        None => return Ok(()),
        Some(Ok(seen)) => seen,
        Some(Err(_)) => return Err(Halt::Bug("a patient could not be predicted".into())),
    };
    let Some(Seen { foreseen, local }) = seen else { return Ok(()) };
    tally.population += 1;
    count(&mut tally.counters, foreseen.counter);
    if foreseen.counter == Counter::Sending {
        tally.outstanding += 1;
    }
    if let Some(reason) = foreseen.reason {
        count(&mut tally.reasons, reason);
    }
    for warning in &foreseen.warnings {
        count(&mut tally.warnings, *warning);
    }
    tally.local_changes += local as u64;
    each(foreseen);
    Ok(())
}

fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    *counts.entry(key).or_default() += 1;
}
