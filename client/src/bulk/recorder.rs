//! The recorder: one task, the only one that writes facts. It takes whatever is ready, commits once, and lets the whole group go on.
//!
//! Only intent is awaited. A lost record of an answer is asked for again, so answers are handed over and not waited for.

use std::sync::Arc;
use std::time::Duration;

use spine_store::{Fence, RunId, Store, StoreError, Write};
use tokio::sync::{mpsc, oneshot};

use super::leg::stop::Brake;
use crate::clock::Clock;
use crate::fault::Halt;

/// The most writes in one commit: bounds its time, not its gain.
const GROUP: usize = 512;
/// How often the lease is renewed; a third of its length.
const RENEWAL: Duration = Duration::from_secs(20);

/// The recorder is gone because the leg halted: nothing may be sent any more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed;

/// What a lane holds of the recorder.
#[derive(Clone)]
pub(super) struct Recorder {
    sender: mpsc::Sender<Order>,
}

struct Order {
    writes: Vec<Write>,
    done: Option<oneshot::Sender<()>>,
}

impl Recorder {
    /// A recorder that records nothing: whoever would send finds it closed. For a leg that only decides.
    pub(super) fn closed() -> Self {
        Self { sender: mpsc::channel(1).0 }
    }

    /// Records and returns once it is durable.
    /// Requirement: RUN-010.
    pub(super) async fn record(&self, writes: Vec<Write>) -> Result<(), Closed> {
        let (done, durable) = oneshot::channel();
        self.sender.send(Order { writes, done: Some(done) }).await.map_err(|_| Closed)?;
        durable.await.map_err(|_| Closed)
    }

    /// Hands over what happened; durable some time later, in order.
    pub(super) async fn note(&self, writes: Vec<Write>) -> Result<(), Closed> {
        self.sender.send(Order { writes, done: None }).await.map_err(|_| Closed)
    }
}

/// Starts the recorder of a leg. It ends when every handle is gone, or halts the leg when the store refuses.
pub(super) fn start(
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    fence: Fence,
    run: RunId,
    brake: Brake,
) -> (Recorder, tokio::task::JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(GROUP);
    let task = tokio::spawn(commit_groups(store, clock, fence, run, brake, receiver));
    (Recorder { sender }, task)
}

async fn commit_groups(
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    fence: Fence,
    run: RunId,
    brake: Brake,
    mut orders: mpsc::Receiver<Order>,
) {
    let mut renewed = clock.uptime();
    loop {
        let first = tokio::select! {
            order = orders.recv() => match order {
                Some(order) => Some(order),
                None => return,
            },
            () = clock.wait(RENEWAL) => None,
        };
        let result = match first {
            Some(first) => commit(&*store, fence, run, first, &mut orders).await,
            None => Ok(()),
        };
        let result = match result {
            Ok(()) if clock.uptime().saturating_sub(renewed) >= RENEWAL => {
                renewed = clock.uptime();
                store.renew_lease(fence, clock.now()).await.map(|_| ())
            }
            other => other,
        };
        if let Err(error) = result {
            // Dropping the orders tells every waiting lane that its intent is not durable.
            brake.halt(Halt::from(error));
            return;
        }
    }
}

async fn commit(
    store: &dyn Store,
    fence: Fence,
    run: RunId,
    first: Order,
    orders: &mut mpsc::Receiver<Order>,
) -> Result<(), StoreError> {
    let mut group = first.writes;
    let mut waiting: Vec<_> = first.done.into_iter().collect();
    while group.len() < GROUP {
        let Ok(order) = orders.try_recv() else { break };
        group.extend(order.writes);
        waiting.extend(order.done);
    }
    store.record(fence, run, &group).await?;
    for done in waiting {
        // A lane that no longer waits has lost nothing.
        let _ = done.send(());
    }
    Ok(())
}
