//! Reading a side in bulk: rows are staged, then merged into the mirror in its order.
//!
//! Each step is one bounded transaction that starts from what is stored, so that a crash, or a
//! second caller, goes on where the last step ended.

use async_trait::async_trait;
use model::{ConnectionId, Timestamp, ic, sf};
use rusqlite::Transaction;
use store::{AccountRow, ContactRow, RecordRow, Scan, ScanOutcome, Scans, Side, StoreError};

use crate::SqliteStore;
use crate::cells::{Cells, RowKey, stored_count};
use crate::executor::Turn;
use crate::mirror::account;
use crate::trouble::{Tried, Trouble};
use crate::words::Word;

mod merge;
mod missing;
mod stage;

/// Most rows that one transaction stages, merges or drops.
const ROWS_MAX: usize = 5000;

/// How far a scan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanState {
    /// Rows are staged.
    Reading,
    /// Rows are merged.
    Merging,
    /// All rows are merged.
    Finished,
    /// What is left of it is being removed.
    Dropped,
}

impl Word for ScanState {
    fn word(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Merging => "merging",
            Self::Finished => "finished",
            Self::Dropped => "dropped",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Reading, Self::Merging, Self::Finished, Self::Dropped]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// A scan as stored.
struct Progress {
    connection: ConnectionId,
    side: Side,
    started_at: Timestamp,
    state: ScanState,
    read: u64,
    doubles: u64,
    fresh: u64,
    changed: u64,
    missing: u64,
    bucket: i64,
    /// Hash and number of the last merged row of the bucket.
    last: Option<(i64, i64)>,
}

/// What is stored of a scan; `Missing` if it was dropped.
fn progress(view: &Transaction<'_>, scan: i64) -> Tried<Progress> {
    let mut statement = view.prepare_cached(
        "SELECT id, c, side, started_at, state, read, doubles, fresh, changed, missing, bucket,
                last_kh, last_seq FROM scan WHERE id = ?1",
    )?;
    let mut rows = statement.query([scan])?;
    let Some(row) = rows.next()? else {
        return Err(Trouble::missing("scan"));
    };
    let mut cells = Cells::new(row, "scan", RowKey::Plain);
    cells.integer("id")?;
    let progress = Progress {
        connection: ConnectionId(cells.integer("c")?),
        side: cells.word("side")?,
        started_at: cells.instant("started_at")?,
        state: cells.word("state")?,
        read: cells.count("read")?,
        doubles: cells.count("doubles")?,
        fresh: cells.count("fresh")?,
        changed: cells.count("changed")?,
        missing: cells.count("missing")?,
        bucket: cells.integer("bucket")?,
        last: cells
            .integer_or_none("last_kh")?
            .zip(cells.integer_or_none("last_seq")?),
    };
    match progress.state {
        ScanState::Dropped => Err(Trouble::missing("scan")),
        ScanState::Reading | ScanState::Merging | ScanState::Finished => Ok(progress),
    }
}

impl Progress {
    fn outcome(&self) -> ScanOutcome {
        ScanOutcome {
            read: self.read,
            new: self.fresh,
            changed: self.changed,
            missing: self.missing,
        }
    }
}

/// Stores how far the scan has come.
fn put_progress(transaction: &Transaction<'_>, scan: i64, progress: &Progress) -> Tried<()> {
    transaction
        .prepare_cached(
            "UPDATE scan SET state = ?2, read = ?3, doubles = ?4, fresh = ?5, changed = ?6,
               missing = ?7, bucket = ?8, last_kh = ?9, last_seq = ?10 WHERE id = ?1",
        )?
        .execute((
            scan,
            progress.state.word(),
            stored_count(progress.read),
            stored_count(progress.doubles),
            stored_count(progress.fresh),
            stored_count(progress.changed),
            stored_count(progress.missing),
            progress.bucket,
            progress.last.map(|(hash, _)| hash),
            progress.last.map(|(_, seq)| seq),
        ))?;
    Ok(())
}

/// Turns all scans of a side into ones to remove, and begins another.
fn begin(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    side: Side,
    now: Timestamp,
) -> Tried<(Scan, Vec<i64>)> {
    let earlier = {
        let mut statement =
            transaction.prepare_cached("SELECT id FROM scan WHERE c = ?1 AND side = ?2")?;
        let ids = statement.query_map((connection.0, side.word()), |row| row.get(0))?;
        ids.collect::<Result<Vec<i64>, _>>()?
    };
    transaction.execute(
        "UPDATE scan SET state = 'dropped' WHERE c = ?1 AND side = ?2",
        (connection.0, side.word()),
    )?;
    transaction.execute(
        "INSERT INTO scan (c, side, started_at, state, read, doubles, fresh, changed, missing,
                           bucket)
         VALUES (?1, ?2, ?3, 'reading', 0, 0, 0, 0, 0, 0)",
        (connection.0, side.word(), now.as_millis()),
    )?;
    let scan = Scan {
        id: transaction.last_insert_rowid(),
        side,
        started_at: now,
    };
    Ok((scan, earlier))
}

