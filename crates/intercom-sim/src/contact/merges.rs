//! Which contacts became part of another one.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Role;
use crate::ids::ObjectId;

/// From how far a merged contact's successor is found.
const HOPS_MAX: usize = 3;

/// A contact that became part of another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Merge {
    pub(crate) from: ObjectId,
    pub(crate) role: Role,
    /// What the app called the contact.
    #[serde(default)]
    pub(crate) external_id: Option<Box<str>>,
    pub(crate) into: ObjectId,
    pub(crate) at: i64,
}

/// All merges of a workspace.
#[derive(Debug, Default)]
pub(crate) struct Merges {
    by_source: BTreeMap<ObjectId, Merge>,
    /// Who was merged into a contact, the first first.
    sources: BTreeMap<ObjectId, Vec<ObjectId>>,
    /// The one who was last called so.
    by_external_id: BTreeMap<Box<str>, ObjectId>,
}

impl Merges {
    pub(crate) fn add(&mut self, merge: Merge) {
        self.sources.entry(merge.into).or_default().push(merge.from);
        if let Some(external_id) = merge.external_id.clone() {
            self.by_external_id.insert(external_id, merge.from);
        }
        self.by_source.insert(merge.from, merge);
    }

    /// True if the contact became part of another one.
    pub(crate) fn has(&self, id: ObjectId) -> bool {
        self.by_source.contains_key(&id)
    }

    /// Who had an external id before becoming part of another contact.
    pub(crate) fn with_external_id(&self, external_id: &str) -> Option<ObjectId> {
        self.by_external_id.get(external_id).copied()
    }

    /// Whose part a contact became in the end, if that is few enough merges away.
    pub(crate) fn successor(&self, id: ObjectId) -> Option<ObjectId> {
        let mut into = self.by_source.get(&id)?.into;
        for _ in 1..HOPS_MAX {
            match self.by_source.get(&into) {
                None => return Some(into),
                Some(next) => into = next.into,
            }
        }
        (!self.has(into)).then_some(into)
    }

    /// Who became part of a contact, the first first.
    pub(crate) fn of(&self, id: ObjectId) -> impl DoubleEndedIterator<Item = &Merge> {
        let sources = self.sources.get(&id).into_iter().flatten();
        sources.filter_map(|from| self.by_source.get(from))
    }
}

impl Serialize for Merges {
    /// In the order in which they happened.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.sources.keys().flat_map(|into| self.of(*into));
        let mut all: Vec<&Merge> = all.collect();
        all.sort_by_key(|merge| merge.at);
        serializer.collect_seq(all)
    }
}

impl<'de> Deserialize<'de> for Merges {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut merges = Self::default();
        for merge in Vec::<Merge>::deserialize(deserializer)? {
            merges.add(merge);
        }
        Ok(merges)
    }
}
