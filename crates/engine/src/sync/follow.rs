//! Whoever became due while a sync walked all persons.
//!
//! The walk passes everybody once, in the order of their keys. A row in doubt is read by id when its
//! person is reached, and so may show that a contact belongs to a person whose turn is over; so may
//! the answer to a write. Such persons are queued. A server takes them from there at once, a sync in
//! the foreground is alone and takes them itself, so that what it calls done is done.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{PersonKey, Subject};
use store::Ticket;

use super::Run;
use crate::error::EngineError;
use crate::run::{CLAIMED_PAUSE, Job};

/// Tickets looked at in a turn. What a sync has no use for is among them: owners, for one, are due
/// since it read them, and the walk has passed all who hang on them.
const TICKETS_PER_TURN: u32 = 5000;

/// Who is due within this is taken as well: a plan that was overtaken comes back so soon.
const SOON: Duration = Duration::from_secs(1);

/// More turns than these are the work of whoever keeps marking persons, not of a sync.
const TURNS_MAX: usize = 100;

impl Run<'_> {
    /// Runs the persons who are due, until nobody is.
    pub(super) async fn follow(&mut self, job: &Job) -> Result<(), EngineError> {
        let store = &self.engine.inner.store;
        for turn in 0..TURNS_MAX {
            let due_by = self.engine.now().plus(SOON);
            let tickets = store.due(self.id, due_by, TICKETS_PER_TURN).await?;
            let persons = of_persons(tickets);
            if persons.is_empty() {
                break;
            }
            if turn > 0 {
                // Somebody else may be at work on them.
                tokio::time::sleep(CLAIMED_PAUSE).await;
            }
            let keys: Vec<PersonKey> = persons.keys().cloned().collect();
            let rows = store.persons(self.id, &keys).await?;
            let did = self
                .engine
                .run_rows(job, &self.clients, rows, persons)
                .await?;
            // Their contacts were counted where the walk met them.
            self.sweep.counts.intercom_writes += did.intercom_writes;
            self.sweep.counts.salesforce_writes += did.salesforce_writes;
            self.sweep.counts.failed += did.failed;
            self.halt_if_stopped()?;
        }
        Ok(())
    }
}

fn of_persons(tickets: Vec<Ticket>) -> BTreeMap<PersonKey, Vec<Ticket>> {
    let mut persons: BTreeMap<PersonKey, Vec<Ticket>> = BTreeMap::new();
    for ticket in tickets {
        match &ticket.subject {
            Subject::Person(person) => persons.entry(person.clone()).or_default().push(ticket),
            Subject::Contact(_)
            | Subject::Record(_)
            | Subject::Account(_)
            | Subject::Owner(_)
            | Subject::Conversation(_)
            | Subject::Connection => {}
        }
    }
    persons
}