/// Removes some of what is left of a scan; false once nothing is.
fn drop_some(transaction: &Transaction<'_>, scan: i64) -> Tried<bool> {
    let some = i64::try_from(ROWS_MAX).expect("a small constant");
    for part in [
        "DELETE FROM stage_contact WHERE (scan, bucket, seq) IN
           (SELECT scan, bucket, seq FROM stage_contact WHERE scan = ?1 LIMIT ?2)",
        "DELETE FROM stage_record WHERE (scan, bucket, seq) IN
           (SELECT scan, bucket, seq FROM stage_record WHERE scan = ?1 LIMIT ?2)",
        "DELETE FROM sighting WHERE (c, scan, side, id) IN
           (SELECT sighting.c, sighting.scan, sighting.side, sighting.id FROM sighting
            JOIN scan ON scan.c = sighting.c AND scan.id = sighting.scan
                     AND scan.side = sighting.side
            WHERE scan.id = ?1 LIMIT ?2)",
    ] {
        if transaction.prepare_cached(part)?.execute((scan, some))? > 0 {
            return Ok(true);
        }
    }
    transaction.execute("DELETE FROM scan WHERE id = ?1", [scan])?;
    Ok(false)
}

impl SqliteStore {
    async fn drop_scan(&self, scan: i64) -> Result<(), StoreError> {
        let doing = "dropping a scan";
        while self
            .write_in_turn(Turn::Bulk, doing, move |transaction| {
                drop_some(transaction, scan)
            })
            .await?
        {}
        Ok(())
    }
}

#[async_trait]
impl Scans for SqliteStore {
    async fn begin_scan(
        &self,
        connection: ConnectionId,
        side: Side,
        now: Timestamp,
    ) -> Result<Scan, StoreError> {
        let (scan, earlier) = self
            .write("beginning a scan", move |transaction| {
                begin(transaction, connection, side, now)
            })
            .await?;
        for id in earlier {
            self.drop_scan(id).await?;
        }
        Ok(scan)
    }

    async fn stage_contacts(&self, scan: &Scan, rows: Vec<ContactRow>) -> Result<(), StoreError> {
        self.stage(scan.id, rows, stage::contact).await
    }

    async fn stage_records(&self, scan: &Scan, rows: Vec<RecordRow>) -> Result<(), StoreError> {
        self.stage(scan.id, rows, stage::record).await
    }

    async fn stage_accounts(&self, scan: &Scan, rows: Vec<AccountRow>) -> Result<(), StoreError> {
        let scan = scan.id;
        self.write_in_turn(Turn::Bulk, "staging accounts", move |transaction| {
            let progress = progress(transaction, scan)?;
            for row in &rows {
                account::take(transaction, progress.connection, row)?;
            }
            Ok(())
        })
        .await
    }

    async fn finish_scan(&self, scan: &Scan) -> Result<ScanOutcome, StoreError> {
        let scan = scan.id;
        let doing = "merging a scan";
        while self
            .write_in_turn(Turn::Bulk, doing, move |transaction| {
                merge::merge_some(transaction, scan)
            })
            .await?
        {}
        let missing = self
            .read_in_turn(Turn::Bulk, doing, move |view| missing::count(view, scan))
            .await?;
        self.write_in_turn(Turn::Bulk, doing, move |transaction| {
            let mut progress = progress(transaction, scan)?;
            if progress.state != ScanState::Finished {
                progress.state = ScanState::Finished;
                progress.missing = missing;
                put_progress(transaction, scan, &progress)?;
            }
            Ok(progress.outcome())
        })
        .await
    }

    async fn missing_contacts(
        &self,
        scan: &Scan,
        after: Option<&ic::ContactId>,
        limit: u32,
    ) -> Result<Vec<ic::ContactId>, StoreError> {
        let (scan, after) = (scan.id, after.cloned());
        self.read_in_turn(Turn::Bulk, "reading what a scan missed", move |view| {
            missing::contacts(view, scan, after.as_ref(), limit)
        })
        .await
    }

    async fn missing_records(
        &self,
        scan: &Scan,
        after: Option<sf::RecordId>,
        limit: u32,
    ) -> Result<Vec<sf::RecordId>, StoreError> {
        let scan = scan.id;
        self.read_in_turn(Turn::Bulk, "reading what a scan missed", move |view| {
            missing::records(view, scan, after, limit)
        })
        .await
    }

    async fn forget_scan(&self, scan: &Scan) -> Result<(), StoreError> {
        let id = scan.id;
        self.write("dropping a scan", move |transaction| {
            transaction.execute("UPDATE scan SET state = 'dropped' WHERE id = ?1", [id])?;
            Ok(())
        })
        .await?;
        self.drop_scan(id).await
    }
}
