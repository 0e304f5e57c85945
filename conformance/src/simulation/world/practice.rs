//! What people at the practice do: import, mark, switch, run; and what the client reports to them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use spine_client::session::Session;
use spine_client::store::{Mark, Marking, Switch};
use spine_client::{
    Action, Client, ClientError, Closed, Ended, Halt, RunKind, RunRequest, RunSettings, Silent, Store,
};
use spine_fixtures::population::{Contribution, staff};
use spine_vocabulary::UserId;

use super::clock::{Seeded, Wall};
use super::line::Line;
use super::memory::Watched;
use super::process::Process;
use super::{HOST, World};
use crate::simulation::auditor::{Claim, Claims};
use crate::simulation::cast::{Cast, LEAVERS, Roster};
use crate::simulation::op::Strike;
use crate::stage::StageError;

/// The longest that one leg may take in virtual time.
const LONGEST_LEG: Duration = Duration::from_hours(72);
/// How many patients are worked on at a time: enough to overlap, few enough to follow.
const LANES: usize = 3;
const IN_FLIGHT: usize = 8;
const PAGE: usize = 16;

/// The practice with these members; the most frequent ones are read once.
pub(super) fn roster(
    cast: &Cast,
    members: &BTreeMap<usize, Contribution>,
) -> Result<Arc<Roster>, StageError> {
    type Kept = BTreeMap<Vec<usize>, Arc<Roster>>;
    static KEPT: Mutex<Kept> = Mutex::new(BTreeMap::new());
    let places: Vec<usize> = members.keys().copied().collect();
    let unchanged = members.iter().all(|(place, one)| cast.people.get(*place) == Some(one));
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if unchanged && let Some(roster) = kept.get(&places) {
        return Ok(Arc::clone(roster));
    }
    let roster = Arc::new(cast.roster(members)?);
    if unchanged && kept.len() < 8 {
        kept.insert(places, Arc::clone(&roster));
    }
    Ok(roster)
}

/// How a leg ended, as one of the situations that are to be met.
fn how(ended: &Result<Ended, ClientError>) -> &'static str {
    match ended.as_ref().map(|ended| ended.closed) {
        Ok(Closed::Finished) => "a run was finished",
        Ok(Closed::Stopped) => "a run was stopped",
        Ok(Closed::Halted) => "a run was halted",
        Err(_) => "a run was refused",
    }
}

/// How a leg ended, for the log.
fn told(ended: &Result<Ended, ClientError>) -> String {
    match ended {
        Ok(ended) => match &ended.halt {
            Some(halt) => format!("halted: {halt:?}"),
            None => format!("{:?}", ended.closed),
        },
        Err(error) => format!("refused: {error}"),
    }
}

impl World {
    /// Imports the practice as it stands.
    pub(super) async fn import(&mut self) {
        let roster = Arc::clone(&self.roster);
        let mut items = roster.items.iter().cloned().map(Ok);
        let at = self.scene.shown();
        let imported = self.memory.import(&roster.practice, &mut items, at).await;
        let said = imported.as_ref().map_or_else(ToString::to_string, |receipt| receipt.patients.to_string());
        self.scene.log(format_args!("import {said}"));
        if imported.is_ok() {
            self.auditor.imported(&self.scene, &roster);
        }
    }

    /// The same after something changed.
    pub(super) async fn import_anew(&mut self) -> Result<(), StageError> {
        self.roster = roster(self.scene.cast, &self.members)?;
        self.import().await;
        Ok(())
    }

    pub(super) async fn release(&self, place: usize) {
        let Some(one) = self.members.get(&place) else { return };
        let key = spine_client::PatientKey::parse(&one.patient.patient_id);
        let (Ok(key), Ok(user)) = (key, UserId::parse(staff::OPERATOR_USER_ID)) else { return };
        let mark = Mark { key, marking: Marking::Release, user, at: self.scene.shown() };
        let marked = self.memory.mark(&[mark]).await;
        self.scene.log(format_args!("release p{place} {}", marked.is_ok()));
    }

    pub(super) async fn switch(&self, on: bool) {
        let Ok(user) = UserId::parse(staff::OPERATOR_USER_ID) else { return };
        let at = self.scene.shown();
        let day = spine_client::clock::uk_date(at);
        let nn_days = self.roster.practice.nn_days;
        // A practice that switches on again keeps the day on which it first did: who was registered then is who counts.
        let day = if on { self.roster.practice.scr_enabled_on.unwrap_or(day) } else { day };
        let switched = self.memory.switch_scr(&Switch { on, day, nn_days, user, at }).await;
        self.scene.log(format_args!("switch {on} {}", switched.is_ok()));
        if switched.is_ok() {
            self.scene.met(if on { "SCR was switched on again" } else { "SCR was switched off" });
        }
    }

    /// Switches SCR as a kind needs it, where somebody switched it otherwise meanwhile.
    pub(super) async fn open_the_gate(&self, kind: RunKind) {
        let wanted = kind != RunKind::NoLongerContributing;
        let practice = self.memory.practice().await.ok().flatten();
        if practice.is_some_and(|practice| practice.scr_enabled_on.is_some() != wanted) {
            self.switch(wanted).await;
        }
    }

