//! What the org keeps from apps: sharing and object permissions of the integration user.
//!
//! Whoever sits at the screens sees everything, and no stamp moves when something is hidden or
//! shown again: an app can only notice that rows are missing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::id::RecordId;
use crate::schema::Object;

/// Something that is kept from apps. Restrictions add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Restriction {
    /// These records, of whatever object.
    Records(Vec<RecordId>),
    /// So many of a hundred records of an object. The ids choose which, so that a larger share holds
    /// all of a smaller one.
    #[serde(rename_all = "camelCase")]
    Share {
        /// The object.
        object: Object,
        /// From 0, none, to 100, all.
        percent: u8,
    },
    /// A whole object: the permission to read it is taken away, and it is as if it did not exist.
    Object(Object),
}

/// All restrictions, in force and to come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sharing {
    records: BTreeSet<RecordId>,
    percents: BTreeMap<Object, u8>,
    objects: BTreeSet<Object>,
    waiting: Vec<Waiting>,
}

/// A restriction that begins when some more API calls were admitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Waiting {
    after_calls: u32,
    restriction: Restriction,
}

impl Sharing {
    /// Restricts from now on, or when `after_calls` more API calls were admitted.
    pub(crate) fn restrict(&mut self, restriction: Restriction, after_calls: u32) {
        if after_calls > 0 {
            self.waiting.push(Waiting {
                after_calls,
                restriction,
            });
            return;
        }
        match restriction {
            Restriction::Records(ids) => self.records.extend(ids),
            Restriction::Share { object, percent } => {
                self.percents.insert(object, percent);
            }
            Restriction::Object(object) => {
                self.objects.insert(object);
            }
        }
    }

    /// Shows records again that were hidden by their ids.
    pub(crate) fn show(&mut self, ids: &[RecordId]) {
        for id in ids {
            self.records.remove(id);
        }
    }

    /// Whether a call has to be told to [`Sharing::admit_call`].
    pub(crate) fn counts_calls(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Notes that a call begins. Those whose number of calls is over come into force for it.
    pub(crate) fn admit_call(&mut self) {
        for mut waiting in std::mem::take(&mut self.waiting) {
            if waiting.after_calls == 0 {
                self.restrict(waiting.restriction, 0);
            } else {
                waiting.after_calls -= 1;
                self.waiting.push(waiting);
            }
        }
    }

    /// Whether apps may not read that object at all.
    pub(crate) fn denies(&self, object: Object) -> bool {
        self.objects.contains(&object)
    }

    /// Whether apps do not see the record with that id.
    pub(crate) fn hides(&self, id: RecordId) -> bool {
        if self.hides_nothing() {
            return false;
        }
        let Some(object) = Object::with_prefix(id.prefix()) else {
            return false;
        };
        self.denies(object)
            || self.records.contains(&id)
            || self
                .percents
                .get(&object)
                .is_some_and(|percent| xxh3_64(id.short().as_bytes()) % 100 < u64::from(*percent))
    }

    /// Whether apps see everything. Speed only.
    pub(crate) fn hides_nothing(&self) -> bool {
        self.records.is_empty() && self.percents.is_empty() && self.objects.is_empty()
    }
}
