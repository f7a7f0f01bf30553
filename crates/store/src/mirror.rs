//! What each side last showed. Can be thrown away and read again.

use async_trait::async_trait;
use model::{ConnectionId, KeyHash, Lane, MatchKey, PersonKey, Reason, Timestamp, ic, sf};
use serde::{Deserialize, Serialize};

use crate::{Digest, Due, Sighting, Source, StoreError, Version};

/// The values of a row, positional: which field stands where follows from the row's projection.
/// `None` is a field that is empty on its side.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Body(pub Vec<Option<Box<str>>>);

/// A contact as Intercom last showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// Its id.
    pub id: ic::ContactId,
    /// Its match key; `None` stands alone (M0).
    pub key: Option<MatchKey>,
    /// Lead or user.
    pub role: ic::Role,
    /// The vendor's `updated_at`; resolution 1 s.
    pub stamp: Timestamp,
    /// When we saw it.
    pub seen_at: Timestamp,
    /// It may be older than what Intercom has: read it by id before planning.
    pub stale: bool,
    /// Which fields the body holds, in which order.
    pub projection: i64,
    /// Its owner in Intercom.
    pub owner_id: Option<ic::TeammateId>,
    /// The values.
    pub body: Body,
}

/// A Lead or Salesforce contact as Salesforce last showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Its id.
    pub id: sf::RecordId,
    /// Its match key. A record without one is kept only while linked or pinned, or as a
    /// successor.
    pub key: Option<MatchKey>,
    /// `SystemModstamp`; resolution 1 s.
    pub stamp: Timestamp,
    /// When we saw it.
    pub seen_at: Timestamp,
    /// It may be older than what Salesforce has: read it by id before planning.
    pub stale: bool,
    /// Which fields the body holds, in which order.
    pub projection: i64,
    /// Its owner.
    pub owner_id: Option<sf::OwnerId>,
    /// A Salesforce contact's Account.
    pub account_id: Option<sf::AccountId>,
    /// What it became: a converted Lead's contact, or the winner of a merge.
    pub successor: Option<sf::RecordId>,
    /// Deleted or merged away: it belongs to no person any more (M8).
    pub gone: bool,
    /// Asked for by id, nothing came, and nobody said that it was deleted: it may be invisible to
    /// the integration user. It still counts for its person. Any reading that shows it clears this.
    pub hidden: bool,
    /// The values.
    pub body: Body,
}

/// An Account as Salesforce last showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: sf::AccountId,
    /// Its owner.
    pub owner_id: Option<sf::OwnerId>,
    /// `SystemModstamp`.
    pub stamp: Timestamp,
    /// When we saw it.
    pub seen_at: Timestamp,
    /// The values.
    pub body: Body,
}

/// Who stands in a directory row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryKind {
    /// An Intercom teammate.
    Teammate,
    /// A Salesforce User.
    User,
    /// A Salesforce queue.
    Queue,
}

/// Somebody who can own things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryRow {
    /// Who.
    pub kind: DirectoryKind,
    /// The vendor's id.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Email; a queue has none.
    pub email: Option<String>,
    /// Role in Salesforce.
    pub role: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// May still own things.
    pub active: bool,
    /// A Salesforce User of the type `Standard`; true for teammates and queues.
    pub standard: bool,
    /// When a Salesforce User last logged in, as of the last reading.
    pub last_login: Option<Timestamp>,
}

/// One reading of one row.
#[derive(Debug, Clone)]
pub struct Observed<T> {
    /// What was read.
    pub row: T,
    /// How much it is worth.
    pub source: Source,
}

/// Readings and marks that belong together.
#[derive(Debug, Clone)]
pub struct Absorption {
    /// Contacts that were read.
    pub contacts: Vec<Observed<ContactRow>>,
    /// Contacts that Intercom has no more.
    pub contacts_gone: Vec<ic::ContactId>,
    /// Contacts that were merged into another one: the loser, and the survivor.
    pub contacts_merged: Vec<(ic::ContactId, ic::ContactId)>,
    /// Records that were read; `gone` rows included.
    pub records: Vec<Observed<RecordRow>>,
    /// Accounts that were read.
    pub accounts: Vec<AccountRow>,
    /// Subjects to mark whatever the readings say.
    pub due: Vec<Due>,
    /// A cursor to move in the same transaction.
    pub cursor: Option<(String, String)>,
    /// The lane of the persons whom a changed row makes due.
    pub lane: Lane,
    /// Why they are due.
    pub reason: Reason,
    /// The present.
    pub now: Timestamp,
}

