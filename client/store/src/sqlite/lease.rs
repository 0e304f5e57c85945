//! The lease: a row for other hosts, an operating-system lock for this one.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::{Row as _, SqliteConnection};

use super::SqliteStore;
use super::columns::{nanos, time};
use super::open::file;
use super::transaction::begin;
use crate::error::StoreError;
use crate::lease::{Fence, Holder, Lease, until};
use crate::seam::Result;

/// Attempts at a lock that another process may be holding for a moment only, to look who is there.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// The operating system's lock on `<store>.lock`: it goes with its process, however that ends.
#[derive(Debug)]
pub(super) struct Latch {
    path: PathBuf,
    held: Mutex<Option<(File, Fence)>>,
}

impl Latch {
    pub(super) fn new(store: &Path) -> Self {
        Self { path: file::lock_path(store), held: Mutex::new(None) }
    }

    /// Waits a moment for the lock; dropping the file gives it back.
    pub(super) async fn wait(&self) -> Result<File> {
        let locked = self.try_take().await?;
        locked.ok_or_else(|| {
            StoreError::Storage("another process is busy with this store; try again".to_owned())
        })
    }

    /// Whether any process of this host holds the lock.
    pub(super) fn is_held(&self) -> Result<bool> {
        if self.mine().is_some() {
            return Ok(true);
        }
        match File::open(&self.path) {
            Ok(probe) => match probe.try_lock_shared() {
                Ok(()) => Ok(false),
                Err(TryLockError::WouldBlock) => Ok(true),
                Err(TryLockError::Error(error)) => Err(file::cannot(&self.path, &error)),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(file::cannot(&self.path, &error)),
        }
    }

    /// Gives the lock back if it is held for this fence.
    pub(super) fn release(&self, fence: Fence) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|(_, of)| *of == fence) {
            *held = None;
        }
    }

    async fn try_take(&self) -> Result<Option<File>> {
        let lock = file::make_private(&self.path)?;
        for attempt in 1..=ATTEMPTS {
            match lock.try_lock() {
                Ok(()) => return Ok(Some(lock)),
                Err(TryLockError::WouldBlock) if attempt < ATTEMPTS => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(file::cannot(&self.path, &error)),
            }
        }
        Ok(None)
    }

    fn mine(&self) -> Option<Fence> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(_, fence)| *fence)
    }

    fn keep(&self, lock: File, fence: Fence) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some((lock, fence));
    }
}

/// Gives an import's lock back even if the import is dropped half-way.
pub(super) struct Unlatch<'l>(pub(super) &'l Latch, pub(super) Fence);

impl Drop for Unlatch<'_> {
    fn drop(&mut self) {
        self.0.release(self.1);
    }
}

/// The row, held or not.
pub(super) struct Standing {
    pub(super) held: bool,
    pub(super) lease: Lease,
}

impl Standing {
    /// Whether this lease's holder may still be at work.
    pub(super) fn alive(&self, locked: bool, host: &str, now: Timestamp) -> bool {
        self.held && (locked || (self.lease.holder.host != host && now <= self.lease.ends_at))
    }
}

pub(super) async fn standing(connection: &mut SqliteConnection) -> Result<Standing> {
    let row = sqlx::query("SELECT held, fence, host, pid, operator, ends_at FROM lease")
        .fetch_one(connection)
        .await?;
    let holder = Holder { host: row.try_get(2)?, pid: row.try_get(3)?, operator: row.try_get(4)? };
    let lease = Lease {
        fence: Fence(row.try_get::<i64, _>(1)?.cast_unsigned()),
        holder,
        ends_at: time(row.try_get(5)?)?,
    };
    Ok(Standing { held: row.try_get(0)?, lease })
}

pub(super) async fn take(store: &SqliteStore, holder: &Holder, now: Timestamp) -> Result<Lease> {
    let lock = lock(store, &holder.host).await?;
    let mut writer = store.writer.lock().await;
    let mut tx = begin(store, &mut writer).await?;
    let standing = free(&mut tx, &holder.host, now).await?;
    let lease =
        Lease { fence: Fence(standing.lease.fence.0 + 1), holder: holder.clone(), ends_at: until(now)? };
    sqlx::query("UPDATE lease SET held = 1, fence = ?, host = ?, pid = ?, operator = ?, ends_at = ?")
        .bind(lease.fence.0.cast_signed())
        .bind(&holder.host)
        .bind(holder.pid)
        .bind(&holder.operator)
        .bind(nanos(lease.ends_at)?)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    store.latch.keep(lock, lease.fence);
    Ok(lease)
}

/// Keeps everybody out for as long as the file lives, without a lease: for a write that must not fall into a run.
pub(super) async fn alone(store: &SqliteStore) -> Result<File> {
    lock(store, &store.options.host).await
}

/// Beside [`alone`], inside the transaction of the write: no other host is at work either.
pub(super) async fn nobody_elsewhere(store: &SqliteStore, tx: &mut SqliteConnection) -> Result<()> {
    free(tx, &store.options.host, (store.options.now)()).await.map(drop)
}

/// The operating system's lock, or who has it.
async fn lock(store: &SqliteStore, host: &str) -> Result<File> {
    match store.latch.try_take().await? {
        Some(lock) => Ok(lock),
        None => Err(held_by(store, host).await?),
    }
}

/// The row, while this host's lock is ours: refused where another host may still be at work.
async fn free(tx: &mut SqliteConnection, host: &str, now: Timestamp) -> Result<Standing> {
    let standing = standing(tx).await?;
    if standing.alive(false, host, now) {
        return Err(StoreError::Held(Box::new(standing.lease.holder)));
    }
    Ok(standing)
}

pub(super) async fn renew(store: &SqliteStore, fence: Fence, now: Timestamp) -> Result<Lease> {
    let mut writer = store.writer.lock().await;
    let mut tx = begin(store, &mut writer).await?;
    let standing = standing(&mut tx).await?;
    if !standing.held || standing.lease.fence != fence {
        return Err(StoreError::StaleFence);
    }
    let lease = Lease { ends_at: until(now)?, ..standing.lease };
    sqlx::query("UPDATE lease SET ends_at = ?").bind(nanos(lease.ends_at)?).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(lease)
}

pub(super) async fn release(store: &SqliteStore, fence: Fence) -> Result<()> {
    let given_back = {
        let mut writer = store.writer.lock().await;
        sqlx::query("UPDATE lease SET held = 0 WHERE held = 1 AND fence = ?")
            .bind(fence.0.cast_signed())
            .execute(&mut *writer)
            .await?
            .rows_affected()
    };
    store.latch.release(fence);
    if given_back == 1 { Ok(()) } else { Err(StoreError::StaleFence) }
}

/// Who holds the lock, as far as the row tells: a process that has just locked may not have written its name yet.
async fn held_by(store: &SqliteStore, host: &str) -> Result<StoreError> {
    let standing = standing(&mut *store.readers.acquire().await?).await?;
    let unnamed = || Holder { host: host.to_owned(), pid: 0, operator: "another process".to_owned() };
    Ok(StoreError::Held(Box::new(if standing.held { standing.lease.holder } else { unnamed() })))
}
