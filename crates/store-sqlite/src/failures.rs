//! What did not work, until it does.

use async_trait::async_trait;
use model::{ConnectionId, Subject, Timestamp};
use rusqlite::{Row, Transaction};
use store::{Failure, FailureReport, Failures, StoreError};

use crate::SqliteStore;
use crate::cells::{Cells, RowKey};
use crate::subject::{subject_of, subject_text};
use crate::trouble::Tried;
use crate::words::Word;

/// The select list that `read` reads.
pub(crate) const COLUMNS: &str = "subject, digest, cause, waits_for, retry_at, first, last, count, \
                                  summary, vendor_words";

pub(crate) fn read(row: &Row<'_>) -> Tried<Failure> {
    let mut cells = Cells::new(row, "failure", RowKey::Personal);
    let text = cells.text("subject")?;
    let subject = subject_of(text).map_err(|why| cells.unreadable("subject", why))?;
    let digest = cells.integer("digest")?;
    let cause = cells.text("cause")?.to_owned();
    let waits_for = cells.word("waits_for")?;
    let retry_at = cells.instant_or_none("retry_at")?;
    let first = cells.instant("first")?;
    let last = cells.instant("last")?;
    let count = cells.count("count")?;
    Ok(Failure {
        report: FailureReport {
            subject,
            digest,
            cause,
            waits_for,
            retry_at,
            summary: cells.text("summary")?.to_owned(),
            vendor_words: cells.text_or_none("vendor_words")?.map(str::to_owned),
        },
        first,
        last,
        count,
    })
}

/// Lists a failure, or counts it up.
pub(crate) fn report(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    report: &FailureReport,
    now: Timestamp,
) -> Tried<()> {
    transaction
        .prepare_cached(
            "INSERT INTO failure (c, subject, digest, cause, waits_for, retry_at, first, last,
                                  count, summary, vendor_words)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 1, ?8, ?9)
             ON CONFLICT (c, subject, digest) DO UPDATE SET
               cause = excluded.cause, waits_for = excluded.waits_for,
               retry_at = excluded.retry_at, last = max(last, excluded.last), count = count + 1,
               summary = excluded.summary, vendor_words = excluded.vendor_words",
        )?
        .execute((
            connection.0,
            subject_text(&report.subject),
            report.digest,
            &report.cause,
            report.waits_for.word(),
            report.retry_at.map(Timestamp::as_millis),
            now.as_millis(),
            &report.summary,
            &report.vendor_words,
        ))?;
    Ok(())
}

/// Removes one failure of a subject.
pub(crate) fn clear_one(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    subject: &Subject,
    digest: i64,
) -> Tried<()> {
    transaction
        .prepare_cached("DELETE FROM failure WHERE c = ?1 AND subject = ?2 AND digest = ?3")?
        .execute((connection.0, &subject_text(subject), digest))?;
    Ok(())
}

/// Removes all failures of a subject.
pub(crate) fn clear(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    subject_text: &str,
) -> Tried<()> {
    transaction
        .prepare_cached("DELETE FROM failure WHERE c = ?1 AND subject = ?2")?
        .execute((connection.0, subject_text))?;
    Ok(())
}

#[async_trait]
impl Failures for SqliteStore {
    async fn report_failure(
        &self,
        connection: ConnectionId,
        failure: &FailureReport,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let failure = failure.clone();
        self.write("listing a failure", move |transaction| {
            report(transaction, connection, &failure, now)
        })
        .await
    }

    async fn failures(
        &self,
        connection: ConnectionId,
        limit: u32,
    ) -> Result<Vec<Failure>, StoreError> {
        self.read("reading the failures", move |view| {
            let mut statement = view.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM failure WHERE c = ?1
                 ORDER BY last DESC, subject, digest LIMIT ?2"
            ))?;
            let mut rows = statement.query((connection.0, limit))?;
            let mut failures = Vec::new();
            while let Some(row) = rows.next()? {
                failures.push(read(row)?);
            }
            Ok(failures)
        })
        .await
    }

    async fn failures_by_cause(
        &self,
        connection: ConnectionId,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        self.read("counting the failures", move |view| {
            let mut statement = view.prepare_cached(
                "SELECT cause, COUNT(*) AS failures FROM failure WHERE c = ?1
                 GROUP BY cause ORDER BY failures DESC, cause",
            )?;
            let mut rows = statement.query([connection.0])?;
            let mut causes = Vec::new();
            while let Some(row) = rows.next()? {
                let mut cells = Cells::new(row, "failure", RowKey::Plain);
                causes.push((cells.text("cause")?.to_owned(), cells.count("count")?));
            }
            Ok(causes)
        })
        .await
    }

    async fn clear_failures(
        &self,
        connection: ConnectionId,
        subject: &Subject,
    ) -> Result<(), StoreError> {
        let text = subject_text(subject);
        self.write("clearing failures", move |transaction| {
            clear(transaction, connection, &text)
        })
        .await
    }

    async fn clear_failure(
        &self,
        connection: ConnectionId,
        subject: &Subject,
        digest: i64,
    ) -> Result<(), StoreError> {
        let subject = subject.clone();
        self.write("clearing a failure", move |transaction| {
            clear_one(transaction, connection, &subject, digest)
        })
        .await
    }

    async fn failures_of_cause(
        &self,
        connection: ConnectionId,
        cause: &str,
        after: Option<&(Subject, i64)>,
        limit: u32,
    ) -> Result<Vec<Failure>, StoreError> {
        let cause = cause.to_owned();
        let after = after.map(|(subject, digest)| (subject_text(subject), *digest));
        self.read("reading the failures of a cause", move |view| {
            let (subject, digest) = after.unwrap_or((String::new(), i64::MIN));
            let mut statement = view.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM failure
                 WHERE c = ?1 AND cause = ?2 AND (subject, digest) > (?3, ?4)
                 ORDER BY subject, digest LIMIT ?5"
            ))?;
            let mut rows = statement.query((connection.0, &cause, &subject, digest, limit))?;
            let mut failures = Vec::new();
            while let Some(row) = rows.next()? {
                failures.push(read(row)?);
            }
            Ok(failures)
        })
        .await
    }
}
