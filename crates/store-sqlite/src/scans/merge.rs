//! Moving staged rows into the mirror.

use model::{ConnectionId, Lane, PersonKey, Reason, Timestamp};
use rusqlite::{OptionalExtension, Row, Transaction};
use store::{ContactRow, RecordRow, Side, Sighting, Source, judge};

use super::{Progress, ROWS_MAX, ScanState, progress, put_progress};
use crate::aliases;
use crate::cells::stored_count;
use crate::mirror::{contact, record};
use crate::queue;
use crate::trouble::Tried;
use crate::words::Word;

/// What merging a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Merged {
    Fresh,
    Changed,
    Kept,
}

/// A staged row with its place in the order of merging.
struct Staged<R> {
    row: R,
    hash: i64,
    seq: i64,
}

/// Merges up to `ROWS_MAX` rows; false once none is left.
pub(super) fn merge_some(transaction: &Transaction<'_>, scan: i64) -> Tried<bool> {
    let mut progress = progress(transaction, scan)?;
    if progress.state == ScanState::Finished {
        return Ok(false);
    }
    progress.state = ScanState::Merging;
    let left = match progress.side {
        Side::Intercom => merge(transaction, scan, &mut progress, &CONTACTS)?,
        Side::Salesforce => merge(transaction, scan, &mut progress, &RECORDS)?,
    };
    // Nobody becomes due by a scan: the sweep follows.
    aliases::move_with_contacts(transaction, progress.connection)?;
    put_progress(transaction, scan, &progress)?;
    Ok(left)
}

