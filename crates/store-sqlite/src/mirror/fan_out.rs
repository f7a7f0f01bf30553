//! Marking everybody who hangs on an Account or an owner.

use std::collections::BTreeSet;

use model::{ConnectionId, KeyHash, Lane, PersonKey, Reason, Timestamp, sf};
use rusqlite::{ToSql, Transaction};
use store::Position;

use crate::cells::{Cells, RowKey};
use crate::mirror::record;
use crate::queue;
use crate::trouble::Tried;

/// Records of an Account. The index holds them in the order of their hashes; without being told, the
/// database would walk all records of the connection for the sake of that order.
pub(crate) const OF_ACCOUNT: &str = "
    SELECT id, kh, key FROM record INDEXED BY record_by_account
    WHERE c = ?1 AND account_id = ?2 AND (kh, id) > (?3, ?4)
    ORDER BY kh, id LIMIT ?5";

/// Records of an owner, and those of the Accounts of an owner; a cross join is read from the left.
pub(crate) const OF_OWNER: &str = "
    SELECT id, kh, key FROM record INDEXED BY record_by_owner
    WHERE c = ?1 AND owner_id = ?2 AND (kh, id) > (?3, ?4)
    UNION
    SELECT record.id, record.kh, record.key FROM account
    CROSS JOIN record INDEXED BY record_by_account
      ON record.c = account.c AND record.account_id = account.id
    WHERE account.c = ?1 AND account.owner_id = ?2 AND (record.kh, record.id) > (?3, ?4)
    ORDER BY 2, 1 LIMIT ?5";

/// One page of a fan-out.
pub(crate) struct Page {
    pub(crate) after: Option<Position>,
    pub(crate) limit: u32,
    pub(crate) lane: Lane,
    pub(crate) now: Timestamp,
}

/// Marks the persons of one page of records due; returns where to go on.
pub(crate) fn fan_out(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    records: &'static str,
    cause: impl ToSql,
    page: &Page,
) -> Tried<Option<Position>> {
    let (after_hash, after_id) = match &page.after {
        Some(position) => (position.hash.0, position.id.as_str()),
        None => (i64::MIN, ""),
    };
    let mut met: Vec<(sf::RecordId, Option<PersonKey>, KeyHash)> = Vec::new();
    {
        let mut statement = transaction.prepare_cached(records)?;
        let mut rows = statement.query((connection.0, cause, after_hash, after_id, page.limit))?;
        while let Some(row) = rows.next()? {
            let mut cells = Cells::new(row, "record", RowKey::Plain);
            let id = cells.parsed("id")?;
            let hash = KeyHash(cells.integer("kh")?);
            let person = cells.key_or_none("key")?.map(PersonKey::Matched);
            met.push((id, person, hash));
        }
    }
    let mut persons = BTreeSet::new();
    for (id, person, _) in &met {
        persons.extend(person.clone());
        persons.extend(record::persons_beside_its_key(
            transaction,
            connection,
            *id,
        )?);
    }
    queue::mark_persons(
        transaction,
        connection,
        persons,
        (page.lane, page.now, Reason::FollowUp),
    )?;
    let full = u32::try_from(met.len()) == Ok(page.limit);
    Ok(met.pop().filter(|_| full).map(|(id, _, hash)| Position {
        hash,
        id: id.as_str().to_owned(),
    }))
}
