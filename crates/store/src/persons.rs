//! Reading persons: all rows that one run needs.

use async_trait::async_trait;
use model::{ConnectionId, KeyHash, PersonKey, sf};

use crate::{
    AccountRow, ContactRow, DirectoryRow, Failure, Intent, Link, RecordRow, StoreError, Verdicted,
};

/// All that is stored about one person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRows {
    /// Who.
    pub person: PersonKey,
    /// Contacts with the key, by id; the first of a crowd.
    pub contacts: Vec<ContactRow>,
    /// Records with the key that are not gone, by id; converted Leads included; the first of a
    /// crowd.
    pub records: Vec<RecordRow>,
    /// How many contacts and records there are, if either are more than
    /// [`model::settings::CROWD_MAX`]: no more than that are read.
    pub crowd: Option<Crowd>,
    /// Records with the key that were merged away (gone, with a successor), by id.
    pub merged: Vec<RecordRow>,
    /// The record that a teammate pinned for this key (M9), whatever its own key is, if it is
    /// known and not gone. One that was merged away is stood for by what it became. One with this
    /// key is among `records` too.
    pub pinned: Option<RecordRow>,
    /// Records to which links of `contacts` point and that are in no other list, by id: they left
    /// the person, and may be gone.
    pub linked: Vec<RecordRow>,
    /// Each record of `records`, `merged`, `linked` and the pin that has a successor, with the end
    /// of its chain of mergers and conversions, by the former. Left out where the end is not known,
    /// gone, or more than [`crate::CHAIN_MAX`] steps away.
    pub became: Vec<(sf::RecordId, sf::RecordId)>,
    /// The ends of `became`, by id.
    pub successors: Vec<RecordRow>,
    /// Links of `contacts`, and links to `records`, by contact and record.
    pub links: Vec<Link>,
    /// Accounts of `records`, `pinned` and `successors`, by id.
    pub accounts: Vec<AccountRow>,
    /// Salesforce owners of all of these, by id.
    pub owners: Vec<DirectoryRow>,
    /// Lead intents of this person that are not closed.
    pub intents: Vec<Intent>,
    /// Parked failures of this person and its contacts.
    pub failures: Vec<Failure>,
    /// How the person is listed, if it has no clear match.
    pub listed: Option<Verdicted>,
}

/// How many share the key of a crowd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd {
    /// Contacts.
    pub contacts: u64,
    /// Records that are not gone.
    pub records: u64,
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
    /// about `limit` contacts are read, but a person is never split; what is too many of a crowd is
    /// passed over. The position is that of the last person returned; `None` when nobody was
    /// returned because there are no more.
    async fn persons_after(
        &self,
        connection: ConnectionId,
        after: Option<&Position>,
        limit: u32,
    ) -> Result<(Vec<PersonRows>, Option<Position>), StoreError>;
}