    /// One leg in a process of its own, with whatever happens in the middle of it.
    pub(super) async fn run(&mut self, kind: RunKind, action: Action, strikes: Vec<Strike>) {
        let Some(session) = self.scene.book().session.clone() else { return };
        let process = Process::new(&self.scene, kind, Arc::clone(&self.memory), strikes);
        let before = self.sessions.insert(kind, session.started_at());
        if action == Action::Resume && before.is_some_and(|before| before != session.started_at()) {
            self.scene.met("a run was resumed under a new session");
        }
        self.auditor.began(&self.scene, self.op, kind, action);
        self.offer_rival(&process, &session, kind, action);
        let (client, line) = client(&process);
        let running = client.run(line, &session, request(kind, action), process.stop.clone(), &Silent);
        let outcome = tokio::select! {
            biased;
            () = process.killed.notified() => {
                self.died.insert(kind);
                "killed".to_owned()
            }
            ended = tokio::time::timeout(LONGEST_LEG, Box::pin(running)) => {
                if let Ok(ended) = ended {
                    self.note_session_over(&ended, &session);
                    if let Ok(Ended { halt: Some(Halt::Bug(why)), .. }) = &ended {
                        self.scene.broken(format_args!("bug: {why}"));
                    }
                    self.scene.met(how(&ended));
                    told(&ended)
                } else {
                    self.scene.broken("a leg does not end");
                    "does not end".to_owned()
                }
            }
        };
        process.ends();
        self.points.insert(self.op, process.counts());
        self.scene.log(format_args!("ended {outcome}"));
        let heir = process.heir.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A process that ended gives back what the operating system lent it; the next op has one of its own.
        self.memory = Arc::new(heir.unwrap_or_else(|| self.memory.crash()));
    }

    /// A session that ended by its time while a run was on.
    fn note_session_over(&self, ended: &Result<Ended, ClientError>, session: &Session) {
        let halt = ended.as_ref().ok().and_then(|ended| ended.halt.as_ref());
        if matches!(halt, Some(Halt::SessionOver(_))) && self.scene.now() >= session.ends_at() {
            self.scene.book().coverage.fired("C3");
        }
    }

    /// Another process of the practice that could begin the same.
    fn offer_rival(&self, process: &Arc<Process>, session: &Session, kind: RunKind, action: Action) {
        let (scene, session) = (Arc::clone(&self.scene), session.clone());
        let first = Arc::downgrade(process);
        let begin = move || {
            let begun = async move {
                let Some(first) = first.upgrade() else { return };
                let beside = scene.book().holder == Some(first.number);
                let now = scene.time;
                let options = spine_client::store::StoreOptions::new(HOST, move || now.now());
                let rival = Process::new(&scene, kind, Arc::new(first.memory.beside(options)), Vec::new());
                let (client, line) = client(&rival);
                let running = client.run(line, &session, request(kind, action), rival.stop.clone(), &Silent);
                let ended = Box::pin(running).await;
                rival.ends();
                scene.log(format_args!("rival {}", told(&ended)));
                scene.book().coverage.fired("O7");
                let held = matches!(&ended, Err(ClientError::Held(_)));
                if held {
                    scene.met("a second process is told who holds the run");
                } else if beside && ended.is_ok() {
                    scene.broken("a second process ran beside the first");
                }
            };
            let begun: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(begun);
            begun
        };
        *process.rival.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(begin));
    }

    /// What the client reports of every run: by the report and the outcomes that an operator can see.
    pub(super) async fn claims(&self) -> Vec<Claims> {
        let process = Process::new(&self.scene, RunKind::InitialUpload, Arc::clone(&self.memory), Vec::new());
        let (client, _) = client(&process);
        let mut all = Vec::new();
        for run in self.memory.runs().await.unwrap_or_default() {
            let Ok(report) = client.report(Some(run.id)).await else { continue };
            let shown = report.counters;
            let counters = [
                ("Unprocessed", shown.unprocessed),
                ("Sending", shown.sending),
                ("Sent", shown.sent),
                ("Failed", shown.failed),
                ("NotRequired", shown.not_required),
            ];
            let counters = counters.map(|(counter, count)| (counter.to_owned(), count)).into();
            let mut claims = BTreeMap::new();
            let settlements = client.settlements(run.id, None, usize::MAX).await.unwrap_or_default();
            for one in settlements {
                let claim = Claim {
                    counter: format!("{:?}", one.counter),
                    reason: one.reason.map(|reason| reason.code().to_owned()),
                    event: one.event.map(|event| event.to_string()),
                };
                claims.insert(one.key.as_str().to_owned(), claim);
            }
            all.push(Claims {
                run: run.id.0,
                kind: run.kind,
                finished: matches!(run.closed, Some((Closed::Finished, _))),
                population: report.population,
                counters,
                patients: claims,
            });
        }
        all
    }
}

fn client(process: &Arc<Process>) -> (Client, Arc<Line>) {
    let store: Arc<dyn Store> = Arc::new(Watched::new(process));
    let (wall, ids) = (Arc::new(Wall(Arc::clone(process))), Arc::new(Seeded(Arc::clone(process))));
    (Client::new(store, wall, ids, HOST), Arc::new(Line(Arc::clone(process))))
}

fn request(kind: RunKind, action: Action) -> RunRequest {
    let mut settings = RunSettings::default();
    settings.limits.lanes = LANES;
    settings.limits.in_flight = IN_FLIGHT;
    settings.limits.page = PAGE;
    let group = (kind == RunKind::BulkDeregistration && action != Action::Resume).then(|| LEAVERS.to_owned());
    RunRequest { settings: Some(settings), group, ..RunRequest::new(kind, action) }
}
