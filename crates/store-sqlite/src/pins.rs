//! Which record a teammate chose for a person.

use std::collections::BTreeSet;

use async_trait::async_trait;
use model::{ConnectionId, Lane, MatchKey, PersonKey, Reason, Timestamp, sf};
use rusqlite::Transaction;
use store::{Pins, RecordRow, Source, StoreError};

use crate::cells::{Cells, RowKey};
use crate::mirror::followers::persons_of_record;
use crate::mirror::{is_news, record};
use crate::trouble::Tried;
use crate::{SqliteStore, queue};

/// The persons for whom a record is pinned.
pub(crate) fn persons_of(
    view: &Transaction<'_>,
    connection: ConnectionId,
    record: sf::RecordId,
) -> Tried<Vec<PersonKey>> {
    let mut statement =
        view.prepare_cached("SELECT record_id, key FROM pin WHERE c = ?1 AND record_id = ?2")?;
    let mut rows = statement.query((connection.0, record.as_str()))?;
    let mut persons = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new(row, "pin", RowKey::Plain);
        cells.text("record_id")?;
        persons.extend(cells.key_or_none("key")?.map(PersonKey::Matched));
    }
    Ok(persons)
}

/// The record that is pinned for a key.
pub(crate) fn pinned(
    view: &Transaction<'_>,
    connection: ConnectionId,
    key: &MatchKey,
) -> Tried<Option<sf::RecordId>> {
    let mut statement =
        view.prepare_cached("SELECT record_id FROM pin WHERE c = ?1 AND kh = ?2 AND key = ?3")?;
    let mut rows = statement.query((connection.0, key.hash().0, key.as_str()))?;
    let row = rows.next()?;
    row.map(|row| Cells::new(row, "pin", RowKey::Plain).parsed("record_id"))
        .transpose()
}

/// Moves the pins on a record that was merged away to the one that stands for it.
pub(crate) fn move_record(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    old: sf::RecordId,
    new: sf::RecordId,
) -> Tried<()> {
    transaction
        .prepare_cached("UPDATE pin SET record_id = ?3 WHERE c = ?1 AND record_id = ?2")?
        .execute((connection.0, old.as_str(), new.as_str()))?;
    Ok(())
}

/// Moves the pin of a key to another key, unless that has one.
pub(crate) fn move_key(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    old: &MatchKey,
    new: &MatchKey,
) -> Tried<()> {
    transaction
        .prepare_cached(
            "UPDATE OR IGNORE pin SET kh = ?4, key = ?5 WHERE c = ?1 AND kh = ?2 AND key = ?3",
        )?
        .execute((
            connection.0,
            old.hash().0,
            old.as_str(),
            new.hash().0,
            new.as_str(),
        ))?;
    Ok(())
}

fn put(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    key: &MatchKey,
    row: &RecordRow,
    by: &str,
    now: Timestamp,
) -> Tried<()> {
    let before = pinned(transaction, connection, key)?;
    transaction
        .prepare_cached(
            "INSERT INTO pin (c, kh, key, record_id, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (c, kh, key) DO UPDATE SET
               record_id = excluded.record_id, by = excluded.by, at = excluded.at",
        )?
        .execute((
            connection.0,
            key.hash().0,
            key.as_str(),
            row.id.as_str(),
            by,
            now.as_millis(),
        ))?;
    if let Some(before) = before {
        record::drop_unneeded(transaction, connection, before)?;
    }
    let mut persons = BTreeSet::from([PersonKey::Matched(key.clone())]);
    let taken = record::take(transaction, connection, row, Source::Answer)?;
    if is_news(taken.sighting) {
        persons_of_record(
            transaction,
            connection,
            row,
            taken.before.as_ref(),
            &mut persons,
        )?;
    }
    mark(transaction, connection, persons, now)
}

/// Deletes a pin, and its record if that was kept only because it was pinned.
fn remove(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    key: &MatchKey,
    now: Timestamp,
) -> Tried<()> {
    let Some(record) = pinned(transaction, connection, key)? else {
        return Ok(());
    };
    transaction
        .prepare_cached("DELETE FROM pin WHERE c = ?1 AND kh = ?2 AND key = ?3")?
        .execute((connection.0, key.hash().0, key.as_str()))?;
    record::drop_unneeded(transaction, connection, record)?;
    mark(
        transaction,
        connection,
        [PersonKey::Matched(key.clone())],
        now,
    )
}

fn mark(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    persons: impl IntoIterator<Item = PersonKey>,
    now: Timestamp,
) -> Tried<()> {
    let urgency = (Lane::Interactive, now, Reason::Click);
    queue::mark_persons(transaction, connection, persons, urgency)
}

#[async_trait]
impl Pins for SqliteStore {
    async fn put_pin(
        &self,
        connection: ConnectionId,
        key: &MatchKey,
        record: &RecordRow,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (key, record, by) = (key.clone(), record.clone(), by.to_owned());
        self.write("pinning a record", move |transaction| {
            put(transaction, connection, &key, &record, &by, now)
        })
        .await
    }

    async fn remove_pin(
        &self,
        connection: ConnectionId,
        key: &MatchKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = key.clone();
        self.write("removing a pin", move |transaction| {
            remove(transaction, connection, &key, now)
        })
        .await
    }
}
