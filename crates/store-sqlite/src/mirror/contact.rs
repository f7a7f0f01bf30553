//! Contacts as Intercom last showed them.

use model::{ConnectionId, KeyHash, MatchKey, PersonKey, Timestamp, ic};
use rusqlite::{Row, Transaction};
use store::{ContactRow, Digest, Sighting, Source, Version, judge};

use crate::cells::{Cells, RowKey, json_text};
use crate::failures;
use crate::trouble::Tried;
use crate::words::Word;

/// The select list that `read` reads.
pub(crate) const COLUMNS: &str = "id, key, role, stamp, seen_at, stale, projection, owner_id, body";

pub(crate) fn read(row: &Row<'_>) -> Tried<ContactRow> {
    read_of("contact", row)
}

/// Reads the same columns from the mirror or the stage.
pub(crate) fn read_of(table: &'static str, row: &Row<'_>) -> Tried<ContactRow> {
    let mut cells = Cells::new(row, table, RowKey::Plain);
    Ok(ContactRow {
        id: cells.parsed("id")?,
        key: cells.key_or_none("key")?,
        role: cells.word("role")?,
        stamp: cells.instant("stamp")?,
        seen_at: cells.instant("seen_at")?,
        stale: cells.flag("stale")?,
        projection: cells.integer("projection")?,
        owner_id: cells.parsed_or_none("owner_id")?,
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
            hidden: false,
        }
    }
}

pub(crate) fn standing(
    view: &Transaction<'_>,
    connection: ConnectionId,
    id: &ic::ContactId,
) -> Tried<Option<Standing>> {
    let mut statement = view.prepare_cached(
        "SELECT id, kh, key, stamp, seen_at, stale, projection, digest FROM contact
         WHERE c = ?1 AND id = ?2",
    )?;
    let mut rows = statement.query((connection.0, id.as_str()))?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let mut cells = Cells::new(row, "contact", RowKey::Plain);
    cells.text("id")?;
    Ok(Some(Standing {
        hash: KeyHash(cells.integer("kh")?),
        key: cells.key_or_none("key")?,
        stamp: cells.instant("stamp")?,
        seen_at: cells.instant("seen_at")?,
        stale: cells.flag("stale")?,
        projection: cells.integer("projection")?,
        digest: Digest(cells.integer("digest")?),
    }))
}

/// What became of a reading, and whose row it was before.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) sighting: Sighting,
    pub(crate) person_before: Option<PersonKey>,
}

/// Judges a reading and stores what follows from it.
pub(crate) fn take(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    row: &ContactRow,
    source: Source,
) -> Tried<Taken> {
    let standing = standing(transaction, connection, &row.id)?;
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
        (_, Sighting::Doubt) => mark_stale(transaction, connection, &row.id)?,
        (None, Sighting::Unchanged) | (_, Sighting::Older) => {}
    }
    let person_before =
        standing.map(|standing| PersonKey::of_contact(standing.key.as_ref(), &row.id));
    Ok(Taken {
        sighting,
        person_before,
    })
}

/// Stores a row in the place of the standing one.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    row: &ContactRow,
    stale: bool,
    standing: Option<&Standing>,
) -> Tried<()> {
    let hash = row.person().hash();
    if let Some(standing) = standing
        && standing.hash != hash
    {
        remove_at(transaction, connection, standing.hash, &row.id)?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO contact (c, kh, id, key, role, stamp, seen_at, stale, projection,
                                  owner_id, digest, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (c, kh, id) DO UPDATE SET
               key = excluded.key, role = excluded.role, stamp = excluded.stamp,
               seen_at = excluded.seen_at, stale = excluded.stale,
               projection = excluded.projection, owner_id = excluded.owner_id,
               digest = excluded.digest, body = excluded.body",
        )?
        .execute((
            connection.0,
            hash.0,
            row.id.as_str(),
            row.key.as_ref().map(MatchKey::as_str),
            row.role.word(),
            row.stamp.as_millis(),
            row.seen_at.as_millis(),
            stale,
            row.projection,
            row.owner_id.as_ref().map(ic::TeammateId::as_str),
            row.digest().0,
            json_text(&row.body),
        ))?;
    Ok(())
}

/// Moves the instants of an unchanged row forward; writes nothing if they are there.
fn confirm(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    row: &ContactRow,
    standing: &Standing,
    stale: bool,
) -> Tried<()> {
    if row.stamp <= standing.stamp && row.seen_at <= standing.seen_at && stale == standing.stale {
        return Ok(());
    }
    transaction
        .prepare_cached(
            "UPDATE contact SET stamp = ?4, seen_at = ?5, stale = ?6
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
    id: &ic::ContactId,
) -> Tried<()> {
    transaction
        .prepare_cached("UPDATE contact SET stale = 1 WHERE c = ?1 AND id = ?2")?
        .execute((connection.0, id.as_str()))?;
    Ok(())
}

/// Deletes a row; returns whose it was.
pub(crate) fn remove(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    id: &ic::ContactId,
) -> Tried<Option<PersonKey>> {
    let Some(standing) = standing(transaction, connection, id)? else {
        return Ok(None);
    };
    remove_at(transaction, connection, standing.hash, id)?;
    failures::clear(transaction, connection, &format!("contact:{id}"))?;
    Ok(Some(PersonKey::of_contact(standing.key.as_ref(), id)))
}

fn remove_at(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    hash: KeyHash,
    id: &ic::ContactId,
) -> Tried<()> {
    transaction
        .prepare_cached("DELETE FROM contact WHERE c = ?1 AND kh = ?2 AND id = ?3")?
        .execute((connection.0, hash.0, id.as_str()))?;
    Ok(())
}

pub(crate) fn find(
    view: &Transaction<'_>,
    connection: ConnectionId,
    id: &ic::ContactId,
) -> Tried<Option<ContactRow>> {
    let mut statement = view.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM contact WHERE c = ?1 AND id = ?2"
    ))?;
    let mut rows = statement.query((connection.0, id.as_str()))?;
    rows.next()?.map(read).transpose()
}

/// Whether any contact has the key.
pub(crate) fn any_with(
    view: &Transaction<'_>,
    connection: ConnectionId,
    key: &MatchKey,
) -> Tried<bool> {
    let any = view
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM contact WHERE c = ?1 AND kh = ?2 AND key = ?3)",
        )?
        .query_row((connection.0, key.hash().0, key.as_str()), |row| row.get(0))?;
    Ok(any)
}
