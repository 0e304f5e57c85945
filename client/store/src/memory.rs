//! A store in memory, for simulation: the same contract as SQLite, and a process that can die at any write.
//!
//! A [`MemoryStore`] is one process's handle on a disk that outlives it. Every write is atomic and durable when it returns;
//! [`MemoryStore::crash`] kills the process (its lock is gone, its handle answers nothing any more) and hands the disk to
//! another one, and a planned fault loses a write, or loses only the news of it.

mod import;
mod runs;
mod store;
mod worklist;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::StoreError;
use crate::lease::Fence;
use crate::options::StoreOptions;
use crate::seam::Result;
use world::World;

/// One process's handle on a store in memory.
#[derive(Debug)]
pub struct MemoryStore {
    disk: Arc<Mutex<Disk>>,
    process: u64,
    options: StoreOptions,
}

/// What outlives a process.
#[derive(Debug, Default)]
struct Disk {
    world: World,
    /// The operating system's lock of each host that has one: the process that holds it, and for which lease.
    locks: BTreeMap<String, (u64, Fence)>,
    processes: u64,
    dead: Vec<u64>,
    writes: u64,
    fault: Option<Fault>,
}

/// One planned fault: it strikes once.
#[derive(Clone, Copy, Debug)]
struct Fault {
    /// The write, counted over the disk's life from 1.
    write: u64,
    /// Whether the write is done before it fails.
    done: bool,
}

impl MemoryStore {
    /// An empty store with its first process.
    #[must_use]
    pub fn new(options: StoreOptions) -> Self {
        Self { disk: Arc::new(Mutex::new(Disk::default())), process: 0, options }
    }

    /// Another process beside this one, on the same disk.
    #[must_use]
    pub fn beside(&self, options: StoreOptions) -> Self {
        let process = {
            let mut disk = self.disk();
            disk.processes += 1;
            disk.processes
        };
        Self { disk: Arc::clone(&self.disk), process, options }
    }

    /// Kills this process: what was committed stays, its lock is gone, and its own handle fails from now on. Returns the
    /// handle of the process that comes after it.
    #[must_use]
    pub fn crash(&self) -> Self {
        {
            let mut disk = self.disk();
            disk.dead.push(self.process);
            disk.unlock(self.process);
        }
        self.beside(self.options.clone())
    }

    /// The n-th write from now (1: the next one) fails and nothing of it is kept.
    pub fn error_before(&self, n: u64) {
        self.plan(n, false);
    }

    /// The n-th write from now (1: the next one) is kept whole, and its caller is told that it failed.
    pub fn error_after(&self, n: u64) {
        self.plan(n, true);
    }

    /// How many writes the disk has seen, failed ones included: lets a simulation visit every one of them.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.disk().writes
    }

    fn plan(&self, n: u64, done: bool) {
        let mut disk = self.disk();
        let write = disk.writes + n;
        disk.fault = Some(Fault { write, done });
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        // A panic elsewhere leaves the world whole: writes are worked out first and put in last.
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads as this process.
    fn read<T>(&self, look: impl FnOnce(&Disk) -> Result<T>) -> Result<T> {
        let disk = self.disk();
        disk.alive(self.process)?;
        look(&disk)
    }

    /// Writes as this process. The task gives way before and after, so that it can be dropped on either side of a write.
    async fn write<T>(&self, change: impl FnOnce(&mut Disk, u64) -> Result<T> + Send) -> Result<T>
    where
        T: Send,
    {
        tokio::task::yield_now().await;
        let outcome = self.write_now(change);
        tokio::task::yield_now().await;
        outcome
    }

    fn write_now<T>(&self, change: impl FnOnce(&mut Disk, u64) -> Result<T>) -> Result<T> {
        let mut disk = self.disk();
        disk.alive(self.process)?;
        disk.writes += 1;
        let count = disk.writes;
        let fault = disk.fault.take_if(|fault| fault.write == count);
        if fault.is_some_and(|fault| !fault.done) {
            return Err(StoreError::Storage("a planned fault lost the write".to_owned()));
        }
        let outcome = change(&mut disk, self.process)?;
        if fault.is_some() {
            return Err(StoreError::Storage("a planned fault lost the news of the write".to_owned()));
        }
        Ok(outcome)
    }
}

impl Drop for MemoryStore {
    fn drop(&mut self) {
        // A process that ends gives its locks back, as the operating system does.
        self.disk().unlock(self.process);
    }
}

impl Disk {
    fn alive(&self, process: u64) -> Result<()> {
        if self.dead.contains(&process) {
            return Err(StoreError::Storage("this process has crashed".to_owned()));
        }
        Ok(())
    }

    fn unlock(&mut self, process: u64) {
        self.locks.retain(|_, (holder, _)| *holder != process);
    }
}
