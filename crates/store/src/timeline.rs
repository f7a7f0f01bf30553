//! The append-only account of what was seen and done, and why.

use async_trait::async_trait;
use model::{ConnectionId, KeyHash, Timestamp};

use crate::StoreError;

/// One line of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Hash of the person's key, where it is about a person.
    pub key_hash: Option<KeyHash>,
    /// The subject as text: an id, or `person:<hash>`.
    pub subject: String,
    /// When.
    pub at: Timestamp,
    /// What kind: `run`, `create`, `pin`, `sync`, `connection`, `failure`.
    pub kind: String,
    /// The rule that decided, e.g. `A1`.
    pub rule: String,
    /// What happened, one line for people per operation or note, as JSON array of strings.
    pub body: Vec<String>,
}

/// A stored line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its number; rises.
    pub seq: i64,
    /// The line.
    pub entry: Entry,
}

/// The timeline of one connection.
#[async_trait]
pub trait Timeline: Send + Sync {
    /// Appends lines in order.
    async fn append(&self, connection: ConnectionId, entries: &[Entry]) -> Result<(), StoreError>;

    /// The latest lines about one person, latest first.
    async fn timeline_of(
        &self,
        connection: ConnectionId,
        key: KeyHash,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, StoreError>;

    /// The latest lines about a subject text, latest first.
    async fn timeline_about(
        &self,
        connection: ConnectionId,
        subject: &str,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, StoreError>;

    /// The latest lines of the connection, latest first.
    async fn timeline_latest(
        &self,
        connection: ConnectionId,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, StoreError>;
}
