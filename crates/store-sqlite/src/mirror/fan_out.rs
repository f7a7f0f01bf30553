//! Marking everybody who hangs on an Account or an owner.

use std::collections::BTreeSet;

use model::{ConnectionId, KeyHash, Lane, PersonKey, Reason, Timestamp, sf};
use rusqlite::{OptionalExtension, Transaction};
use store::{FanOutPosition, Position};

use crate::cells::{Cells, RowKey};
use crate::mirror::followers;
use crate::queue;
use crate::trouble::Tried;

/// Records of an Account. The index holds them in the order of their hashes; without being told,
/// the database would walk all records of the connection for the sake of that order.
const OF_ACCOUNT: &str = "
    SELECT id, kh, key, owner_id FROM record INDEXED BY record_by_account
    WHERE c = ?1 AND account_id = ?2 AND (kh, id) > (?3, ?4)
    ORDER BY kh, id LIMIT ?5";

/// Records of an owner, as `OF_ACCOUNT`.
const OF_OWNER: &str = "
    SELECT id, kh, key, owner_id FROM record INDEXED BY record_by_owner
    WHERE c = ?1 AND owner_id = ?2 AND (kh, id) > (?3, ?4)
    ORDER BY kh, id LIMIT ?5";

/// The next Account of an owner.
const NEXT_ACCOUNT: &str = "
    SELECT id FROM account INDEXED BY account_by_owner
    WHERE c = ?1 AND owner_id = ?2 AND id > ?3 ORDER BY id LIMIT 1";

/// One page of a fan-out.
pub(crate) struct Page {
    pub(crate) after: Option<FanOutPosition>,
    pub(crate) limit: u32,
    pub(crate) lane: Lane,
    pub(crate) now: Timestamp,
}

/// A record of a page.
struct Met {
    id: sf::RecordId,
    hash: KeyHash,
    person: Option<PersonKey>,
    owner: Option<sf::OwnerId>,
}

fn next_records(
    view: &Transaction<'_>,
    connection: ConnectionId,
    (query, of): (&'static str, &str),
    after: Option<&Position>,
    limit: u32,
) -> Tried<Vec<Met>> {
    let (hash, id) = after.map_or((i64::MIN, ""), |position| {
        (position.hash.0, position.id.as_str())
    });
    let mut statement = view.prepare_cached(query)?;
    let mut rows = statement.query((connection.0, of, hash, id, limit))?;
    let mut met = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new(row, "record", RowKey::Plain);
        met.push(Met {
            id: cells.parsed("id")?,
            hash: KeyHash(cells.integer("kh")?),
            person: cells.key_or_none("key")?.map(PersonKey::Matched),
            owner: cells.parsed_or_none("owner_id")?,
        });
    }
    Ok(met)
}

/// The last record of a page, if the page is full: then there may be more.
fn last_of_full(met: &[Met], limit: u32) -> Option<Position> {
    let full = u32::try_from(met.len()) == Ok(limit);
    met.last().filter(|_| full).map(|last| Position {
        hash: last.hash,
        id: last.id.as_str().to_owned(),
    })
}

/// Marks the persons of one page of an Account's records due; returns where to go on.
pub(super) fn of_account(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    account: sf::AccountId,
    page: &Page,
) -> Tried<Option<FanOutPosition>> {
    let limit = page.limit;
    let after = page
        .after
        .as_ref()
        .and_then(|position| position.record.as_ref());
    let of = (OF_ACCOUNT, account.as_str());
    let met = next_records(transaction, connection, of, after, limit)?;
    let last = last_of_full(&met, limit);
    mark(transaction, connection, &met, page)?;
    Ok(last.map(|last| FanOutPosition {
        account: Some(account),
        record: Some(last),
    }))
}

/// Marks the persons of one page of what an owner owns due; returns where to go on.
pub(super) fn of_owner(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    owner: sf::OwnerId,
    page: &Page,
) -> Tried<Option<FanOutPosition>> {
    let after = page.after.clone().unwrap_or(FanOutPosition {
        account: None,
        record: None,
    });
    let mut met = Vec::new();
    let next = gather(
        transaction,
        connection,
        owner,
        (after, page.limit),
        &mut met,
    )?;
    mark(transaction, connection, &met, page)?;
    Ok(next)
}

/// Goes through the owner's records, then through its Accounts. Each record and each Account counts
/// against `room`, so that neither many of the one nor of the other make a page long.
fn gather(
    view: &Transaction<'_>,
    connection: ConnectionId,
    owner: sf::OwnerId,
    (after, mut room): (FanOutPosition, u32),
    met: &mut Vec<Met>,
) -> Tried<Option<FanOutPosition>> {
    let mut record = after.record;
    let mut account = after.account;
    if account.is_none() {
        let of = (OF_OWNER, owner.as_str());
        let own = next_records(view, connection, of, record.as_ref(), room)?;
        let last = last_of_full(&own, room);
        room -= u32::try_from(own.len()).expect("no more than the limit");
        met.extend(own);
        if last.is_some() {
            return Ok(Some(FanOutPosition {
                account: None,
                record: last,
            }));
        }
        record = None;
        account = next_account(view, connection, owner, None)?;
    }
    while let Some(current) = account {
        if room == 0 {
            return Ok(Some(FanOutPosition { account, record }));
        }
        let of = (OF_ACCOUNT, current.as_str());
        let of_account = next_records(view, connection, of, record.as_ref(), room)?;
        let last = last_of_full(&of_account, room);
        room -= u32::try_from(of_account.len()).expect("no more than the limit");
        // The owner's own records were passed before.
        met.extend(of_account.into_iter().filter(|it| it.owner != Some(owner)));
        if last.is_some() {
            return Ok(Some(FanOutPosition {
                account,
                record: last,
            }));
        }
        room -= 1;
        record = None;
        account = next_account(view, connection, owner, Some(current))?;
    }
    Ok(None)
}

fn next_account(
    view: &Transaction<'_>,
    connection: ConnectionId,
    owner: sf::OwnerId,
    after: Option<sf::AccountId>,
) -> Tried<Option<sf::AccountId>> {
    let after = after.as_ref().map_or("", sf::AccountId::as_str);
    let next = view
        .prepare_cached(NEXT_ACCOUNT)?
        .query_row((connection.0, owner.as_str(), after), |row| {
            Ok(Cells::new(row, "account", RowKey::Plain).parsed("id"))
        })
        .optional()?;
    next.transpose()
}

fn mark(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    met: &[Met],
    page: &Page,
) -> Tried<()> {
    let mut persons = BTreeSet::new();
    for record in met {
        persons.extend(record.person.clone());
        persons.extend(followers::beside_its_key(
            transaction,
            connection,
            record.id,
        )?);
    }
    let urgency = (page.lane, page.now, Reason::FollowUp);
    queue::mark_persons(transaction, connection, persons, urgency)
}
