//! Leads and Salesforce contacts as Salesforce last showed them.

use model::{ConnectionId, KeyHash, MatchKey, Timestamp, sf};
use rusqlite::{Row, Transaction};
use store::{Digest, RecordRow, Sighting, Source, Version, judge};

use crate::aliases;
use crate::cells::{Cells, RowKey, json_text};
use crate::trouble::Tried;

/// The select list that `read` reads.
pub(crate) const COLUMNS: &str = "id, key, stamp, seen_at, stale, projection, owner_id, \
                                  account_id, successor_id, gone, hidden, body";

pub(crate) fn read(row: &Row<'_>) -> Tried<RecordRow> {
    read_of("record", row)
}

/// Reads the same columns from the mirror or the stage.
pub(crate) fn read_of(table: &'static str, row: &Row<'_>) -> Tried<RecordRow> {
    let mut cells = Cells::new(row, table, RowKey::Plain);
    Ok(RecordRow {
        id: cells.parsed("id")?,
        key: cells.key_or_none("key")?,
        stamp: cells.instant("stamp")?,
        seen_at: cells.instant("seen_at")?,
        stale: cells.flag("stale")?,
        projection: cells.integer("projection")?,
        owner_id: cells.parsed_or_none("owner_id")?,
        account_id: cells.parsed_or_none("account_id")?,
        successor: cells.parsed_or_none("successor_id")?,
        gone: cells.flag("gone")?,
        hidden: cells.flag("hidden")?,
        body: cells.json("body")?,
    })
}

/// What is needed of a stored row to judge a reading of it.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) hash: KeyHash,
    pub(crate) key: Option<MatchKey>,
    pub(crate) stamp: Timestamp,
    pub(crate) seen_at: Timestamp,
    pub(crate) stale: bool,
    pub(crate) projection: i64,
    pub(crate) successor: Option<sf::RecordId>,
    pub(crate) gone: bool,
    pub(crate) hidden: bool,
    pub(crate) digest: Digest,
}

impl Standing {
    /// What decides whether a reading counts against it.
    pub(crate) fn version(&self) -> Version {
        Version {
            stamp: self.stamp,
            digest: self.digest,
            projection: self.projection,
            stale: self.stale,
            hidden: self.hidden,
        }
    }
}

pub(crate) fn standing(
    view: &Transaction<'_>,
    connection: ConnectionId,
    id: sf::RecordId,
) -> Tried<Option<Standing>> {
    let mut statement = view.prepare_cached(
        "SELECT id, kh, key, stamp, seen_at, stale, projection, successor_id, gone, hidden,
                digest FROM record
         WHERE c = ?1 AND id = ?2",
    )?;
    let mut rows = statement.query((connection.0, id.as_str()))?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let mut cells = Cells::new(row, "record", RowKey::Plain);
    cells.text("id")?;
    Ok(Some(Standing {
        hash: KeyHash(cells.integer("kh")?),
        key: cells.key_or_none("key")?,
        stamp: cells.instant("stamp")?,
        seen_at: cells.instant("seen_at")?,
        stale: cells.flag("stale")?,
        projection: cells.integer("projection")?,
        successor: cells.parsed_or_none("successor_id")?,
        gone: cells.flag("gone")?,
        hidden: cells.flag("hidden")?,
        digest: Digest(cells.integer("digest")?),
    }))
}

/// What became of a reading, and what the row was before.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) sighting: Sighting,
    pub(crate) before: Option<Standing>,
}

/// Judges a reading and stores what follows from it.
pub(crate) fn take(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    row: &RecordRow,
    source: Source,
) -> Tried<Taken> {
    let standing = standing(transaction, connection, row.id)?;
    if standing.is_none() && !belongs(transaction, connection, row)? {
        return Ok(Taken {
            sighting: Sighting::Unchanged,
            before: None,
        });
    }
    let sighting = judge(
        standing.as_ref().map(Standing::version),
        source,
        row.version(),
    );
    let stale = row.stale && source != Source::Answer;
    match (&standing, sighting) {
        (_, Sighting::New | Sighting::Changed) => {
            put(transaction, connection, row, stale, standing.as_ref())?;
        }
        (Some(standing), Sighting::Unchanged) => {
            let stale = standing.stale && source != Source::Answer;
            confirm(transaction, connection, row, standing, stale)?;
        }
        (_, Sighting::Doubt) => mark_stale(transaction, connection, row.id)?,
        (None, Sighting::Unchanged) | (_, Sighting::Older) => {}
    }
    Ok(Taken {
        sighting,
        before: standing,
    })
}

