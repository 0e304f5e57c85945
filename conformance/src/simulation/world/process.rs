//! One process of the practice: it lives until it ends or is killed, and things happen to it at the moments that a case names.
//!
//! A process that died does nothing more: whatever of it still waits, waits for ever.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use spine_client::Stop;
use spine_client::store::MemoryStore;
use tokio::sync::Notify;

use super::scene::Scene;
use crate::simulation::op::{Blow, Point, Strike};

/// One process.
pub(in crate::simulation) struct Process {
    pub(in crate::simulation) scene: Arc<Scene>,
    /// Its own number among all processes, from 1.
    pub(super) number: u64,
    /// The op in which it lives.
    pub(super) op: usize,
    pub(super) memory: Arc<MemoryStore>,
    pub(super) stop: Stop,
    pub(super) killed: Notify,
    /// The store of the process that comes after it, once it was killed.
    pub(super) heir: Mutex<Option<MemoryStore>>,
    /// What another window or process is asked to begin, and how it fared.
    pub(super) rival: Mutex<Option<Rival>>,
    alive: AtomicBool,
    writes: AtomicU64,
    exchanges: AtomicU64,
    strikes: Mutex<Vec<Strike>>,
}

/// Begins the same in another process and tells how that ended.
pub(super) type Rival = Box<dyn FnOnce() -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// What a write of the store is to come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fails {
    Before,
    After,
}

impl Process {
    pub(super) fn new(
        scene: &Arc<Scene>,
        op: usize,
        memory: Arc<MemoryStore>,
        strikes: Vec<Strike>,
    ) -> Arc<Self> {
        Arc::new(Self {
            number: scene.processes.fetch_add(1, Ordering::SeqCst) + 1,
            scene: Arc::clone(scene),
            op,
            memory,
            stop: Stop::default(),
            killed: Notify::new(),
            heir: Mutex::default(),
            rival: Mutex::default(),
            alive: AtomicBool::new(true),
            writes: AtomicU64::new(0),
            exchanges: AtomicU64::new(0),
            strikes: Mutex::new(strikes),
        })
    }

    /// Returns at once while the process lives, and never once it is dead.
    pub(super) async fn lives(&self) {
        if !self.is_alive() {
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::SeqCst)
    }

    /// The process ended by itself: what it left behind does nothing more.
    pub(super) fn ends(&self) {
        self.alive.store(false, Ordering::SeqCst);
        let mut book = self.scene.book();
        if book.holder == Some(self.number) {
            book.holder = None;
        }
    }

    /// How many writes and exchanges there were.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.writes.load(Ordering::SeqCst), self.exchanges.load(Ordering::SeqCst))
    }

    pub(super) fn next_write(&self) -> u64 {
        self.writes.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(super) fn next_exchange(&self) -> u64 {
        self.exchanges.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// A moment has come: whatever the case has for it happens. Says whether a write is to fail.
    pub(super) async fn reached(&self, at: Point) -> Option<Fails> {
        self.lives().await;
        let mut fails = None;
        for blow in self.due(at) {
            self.scene.log(format_args!("strike {at:?} {}", short(&blow)));
            match blow {
                Blow::WriteFails => fails = Some(Fails::Before),
                Blow::NewsFails => fails = Some(Fails::After),
                Blow::Crash => {
                    let at_a_write = matches!(at, Point::BeforeWrite(_) | Point::AfterWrite(_));
                    self.scene.book().coverage.fired(if at_a_write { "O2" } else { "O1" });
                    self.die();
                }
                Blow::Stop => {
                    self.scene.book().coverage.fired("O11");
                    self.stop.ask();
                }
                Blow::StopAndRun => {
                    self.scene.book().coverage.fired("O12");
                    self.stop.ask();
                    self.begin_rival().await;
                }
                Blow::Rival => self.begin_rival().await,
                other => self.scene.happens(other).await,
            }
        }
        self.lives().await;
        fails
    }

    fn due(&self, at: Point) -> Vec<Blow> {
        let mut strikes = self.strikes.lock().unwrap_or_else(PoisonError::into_inner);
        let due = strikes.iter().filter(|strike| strike.at == at).map(|strike| strike.blow.clone()).collect();
        strikes.retain(|strike| strike.at != at);
        due
    }

    fn die(&self) {
        self.ends();
        let mut book = self.scene.book();
        book.deaths += 1;
        let what = if book.deaths == 1 { "a process died" } else { "a process died again" };
        book.coverage.met(what);
        drop(book);
        *self.heir.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.memory.crash());
        self.killed.notify_one();
    }

    async fn begin_rival(&self) {
        let begin = self.rival.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(begin) = begin {
            begin().await;
        }
    }
}

impl Scene {
    /// Something happens that concerns no process alone.
    pub(super) async fn happens(&self, blow: Blow) {
        match blow {
            Blow::Permission(place, held) => self.set_permission(place, held),
            Blow::Revoke => {
                self.book().coverage.fired("C4");
                self.revoke();
            }
            Blow::Withdraw => {
                let mut book = self.book();
                book.coverage.fired("C7");
                if let Some(operator) = &mut book.operator {
                    operator.roles.clear();
                }
                drop(book);
                self.revoke();
            }
            Blow::Sleep(minutes) => {
                self.book().coverage.fired("C11");
                tokio::time::advance(Duration::from_secs(60 * u64::from(minutes))).await;
            }
            Blow::Skew(seconds) => {
                self.book().coverage.fired(if seconds.abs() > 1_800 { "C10" } else { "C9" });
                self.skew.store(i64::from(seconds) * 1_000, Ordering::SeqCst);
            }
            Blow::Arm(rule) => self.arm(&rule),
            Blow::DiskFull => {
                let mut book = self.book();
                book.coverage.fired("O3");
                book.full = true;
            }
            Blow::Calm => self.calm(),
            Blow::Crash
            | Blow::Stop
            | Blow::StopAndRun
            | Blow::Rival
            | Blow::WriteFails
            | Blow::NewsFails => {}
        }
    }
}

/// A blow in a few words.
fn short(blow: &Blow) -> String {
    serde_json::to_string(blow).unwrap_or_default()
}
