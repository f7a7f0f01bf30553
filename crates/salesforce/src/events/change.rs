//! What a subscriber gets.

use std::fmt;

use model::Timestamp;
use model::sf::AnyId;

/// A channel of change events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic(String);

impl Topic {
    /// The changes of every object that an administrator selected for change events.
    pub fn all_changes() -> Self {
        Self("/data/ChangeEvents".to_owned())
    }

    /// The changes of one standard object, by API name.
    pub fn changes_of(object: &str) -> Self {
        Self(format!("/data/{object}ChangeEvent"))
    }

    /// The channel's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A place in the stream of events. Opaque: stored and sent back as it came, never computed.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplayId(Vec<u8>);

impl ReplayId {
    /// The place whose bytes were stored.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for ReplayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Where a subscription begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartFrom {
    /// What happens from now on.
    Now,
    /// The oldest event that is still kept: up to 72 hours back.
    Oldest,
    /// What came after this place.
    After(ReplayId),
}

/// One step of a subscription.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// What is told.
    pub signal: Signal,
    /// Where to go on after it. Store it once the signal is taken care of. `None` while no place
    /// is known yet: what happens before the next delivery is told as [`Signal::Missed`] if the
    /// stream breaks.
    pub position: Option<ReplayId>,
}

/// What a subscription tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// Records changed. It may be told twice.
    Changed(Change),
    /// Records changed, and the event does not say in which fields: read them.
    Gap(Change),
    /// More records of one object changed than events are made for: read everything of it that
    /// changed since before that instant.
    Whole {
        /// The object's API name.
        entity: String,
        /// When the transaction was committed.
        committed_at: Timestamp,
    },
    /// The place to go on from is not usable any more, or none was known when the stream broke.
    /// Events may have been lost; the subscription tells of new ones already. Read everything that
    /// changed since the last position that was stored.
    Missed {
        /// Salesforce's reason.
        why: String,
    },
    /// An event cannot be read, so its records are unknown: read everything that changed lately.
    Unreadable {
        /// What is wrong with it, without values of the record.
        why: String,
    },
    /// Nothing happened for a while; only the position moved on.
    Quiet,
}

/// The header of a change event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The event's own id: the same when it is delivered again.
    pub event_id: String,
    /// The object's API name, `Lead`.
    pub entity: String,
    /// The records; usually one.
    pub records: Vec<AnyId>,
    /// What happened to them.
    pub kind: ChangeKind,
    /// Through which API, `com/salesforce/api/rest/67.0`; empty if none.
    pub api: String,
    /// The client that named itself in `Sforce-Call-Options`, if one did.
    pub client: Option<String>,
    /// The same for all events of one transaction.
    pub transaction: String,
    /// The place in the transaction, from 1 on.
    pub sequence: i32,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// Who did it.
    pub user: String,
    /// The fields that changed in an update, `Phone` or `MailingAddress.City`; empty otherwise.
    pub changed: Vec<String>,
    /// Those of them that are empty now.
    pub nulled: Vec<String>,
}

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was created.
    Created,
    /// It was edited.
    Updated,
    /// It was put into the Recycle Bin.
    Deleted,
    /// It was taken out of the Recycle Bin.
    Undeleted,
}
