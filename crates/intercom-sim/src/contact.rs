//! People: a compact row each, and the orders in which they are found.
//!
//! A row is at most about 1 KB with its places in the indexes, so that a million of them fit; JSON is
//! made when it is asked for. A change replaces the row's `Arc`, which lets the search index keep
//! showing the former row for a while at no cost.

mod edit;
mod merges;
pub(crate) mod phone;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

use crate::attribute::Values;
use crate::ids::{AdminId, NoteId, ObjectId, TagId};
use crate::search::Lag;

pub(crate) use edit::ContactEdit;
pub(crate) use merges::{Merge, Merges};

/// Whether a person is identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    User,
    Lead,
}

impl Role {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Lead => "lead",
        }
    }
}

/// A person. Times are Unix seconds, as everywhere in the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) id: ObjectId,
    pub(crate) role: Role,
    pub(crate) external_id: Option<Box<str>>,
    pub(crate) email: Option<Box<str>>,
    pub(crate) phone: Option<Box<str>>,
    pub(crate) name: Option<Box<str>>,
    pub(crate) avatar: Option<Box<str>>,
    pub(crate) language: Option<Box<str>>,
    pub(crate) owner: Option<AdminId>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) signed_up_at: Option<i64>,
    pub(crate) last_seen_at: Option<i64>,
    pub(crate) last_replied_at: Option<i64>,
    pub(crate) last_contacted_at: Option<i64>,
    pub(crate) unsubscribed_from_emails: bool,
    pub(crate) archived: bool,
    pub(crate) blocked: bool,
    /// Position in the workspace's table of places.
    pub(crate) place: Option<u16>,
    pub(crate) custom: Values,
    pub(crate) companies: Vec<ObjectId>,
    pub(crate) tags: Vec<TagId>,
    pub(crate) notes: Vec<NoteId>,
}

impl Contact {
    pub(crate) fn new(id: ObjectId, role: Role, created_at: i64) -> Self {
        Self {
            id,
            role,
            external_id: None,
            email: None,
            phone: None,
            name: None,
            avatar: None,
            language: None,
            owner: None,
            created_at,
            updated_at: created_at,
            signed_up_at: None,
            last_seen_at: None,
            last_replied_at: None,
            last_contacted_at: None,
            unsubscribed_from_emails: false,
            archived: false,
            blocked: false,
            place: None,
            custom: Values::default(),
            companies: Vec::new(),
            tags: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// What people call the contact: the name, else the email, else the kind of stranger.
    pub(crate) fn shown_name(&self) -> &str {
        self.name
            .as_deref()
            .or(self.email.as_deref())
            .unwrap_or("Unknown visitor")
    }
}

/// The orders in which contacts are walked without sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Created,
    Updated,
}

/// All people of a workspace.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Saved")]
pub(crate) struct Contacts {
    rows: BTreeMap<ObjectId, Arc<Contact>>,
    by_created: BTreeSet<(i64, ObjectId)>,
    by_updated: BTreeSet<(i64, ObjectId)>,
    by_email: BTreeSet<(u64, ObjectId)>,
    by_external_id: BTreeSet<(u64, ObjectId)>,
    merges: Merges,
    pub(crate) lag: Lag<ObjectId, Contact>,
    /// How many users and how many leads are not in the archive.
    users: usize,
    leads: usize,
}

/// The small part of the table that is kept between two starts. The rows are kept beside it
/// ([`Contacts::shared`]), and the indexes follow from them.
#[derive(Deserialize)]
struct Saved {
    merges: Merges,
}

impl Serialize for Contacts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut saved = serializer.serialize_struct("Saved", 1)?;
        saved.serialize_field("merges", &self.merges)?;
        saved.end()
    }
}

impl From<Saved> for Contacts {
    fn from(saved: Saved) -> Self {
        Self {
            merges: saved.merges,
            ..Self::default()
        }
    }
}

impl Contacts {
    /// The table of `rows`, its indexes built once and not row by row.
    pub(crate) fn from_rows(rows: Vec<Contact>) -> Self {
        let hashed = |text: Option<&str>, id| Some((hash(text?), id));
        Self {
            users: count(&rows, Role::User),
            leads: count(&rows, Role::Lead),
            by_created: rows.iter().map(|row| (row.created_at, row.id)).collect(),
            by_updated: rows.iter().map(|row| (row.updated_at, row.id)).collect(),
            by_email: rows
                .iter()
                .filter_map(|row| hashed(row.email.as_deref(), row.id))
                .collect(),
            by_external_id: rows
                .iter()
                .filter_map(|row| hashed(row.external_id.as_deref().map(fold).as_deref(), row.id))
                .collect(),
            rows: rows
                .into_iter()
                .map(|row| (row.id, Arc::new(row)))
                .collect(),
            ..Self::default()
        }
    }

    /// The rows as they are now, without a copy of any.
    pub(crate) fn shared(&self) -> Vec<Arc<Contact>> {
        self.rows.values().map(Arc::clone).collect()
    }

    /// The same table with these rows instead.
    pub(crate) fn with_rows(self, rows: Vec<Contact>) -> Self {
        Self {
            merges: self.merges,
            ..Self::from_rows(rows)
        }
    }

    pub(crate) fn get(&self, id: ObjectId) -> Option<&Arc<Contact>> {
        self.rows.get(&id)
    }

