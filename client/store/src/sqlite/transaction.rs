//! The beginning of every write, on a connection that may have a failed one behind it.

use sqlx::{Connection, Sqlite, SqliteConnection, Transaction};

use super::{SqliteStore, open};
use crate::seam::Result;

/// Begins a write: no other process writes until it ends.
pub(super) async fn begin<'w>(
    store: &SqliteStore,
    writer: &'w mut SqliteConnection,
) -> Result<Transaction<'w, Sqlite>> {
    // Reason: where the disk is full or fails, SQLite rolls back by itself (sqlite.org, Transaction, Response To Errors). The
    // connection then waits for a rollback that cannot succeed any more, and would refuse every further write.
    if writer.is_in_transaction() {
        // The rollback of a write that was given up may still be on its way; the ping comes after it.
        writer.ping().await?;
        if writer.is_in_transaction() {
            *writer = open::writer(&store.file, store.options.page_limit).await?;
        }
    }
    Ok(writer.begin_with("BEGIN IMMEDIATE").await?)
}
