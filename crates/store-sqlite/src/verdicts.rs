//! Persons for whom no clear match was found.

use std::collections::BTreeMap;

use async_trait::async_trait;
use model::{ConnectionId, MatchKey, PersonKey};
use rusqlite::{Row, Transaction};
use store::{Listing, StoreError, Unclear, Verdicted, Verdicts};

use crate::SqliteStore;
use crate::cells::{Cells, RowKey, stored_count};
use crate::trouble::Tried;
use crate::words::Word;

/// The select list that `read` reads.
pub(crate) const COLUMNS: &str = "key, verdict, contacts, leads, sf_contacts, since";

pub(crate) fn read(row: &Row<'_>) -> Tried<(MatchKey, Verdicted)> {
    let mut cells = Cells::new(row, "verdict", RowKey::Personal);
    let key = cells.key_or_none("key")?;
    let key = key.ok_or_else(|| cells.unreadable("key", "it is empty"))?;
    let verdicted = Verdicted {
        verdict: cells.word("verdict")?,
        contacts: cells.count("contacts")?,
        leads: cells.count("leads")?,
        sf_contacts: cells.count("sf_contacts")?,
        since: cells.instant("since")?,
    };
    Ok((key, verdicted))
}

/// Writes down how a person is listed.
pub(crate) fn list(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    person: &PersonKey,
    listing: Listing,
) -> Tried<()> {
    let PersonKey::Matched(key) = person else {
        return Ok(());
    };
    match listing {
        Listing::Keep => Ok(()),
        Listing::Remove => {
            transaction
                .prepare_cached("DELETE FROM verdict WHERE c = ?1 AND kh = ?2 AND key = ?3")?
                .execute((connection.0, key.hash().0, key.as_str()))?;
            Ok(())
        }
        Listing::Put(verdicted) => put(transaction, connection, key, &verdicted),
    }
}

fn put(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    key: &MatchKey,
    verdicted: &Verdicted,
) -> Tried<()> {
    transaction
        .prepare_cached(
            "INSERT INTO verdict (c, kh, key, verdict, contacts, leads, sf_contacts, since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (c, kh, key) DO UPDATE SET
               since = CASE verdict WHEN excluded.verdict THEN since ELSE excluded.since END,
               verdict = excluded.verdict, contacts = excluded.contacts,
               leads = excluded.leads, sf_contacts = excluded.sf_contacts",
        )?
        .execute((
            connection.0,
            key.hash().0,
            key.as_str(),
            verdicted.verdict.word(),
            stored_count(verdicted.contacts),
            stored_count(verdicted.leads),
            stored_count(verdicted.sf_contacts),
            verdicted.since.as_millis(),
        ))?;
    Ok(())
}

fn listed(
    view: &Transaction<'_>,
    connection: ConnectionId,
    verdict: Option<Unclear>,
    after: Option<&MatchKey>,
    limit: u32,
) -> Tried<Vec<(MatchKey, Verdicted)>> {
    let source = match verdict {
        Some(_) => "verdict INDEXED BY verdict_by_verdict WHERE c = ?1 AND verdict = ?2",
        None => "verdict WHERE c = ?1 AND ?2 IS NULL",
    };
    let mut statement = view.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {source} AND (kh, key) > (?3, ?4) ORDER BY kh, key LIMIT ?5"
    ))?;
    let mut rows = statement.query((
        connection.0,
        verdict.map(Word::word),
        after.map_or(i64::MIN, |key| key.hash().0),
        after.map_or("", MatchKey::as_str),
        limit,
    ))?;
    let mut persons = Vec::new();
    while let Some(row) = rows.next()? {
        persons.push(read(row)?);
    }
    Ok(persons)
}

fn counts(view: &Transaction<'_>, connection: ConnectionId) -> Tried<BTreeMap<Unclear, u64>> {
    let mut statement = view.prepare_cached(
        "SELECT verdict, COUNT(*) FROM verdict INDEXED BY verdict_by_verdict
         WHERE c = ?1 GROUP BY verdict",
    )?;
    let mut rows = statement.query([connection.0])?;
    let mut counts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new(row, "verdict", RowKey::Plain);
        counts.insert(cells.word("verdict")?, cells.count("count")?);
    }
    Ok(counts)
}

#[async_trait]
impl Verdicts for SqliteStore {
    async fn unclear_persons(
        &self,
        connection: ConnectionId,
        verdict: Option<Unclear>,
        after: Option<&MatchKey>,
        limit: u32,
    ) -> Result<Vec<(MatchKey, Verdicted)>, StoreError> {
        let after = after.cloned();
        self.read("reading who has no clear match", move |view| {
            listed(view, connection, verdict, after.as_ref(), limit)
        })
        .await
    }

    async fn unclear_counts(
        &self,
        connection: ConnectionId,
    ) -> Result<BTreeMap<Unclear, u64>, StoreError> {
        self.read("counting who has no clear match", move |view| {
            counts(view, connection)
        })
        .await
    }
}
