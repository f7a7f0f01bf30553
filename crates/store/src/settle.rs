//! Writing down what a run did, in one transaction.

use async_trait::async_trait;
use model::{ConnectionId, PersonKey, Subject, Timestamp, ic, sf};

use crate::{
    ContactRow, Due, Entry, FailureReport, Link, Listing, NewIntent, RecordRow, StoreError, Ticket,
};

/// What one person's run did.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// Who.
    pub person: PersonKey,
    /// Contacts as Intercom showed them back. They replace the rows unless those are newer.
    pub contacts: Vec<ContactRow>,
    /// Records as Salesforce showed them back. They replace the rows unless those are newer.
    pub records: Vec<RecordRow>,
    /// Contacts whose write has an unknown outcome.
    pub stale_contacts: Vec<ic::ContactId>,
    /// Links to add or replace; replaces any other link of the same contact.
    pub links: Vec<Link>,
    /// Links to remove.
    pub unlinks: Vec<(ic::ContactId, sf::RecordId)>,
    /// What to append to the timeline.
    pub timeline: Vec<Entry>,
    /// What failed.
    pub failures: Vec<FailureReport>,
    /// Listed failures that are over: the same write went through, or is not wanted any more.
    pub cleared: Vec<(Subject, i64)>,
    /// Queue entries that are done, unless a newer signal came.
    pub done: Vec<Ticket>,
    /// Queue entries that wait until then, unless a newer signal came.
    pub deferred: Vec<(Ticket, Timestamp)>,
    /// Subjects to mark.
    pub due: Vec<Due>,
    /// Intents to open, unless one of the same org, kind and target stands.
    pub intents: Vec<NewIntent>,
    /// Whether the person is listed as one without a clear match.
    pub listing: Listing,
}

impl Settlement {
    /// Nothing happened to `person` yet.
    pub fn of(person: PersonKey) -> Self {
        Self {
            person,
            contacts: Vec::new(),
            records: Vec::new(),
            stale_contacts: Vec::new(),
            links: Vec::new(),
            unlinks: Vec::new(),
            timeline: Vec::new(),
            failures: Vec::new(),
            cleared: Vec::new(),
            done: Vec::new(),
            deferred: Vec::new(),
            due: Vec::new(),
            intents: Vec::new(),
            listing: Listing::Keep,
        }
    }
}

/// Settling runs.
#[async_trait]
pub trait Settle: Send + Sync {
    /// Applies all settlements in one transaction, intents and listings included. If the key of a shown-back row differs from
    /// that of the stored one, the persons of both keys become due (lane live); if a shown-back
    /// record replaces the stored one, so does whoever pinned it. Repeating it changes nothing but
    /// the timeline.
    async fn settle(
        &self,
        connection: ConnectionId,
        settlements: &[Settlement],
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