    /// The contacts whose ids come after `id`, in the order of their ids.
    pub(crate) fn after(&self, id: Option<ObjectId>) -> impl Iterator<Item = &Arc<Contact>> {
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.rows.range((from, Bound::Unbounded));
        rows.map(|(_, row)| row)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Contact>> {
        self.rows.values()
    }

    /// All contacts made before `cursor`, the latest first.
    pub(crate) fn made_before(
        &self,
        cursor: Option<(i64, ObjectId)>,
    ) -> impl Iterator<Item = &Arc<Contact>> {
        let to = cursor.map_or(Bound::Unbounded, Bound::Excluded);
        let index = self.by_created.range((Bound::Unbounded, to)).rev();
        index.filter_map(|(_, id)| self.rows.get(id))
    }

    /// Which contacts became part of others.
    pub(crate) fn merges(&self) -> &Merges {
        &self.merges
    }

    /// How many contacts of a role are not in the archive.
    pub(crate) fn count_of(&self, role: Role) -> usize {
        match role {
            Role::User => self.users,
            Role::Lead => self.leads,
        }
    }

    /// How many contacts are not in the archive.
    pub(crate) fn count(&self) -> usize {
        self.users + self.leads
    }

    fn counted(&mut self, role: Role) -> &mut usize {
        match role {
            Role::User => &mut self.users,
            Role::Lead => &mut self.leads,
        }
    }

    /// Those with that email, which is in lower case, as emails are kept.
    pub(crate) fn with_email(&self, email: &str) -> impl Iterator<Item = &Arc<Contact>> + use<'_> {
        let email = email.to_owned();
        self.hashed(&self.by_email, &email)
            .filter(move |row| row.email.as_deref() == Some(email.as_str()))
    }

    pub(crate) fn with_external_id(
        &self,
        external_id: &str,
    ) -> impl Iterator<Item = &Arc<Contact>> + use<'_> {
        let external_id = external_id.to_owned();
        self.with_folded_external_id(&external_id)
            .filter(move |row| row.external_id.as_deref() == Some(external_id.as_str()))
    }

    /// Those whose external id is that one in any case, as search sees it; among them may be others.
    pub(crate) fn with_folded_external_id(
        &self,
        external_id: &str,
    ) -> impl Iterator<Item = &Arc<Contact>> + use<'_> {
        self.hashed(&self.by_external_id, &fold(external_id))
    }

    fn hashed<'a>(
        &'a self,
        index: &'a BTreeSet<(u64, ObjectId)>,
        text: &str,
    ) -> impl Iterator<Item = &'a Arc<Contact>> + use<'a> {
        let hash = hash(text);
        index
            .range((hash, ObjectId::LOWEST)..)
            .take_while(move |(entry, _)| *entry == hash)
            .filter_map(|(_, id)| self.rows.get(id))
    }

    /// The rows of an order, from `from` on, both ends included, ascending.
    pub(crate) fn walk(
        &self,
        order: Order,
        from: (i64, ObjectId),
        to: i64,
    ) -> impl DoubleEndedIterator<Item = &Arc<Contact>> {
        let index = match order {
            Order::Created => &self.by_created,
            Order::Updated => &self.by_updated,
        };
        let end = (to.max(from.0).saturating_add(1), ObjectId::LOWEST);
        index
            .range(from..end)
            .filter_map(|(_, id)| self.rows.get(id))
    }

    /// How many contacts are not in the archive, if all contacts lie in that range of an order and
    /// search sees each as it is. Speed only: it spares counting them.
    pub(crate) fn count_if_all(&self, order: Order, from: i64, to: i64) -> Option<usize> {
        let index = match order {
            Order::Created => &self.by_created,
            Order::Updated => &self.by_updated,
        };
        let (first, last) = (index.first()?, index.last()?);
        let are_within = first.0 >= from && last.0 <= to && self.lag.is_empty();
        are_within.then(|| self.count())
    }

    /// Adds or replaces a row; search notices after the lag.
    pub(crate) fn put(&mut self, row: Contact, now: i64) {
        let id = row.id;
        self.lag.remember(id, self.rows.get(&id), now);
        self.unindex(id);
        self.by_created.insert((row.created_at, id));
        self.by_updated.insert((row.updated_at, id));
        if let Some(email) = row.email.as_deref() {
            self.by_email.insert((hash(email), id));
        }
        if let Some(external_id) = row.external_id.as_deref() {
            self.by_external_id.insert((hash(&fold(external_id)), id));
        }
        *self.counted(row.role) += usize::from(!row.archived);
        self.rows.insert(id, Arc::new(row));
    }

    /// Removes a row for good.
    pub(crate) fn remove(&mut self, id: ObjectId, now: i64) -> Option<Arc<Contact>> {
        self.lag.remember(id, self.rows.get(&id), now);
        self.unindex(id);
        self.rows.remove(&id)
    }

    /// Removes a row that lives on as another one.
    pub(crate) fn remove_merged(&mut self, merge: Merge) {
        self.remove(merge.from, merge.at);
        self.merges.add(merge);
    }

    fn unindex(&mut self, id: ObjectId) {
        let Some(row) = self.rows.get(&id).map(Arc::clone) else {
            return;
        };
        *self.counted(row.role) -= usize::from(!row.archived);
        self.by_created.remove(&(row.created_at, id));
        self.by_updated.remove(&(row.updated_at, id));
        if let Some(email) = row.email.as_deref() {
            self.by_email.remove(&(hash(email), id));
        }
        if let Some(external_id) = row.external_id.as_deref() {
            self.by_external_id.remove(&(hash(&fold(external_id)), id));
        }
    }
}

fn count(rows: &[Contact], role: Role) -> usize {
    let counted = |row: &&Contact| row.role == role && !row.archived;
    rows.iter().filter(counted).count()
}

fn fold(external_id: &str) -> String {
    external_id.to_lowercase()
}

fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}
