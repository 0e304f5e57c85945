//! One leg of a run, with whatever happens in the middle of it.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use spine_client::bulk::RunEvent;
use spine_client::session::Session;
use spine_client::store::MemoryStore;
use spine_client::{Client, Counters, Ended, Reporter, RunRequest, Stop};
use tokio::sync::Notify;

use super::Playing;
use super::wire::Wire;
use crate::stage::observation::RunOutcome;
use crate::stage::scenario::Midway;
use crate::wire::Service;

/// The longest that a step may take in virtual time.
const LONGEST_STEP: Duration = Duration::from_hours(72);
/// How much of what goes to logs is kept, in bytes: a run of hours says the same again and again.
const KEPT_LOG: usize = 64 * 1024;

/// What one process and whatever happens midway share.
#[derive(Clone)]
struct Scene {
    stop: Stop,
    rung: Arc<Notify>,
    alive: Arc<AtomicBool>,
    /// The store of the process that comes after one that was killed.
    heir: Arc<Mutex<Option<MemoryStore>>>,
}

impl Playing<'_> {
    /// Runs to the end, or into what happens midway; the outcome, and the other process's where there was one.
    pub(super) async fn leg(
        &mut self,
        session: &Session,
        request: RunRequest,
        midway: Option<(usize, Midway)>,
    ) -> Vec<RunOutcome> {
        let scene = Scene {
            stop: Stop::default(),
            rung: Arc::default(),
            alive: Arc::new(AtomicBool::new(true)),
            heir: Arc::default(),
        };
        if let Some((after, what)) = midway {
            self.arm(after, what, scene.clone());
        }
        let log = Log::default();
        let first = self.process(&self.client, &scene, session, request.clone(), &log);
        let mut outcomes = match midway {
            Some((_, Midway::Kill)) => tokio::select! {
                () = scene.rung.notified() => vec![RunOutcome { state: "killed".into(), ..RunOutcome::default() }],
                ended = first => vec![ended],
            },
            Some((_, Midway::Rival)) => self.two(first, &scene, session, request).await,
            Some((_, Midway::Stop | Midway::Pull)) | None => vec![first.await],
        };
        self.recorder.silence();
        if let Some(first) = outcomes.first_mut() {
            first.log = log.text();
        }
        let heir = scene.heir.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(heir) = heir {
            self.memory = Arc::new(heir);
            (self.store, self.client) = super::client(self.seams, &self.memory, self.clock);
        }
        outcomes
    }

    /// One process, and another one of the same practice on the same computer that begins the same midway.
    async fn two(
        &self,
        first: impl Future<Output = RunOutcome>,
        scene: &Scene,
        session: &Session,
        request: RunRequest,
    ) -> Vec<RunOutcome> {
        let memory = Arc::new(self.memory.beside(super::store_options(self.clock)));
        let (_, client) = super::client(self.seams, &memory, self.clock);
        let (over, log) = (Notify::new(), Log::default());
        let other = async {
            scene.rung.notified().await;
            self.process(&client, scene, session, request, &log).await
        };
        let first = async {
            let ended = first.await;
            over.notify_one();
            ended
        };
        let second = async {
            tokio::select! {
                biased;
                ended = other => Some(ended),
                () = over.notified() => None,
            }
        };
        let (first, second) = Box::pin(async { tokio::join!(first, second) }).await;
        std::iter::once(first).chain(second).collect()
    }

    /// Sets the alarm that brings about what happens midway.
    fn arm(&self, after: usize, what: Midway, scene: Scene) {
        let (seams, memory, desk) = (*self.seams, Arc::clone(&self.memory), self.desk.clone());
        self.recorder.ring_after(after, move || match what {
            Midway::Stop => (seams.asked)(&scene.stop),
            Midway::Pull => {
                if let Some(desk) = &desk {
                    desk.pull();
                }
                (seams.pulled)(&scene.stop);
            }
            Midway::Kill => {
                scene.alive.store(false, Ordering::SeqCst);
                *scene.heir.lock().unwrap_or_else(PoisonError::into_inner) = Some(memory.crash());
                scene.rung.notify_one();
            }
            Midway::Rival => scene.rung.notify_one(),
        });
    }

    /// One process from its beginning to its end.
    async fn process(
        &self,
        client: &Client,
        scene: &Scene,
        session: &Session,
        request: RunRequest,
        log: &Log,
    ) -> RunOutcome {
        let service: Arc<dyn Service> = Arc::new(self.recorder.clone());
        let exchange = Arc::new(Wire::new(Arc::clone(&self.tamper), service, Arc::clone(&scene.alive)));
        let running = client.run(exchange, session, request, scene.stop.clone(), log);
        match tokio::time::timeout(LONGEST_STEP, Box::pin(running)).await {
            Ok(Ok(ended)) => {
                let mut outcome = of_ended(&ended);
                if let Ok(report) = client.report(Some(ended.run.id)).await {
                    outcome.settings = report.settings.to_string();
                    outcome.report = serde_json::to_string(&report).unwrap_or_default();
                }
                outcome
            }
            Ok(Err(error)) => {
                RunOutcome { state: "refused".into(), said: error.to_string(), ..RunOutcome::default() }
            }
            Err(_) => RunOutcome { state: "does not end".into(), ..RunOutcome::default() },
        }
    }
}

/// Keeps what would go to logs and displays.
#[derive(Default)]
struct Log(Mutex<String>);

impl Log {
    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Reporter for Log {
    fn report(&self, event: RunEvent) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() < KEPT_LOG || !matches!(event, RunEvent::Progress(_)) {
            // Writing to a string cannot fail.
            let _ = writeln!(log, "{event:?}");
        }
    }
}

fn of_ended(ended: &Ended) -> RunOutcome {
    let counters = Counters::of(&ended.tally);
    let counters = [
        ("unprocessed", counters.unprocessed),
        ("sending", counters.sending),
        ("sent", counters.sent),
        ("failed", counters.failed),
        ("not_required", counters.not_required),
    ];
    let reasons = ended.tally.reasons.iter().map(|(reason, count)| (reason.code().to_owned(), *count));
    RunOutcome {
        state: format!("{:?}", ended.closed).to_lowercase(),
        counters: counters.map(|(name, count)| (name.to_owned(), count)).into(),
        reasons: reasons.collect(),
        said: ended.halt.as_ref().map(ToString::to_string).unwrap_or_default(),
        ..RunOutcome::default()
    }
}
