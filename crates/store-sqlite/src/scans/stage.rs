//! Appending what a scan reads.
//!
//! A stage has one place of appending per bucket of neighbouring hashes. They all fit in the page
//! cache, so staging is nearly as fast as writing at one end, and merging can sort bucket by bucket
//! instead of everything at once.

use model::{KeyHash, MatchKey, ic, sf};
use rusqlite::Transaction;
use store::{ContactRow, RecordRow, StoreError};

use super::{Progress, ROWS_MAX, ScanState, progress, put_progress};
use crate::SqliteStore;
use crate::cells::{json_text, stored_count};
use crate::executor::Turn;
use crate::trouble::{Tried, Trouble};
use crate::words::Word;

/// Leading bits of the hash that choose the bucket.
const BUCKET_BITS: u32 = 8;

/// The bucket after all others, of records without a key: whether they are kept depends on links
/// and on other records.
const KEYLESS_BUCKET: i64 = 1 << BUCKET_BITS;

/// Buckets are ordered as the signed hashes are.
fn bucket_of(hash: KeyHash) -> i64 {
    (hash.0 >> (i64::BITS - BUCKET_BITS)) + (1 << (BUCKET_BITS - 1))
}

impl SqliteStore {
    /// Stages rows, each by `put`.
    pub(super) async fn stage<R>(
        &self,
        scan: i64,
        mut rows: Vec<R>,
        put: fn(&Transaction<'_>, i64, &mut Progress, &R) -> Tried<()>,
    ) -> Result<(), StoreError>
    where
        R: Send + 'static,
    {
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(ROWS_MAX));
            self.write_in_turn(Turn::Bulk, "staging rows", move |transaction| {
                let mut progress = progress(transaction, scan)?;
                if progress.state != ScanState::Reading {
                    return Err(Trouble::conflict("the scan"));
                }
                for row in &rows {
                    put(transaction, scan, &mut progress, row)?;
                }
                put_progress(transaction, scan, &progress)
            })
            .await?;
            rows = rest;
        }
        Ok(())
    }
}

/// Notes that `id` was met.
fn sight(transaction: &Transaction<'_>, scan: i64, progress: &mut Progress, id: &str) -> Tried<()> {
    let key = (progress.connection.0, scan, progress.side.word(), id);
    let noted = transaction
        .prepare_cached(
            "INSERT INTO sighting (c, scan, side, id, twice) VALUES (?1, ?2, ?3, ?4, 0)
             ON CONFLICT DO NOTHING",
        )?
        .execute(key)?;
    if noted == 0 {
        transaction
            .prepare_cached(
                "UPDATE sighting SET twice = 1
                 WHERE c = ?1 AND scan = ?2 AND side = ?3 AND id = ?4",
            )?
            .execute(key)?;
        progress.doubles += 1;
    }
    progress.read += 1;
    Ok(())
}

/// Stages a contact.
pub(super) fn contact(
    transaction: &Transaction<'_>,
    scan: i64,
    progress: &mut Progress,
    row: &ContactRow,
) -> Tried<()> {
    sight(transaction, scan, progress, row.id.as_str())?;
    let hash = row.person().hash();
    transaction
        .prepare_cached(
            "INSERT INTO stage_contact (scan, bucket, seq, kh, id, key, role, stamp, seen_at,
                                        stale, projection, owner_id, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute((
            scan,
            bucket_of(hash),
            stored_count(progress.read),
            hash.0,
            row.id.as_str(),
            row.key.as_ref().map(MatchKey::as_str),
            row.role.word(),
            row.stamp.as_millis(),
            row.seen_at.as_millis(),
            row.stale,
            row.projection,
            row.owner_id.as_ref().map(ic::TeammateId::as_str),
            json_text(&row.body),
        ))?;
    Ok(())
}

/// Stages a record.
pub(super) fn record(
    transaction: &Transaction<'_>,
    scan: i64,
    progress: &mut Progress,
    row: &RecordRow,
) -> Tried<()> {
    sight(transaction, scan, progress, row.id.as_str())?;
    let bucket = match &row.key {
        Some(key) => bucket_of(key.hash()),
        None => KEYLESS_BUCKET,
    };
    transaction
        .prepare_cached(
            "INSERT INTO stage_record (scan, bucket, seq, kh, id, key, stamp, seen_at, stale,
                                       projection, owner_id, account_id, successor_id, gone,
                                       body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute((
            scan,
            bucket,
            stored_count(progress.read),
            row.key_hash().0,
            row.id.as_str(),
            row.key.as_ref().map(MatchKey::as_str),
            row.stamp.as_millis(),
            row.seen_at.as_millis(),
            row.stale,
            row.projection,
            row.owner_id.as_ref().map(sf::OwnerId::as_str),
            row.account_id.as_ref().map(sf::AccountId::as_str),
            row.successor.as_ref().map(sf::RecordId::as_str),
            row.gone,
            json_text(&row.body),
        ))?;
    Ok(())
}

#[cfg(test)]
mod tests;
