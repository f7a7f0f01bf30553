//! The records of persons, and what they became.

use std::collections::BTreeMap;

use model::settings::CROWD_MAX;
use model::{ConnectionId, MatchKey, sf};
use rusqlite::{CachedStatement, ToSql, Transaction};
use store::{CHAIN_MAX, RecordRow};

use super::all;
use super::contacts::ROWS_MAX;
use crate::mirror::record;
use crate::trouble::Tried;

/// Records with a key.
pub(super) struct Keyed {
    /// Those that are not gone, by id; no more than `ROWS_MAX`.
    pub(super) records: Vec<RecordRow>,
    /// Those that were merged away, by id; no more than `ROWS_MAX`.
    pub(super) merged: Vec<RecordRow>,
    /// How many are not gone.
    pub(super) count: u64,
}

impl Keyed {
    pub(super) fn none() -> Self {
        Self {
            records: Vec::new(),
            merged: Vec::new(),
            count: 0,
        }
    }
}

const PRESENT: &str = "gone = 0";
const MERGED: &str = "gone = 1 AND successor_id IS NOT NULL";

fn select(condition: &str) -> String {
    format!(
        "SELECT {} FROM record WHERE c = ?1 AND kh = ?2 AND key = ?3 AND ({condition})
         ORDER BY id LIMIT ?4",
        record::COLUMNS
    )
}

/// Reads present and merged records of a person at once, which is what all but crowds need.
pub(super) fn both<'v>(view: &'v Transaction<'v>) -> Tried<CachedStatement<'v>> {
    Ok(view.prepare_cached(&select("gone = 0 OR successor_id IS NOT NULL"))?)
}

/// The records with a key; `statement` is `both`.
pub(super) fn of_key(
    view: &Transaction<'_>,
    statement: &mut CachedStatement<'_>,
    connection: ConnectionId,
    key: &MatchKey,
) -> Tried<Keyed> {
    let (hash, limit) = (key.hash().0, CROWD_MAX + 1);
    let parameters: [&dyn ToSql; 4] = [&connection.0, &hash, &key.as_str(), &limit];
    let rows = all(statement, &parameters, record::read)?;
    if rows.len() > ROWS_MAX {
        return of_crowd(view, connection, key);
    }
    let (merged, records): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.gone);
    Ok(Keyed {
        count: u64::try_from(records.len()).expect("a length fits"),
        records,
        merged,
    })
}

fn of_crowd(view: &Transaction<'_>, connection: ConnectionId, key: &MatchKey) -> Tried<Keyed> {
    let hash = key.hash().0;
    let parameters: [&dyn ToSql; 4] = [&connection.0, &hash, &key.as_str(), &CROWD_MAX];
    let read = |condition| {
        let mut statement = view.prepare_cached(&select(condition))?;
        all(&mut statement, &parameters, record::read)
    };
    let count: i64 = view
        .prepare_cached(
            "SELECT COUNT(*) FROM record WHERE c = ?1 AND kh = ?2 AND key = ?3 AND gone = 0",
        )?
        .query_row((connection.0, hash, key.as_str()), |row| row.get(0))?;
    Ok(Keyed {
        records: read(PRESENT)?,
        merged: read(MERGED)?,
        count: u64::try_from(count).expect("COUNT is never negative"),
    })
}

/// What records became.
#[derive(Default)]
pub(super) struct Chains {
    /// Each record with the end of its chain.
    pub(super) became: BTreeMap<sf::RecordId, sf::RecordId>,
    /// The ends.
    pub(super) ends: BTreeMap<sf::RecordId, RecordRow>,
}

impl Chains {
    /// Follows a record; nothing happens if it has no successor, or its end is not known or gone.
    pub(super) fn follow(
        &mut self,
        view: &Transaction<'_>,
        connection: ConnectionId,
        from: &RecordRow,
    ) -> Tried<()> {
        let mut next = from.successor;
        for _ in 0..CHAIN_MAX {
            let Some(id) = next else { return Ok(()) };
            let Some(row) = record::find(view, connection, id)? else {
                return Ok(());
            };
            next = row.successor;
            if next.is_none() && !row.gone {
                self.became.insert(from.id, id);
                self.ends.insert(id, row);
                return Ok(());
            }
        }
        Ok(())
    }
}