impl Absorption {
    /// Nothing yet, for `lane` and `reason` at `now`.
    pub fn new(lane: Lane, reason: Reason, now: Timestamp) -> Self {
        Self {
            contacts: Vec::new(),
            contacts_gone: Vec::new(),
            contacts_merged: Vec::new(),
            records: Vec::new(),
            accounts: Vec::new(),
            due: Vec::new(),
            cursor: None,
            lane,
            reason,
            now,
        }
    }
}

/// What became of an absorption, in the order of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Absorbed {
    /// Per contact.
    pub contacts: Vec<Sighting>,
    /// Per record.
    pub records: Vec<Sighting>,
    /// Accounts whose body or owner changed: their dependants have to follow.
    pub accounts_changed: Vec<sf::AccountId>,
    /// Persons that became due.
    pub persons_due: u64,
}

/// Records that were merged or converted are followed over so many steps, in either direction.
pub const CHAIN_MAX: usize = 5;

/// How far a fan-out has come. That of an owner goes through the records that it owns first, then
/// through those of its Accounts, Account by Account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FanOutPosition {
    /// The Account that is gone through; `None` among the owner's own records.
    pub account: Option<sf::AccountId>,
    /// The last record that was passed there, if one was.
    pub record: Option<crate::Position>,
}

/// How much the mirror holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MirrorCounts {
    /// Contacts, gone ones not counted.
    pub contacts: u64,
    /// Leads, gone ones not counted.
    pub leads: u64,
    /// Salesforce contacts, gone ones not counted.
    pub sf_contacts: u64,
    /// Accounts.
    pub accounts: u64,
    /// Links.
    pub links: u64,
}

impl Body {
    /// The value at `place`; `None` if the field is empty or the projection has no such place.
    pub fn get(&self, place: usize) -> Option<&str> {
        self.0.get(place).and_then(|value| value.as_deref())
    }
}

