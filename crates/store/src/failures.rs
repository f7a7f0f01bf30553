//! What did not work, until it does (rules E).

use async_trait::async_trait;
use model::{ConnectionId, Subject, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// What has to happen before it is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// Time: it is retried by itself.
    Time,
    /// A fresh look: the next run plans anew.
    Plan,
    /// The connection to be reconnected.
    Reconnect,
    /// The record, the mapping or the org's metadata to change.
    Change,
}

/// A failure to list. The same subject and digest count up instead of being listed twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureReport {
    /// For whom or what.
    pub subject: Subject,
    /// Stable hash of the write that failed: the same write is not tried again while parked.
    pub digest: i64,
    /// Machine name of the cause, e.g. `intercom.invalid` or `m0.crowded`.
    pub cause: String,
    /// What has to happen.
    pub waits_for: WaitsFor,
    /// When time may have cured it.
    pub retry_at: Option<Timestamp>,
    /// What happened, in words for people.
    pub summary: String,
    /// The vendor's own message.
    pub vendor_words: Option<String>,
}

/// A listed failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What was reported last.
    pub report: FailureReport,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
    /// How often.
    pub count: u64,
}

/// The failure ledger of one connection.
#[async_trait]
pub trait Failures: Send + Sync {
    /// Lists a failure, or counts it up.
    async fn report_failure(
        &self,
        connection: ConnectionId,
        report: &FailureReport,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Latest first, up to `limit`.
    async fn failures(
        &self,
        connection: ConnectionId,
        limit: u32,
    ) -> Result<Vec<Failure>, StoreError>;

    /// How many there are by cause, most first.
    async fn failures_by_cause(
        &self,
        connection: ConnectionId,
    ) -> Result<Vec<(String, u64)>, StoreError>;

    /// Removes all failures of a subject.
    async fn clear_failures(
        &self,
        connection: ConnectionId,
        subject: &Subject,
    ) -> Result<(), StoreError>;

    /// Removes one failure of a subject, if it is listed.
    async fn clear_failure(
        &self,
        connection: ConnectionId,
        subject: &Subject,
        digest: i64,
    ) -> Result<(), StoreError>;

    /// Failures of one cause, ordered by subject and digest, after `after`.
    async fn failures_of_cause(
        &self,
        connection: ConnectionId,
        cause: &str,
        after: Option<&(Subject, i64)>,
        limit: u32,
    ) -> Result<Vec<Failure>, StoreError>;
}
