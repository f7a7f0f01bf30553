//! Companies, and who belongs to them.
//!
//! A company without a contact is in no list; it is there all the same.

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::attribute::Values;
use crate::ids::{NoteId, ObjectId, TagId};

/// A company. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Company {
    pub(crate) id: ObjectId,
    /// The API's `company_id`: the id that the app gave it. It never changes.
    pub(crate) own_id: String,
    pub(crate) name: Option<String>,
    pub(crate) website: Option<String>,
    pub(crate) industry: Option<String>,
    pub(crate) plan: Option<String>,
    pub(crate) size: Option<i64>,
    pub(crate) monthly_spend: i64,
    pub(crate) remote_created_at: Option<i64>,
    pub(crate) last_request_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) custom: Values,
    pub(crate) tags: Vec<TagId>,
    pub(crate) notes: Vec<NoteId>,
}

impl Company {
    pub(crate) fn new(id: ObjectId, own_id: String, created_at: i64) -> Self {
        Self {
            id,
            own_id,
            name: None,
            website: None,
            industry: None,
            plan: None,
            size: None,
            monthly_spend: 0,
            remote_created_at: None,
            last_request_at: None,
            created_at,
            updated_at: created_at,
            custom: Values::default(),
            tags: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn shown_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.own_id)
    }

    /// Where it stands in lists.
    fn place(&self) -> Place {
        (self.last_request_at, self.created_at, self.id)
    }
}

/// Lists are ordered by the last request; among those that made none, by age.
type Place = (Option<i64>, i64, ObjectId);

/// All companies of a workspace, by id.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Saved")]
pub(crate) struct Companies {
    rows: BTreeMap<ObjectId, Company>,
    /// Company and contact. The contact's own list says the same from the other side.
    members: BTreeSet<(ObjectId, ObjectId)>,
    member_counts: BTreeMap<ObjectId, usize>,
    by_own_id: BTreeMap<String, ObjectId>,
    by_name: BTreeSet<(String, ObjectId)>,
    /// Those with a member.
    listed: BTreeSet<Place>,
}

/// What is kept between two starts; the indexes follow from it.
#[derive(Deserialize)]
struct Saved {
    rows: Vec<Company>,
    members: Vec<(ObjectId, ObjectId)>,
}

impl Serialize for Companies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut saved = serializer.serialize_struct("Saved", 2)?;
        saved.serialize_field("rows", &self.rows.values().collect::<Vec<_>>())?;
        saved.serialize_field("members", &self.members)?;
        saved.end()
    }
}

impl From<Saved> for Companies {
    fn from(saved: Saved) -> Self {
        let mut companies = Self::default();
        for row in saved.rows {
            companies.put(row);
        }
        for (company, contact) in saved.members {
            companies.attach(company, contact);
        }
        companies
    }
}

impl Companies {
    pub(crate) fn get(&self, id: ObjectId) -> Option<&Company> {
        self.rows.get(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Company> {
        self.rows.values()
    }

    pub(crate) fn with_own_id(&self, own_id: &str) -> Option<&Company> {
        self.by_own_id.get(own_id).and_then(|id| self.get(*id))
    }

    /// The company of that name with the lowest id.
    pub(crate) fn with_name(&self, name: &str) -> Option<&Company> {
        let (found, id) = self
            .by_name
            .range((name.to_owned(), ObjectId::LOWEST)..)
            .next()?;
        self.get(*id).filter(|_| found == name)
    }

    /// Adds or replaces a row.
    pub(crate) fn put(&mut self, row: Company) {
        self.unindex(row.id);
        self.by_own_id.insert(row.own_id.clone(), row.id);
        if let Some(name) = &row.name {
            self.by_name.insert((name.clone(), row.id));
        }
        if self.member_count(row.id) > 0 {
            self.listed.insert(row.place());
        }
        self.rows.insert(row.id, row);
    }

    /// Removes a row and gives those who belonged to it.
    pub(crate) fn remove(&mut self, id: ObjectId) -> Vec<ObjectId> {
        self.unindex(id);
        self.rows.remove(&id);
        let members: Vec<ObjectId> = self.contacts_of(id).collect();
        for contact in &members {
            self.members.remove(&(id, *contact));
        }
        self.member_counts.remove(&id);
        members
    }

    fn unindex(&mut self, id: ObjectId) {
        let Some(row) = self.rows.get(&id) else {
            return;
        };
        self.by_own_id.remove(&row.own_id);
        if let Some(name) = &row.name {
            self.by_name.remove(&(name.clone(), id));
        }
        self.listed.remove(&row.place());
    }

    /// Makes a contact belong to a company. False if it did.
    pub(crate) fn attach(&mut self, company: ObjectId, contact: ObjectId) -> bool {
        if !self.members.insert((company, contact)) {
            return false;
        }
        *self.member_counts.entry(company).or_default() += 1;
        if let Some(row) = self.rows.get(&company) {
            self.listed.insert(row.place());
        }
        true
    }

    /// Ends that a contact belongs to a company. False if it did not.
    pub(crate) fn detach(&mut self, company: ObjectId, contact: ObjectId) -> bool {
        if !self.members.remove(&(company, contact)) {
            return false;
        }
        let left = self.member_count(company) - 1;
        self.member_counts.insert(company, left);
        if let Some(row) = self.rows.get(&company).filter(|_| left == 0) {
            self.listed.remove(&row.place());
        }
        true
    }

    pub(crate) fn contacts_of(
        &self,
        company: ObjectId,
    ) -> impl Iterator<Item = ObjectId> + use<'_> {
        self.members
            .range((company, ObjectId::LOWEST)..)
            .take_while(move |(id, _)| *id == company)
            .map(|(_, contact)| *contact)
    }

    pub(crate) fn member_count(&self, company: ObjectId) -> usize {
        self.member_counts.get(&company).copied().unwrap_or(0)
    }

    /// The companies that lists show: those with a contact, from the one whose last request is
    /// longest ago.
    pub(crate) fn listed(&self) -> impl DoubleEndedIterator<Item = &Company> {
        self.listed.iter().filter_map(|(.., id)| self.get(*id))
    }

    pub(crate) fn listed_count(&self) -> usize {
        self.listed.len()
    }

    /// The same companies in the order of their ids, from `from` on.
    pub(crate) fn scrolled(&self, from: ObjectId) -> impl Iterator<Item = &Company> {
        let rows = self.rows.range(from..).map(|(_, row)| row);
        rows.filter(|row| self.member_count(row.id) > 0)
    }
}
