//! Writing down what runs did.

use std::collections::BTreeSet;

use async_trait::async_trait;
use model::{ConnectionId, Lane, PersonKey, Reason, Timestamp};
use rusqlite::Transaction;
use store::{Settle, Settlement, Source, StoreError};

use crate::SqliteStore;
use crate::mirror::{contact, record};
use crate::trouble::Tried;
use crate::{aliases, failures, intents, links, pins, queue, timeline, verdicts};

/// Applies settlements in their order.
pub(crate) fn settle(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    settlements: &[Settlement],
    now: Timestamp,
) -> Tried<()> {
    let mut moved = BTreeSet::new();
    for settlement in settlements {
        for (contact, record) in &settlement.unlinks {
            links::remove(transaction, connection, contact, *record)?;
        }
        for link in &settlement.links {
            links::put(transaction, connection, link)?;
        }
        settle_rows(transaction, connection, settlement, &mut moved)?;
        timeline::append(transaction, connection, &settlement.timeline)?;
        for (subject, digest) in &settlement.cleared {
            failures::clear_one(transaction, connection, subject, *digest)?;
        }
        for failure in &settlement.failures {
            failures::report(transaction, connection, failure, now)?;
        }
        for intent in &settlement.intents {
            intents::open_unless_standing(transaction, intent, now)?;
        }
        verdicts::list(
            transaction,
            connection,
            &settlement.person,
            settlement.listing,
        )?;
        for ticket in &settlement.done {
            queue::done(transaction, connection, ticket)?;
        }
        for (ticket, until) in &settlement.deferred {
            queue::defer(transaction, connection, ticket, *until)?;
        }
    }
    moved.extend(aliases::move_with_contacts(transaction, connection)?);
    queue::mark_persons(
        transaction,
        connection,
        moved,
        (Lane::Live, now, Reason::FollowUp),
    )?;
    for settlement in settlements {
        queue::mark(transaction, connection, &settlement.due)?;
    }
    Ok(())
}

/// Stores what was shown back, and notes the persons of rows whose key moved, and those who pinned
/// a row that changed.
fn settle_rows(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    settlement: &Settlement,
    moved: &mut BTreeSet<PersonKey>,
) -> Tried<()> {
    for row in &settlement.contacts {
        let taken = contact::take(transaction, connection, row, Source::Answer)?;
        let kept = taken.sighting == store::Sighting::Changed;
        if let Some(before) = taken.person_before
            && kept
            && before != row.person()
        {
            moved.extend([before, row.person()]);
        }
    }
    for row in &settlement.records {
        let taken = record::take(transaction, connection, row, Source::Answer)?;
        let kept = taken.sighting == store::Sighting::Changed;
        if kept {
            for pinned in [Some(row.id), row.successor].into_iter().flatten() {
                moved.extend(pins::persons_of(transaction, connection, pinned)?);
            }
        }
        if let Some(before) = taken.before
            && kept
            && before.key != row.key
        {
            let keys = [before.key, row.key.clone()];
            moved.extend(keys.into_iter().flatten().map(PersonKey::Matched));
        }
    }
    for id in &settlement.stale_contacts {
        contact::mark_stale(transaction, connection, id)?;
    }
    Ok(())
}

#[async_trait]
impl Settle for SqliteStore {
    async fn settle(
        &self,
        connection: ConnectionId,
        settlements: &[Settlement],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let settlements = settlements.to_vec();
        self.write("settling runs", move |transaction| {
            settle(transaction, connection, &settlements, now)
        })
        .await
    }
}
