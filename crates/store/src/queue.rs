//! Which subjects may need a look, and when: a dirty set, not a log.

use async_trait::async_trait;
use model::{ConnectionId, Lane, Reason, Signal, Subject, Timestamp};

use crate::StoreError;

/// A subject to mark.
#[derive(Debug, Clone)]
pub struct Due {
    /// What, and why.
    pub signal: Signal,
    /// How urgent.
    pub lane: Lane,
    /// Not before.
    pub at: Timestamp,
}

/// A due subject. `rev` tells whether a newer signal came since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// What.
    pub subject: Subject,
    /// Rises with every mark, and is not used again for the subject when it was taken off.
    pub rev: i64,
    /// How urgent.
    pub lane: Lane,
    /// Why it was marked last.
    pub reason: Reason,
    /// Since when it is due.
    pub due: Timestamp,
}

/// The queue of one connection.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Marks subjects. One subject has one slot: the earlier due time and the more urgent lane
    /// stay, the reason is the last one, the revision rises. Atomic for the whole slice. `Missing`
    /// if the connection does not exist.
    async fn mark(&self, connection: ConnectionId, due: &[Due]) -> Result<(), StoreError>;

    /// The due tickets up to `limit`, ordered by lane, then due time, then subject (by kind, then
    /// id; kinds in an order of the store's). They stay queued until they are settled. A
    /// `Subject::Person` is only ever one of many kinds here.
    async fn due(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Ticket>, StoreError>;

    /// When the earliest ticket falls due, due or not.
    async fn next_due(&self, connection: ConnectionId) -> Result<Option<Timestamp>, StoreError>;

    /// Removes tickets whose revision is still the same; newer marks keep the subject due.
    async fn done(&self, connection: ConnectionId, tickets: &[Ticket]) -> Result<(), StoreError>;

    /// Moves a ticket to `until` if its revision is still the same.
    async fn defer(
        &self,
        connection: ConnectionId,
        ticket: &Ticket,
        until: Timestamp,
    ) -> Result<(), StoreError>;

    /// How many subjects are queued, due or not.
    async fn queued(&self, connection: ConnectionId) -> Result<u64, StoreError>;
}
