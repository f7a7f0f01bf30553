//! Ids that were replaced, and what moves with them: pins with merged records, pins and intents
//! with merged contacts.

use std::fmt::Display;
use std::str::FromStr;

use async_trait::async_trait;
use model::{ConnectionId, MatchKey, PersonKey, Timestamp, ic, sf};
use rusqlite::Transaction;
use store::{Aliases, RecordRow, Side, StoreError};

use crate::cells::{Cells, RowKey};
use crate::mirror::contact;
use crate::mirror::record::Standing;
use crate::trouble::Tried;
use crate::words::Word;
use crate::{SqliteStore, intents, pins};

/// How far a chain of aliases is followed.
const STEPS_MAX: usize = 10;

/// Notes what a stored record row says about its successor. A pin moves with a merge that is new.
pub(crate) fn follow(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    row: &RecordRow,
    standing: Option<&Standing>,
) -> Tried<()> {
    let before = standing.and_then(|standing| standing.successor);
    let Some(successor) = row.successor else {
        let came_back = !row.gone && standing.is_some_and(|it| it.gone || it.successor.is_some());
        if came_back {
            forget(transaction, connection, row.id)?;
        }
        return Ok(());
    };
    if before == Some(successor) {
        return Ok(());
    }
    // Records are merged within their object, and converted into another one.
    let merged = row.id.object() == successor.object();
    let why = if merged { "merge" } else { "conversion" };
    let ids = (row.id.as_str(), successor.as_str());
    put(
        transaction,
        connection,
        Side::Salesforce,
        ids,
        why,
        (row.seen_at, None),
    )?;
    if merged {
        pins::move_record(transaction, connection, row.id, successor)?;
    }
    Ok(())
}

fn forget(transaction: &Transaction<'_>, connection: ConnectionId, id: sf::RecordId) -> Tried<()> {
    transaction
        .prepare_cached("DELETE FROM alias WHERE c = ?1 AND side = ?2 AND old_id = ?3")?
        .execute((connection.0, Side::Salesforce.word(), id.as_str()))?;
    Ok(())
}

fn put(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    side: Side,
    (old, new): (&str, &str),
    why: &str,
    (at, moving): (Timestamp, Option<&MatchKey>),
) -> Tried<()> {
    transaction
        .prepare_cached(
            "INSERT INTO alias (c, side, old_id, new_id, why, at, key)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (c, side, old_id) DO UPDATE SET
               new_id = excluded.new_id, why = excluded.why, at = excluded.at,
               key = COALESCE(excluded.key, key)",
        )?
        .execute((
            connection.0,
            side.word(),
            old,
            new,
            why,
            at.as_millis(),
            moving.map(MatchKey::as_str),
        ))?;
    Ok(())
}

/// Notes that a contact, whose row was `loser_was`, was merged; false if that is known already.
pub(crate) fn merge_contact(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    (loser, survivor): (&ic::ContactId, &ic::ContactId),
    loser_was: Option<&PersonKey>,
    now: Timestamp,
) -> Tried<bool> {
    if loser_was.is_none()
        && next_of(transaction, connection, Side::Intercom, loser.as_str())?
            .is_some_and(|known: ic::ContactId| known == *survivor)
    {
        return Ok(false);
    }
    let moving = match loser_was.and_then(PersonKey::key) {
        Some(key) if has_something(transaction, connection, key)? => Some(key),
        Some(_) | None => None,
    };
    let ids = (loser.as_str(), survivor.as_str());
    put(
        transaction,
        connection,
        Side::Intercom,
        ids,
        "merge",
        (now, moving),
    )?;
    Ok(true)
}

/// Whether a pin or a standing Lead intent hangs on a key.
fn has_something(view: &Transaction<'_>, connection: ConnectionId, key: &MatchKey) -> Tried<bool> {
    if pins::pinned(view, connection, key)?.is_some() {
        return Ok(true);
    }
    intents::any_standing(view, connection, key)
}

/// Moves what hangs on the keys of merged contacts to those of their survivors, where these are
/// known by now. Returns the persons for whom something may have moved.
pub(crate) fn move_with_contacts(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
) -> Tried<Vec<PersonKey>> {
    let mut persons = Vec::new();
    for (loser, key) in moving(transaction, connection)? {
        let survivor: Option<ic::ContactId> =
            end_of(transaction, connection, Side::Intercom, loser.as_str())?;
        let Some(survivor) = survivor else { continue };
        let standing = contact::standing(transaction, connection, &survivor)?;
        let Some(new_key) = standing.and_then(|standing| standing.key) else {
            continue;
        };
        if new_key != key && !contact::any_with(transaction, connection, &key)? {
            pins::move_key(transaction, connection, &key, &new_key)?;
            intents::move_target(transaction, connection, &key, &new_key)?;
            persons.extend([key, new_key].map(PersonKey::Matched));
        }
        transaction
            .prepare_cached(
                "UPDATE alias SET key = NULL WHERE c = ?1 AND side = ?2 AND old_id = ?3",
            )?
            .execute((connection.0, Side::Intercom.word(), loser.as_str()))?;
    }
    Ok(persons)
}

/// Merged contacts on whose keys something hangs that did not move yet.
fn moving(
    view: &Transaction<'_>,
    connection: ConnectionId,
) -> Tried<Vec<(ic::ContactId, MatchKey)>> {
    let mut statement = view.prepare_cached(
        "SELECT old_id, key FROM alias INDEXED BY alias_moving
         WHERE c = ?1 AND key IS NOT NULL",
    )?;
    let mut rows = statement.query([connection.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new(row, "alias", RowKey::Plain);
        let loser = cells.parsed("old_id")?;
        found.extend(cells.key_or_none("key")?.map(|key| (loser, key)));
    }
    Ok(found)
}

/// What stands for an id, one step on.
fn next_of<T>(
    view: &Transaction<'_>,
    connection: ConnectionId,
    side: Side,
    old: &str,
) -> Tried<Option<T>>
where
    T: FromStr,
    T::Err: Display,
{
    let mut statement = view.prepare_cached(
        "SELECT old_id, new_id FROM alias WHERE c = ?1 AND side = ?2 AND old_id = ?3",
    )?;
    let mut rows = statement.query((connection.0, side.word(), old))?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let mut cells = Cells::new(row, "alias", RowKey::Plain);
    cells.text("old_id")?;
    cells.parsed("new_id").map(Some)
}

/// What stands for an id in the end.
fn end_of<T>(
    view: &Transaction<'_>,
    connection: ConnectionId,
    side: Side,
    old: &str,
) -> Tried<Option<T>>
where
    T: FromStr + ToString,
    T::Err: Display,
{
    let mut end: Option<T> = None;
    let mut from = old.to_owned();
    for _ in 0..STEPS_MAX {
        let Some(next) = next_of::<T>(view, connection, side, &from)? else {
            break;
        };
        from = next.to_string();
        end = Some(next);
    }
    Ok(end)
}

#[async_trait]
impl Aliases for SqliteStore {
    async fn record_alias(
        &self,
        connection: ConnectionId,
        old: sf::RecordId,
    ) -> Result<Option<sf::RecordId>, StoreError> {
        self.read("looking an alias up", move |view| {
            end_of(view, connection, Side::Salesforce, old.as_str())
        })
        .await
    }

    async fn contact_alias(
        &self,
        connection: ConnectionId,
        old: &ic::ContactId,
    ) -> Result<Option<ic::ContactId>, StoreError> {
        let old = old.clone();
        self.read("looking an alias up", move |view| {
            end_of(view, connection, Side::Intercom, old.as_str())
        })
        .await
    }
}
