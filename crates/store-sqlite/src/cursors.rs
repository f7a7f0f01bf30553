//! Up to where a source was read.

use async_trait::async_trait;
use model::{ConnectionId, Timestamp};
use rusqlite::{OptionalExtension, Transaction};
use store::{Cursors, StoreError};

use crate::SqliteStore;
use crate::trouble::Tried;

/// Moves a cursor.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    source: &str,
    value: &str,
    now: Timestamp,
) -> Tried<()> {
    transaction
        .prepare_cached(
            "INSERT INTO cursor (c, source, value, safe_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (c, source) DO UPDATE SET
               value = excluded.value, safe_at = excluded.safe_at",
        )?
        .execute((connection.0, source, value, now.as_millis()))?;
    Ok(())
}

#[async_trait]
impl Cursors for SqliteStore {
    async fn cursor(
        &self,
        connection: ConnectionId,
        source: &str,
    ) -> Result<Option<String>, StoreError> {
        let source = source.to_owned();
        self.read("reading a cursor", move |view| {
            Ok(view
                .prepare_cached("SELECT value FROM cursor WHERE c = ?1 AND source = ?2")?
                .query_row((connection.0, source), |row| row.get(0))
                .optional()?)
        })
        .await
    }

    async fn put_cursor(
        &self,
        connection: ConnectionId,
        source: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (source, value) = (source.to_owned(), value.to_owned());
        self.write("moving a cursor", move |transaction| {
            put(transaction, connection, &source, &value, now)
        })
        .await
    }
}
