//! Reading persons: all rows that one run needs.

use async_trait::async_trait;
use model::{ConnectionId, KeyHash, PersonKey};

use crate::{AccountRow, ContactRow, DirectoryRow, Failure, Intent, Link, RecordRow, StoreError};

/// All that is stored about one person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRows {
    /// Who.
    pub person: PersonKey,
    /// Contacts with the key, by id.
    pub contacts: Vec<ContactRow>,
    /// Records with the key that are not gone, by id; converted Leads included.
    pub records: Vec<RecordRow>,
    /// The record that a teammate pinned for this key (M9), whatever its own key is, if it is
    /// known and not gone. One with this key is among `records` too.
    pub pinned: Option<RecordRow>,
    /// What converted Leads among `records` and `pinned` became, where known and not gone, by id.
    pub successors: Vec<RecordRow>,
    /// Links of `contacts`, and links to `records`, by contact and record.
    pub links: Vec<Link>,
    /// Accounts of `records`, `pinned` and `successors`, by id.
    pub accounts: Vec<AccountRow>,
    /// Salesforce owners of all of these, by id.
    pub owners: Vec<DirectoryRow>,
    /// Intents of this person that are not closed.
    pub intents: Vec<Intent>,
    /// Parked failures of this person and its contacts.
    pub failures: Vec<Failure>,
}

/// A place in the order in which persons are walked: hash of the key, then the contact id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The hash.
    pub hash: KeyHash,
    /// The last row's id within the hash.
    pub id: String,
}

/// Persons, one or all.
#[async_trait]
pub trait Persons: Send + Sync {
    /// The rows of these persons, in the order asked. Unknown persons come back empty.
    async fn persons(
        &self,
        connection: ConnectionId,
        persons: &[PersonKey],
    ) -> Result<Vec<PersonRows>, StoreError>;

    /// The next persons **that have a contact**, in the order of their hash, after `after`. At most
    /// about `limit` contacts are read, but a person is never split. The position is that of the
    /// last person returned; `None` when nobody was returned because there are no more.
    async fn persons_after(
        &self,
        connection: ConnectionId,
        after: Option<&Position>,
        limit: u32,
    ) -> Result<(Vec<PersonRows>, Option<Position>), StoreError>;
}
