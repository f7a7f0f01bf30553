//! Webhooks that were answered: an append-only file of its own, so that a bulk transaction of the
//! main file cannot delay an answer (invariant 4).

use async_trait::async_trait;
use model::{Timestamp, ic};

use crate::StoreError;

/// A verified delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whose.
    pub workspace_id: ic::WorkspaceId,
    /// The vendor's topic.
    pub topic: String,
    /// When we got it.
    pub received_at: Timestamp,
    /// The exact bytes.
    pub body: Vec<u8>,
}

/// A kept delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDelivery {
    /// Its number; rises.
    pub seq: i64,
    /// The delivery.
    pub delivery: Delivery,
}

/// The inbox of all connections.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Keeps a delivery. When this returns, it survives a power cut. Deliveries that arrive
    /// together share one commit.
    async fn keep(&self, delivery: Delivery) -> Result<i64, StoreError>;

    /// The oldest deliveries after `after`, in order.
    async fn kept(&self, after: i64, limit: u32) -> Result<Vec<StoredDelivery>, StoreError>;

    /// Drops these deliveries: what they said is in the store. Unknown numbers are ignored.
    async fn drop_kept(&self, seqs: &[i64]) -> Result<(), StoreError>;

    /// How many are kept.
    async fn kept_count(&self) -> Result<u64, StoreError>;
}