fn digest_of(parts: &[Option<&str>], body: &Body) -> Digest {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    let mut add = |value: Option<&str>| match value {
        Some(text) => {
            hasher.update(&(text.len() as u64 + 1).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        None => hasher.update(&0_u64.to_le_bytes()),
    };
    for part in parts {
        add(*part);
    }
    for value in &body.0 {
        add(value.as_deref());
    }
    Digest(i64::from_ne_bytes(hasher.digest().to_ne_bytes()))
}

impl ContactRow {
    /// Over key, role, owner and body; not over stamps.
    pub fn digest(&self) -> Digest {
        let role = match self.role {
            ic::Role::Lead => "lead",
            ic::Role::User => "user",
        };
        digest_of(
            &[
                self.key.as_ref().map(MatchKey::as_str),
                Some(role),
                self.owner_id.as_ref().map(ic::TeammateId::as_str),
            ],
            &self.body,
        )
    }

    /// What decides whether it counts.
    pub fn version(&self) -> Version {
        Version {
            stamp: self.stamp,
            digest: self.digest(),
            projection: self.projection,
            stale: self.stale,
            hidden: false,
        }
    }

    /// The person it belongs to.
    pub fn person(&self) -> PersonKey {
        PersonKey::of_contact(self.key.as_ref(), &self.id)
    }
}

impl RecordRow {
    /// Over key, owner, account, successor, `gone`, `hidden` and body; not over stamps. What is
    /// gone is not hidden.
    pub fn digest(&self) -> Digest {
        let absence = match (self.gone, self.hidden) {
            (true, _) => Some("gone"),
            (false, true) => Some("hidden"),
            (false, false) => None,
        };
        digest_of(
            &[
                self.key.as_ref().map(MatchKey::as_str),
                self.owner_id.as_ref().map(sf::OwnerId::as_str),
                self.account_id.as_ref().map(sf::AccountId::as_str),
                self.successor.as_ref().map(sf::RecordId::as_str),
                absence,
            ],
            &self.body,
        )
    }

    /// What decides whether it counts.
    pub fn version(&self) -> Version {
        Version {
            stamp: self.stamp,
            digest: self.digest(),
            projection: self.projection,
            stale: self.stale,
            hidden: self.hidden,
        }
    }

    /// The hash of its key, or zero without one.
    pub fn key_hash(&self) -> KeyHash {
        self.key.as_ref().map(MatchKey::hash).unwrap_or_default()
    }
}

impl AccountRow {
    /// Over owner and body.
    pub fn digest(&self) -> Digest {
        digest_of(
            &[self.owner_id.as_ref().map(sf::OwnerId::as_str)],
            &self.body,
        )
    }
}

/// The mirror of both sides.
#[async_trait]
pub trait Mirror: Send + Sync {
    /// Applies [`crate::judge`] to each row and, in the same transaction: stores new and changed rows (an
    /// `Answer` also clears `stale`), moves stamp and `seen_at` of unchanged ones forward, marks
    /// doubted ones stale, marks due the persons of the old *and* of the new key of every new,
    /// changed, doubted or gone row (lane and reason of the absorption, due now), marks changed
    /// Accounts and `due`, moves the cursor. The persons of a record are that of its key, those
    /// with a contact linked to it, whoever pinned it, the persons of what became it over up to
    /// [`CHAIN_MAX`] steps, and those of its own successors. A gone contact's row is deleted, and
    /// its links with it (M8). Repeating it changes nothing.
    ///
    /// Ids that are replaced are remembered ([`crate::Aliases`]). When a record is newly merged
    /// away, a pin on it moves to the winner. A merged contact goes as a gone one does; as soon as
    /// the survivor is known with another key, and no contact has the loser's key any more, that
    /// key's pin and its standing Lead intents move to the survivor's key unless it has its own,
    /// and the persons of both keys are due.
    ///
    /// A record without a key is stored only if it is linked or pinned, is somebody's successor,
    /// or is stored already.
    async fn absorb(
        &self,
        connection: ConnectionId,
        absorption: &Absorption,
    ) -> Result<Absorbed, StoreError>;

    /// Replaces the directory rows of these kinds; returns the ids of those that are new, changed
    /// or no longer there (the latter stay, inactive, and are returned once), by id. Changed Users
    /// and queues become due as subjects in the same transaction (lane live). A login alone is
    /// stored and is no change. Rows of other kinds are ignored.
    async fn put_directory(
        &self,
        connection: ConnectionId,
        kinds: &[DirectoryKind],
        rows: &[DirectoryRow],
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError>;

    /// The directory rows of a kind, by name.
    async fn directory(
        &self,
        connection: ConnectionId,
        kind: DirectoryKind,
    ) -> Result<Vec<DirectoryRow>, StoreError>;

    /// One contact.
    async fn contact(
        &self,
        connection: ConnectionId,
        id: &ic::ContactId,
    ) -> Result<Option<ContactRow>, StoreError>;

    /// One record.
    async fn record(
        &self,
        connection: ConnectionId,
        id: sf::RecordId,
    ) -> Result<Option<RecordRow>, StoreError>;

    /// Marks rows stale, so that they are read by id before their next plan.
    async fn mark_stale(
        &self,
        connection: ConnectionId,
        contacts: &[ic::ContactId],
        records: &[sf::RecordId],
    ) -> Result<(), StoreError>;

    /// Notes that these records were asked for by id and that nothing came: stored rows that are
    /// not gone become hidden and are not stale any more; the persons of those that were not hidden
    /// before are due (lane repair). Returns those that are not stored or gone already, in the
    /// order given.
    async fn hide_records(
        &self,
        connection: ConnectionId,
        ids: &[sf::RecordId],
        now: Timestamp,
    ) -> Result<Vec<sf::RecordId>, StoreError>;

    /// Takes an admin's word that a hidden record is deleted: it is gone, and its persons are due
    /// (lane interactive). False, and nothing changes, if it is not hidden.
    async fn forget_hidden(
        &self,
        connection: ConnectionId,
        id: sf::RecordId,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Persons that hang on an Account (the persons of its contacts, as `absorb` knows them), in
    /// pages of `limit` records ordered by hash; marks them due in the same transaction. Returns
    /// the position to go on from, `None` at the end.
    async fn fan_out_account(
        &self,
        connection: ConnectionId,
        account: sf::AccountId,
        after: Option<FanOutPosition>,
        limit: u32,
        lane: Lane,
        now: Timestamp,
    ) -> Result<Option<FanOutPosition>, StoreError>;

    /// As `fan_out_account`, for all records owned by a User or queue, and then for those whose
    /// Account is, in pages of `limit` records and Accounts. What was passed is not read again.
    async fn fan_out_owner(
        &self,
        connection: ConnectionId,
        owner: sf::OwnerId,
        after: Option<FanOutPosition>,
        limit: u32,
        lane: Lane,
        now: Timestamp,
    ) -> Result<Option<FanOutPosition>, StoreError>;

    /// How much the mirror holds.
    async fn mirror_counts(&self, connection: ConnectionId) -> Result<MirrorCounts, StoreError>;
}
