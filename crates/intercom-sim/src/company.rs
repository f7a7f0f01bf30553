//! Companies, and who belongs to them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::attribute::Values;
use crate::ids::ObjectId;

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
        }
    }

    pub(crate) fn shown_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.own_id)
    }
}

/// All companies of a workspace, by id.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Companies {
    pub(crate) rows: BTreeMap<ObjectId, Company>,
    /// Company and contact. The contact's own list says the same from the other side.
    pub(crate) members: BTreeSet<(ObjectId, ObjectId)>,
}

impl Companies {
    pub(crate) fn with_own_id(&self, own_id: &str) -> Option<&Company> {
        self.rows.values().find(|row| row.own_id == own_id)
    }

    pub(crate) fn contacts_of(&self, company: ObjectId) -> impl Iterator<Item = ObjectId> + '_ {
        self.members
            .range((company, ObjectId::LOWEST)..)
            .take_while(move |(id, _)| *id == company)
            .map(|(_, contact)| *contact)
    }

    /// The companies that lists show: those with a contact, the latest first.
    pub(crate) fn listed(&self) -> Vec<&Company> {
        let mut listed: Vec<&Company> = self
            .rows
            .values()
            .filter(|row| self.contacts_of(row.id).next().is_some())
            .collect();
        listed.sort_by_key(|row| std::cmp::Reverse((row.last_request_at, row.created_at, row.id)));
        listed
    }
}
