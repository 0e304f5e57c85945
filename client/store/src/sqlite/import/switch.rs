//! SCR switched on and off at the practice.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::entry::Switch;
use crate::kept::switch::fits;
use crate::seam::Result;
use crate::sqlite::SqliteStore;
use crate::sqlite::columns::{nanos, time, user};
use crate::sqlite::error::damaged;
use crate::sqlite::lease;
use crate::sqlite::transaction::begin;

/// The columns of `switch` in the order in which [`read`] reads them.
const SWITCH: &str = "SELECT enabled, day, nn_days, user_id, at FROM switch ORDER BY seq";

/// Switches, where nobody is at work: the lock is held for the write only, and the fence stays.
pub(in crate::sqlite) async fn put(store: &SqliteStore, switch: &Switch) -> Result<()> {
    fits(switch)?;
    let at = nanos(switch.at)?;
    let _alone = lease::alone(store).await?;
    let mut writer = store.writer.lock().await;
    let mut tx = begin(store, &mut writer).await?;
    lease::nobody_elsewhere(store, &mut tx).await?;
    sqlx::query("INSERT INTO switch (enabled, day, nn_days, user_id, at) VALUES (?, ?, ?, ?, ?)")
        .bind(switch.on)
        .bind(switch.day.to_string())
        .bind(switch.nn_days)
        .bind(switch.user.as_str())
        .bind(at)
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Every switch, oldest first.
pub(in crate::sqlite) async fn all(store: &SqliteStore) -> Result<Vec<Switch>> {
    sqlx::query(SWITCH).fetch_all(&store.readers).await?.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Switch> {
    Ok(Switch {
        on: row.try_get(0)?,
        day: row.try_get::<&str, _>(1)?.parse().map_err(|_| damaged("a day"))?,
        nn_days: row.try_get(2)?,
        user: user(row.try_get(3)?)?,
        at: time(row.try_get(4)?)?,
    })
}
