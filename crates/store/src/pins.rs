//! Which record a teammate chose for a person (M9).

use async_trait::async_trait;
use model::{ConnectionId, MatchKey, Timestamp};

use crate::{RecordRow, StoreError};

/// Pins: one per key at most. What is pinned comes with its person ([`crate::PersonRows::pinned`]).
#[async_trait]
pub trait Pins: Send + Sync {
    /// Makes `record`, which was read by id just now, the choice for `key`, in one transaction: the
    /// pin replaces any other of the key, the row is stored as an answer, key or not, and the
    /// person is due now (lane interactive), as is whoever else follows a changed row. A pin
    /// outlives its record: while that is gone, it counts for nothing.
    async fn put_pin(
        &self,
        connection: ConnectionId,
        key: &MatchKey,
        record: &RecordRow,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Removes the pin of `key` and, if there was one, makes the person due now (lane interactive).
    async fn remove_pin(
        &self,
        connection: ConnectionId,
        key: &MatchKey,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
