//! Accounts as Salesforce last showed them.

use model::{ConnectionId, sf};
use rusqlite::{Row, Transaction};
use store::AccountRow;

use crate::cells::{Cells, RowKey, json_text};
use crate::trouble::Tried;

/// The select list that `read` reads.
pub(crate) const COLUMNS: &str = "id, owner_id, stamp, seen_at, body";

pub(crate) fn read(row: &Row<'_>) -> Tried<AccountRow> {
    let mut cells = Cells::new(row, "account", RowKey::Plain);
    Ok(AccountRow {
        id: cells.parsed("id")?,
        owner_id: cells.parsed_or_none("owner_id")?,
        stamp: cells.instant("stamp")?,
        seen_at: cells.instant("seen_at")?,
        body: cells.json("body")?,
    })
}

/// Stores a row unless the stored one is newer. True if owner or body changed, or if it is new.
pub(crate) fn take(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    row: &AccountRow,
) -> Tried<bool> {
    let standing = find(transaction, connection, row.id)?;
    let changed = match &standing {
        Some(standing) if standing.stamp > row.stamp => return Ok(false),
        Some(standing) => standing.digest() != row.digest(),
        None => true,
    };
    if standing.as_ref() == Some(row) {
        return Ok(false);
    }
    transaction
        .prepare_cached(
            "INSERT INTO account (c, id, owner_id, stamp, seen_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (c, id) DO UPDATE SET
               owner_id = excluded.owner_id, stamp = excluded.stamp,
               seen_at = max(seen_at, excluded.seen_at), body = excluded.body",
        )?
        .execute((
            connection.0,
            row.id.as_str(),
            row.owner_id.as_ref().map(sf::OwnerId::as_str),
            row.stamp.as_millis(),
            row.seen_at.as_millis(),
            json_text(&row.body),
        ))?;
    Ok(changed)
}

pub(crate) fn find(
    view: &Transaction<'_>,
    connection: ConnectionId,
    id: sf::AccountId,
) -> Tried<Option<AccountRow>> {
    let mut statement = view.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM account WHERE c = ?1 AND id = ?2"
    ))?;
    let mut rows = statement.query((connection.0, id.as_str()))?;
    rows.next()?.map(read).transpose()
}
