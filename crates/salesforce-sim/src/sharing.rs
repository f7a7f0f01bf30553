//! What the org keeps from apps: sharing, and the permissions of the user behind every token, for
//! objects and for fields.
//!
//! Whoever sits at the screens sees everything, and no stamp moves when something is hidden or
//! shown again: an app can only notice that rows are missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::fixture::Written;
use crate::id::RecordId;
use crate::schema::{Object, Schema};
use crate::seed::PERMITTED;

/// Something that is kept from apps. Restrictions add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
    /// Rights to an object's records.
    #[serde(rename_all = "camelCase")]
    Rights {
        /// The object.
        object: Object,
        /// What apps may not do any more.
        without: BTreeSet<Right>,
    },
    /// A field.
    #[serde(rename_all = "camelCase")]
    Field {
        /// Whose field it is.
        object: Object,
        /// Its API name.
        field: String,
        /// How much of it is left.
        level: FieldLevel,
    },
}

/// What can be done with an object's records beside reading them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each is the permission of that name")]
pub enum Right {
    Create,
    Edit,
    Delete,
}

/// How much of a field field-level security leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FieldLevel {
    /// It can be read and not written.
    ReadOnly,
    /// It is as if it did not exist.
    Hidden,
}

/// All restrictions, in force and to come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sharing {
    records: BTreeSet<RecordId>,
    percents: BTreeMap<Object, u8>,
    objects: BTreeSet<Object>,
    #[serde(default)]
    rights: BTreeMap<Object, BTreeSet<Right>>,
    #[serde(default)]
    fields: BTreeMap<Object, BTreeMap<String, FieldLevel>>,
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
            Restriction::Rights { object, without } => {
                self.rights.entry(object).or_default().extend(without);
            }
            Restriction::Field {
                object,
                field,
                level,
            } => {
                self.fields.entry(object).or_default().insert(field, level);
            }
        }
    }

    /// What the user behind every token may do from the founding on.
    pub(crate) fn founded(fixture: &Written, username: &str) -> Self {
        let mut sharing = Self::default();
        let mut profiles = fixture.profiles.iter();
        let Some(profile) = profiles.find(|one| one.users.iter().any(|user| user == username))
        else {
            return sharing;
        };
        for object in PERMITTED {
            let given = profile.permissions.iter().find(|one| one.object == object);
            if !given.is_some_and(|given| given.read) {
                sharing.objects.insert(object);
            }
            let rights = given.map_or([false; 3], |given| [given.create, given.edit, given.delete]);
            let all = [Right::Create, Right::Edit, Right::Delete].into_iter();
            let without = all.zip(rights).filter(|(_, is_given)| !is_given);
            let without: BTreeSet<Right> = without.map(|(right, _)| right).collect();
            if !without.is_empty() {
                sharing.rights.insert(object, without);
            }
        }
        sharing
    }

    /// Whether apps may do that with records of the object.
    pub(crate) fn permits(&self, object: Object, right: Right) -> bool {
        // What hangs on a record follows it, so there are no rights of its own.
        let without = self.rights.get(&object);
        !self.denies(object) && without.is_none_or(|without| !without.contains(&right))
    }

    /// Whether apps have the same permissions under both. Which records are shared is another matter.
    pub(crate) fn permits_like(&self, other: &Self) -> bool {
        (&self.objects, &self.rights, &self.fields)
            == (&other.objects, &other.rights, &other.fields)
    }

    /// How much of a field is left to apps; nothing if all is.
    pub(crate) fn level(&self, object: Object, field: &str) -> Option<FieldLevel> {
        let fields = self.fields.get(&object)?;
        let mut named = fields.iter();
        let (_, level) = named.find(|(name, _)| name.eq_ignore_ascii_case(field))?;
        Some(*level)
    }

    /// The schema as apps see it: the same fields at the same places, some of them hidden.
    pub(crate) fn seen(&self, schema: &Arc<Schema>) -> Arc<Schema> {
        let changed: BTreeSet<Object> = self
            .fields
            .keys()
            .chain(self.rights.keys())
            .copied()
            .collect();
        if changed.is_empty() {
            return Arc::clone(schema);
        }
        let mut seen = Schema::clone(schema);
        for object in changed {
            let creates = self.permits(object, Right::Create);
            let edits = self.permits(object, Right::Edit);
            seen.change(object, |field| {
                let level = self.level(object, &field.name);
                field.hidden = level == Some(FieldLevel::Hidden);
                let writes = level.is_none();
                field.access = field.access.limited(creates && writes, edits && writes);
            });
        }
        Arc::new(seen)
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
