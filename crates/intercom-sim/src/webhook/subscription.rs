//! What others see of deliveries: the requests themselves, how they ended, what is done to them on
//! purpose, and how the subscription stands.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DeliveryCounts, Standing};

/// What the receiver did with a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It answered in time.
    Answered(StatusCode),
    /// It did not answer within five seconds, or the connection failed.
    Unanswered,
}

/// A request that the world wants to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Names it in [`crate::World::delivered`].
    pub sequence: u64,
    /// The receiver.
    pub url: String,
    /// Signature and content type.
    pub headers: HeaderMap,
    /// Exactly the bytes that were signed.
    pub body: Bytes,
    /// 1, or 2 for the repetition.
    pub attempt: u8,
}

/// What is done to deliveries on purpose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookControls {
    /// Nothing is sent, and what happens meanwhile is lost.
    pub off: bool,
    /// So many next notifications are lost.
    pub lose_next: u32,
    /// Each so many-th notification is lost; 0 is none.
    pub lose_every: u32,
    /// So many next notifications are sent twice.
    pub duplicate_next: u32,
    /// Each so many-th notification is sent twice; 0 is none.
    pub duplicate_every: u32,
    /// What is due together leaves the latest first.
    pub reverse: bool,
    /// How long each notification waits before it leaves.
    pub delay_ms: u64,
    /// Times inside the item are ISO 8601 texts (observed in 2023 and 2024).
    pub iso_timestamps: bool,
}

/// A subscription as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subscription {
    /// Where notifications go.
    pub url: Option<String>,
    /// What is told; empty is everything.
    pub topics: Vec<String>,
    /// Whether anything is sent at all.
    pub standing: Standing,
    /// What becomes due until then is dropped.
    pub paused_until: Option<Timestamp>,
    /// Nothing leaves until then.
    pub held_until: Option<Timestamp>,
    /// Failed deliveries since the last that did not fail.
    pub errors_in_a_row: usize,
    /// Notifications that wait.
    pub waiting: usize,
    /// Notifications that are on their way.
    pub on_their_way: usize,
    /// What became of deliveries.
    pub counts: DeliveryCounts,
}
