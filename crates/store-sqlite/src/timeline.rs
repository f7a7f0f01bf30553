//! The append-only account of what was seen and done.

use async_trait::async_trait;
use model::{ConnectionId, KeyHash};
use rusqlite::{Row, ToSql, Transaction};
use store::{Entry, StoreError, StoredEntry, Timeline};

use crate::SqliteStore;
use crate::cells::{Cells, RowKey, json_text};
use crate::trouble::Tried;

fn read(row: &Row<'_>) -> Tried<StoredEntry> {
    let mut cells = Cells::new(row, "timeline", RowKey::Plain);
    Ok(StoredEntry {
        seq: cells.integer("seq")?,
        entry: Entry {
            key_hash: cells.integer_or_none("kh")?.map(KeyHash),
            subject: cells.text("subject")?.to_owned(),
            at: cells.instant("at")?,
            kind: cells.text("kind")?.to_owned(),
            rule: cells.text("rule")?.to_owned(),
            body: cells.json("body")?,
        },
    })
}

/// Appends lines in order.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    entries: &[Entry],
) -> Tried<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO timeline (c, kh, subject, at, kind, rule, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for entry in entries {
        statement.execute((
            connection.0,
            entry.key_hash.map(|hash| hash.0),
            &entry.subject,
            entry.at.as_millis(),
            &entry.kind,
            &entry.rule,
            json_text(&entry.body),
        ))?;
    }
    Ok(())
}

impl SqliteStore {
    /// The latest lines for which `condition` holds of `?2`, latest first.
    async fn latest<V>(
        &self,
        connection: ConnectionId,
        condition: &'static str,
        value: V,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, StoreError>
    where
        V: ToSql + Send + 'static,
    {
        self.read("reading the timeline", move |view| {
            let mut statement = view.prepare_cached(&format!(
                "SELECT seq, kh, subject, at, kind, rule, body FROM timeline
                 WHERE c = ?1 AND {condition} ORDER BY seq DESC LIMIT ?3"
            ))?;
            let mut rows = statement.query((connection.0, value, limit))?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                entries.push(read(row)?);
            }
            Ok(entries)
        })
        .await
    }
}

#[async_trait]
impl Timeline for SqliteStore {
    async fn append(&self, connection: ConnectionId, entries: &[Entry]) -> Result<(), StoreError> {
        let entries = entries.to_vec();
        self.write("writing the timeline", move |transaction| {
            append(transaction, connection, &entries)
        })
        .await
    }

    async fn timeline_of(
        &self,
        connection: ConnectionId,
        key: KeyHash,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        self.latest(connection, "kh = ?2", key.0, limit).await
    }

    async fn timeline_about(
        &self,
        connection: ConnectionId,
        subject: &str,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        self.latest(connection, "subject = ?2", subject.to_owned(), limit)
            .await
    }

    async fn timeline_latest(
        &self,
        connection: ConnectionId,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        self.latest(connection, "seq > ?2", 0, limit).await
    }
}
