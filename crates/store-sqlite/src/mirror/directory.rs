//! Who can own things, on both sides.

use std::collections::{BTreeMap, BTreeSet};

use model::{ConnectionId, Timestamp};
use rusqlite::{Row, Transaction};
use store::{DirectoryKind, DirectoryRow, Side};

use crate::cells::{Cells, RowKey};
use crate::trouble::Tried;
use crate::words::Word;

/// The select list that `read` reads.
pub(crate) const COLUMNS: &str = "id, kind, name, email, role, title, active, standard, last_login";

pub(crate) fn read(row: &Row<'_>) -> Tried<DirectoryRow> {
    let mut cells = Cells::new(row, "directory", RowKey::Plain);
    Ok(DirectoryRow {
        id: cells.text("id")?.to_owned(),
        kind: cells.word("kind")?,
        name: cells.text("name")?.to_owned(),
        email: cells.text_or_none("email")?.map(str::to_owned),
        role: cells.text_or_none("role")?.map(str::to_owned),
        title: cells.text_or_none("title")?.map(str::to_owned),
        active: cells.flag("active")?,
        standard: cells.flag("standard")?,
        last_login: cells.instant_or_none("last_login")?,
    })
}

fn side_of(kind: DirectoryKind) -> Side {
    match kind {
        DirectoryKind::Teammate => Side::Intercom,
        DirectoryKind::User | DirectoryKind::Queue => Side::Salesforce,
    }
}

/// The rows of a kind, by name.
pub(crate) fn of_kind(
    view: &Transaction<'_>,
    connection: ConnectionId,
    kind: DirectoryKind,
) -> Tried<Vec<DirectoryRow>> {
    let mut statement = view.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM directory WHERE c = ?1 AND side = ?2 AND kind = ?3
         ORDER BY name, id"
    ))?;
    let mut rows = statement.query((connection.0, side_of(kind).word(), kind.word()))?;
    let mut directory = Vec::new();
    while let Some(row) = rows.next()? {
        directory.push(read(row)?);
    }
    Ok(directory)
}

/// A Salesforce owner.
pub(crate) fn find_owner(
    view: &Transaction<'_>,
    connection: ConnectionId,
    id: &str,
) -> Tried<Option<DirectoryRow>> {
    let mut statement = view.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM directory WHERE c = ?1 AND side = ?2 AND id = ?3"
    ))?;
    let mut rows = statement.query((connection.0, Side::Salesforce.word(), id))?;
    rows.next()?.map(read).transpose()
}

/// Replaces the rows of `kinds`; returns whose row is new, changed (a login is no change), or now
/// inactive because it is no longer there, by id. Rows of other kinds are left out.
pub(crate) fn replace(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    kinds: &[DirectoryKind],
    rows: &[DirectoryRow],
) -> Tried<Vec<String>> {
    let mut standing = BTreeMap::new();
    for kind in kinds {
        for row in of_kind(transaction, connection, *kind)? {
            standing.insert(row.id.clone(), row);
        }
    }
    let mut changed = BTreeSet::new();
    for row in rows.iter().filter(|row| kinds.contains(&row.kind)) {
        let before = standing.remove(&row.id);
        if before.as_ref() == Some(row) {
            continue;
        }
        put(transaction, connection, row)?;
        if !before.is_some_and(|before| differs_by_login(before, row)) {
            changed.insert(row.id.clone());
        }
    }
    for (id, mut absent) in standing {
        if absent.active {
            absent.active = false;
            put(transaction, connection, &absent)?;
            changed.insert(id);
        }
    }
    Ok(changed.into_iter().collect())
}

/// Whether two rows that differ do so by the last login alone, which moves every day.
fn differs_by_login(mut before: DirectoryRow, row: &DirectoryRow) -> bool {
    before.last_login = row.last_login;
    before == *row
}

fn put(transaction: &Transaction<'_>, connection: ConnectionId, row: &DirectoryRow) -> Tried<()> {
    transaction
        .prepare_cached(
            "INSERT INTO directory (c, side, id, kind, email, name, role, title, active,
                                    standard, last_login)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (c, side, id) DO UPDATE SET
               kind = excluded.kind, email = excluded.email, name = excluded.name,
               role = excluded.role, title = excluded.title, active = excluded.active,
               standard = excluded.standard, last_login = excluded.last_login",
        )?
        .execute((
            connection.0,
            side_of(row.kind).word(),
            &row.id,
            row.kind.word(),
            &row.email,
            &row.name,
            &row.role,
            &row.title,
            row.active,
            row.standard,
            row.last_login.map(Timestamp::as_millis),
        ))?;
    Ok(())
}
