//! Records that do not come when they are asked for by id, although nobody said that they were
//! deleted: they may be invisible to the integration user.

use std::collections::BTreeSet;

use model::{ConnectionId, Lane, Reason, Timestamp, sf};
use rusqlite::Transaction;
use store::UNSTAMPED;

use crate::mirror::followers::persons_of_record;
use crate::mirror::record;
use crate::queue;
use crate::trouble::Tried;

/// Hides stored rows; returns the ids of which there is no row, or one that is gone.
pub(super) fn hide(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    ids: &[sf::RecordId],
    now: Timestamp,
) -> Tried<Vec<sf::RecordId>> {
    let mut others = Vec::new();
    let mut persons = BTreeSet::new();
    for id in ids {
        let found = record::find(transaction, connection, *id)?;
        let Some(mut row) = found.filter(|row| !row.gone) else {
            others.push(*id);
            continue;
        };
        if !row.hidden {
            persons_of_record(transaction, connection, &row, None, &mut persons)?;
        }
        row.hidden = true;
        row.seen_at = row.seen_at.max(now);
        let standing = record::standing(transaction, connection, *id)?;
        record::put(transaction, connection, &row, false, standing.as_ref())?;
    }
    let urgency = (Lane::Repair, now, Reason::FollowUp);
    queue::mark_persons(transaction, connection, persons, urgency)?;
    Ok(others)
}

/// Makes a hidden row a gone one; false if it is not hidden. Whatever is read of it later counts.
pub(super) fn forget(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    id: sf::RecordId,
    now: Timestamp,
) -> Tried<bool> {
    let found = record::find(transaction, connection, id)?;
    let Some(mut row) = found.filter(|row| row.hidden) else {
        return Ok(false);
    };
    let mut persons = BTreeSet::new();
    persons_of_record(transaction, connection, &row, None, &mut persons)?;
    row.hidden = false;
    row.gone = true;
    row.stamp = UNSTAMPED;
    row.seen_at = row.seen_at.max(now);
    let standing = record::standing(transaction, connection, id)?;
    record::put(transaction, connection, &row, false, standing.as_ref())?;
    let urgency = (Lane::Interactive, now, Reason::Click);
    queue::mark_persons(transaction, connection, persons, urgency)?;
    Ok(true)
}
