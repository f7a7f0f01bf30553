//! Which subjects may need a look.

use async_trait::async_trait;
use model::{ConnectionId, Lane, PersonKey, Reason, Subject, Timestamp};
use rusqlite::{OptionalExtension, Row, Transaction};
use store::{Due, Queue, StoreError, Ticket};

use crate::SqliteStore;
use crate::cells::{Cells, RowKey};
use crate::connections::next_queue_rev;
use crate::subject::{subject_of, subject_text};
use crate::trouble::Tried;
use crate::words::Word;

const LANES: [Lane; 4] = [Lane::Interactive, Lane::Live, Lane::Repair, Lane::Bulk];

fn read(row: &Row<'_>) -> Tried<Ticket> {
    let mut cells = Cells::new(row, "queue", RowKey::Personal);
    let text = cells.text("subject")?;
    let subject = subject_of(text).map_err(|why| cells.unreadable("subject", why))?;
    let rank = cells.integer("lane")?;
    let lane = Lane::from_rank(rank)
        .ok_or_else(|| cells.unreadable("lane", format!("{rank} is not a lane")))?;
    Ok(Ticket {
        subject,
        lane,
        due: cells.instant("due")?,
        rev: cells.integer("rev")?,
        reason: cells.word("reason")?,
    })
}

/// Marks subjects. All marks of one call share a revision, which no other call ever gets: a late
/// *done* for a subject that was removed and marked again cannot hit the new mark.
pub(crate) fn mark(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    due: &[Due],
) -> Tried<()> {
    if due.is_empty() {
        return Ok(());
    }
    let rev = next_queue_rev(transaction, connection)?;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO queue (c, subject, lane, due, rev, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (c, subject) DO UPDATE SET
           lane = min(lane, excluded.lane), due = min(due, excluded.due),
           rev = excluded.rev, reason = excluded.reason",
    )?;
    for Due { signal, lane, at } in due {
        statement.execute((
            connection.0,
            subject_text(&signal.subject),
            lane.rank(),
            at.as_millis(),
            rev,
            signal.reason.word(),
        ))?;
    }
    Ok(())
}

/// Marks persons, all with the same urgency.
pub(crate) fn mark_persons(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    persons: impl IntoIterator<Item = PersonKey>,
    (lane, at, reason): (Lane, Timestamp, Reason),
) -> Tried<()> {
    let due: Vec<Due> = persons
        .into_iter()
        .map(|person| Due {
            signal: model::Signal {
                subject: Subject::Person(person),
                reason,
            },
            lane,
            at,
        })
        .collect();
    mark(transaction, connection, &due)
}

/// Removes a ticket unless it was marked since.
pub(crate) fn done(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    ticket: &Ticket,
) -> Tried<()> {
    transaction
        .prepare_cached("DELETE FROM queue WHERE c = ?1 AND subject = ?2 AND rev = ?3")?
        .execute((connection.0, subject_text(&ticket.subject), ticket.rev))?;
    Ok(())
}

/// Moves a ticket unless it was marked since.
pub(crate) fn defer(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    ticket: &Ticket,
    until: Timestamp,
) -> Tried<()> {
    transaction
        .prepare_cached("UPDATE queue SET due = ?4 WHERE c = ?1 AND subject = ?2 AND rev = ?3")?
        .execute((
            connection.0,
            subject_text(&ticket.subject),
            ticket.rev,
            until.as_millis(),
        ))?;
    Ok(())
}

fn due(
    view: &Transaction<'_>,
    connection: ConnectionId,
    now: Timestamp,
    limit: u32,
) -> Tried<Vec<Ticket>> {
    // Lane by lane, so that each part is a range of the index in its order.
    let mut statement = view.prepare_cached(
        "SELECT subject, lane, due, rev, reason FROM queue
         WHERE c = ?1 AND lane = ?2 AND due <= ?3 ORDER BY due, subject LIMIT ?4",
    )?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut tickets = Vec::new();
    for lane in LANES {
        let room = i64::try_from(limit - tickets.len()).unwrap_or(i64::MAX);
        let mut rows = statement.query((connection.0, lane.rank(), now.as_millis(), room))?;
        while let Some(row) = rows.next()? {
            tickets.push(read(row)?);
        }
    }
    Ok(tickets)
}

#[async_trait]
impl Queue for SqliteStore {
    async fn mark(&self, connection: ConnectionId, due: &[Due]) -> Result<(), StoreError> {
        let due = due.to_vec();
        self.write("marking subjects", move |transaction| {
            mark(transaction, connection, &due)
        })
        .await
    }

    async fn due(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Ticket>, StoreError> {
        self.read("reading the queue", move |view| {
            due(view, connection, now, limit)
        })
        .await
    }

    async fn next_due(&self, connection: ConnectionId) -> Result<Option<Timestamp>, StoreError> {
        self.read("reading the queue", move |view| {
            let mut statement = view.prepare_cached(
                "SELECT due FROM queue WHERE c = ?1 AND lane = ?2 ORDER BY due LIMIT 1",
            )?;
            let mut earliest: Option<i64> = None;
            for lane in LANES {
                let first = statement
                    .query_row((connection.0, lane.rank()), |row| row.get::<_, i64>(0))
                    .optional()?;
                earliest = earliest.into_iter().chain(first).min();
            }
            Ok(earliest.map(Timestamp::from_millis))
        })
        .await
    }

    async fn done(&self, connection: ConnectionId, tickets: &[Ticket]) -> Result<(), StoreError> {
        let tickets = tickets.to_vec();
        self.write("taking subjects off the queue", move |transaction| {
            for ticket in &tickets {
                done(transaction, connection, ticket)?;
            }
            Ok(())
        })
        .await
    }

    async fn defer(
        &self,
        connection: ConnectionId,
        ticket: &Ticket,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let ticket = ticket.clone();
        self.write("deferring a subject", move |transaction| {
            defer(transaction, connection, &ticket, until)
        })
        .await
    }

    async fn queued(&self, connection: ConnectionId) -> Result<u64, StoreError> {
        self.read("counting the queue", move |view| {
            let mut statement = view.prepare_cached("SELECT COUNT(*) FROM queue WHERE c = ?1")?;
            let count: i64 = statement.query_row([connection.0], |row| row.get(0))?;
            Ok(u64::try_from(count).expect("COUNT is never negative"))
        })
        .await
    }
}
