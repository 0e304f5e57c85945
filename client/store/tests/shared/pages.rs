//! Stores with pages of another size, so that little fills many of them.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// The smallest pages that there are, in bytes. Source: sqlite.org, Database File Format.
pub(crate) const SMALLEST: usize = 512;

/// Makes an empty store with pages of this size: SQLite keeps to the one that it finds.
pub(crate) async fn with_pages_of(bytes: usize, path: &Path) {
    let mut raw = SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.unwrap();
    let sql = format!("PRAGMA page_size = {bytes}; PRAGMA application_id = 0x53435273");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
}
