//! Reading a side in bulk, walking all persons, and the marks up to which was read.

use async_trait::async_trait;
use model::{ConnectionId, Timestamp, ic, sf};
use serde::{Deserialize, Serialize};

use crate::{AccountRow, ContactRow, Position, RecordRow, Side, StoreError};

/// A reading of a whole side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Its number.
    pub id: i64,
    /// Which side.
    pub side: Side,
    /// When it began.
    pub started_at: Timestamp,
}

/// What a finished scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScanOutcome {
    /// Rows staged.
    pub read: u64,
    /// Not in the mirror before.
    pub new: u64,
    /// Changed since, or now in doubt.
    pub changed: u64,
    /// In the mirror before, seen before the scan began, and not in the scan.
    pub missing: u64,
}

/// Scans: rows are appended to a stage without indexes and inserted in order when complete.
#[async_trait]
pub trait Scans: Send + Sync {
    /// Begins a scan of a side; drops an earlier one of the same side, finished or not. Methods
    /// called with a dropped scan answer `Missing`; staging after the merge began is a `Conflict`.
    async fn begin_scan(
        &self,
        connection: ConnectionId,
        side: Side,
        now: Timestamp,
    ) -> Result<Scan, StoreError>;

    /// Stages contacts.
    async fn stage_contacts(&self, scan: &Scan, rows: Vec<ContactRow>) -> Result<(), StoreError>;

    /// Stages records.
    async fn stage_records(&self, scan: &Scan, rows: Vec<RecordRow>) -> Result<(), StoreError>;

    /// Stores accounts; they are few and go straight to the mirror.
    async fn stage_accounts(&self, scan: &Scan, rows: Vec<AccountRow>) -> Result<(), StoreError>;

    /// Merges the stage into the mirror, in the order of the clustered key: new rows are inserted,
    /// strictly newer ones replace, equal stamps with another digest become stale, rows seen when
    /// or after the scan began are left alone. A row that was met twice is stored as stale if it is
    /// stored at all. Records without a key are kept as `absorb` keeps them. Bounded transactions;
    /// repeatable after a crash. Then the stage is empty. Only whom a
    /// contact left by its key becomes due: the sweep, which follows, meets who has a contact.
    async fn finish_scan(&self, scan: &Scan) -> Result<ScanOutcome, StoreError>;

    /// Contacts that the finished scan did not meet although they were seen before it began, after
    /// `after` by id. Absence is never a delete: each is to be confirmed by id. `Conflict` before
    /// the scan is finished.
    async fn missing_contacts(
        &self,
        scan: &Scan,
        after: Option<&ic::ContactId>,
        limit: u32,
    ) -> Result<Vec<ic::ContactId>, StoreError>;

    /// Records that the finished scan did not meet, as `missing_contacts`. Rows known as gone
    /// or hidden do not count.
    async fn missing_records(
        &self,
        scan: &Scan,
        after: Option<sf::RecordId>,
        limit: u32,
    ) -> Result<Vec<sf::RecordId>, StoreError>;

    /// Drops what is remembered of the scan.
    async fn forget_scan(&self, scan: &Scan) -> Result<(), StoreError>;
}

/// Which walk over all persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SweepKind {
    /// The first sync, and every later whole sync.
    FirstSync,
    /// The daily comparison.
    Comparison,
    /// All persons again, without reading, because the terms changed.
    Rewalk,
}

/// Where a sweep stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SweepState {
    /// Reading both sides.
    Reading,
    /// Walking persons.
    Reconciling,
    /// Stopped by an admin or by a shutdown; goes on from its position.
    Stopped,
    /// Through.
    Done,
    /// Something needs a human; the words are in the counts.
    Failed,
}

/// What a sweep counted so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SweepCounts {
    /// Contacts read.
    pub contacts_read: u64,
    /// Contacts there are, if the vendor said so.
    pub contacts_total: Option<u64>,
    /// Leads and Salesforce contacts read.
    pub records_read: u64,
    /// Persons walked.
    pub persons: u64,
    /// Contacts linked.
    pub linked: u64,
    /// Contacts of `many_leads`, `many_contacts` and crowded persons.
    pub ambiguous: u64,
    /// Contacts without a match.
    pub unmatched: u64,
    /// Contacts to walk in all.
    pub contacts_to_walk: u64,
    /// Contacts walked.
    pub contacts_walked: u64,
    /// Records changed in Intercom.
    pub intercom_writes: u64,
    /// Records changed in Salesforce.
    pub salesforce_writes: u64,
    /// Calls to Intercom.
    pub intercom_calls: u64,
    /// Calls to Salesforce.
    pub salesforce_calls: u64,
    /// Persons whose run failed.
    pub failed: u64,
    /// Rows that could not be read.
    pub unreadable: u64,
    /// Milliseconds spent reading.
    pub read_ms: u64,
    /// Milliseconds spent reconciling.
    pub reconcile_ms: u64,
    /// What stopped it, in words for people.
    pub problem: Option<String>,
    /// What stopped it passes by itself: it is gone on with, also by the next process.
    pub passes: bool,
}

/// A walk over all persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    /// Which walk.
    pub kind: SweepKind,
    /// Where it stands.
    pub state: SweepState,
    /// The last person that is settled.
    pub position: Option<Position>,
    /// When it began.
    pub started_at: Timestamp,
    /// What it counted.
    pub counts: SweepCounts,
}

/// Sweeps: one of a kind per connection.
#[async_trait]
pub trait Sweeps: Send + Sync {
    /// The sweep of a kind, if there ever was one.
    async fn sweep(
        &self,
        connection: ConnectionId,
        kind: SweepKind,
    ) -> Result<Option<Sweep>, StoreError>;

    /// Writes a sweep down, replacing the one of its kind.
    async fn put_sweep(&self, connection: ConnectionId, sweep: &Sweep) -> Result<(), StoreError>;
}

/// Up to where a source was read.
#[async_trait]
pub trait Cursors: Send + Sync {
    /// The stored text of a source's cursor.
    async fn cursor(
        &self,
        connection: ConnectionId,
        source: &str,
    ) -> Result<Option<String>, StoreError>;

    /// Moves a cursor.
    async fn put_cursor(
        &self,
        connection: ConnectionId,
        source: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
