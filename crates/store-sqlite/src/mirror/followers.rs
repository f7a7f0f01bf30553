//! Who follows a record: persons whose facts hold it, by its key or otherwise.

use std::collections::BTreeSet;

use model::{ConnectionId, MatchKey, PersonKey, sf};
use rusqlite::Transaction;
use store::{CHAIN_MAX, RecordRow};

use crate::cells::{Cells, RowKey};
use crate::mirror::record::{self, Standing};
use crate::trouble::Tried;
use crate::{links, pins};

/// Adds everybody whose facts hold the record, before or now: by its key, by a pin or a link, as
/// what another row became, or as what it became itself.
pub(crate) fn persons_of_record(
    view: &Transaction<'_>,
    connection: ConnectionId,
    row: &RecordRow,
    before: Option<&Standing>,
    persons: &mut BTreeSet<PersonKey>,
) -> Tried<()> {
    let key_before = before.and_then(|standing| standing.key.clone());
    persons.extend(key_before.map(PersonKey::Matched));
    persons.extend(row.key.clone().map(PersonKey::Matched));
    persons.extend(beside_its_key(view, connection, row.id)?);
    let successors = [
        before.and_then(|standing| standing.successor),
        row.successor,
    ];
    for successor in successors.into_iter().flatten() {
        persons.extend(ahead(view, connection, successor)?);
    }
    Ok(())
}

/// Persons whose facts hold a record other than by its key: those with a row that became it over
/// some steps, those who pinned it or such a row, and those with a contact linked to either.
pub(crate) fn beside_its_key(
    view: &Transaction<'_>,
    connection: ConnectionId,
    id: sf::RecordId,
) -> Tried<Vec<PersonKey>> {
    let mut persons = pointing_to(view, connection, id)?;
    let mut met = BTreeSet::from([id]);
    let mut last = vec![id];
    for _ in 0..CHAIN_MAX {
        let mut before_them = Vec::new();
        for id in last {
            for (became_it, key) in predecessors(view, connection, id)? {
                if met.insert(became_it) {
                    persons.extend(key.map(PersonKey::Matched));
                    persons.extend(pointing_to(view, connection, became_it)?);
                    before_them.push(became_it);
                }
            }
        }
        last = before_them;
    }
    Ok(persons)
}

/// The persons who pinned a record or have a contact linked to it.
fn pointing_to(
    view: &Transaction<'_>,
    connection: ConnectionId,
    id: sf::RecordId,
) -> Tried<Vec<PersonKey>> {
    let mut persons = pins::persons_of(view, connection, id)?;
    persons.extend(links::persons_of(view, connection, id)?);
    Ok(persons)
}

/// The rows that became a record in one step.
fn predecessors(
    view: &Transaction<'_>,
    connection: ConnectionId,
    id: sf::RecordId,
) -> Tried<Vec<(sf::RecordId, Option<MatchKey>)>> {
    let mut statement = view.prepare_cached(
        "SELECT id, key FROM record INDEXED BY record_by_successor
         WHERE c = ?1 AND successor_id = ?2",
    )?;
    let mut rows = statement.query((connection.0, id.as_str()))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new(row, "record", RowKey::Plain);
        found.push((cells.parsed("id")?, cells.key_or_none("key")?));
    }
    Ok(found)
}

/// The persons of what a record became: by the key of each step, and by its pins.
fn ahead(
    view: &Transaction<'_>,
    connection: ConnectionId,
    successor: sf::RecordId,
) -> Tried<Vec<PersonKey>> {
    let mut persons = Vec::new();
    let mut next = Some(successor);
    for _ in 0..CHAIN_MAX {
        let Some(id) = next else { break };
        persons.extend(pins::persons_of(view, connection, id)?);
        let standing = record::standing(view, connection, id)?;
        next = standing.as_ref().and_then(|standing| standing.successor);
        let key = standing.and_then(|standing| standing.key);
        persons.extend(key.map(PersonKey::Matched));
    }
    Ok(persons)
}