/// Whether a row that is not stored yet is to be: it has a key, or something points to it.
pub(crate) fn belongs(
    view: &Transaction<'_>,
    connection: ConnectionId,
    row: &RecordRow,
) -> Tried<bool> {
    if row.key.is_some() {
        return Ok(true);
    }
    let needed = view
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM link WHERE c = ?1 AND record_id = ?2)
                 OR EXISTS (SELECT 1 FROM pin WHERE c = ?1 AND record_id = ?2)
                 OR EXISTS (SELECT 1 FROM record WHERE c = ?1 AND successor_id = ?2)",
        )?
        .query_row((connection.0, row.id.as_str()), |row| row.get(0))?;
    Ok(needed)
}

/// Deletes a row without a key to which nothing points any more. What tells of a successor stays,
/// so that it is known again if it comes back.
pub(crate) fn drop_unneeded(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    id: sf::RecordId,
) -> Tried<()> {
    transaction
        .prepare_cached(
            "DELETE FROM record WHERE c = ?1 AND id = ?2 AND key IS NULL AND successor_id IS NULL
               AND NOT EXISTS (SELECT 1 FROM link WHERE c = ?1 AND record_id = ?2)
               AND NOT EXISTS (SELECT 1 FROM pin WHERE c = ?1 AND record_id = ?2)
               AND NOT EXISTS (SELECT 1 FROM record AS other
                               WHERE other.c = ?1 AND other.successor_id = ?2)",
        )?
        .execute((connection.0, id.as_str()))?;
    Ok(())
}

/// Stores a row in the place of the standing one.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    row: &RecordRow,
    stale: bool,
    standing: Option<&Standing>,
) -> Tried<()> {
    let hash = row.key_hash();
    if let Some(standing) = standing
        && standing.hash != hash
    {
        transaction
            .prepare_cached("DELETE FROM record WHERE c = ?1 AND kh = ?2 AND id = ?3")?
            .execute((connection.0, standing.hash.0, row.id.as_str()))?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO record (c, kh, id, key, object, stamp, seen_at, stale, projection,
                                 owner_id, account_id, successor_id, gone, hidden, digest,
                                 body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             ON CONFLICT (c, kh, id) DO UPDATE SET
               key = excluded.key, stamp = excluded.stamp, seen_at = excluded.seen_at,
               stale = excluded.stale, projection = excluded.projection,
               owner_id = excluded.owner_id, account_id = excluded.account_id,
               successor_id = excluded.successor_id, gone = excluded.gone,
               hidden = excluded.hidden, digest = excluded.digest,
               body = excluded.body",
        )?
        .execute((
            connection.0,
            hash.0,
            row.id.as_str(),
            row.key.as_ref().map(MatchKey::as_str),
            row.id.object().as_str(),
            row.stamp.as_millis(),
            row.seen_at.as_millis(),
            stale,
            row.projection,
            row.owner_id.as_ref().map(sf::OwnerId::as_str),
            row.account_id.as_ref().map(sf::AccountId::as_str),
            row.successor.as_ref().map(sf::RecordId::as_str),
            row.gone,
            row.hidden,
            row.digest().0,
            json_text(&row.body),
        ))?;
    aliases::follow(transaction, connection, row, standing)
}

/// Moves the instants of an unchanged row forward; writes nothing if they are there.
fn confirm(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    row: &RecordRow,
    standing: &Standing,
    stale: bool,
) -> Tried<()> {
    if row.stamp <= standing.stamp && row.seen_at <= standing.seen_at && stale == standing.stale {
        return Ok(());
    }
    transaction
        .prepare_cached(
            "UPDATE record SET stamp = ?4, seen_at = ?5, stale = ?6
             WHERE c = ?1 AND kh = ?2 AND id = ?3",
        )?
        .execute((
            connection.0,
            standing.hash.0,
            row.id.as_str(),
            row.stamp.max(standing.stamp).as_millis(),
            row.seen_at.max(standing.seen_at).as_millis(),
            stale,
        ))?;
    Ok(())
}

pub(crate) fn mark_stale(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    id: sf::RecordId,
) -> Tried<()> {
    transaction
        .prepare_cached("UPDATE record SET stale = 1 WHERE c = ?1 AND id = ?2")?
        .execute((connection.0, id.as_str()))?;
    Ok(())
}

pub(crate) fn find(
    view: &Transaction<'_>,
    connection: ConnectionId,
    id: sf::RecordId,
) -> Tried<Option<RecordRow>> {
    let mut statement = view.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM record WHERE c = ?1 AND id = ?2"
    ))?;
    let mut rows = statement.query((connection.0, id.as_str()))?;
    rows.next()?.map(read).transpose()
}
