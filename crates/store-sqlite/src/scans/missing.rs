//! What a finished scan did not meet.

use model::{ic, sf};
use rusqlite::Transaction;
use store::Side;

use super::{ScanState, progress};
use crate::cells::{Cells, RowKey};
use crate::trouble::{Tried, Trouble};
use crate::words::Word;

/// Contacts that were seen before the scan and not by it. Parameters: connection, scan, side, its
/// beginning.
const CONTACTS: &str = "FROM contact AS row
     WHERE row.c = ?1 AND row.seen_at < ?4
       AND NOT EXISTS (SELECT 1 FROM sighting
                       WHERE c = ?1 AND scan = ?2 AND side = ?3 AND id = row.id)";

/// Records, as `CONTACTS`; what is known as gone or hidden is not missed.
const RECORDS: &str = "FROM record AS row
     WHERE row.c = ?1 AND row.seen_at < ?4 AND row.gone = 0 AND row.hidden = 0
       AND NOT EXISTS (SELECT 1 FROM sighting
                       WHERE c = ?1 AND scan = ?2 AND side = ?3 AND id = row.id)";

/// How many rows a merged scan did not meet.
pub(super) fn count(view: &Transaction<'_>, scan: i64) -> Tried<u64> {
    let progress = progress(view, scan)?;
    let rows = match progress.side {
        Side::Intercom => CONTACTS,
        Side::Salesforce => RECORDS,
    };
    let count: i64 = view
        .prepare_cached(&format!("SELECT COUNT(*) {rows}"))?
        .query_row(
            (
                progress.connection.0,
                scan,
                progress.side.word(),
                progress.started_at.as_millis(),
            ),
            |row| row.get(0),
        )?;
    Ok(u64::try_from(count).expect("COUNT is never negative"))
}

/// The next contacts by id.
pub(super) fn contacts(
    view: &Transaction<'_>,
    scan: i64,
    after: Option<&ic::ContactId>,
    limit: u32,
) -> Tried<Vec<ic::ContactId>> {
    let after = after.map_or("", ic::ContactId::as_str);
    ids(
        view,
        scan,
        (Side::Intercom, CONTACTS),
        after,
        limit,
        |cells| cells.parsed("id"),
    )
}

/// The next records by id.
pub(super) fn records(
    view: &Transaction<'_>,
    scan: i64,
    after: Option<sf::RecordId>,
    limit: u32,
) -> Tried<Vec<sf::RecordId>> {
    let after = after.as_ref().map_or("", sf::RecordId::as_str);
    ids(
        view,
        scan,
        (Side::Salesforce, RECORDS),
        after,
        limit,
        |cells| cells.parsed("id"),
    )
}

fn ids<T>(
    view: &Transaction<'_>,
    scan: i64,
    (side, rows): (Side, &'static str),
    after: &str,
    limit: u32,
    read: impl Fn(&mut Cells<'_, '_>) -> Tried<T>,
) -> Tried<Vec<T>> {
    let progress = progress(view, scan)?;
    if progress.state != ScanState::Finished || progress.side != side {
        return Err(Trouble::conflict("the scan"));
    }
    let mut statement = view.prepare_cached(&format!(
        "SELECT row.id {rows} AND row.id > ?5 ORDER BY row.id LIMIT ?6"
    ))?;
    let mut rows = statement.query((
        progress.connection.0,
        scan,
        side.word(),
        progress.started_at.as_millis(),
        after,
        limit,
    ))?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(read(&mut Cells::new(row, "sighting", RowKey::Plain))?);
    }
    Ok(ids)
}