/// The two kinds of rows differ in this only.
struct Stage<R> {
    next_bucket: &'static str,
    rows: &'static str,
    drop_bucket: &'static str,
    read: fn(&Row<'_>) -> Tried<R>,
    id: fn(&R) -> &str,
    merge: fn(&Transaction<'_>, ConnectionId, Timestamp, &R) -> Tried<Merged>,
    distrust: fn(&mut R),
}

const CONTACTS: Stage<ContactRow> = Stage {
    next_bucket: "SELECT MIN(bucket) FROM stage_contact WHERE scan = ?1 AND bucket >= ?2",
    rows: "SELECT id, key, role, stamp, seen_at, stale, projection, owner_id, body, kh, seq
           FROM stage_contact
           WHERE scan = ?1 AND bucket = ?2 AND (?3 IS NULL OR (kh, seq) > (?3, ?4))
           ORDER BY kh, seq LIMIT ?5",
    drop_bucket: "DELETE FROM stage_contact WHERE scan = ?1 AND bucket = ?2",
    read: |row| contact::read_of("stage_contact", row),
    id: |row| row.id.as_str(),
    merge: merge_contact,
    distrust: |row| row.stale = true,
};

const RECORDS: Stage<RecordRow> = Stage {
    next_bucket: "SELECT MIN(bucket) FROM stage_record WHERE scan = ?1 AND bucket >= ?2",
    rows: "SELECT id, key, stamp, seen_at, stale, projection, owner_id, account_id, successor_id,
                  gone, 0 AS hidden, body, kh, seq
           FROM stage_record
           WHERE scan = ?1 AND bucket = ?2 AND (?3 IS NULL OR (kh, seq) > (?3, ?4))
           ORDER BY kh, seq LIMIT ?5",
    drop_bucket: "DELETE FROM stage_record WHERE scan = ?1 AND bucket = ?2",
    read: |row| record::read_of("stage_record", row),
    id: |row| row.id.as_str(),
    merge: merge_record,
    distrust: |row| row.stale = true,
};

fn merge<R>(
    transaction: &Transaction<'_>,
    scan: i64,
    progress: &mut Progress,
    stage: &Stage<R>,
) -> Tried<bool> {
    let mut room = ROWS_MAX;
    while room > 0 {
        let bucket: Option<i64> = transaction
            .prepare_cached(stage.next_bucket)?
            .query_row((scan, progress.bucket), |row| row.get(0))?;
        let Some(bucket) = bucket else {
            return Ok(false);
        };
        if bucket != progress.bucket {
            progress.bucket = bucket;
            progress.last = None;
        }
        let rows = staged(transaction, scan, progress, stage, room)?;
        let bucket_is_through = rows.len() < room;
        room -= rows.len();
        for Staged { mut row, hash, seq } in rows {
            if progress.doubles > 0 && met_twice(transaction, scan, progress, (stage.id)(&row))? {
                (stage.distrust)(&mut row);
            }
            let started_at = progress.started_at;
            match (stage.merge)(transaction, progress.connection, started_at, &row)? {
                Merged::Fresh => progress.fresh += 1,
                Merged::Changed => progress.changed += 1,
                Merged::Kept => {}
            }
            progress.last = Some((hash, seq));
        }
        if bucket_is_through {
            transaction
                .prepare_cached(stage.drop_bucket)?
                .execute((scan, bucket))?;
            progress.bucket = bucket + 1;
            progress.last = None;
        }
    }
    Ok(true)
}

fn staged<R>(
    transaction: &Transaction<'_>,
    scan: i64,
    progress: &Progress,
    stage: &Stage<R>,
    room: usize,
) -> Tried<Vec<Staged<R>>> {
    let mut statement = transaction.prepare_cached(stage.rows)?;
    let room = stored_count(u64::try_from(room).expect("a small constant"));
    let mut rows = statement.query((
        scan,
        progress.bucket,
        progress.last.map(|(hash, _)| hash),
        progress.last.map(|(_, seq)| seq),
        room,
    ))?;
    let mut staged = Vec::new();
    while let Some(row) = rows.next()? {
        staged.push(Staged {
            row: (stage.read)(row)?,
            hash: row.get("kh")?,
            seq: row.get("seq")?,
        });
    }
    Ok(staged)
}

fn met_twice(
    transaction: &Transaction<'_>,
    scan: i64,
    progress: &Progress,
    id: &str,
) -> Tried<bool> {
    let twice = transaction
        .prepare_cached(
            "SELECT twice FROM sighting WHERE c = ?1 AND scan = ?2 AND side = ?3 AND id = ?4",
        )?
        .query_row(
            (progress.connection.0, scan, progress.side.word(), id),
            |row| row.get(0),
        )
        .optional()?;
    Ok(twice.unwrap_or(false))
}

fn merge_contact(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    started_at: Timestamp,
    row: &ContactRow,
) -> Tried<Merged> {
    let standing = contact::standing(transaction, connection, &row.id)?;
    if standing
        .as_ref()
        .is_some_and(|standing| standing.seen_at >= started_at)
    {
        return Ok(Merged::Kept);
    }
    let sighting = judge(
        standing.as_ref().map(contact::Standing::version),
        Source::Snapshot,
        row.version(),
    );
    match sighting {
        Sighting::New | Sighting::Changed => {
            contact::put(transaction, connection, row, row.stale, standing.as_ref())?;
            // Whom it left may have nobody any more, and the sweep meets only who has a contact.
            let left = standing.and_then(|standing| standing.key);
            let left = left.filter(|left| row.key.as_ref() != Some(left));
            let urgency = (Lane::Repair, row.seen_at, Reason::Sweep);
            queue::mark_persons(
                transaction,
                connection,
                left.map(PersonKey::Matched),
                urgency,
            )?;
        }
        Sighting::Doubt => contact::mark_stale(transaction, connection, &row.id)?,
        Sighting::Unchanged | Sighting::Older => {}
    }
    Ok(merged(sighting))
}

fn merge_record(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    started_at: Timestamp,
    row: &RecordRow,
) -> Tried<Merged> {
    let standing = record::standing(transaction, connection, row.id)?;
    let counts = match &standing {
        Some(standing) => standing.seen_at < started_at,
        None => record::belongs(transaction, connection, row)?,
    };
    if !counts {
        return Ok(Merged::Kept);
    }
    let sighting = judge(
        standing.as_ref().map(record::Standing::version),
        Source::Snapshot,
        row.version(),
    );
    match sighting {
        Sighting::New | Sighting::Changed => {
            record::put(transaction, connection, row, row.stale, standing.as_ref())?;
        }
        Sighting::Doubt => record::mark_stale(transaction, connection, row.id)?,
        Sighting::Unchanged | Sighting::Older => {}
    }
    Ok(merged(sighting))
}

fn merged(sighting: Sighting) -> Merged {
    match sighting {
        Sighting::New => Merged::Fresh,
        Sighting::Changed | Sighting::Doubt => Merged::Changed,
        Sighting::Unchanged | Sighting::Older => Merged::Kept,
    }
}
