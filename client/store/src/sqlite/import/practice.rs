//! The practice itself, its operators, and what its last import left out.

use spine_rules::import::{Operator, Practice};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::switch;
use crate::kept::switch::switched;
use crate::seam::{ImportReceipt, Result};
use crate::sqlite::SqliteStore;
use crate::sqlite::columns::{from_json, json, user};

/// Replaces the practice; operators whom it does not name stay.
pub(super) async fn put(
    tx: &mut SqliteConnection,
    practice: &Practice,
    import: i64,
    receipt: &ImportReceipt,
) -> Result<()> {
    let details = Practice { operators: Vec::new(), ..practice.clone() };
    sqlx::query("INSERT OR REPLACE INTO practice (one, details, receipt, import) VALUES (1, ?, ?, ?)")
        .bind(json(&details)?)
        .bind(json(receipt)?)
        .bind(import)
        .execute(&mut *tx)
        .await?;
    for operator in &practice.operators {
        put_operator(tx, operator).await?;
    }
    Ok(())
}

/// Adds an operator or replaces the one with the same user id.
pub(in crate::sqlite) async fn put_operator(tx: &mut SqliteConnection, operator: &Operator) -> Result<()> {
    sqlx::query(
        "INSERT INTO operator (user_id, name, system_administrator) VALUES (?, ?, ?) \
         ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, system_administrator = excluded.system_administrator",
    )
    .bind(operator.user_id.as_str())
    .bind(&operator.name)
    .bind(operator.system_administrator)
    .execute(tx)
    .await?;
    Ok(())
}

/// The practice as it was imported last and switched since, with every operator known.
pub(in crate::sqlite) async fn practice(store: &SqliteStore) -> Result<Option<Practice>> {
    let details: Option<String> =
        sqlx::query_scalar("SELECT details FROM practice").fetch_optional(&store.readers).await?;
    let Some(details) = details else { return Ok(None) };
    let details: Practice = from_json(&details, "the practice")?;
    let switches = switch::all(store).await?;
    let practice = Practice { operators: operators(store).await?, ..details };
    Ok(Some(switched(practice, switches.last())))
}

/// Every operator, in the order in which they became known.
pub(in crate::sqlite) async fn operators(store: &SqliteStore) -> Result<Vec<Operator>> {
    let found = sqlx::query("SELECT user_id, name, system_administrator FROM operator ORDER BY seq")
        .fetch_all(&store.readers)
        .await?;
    let read = |row: &SqliteRow| {
        Ok(Operator {
            user_id: user(row.try_get(0)?)?,
            name: row.try_get(1)?,
            system_administrator: row.try_get(2)?,
        })
    };
    found.iter().map(read).collect()
}

/// What the last import left out or held.
pub(in crate::sqlite) async fn last_receipt(store: &SqliteStore) -> Result<Option<ImportReceipt>> {
    let receipt: Option<String> =
        sqlx::query_scalar("SELECT receipt FROM practice").fetch_optional(&store.readers).await?;
    receipt.map(|text| from_json(&text, "the last import")).transpose()
}
