//! Records that are gone for good, as far as replication still tells of them.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::schema::Object;

/// The log of deletions that no row shows any more.
///
/// It outlives the Recycle Bin for a while; what it forgets moves `earliestDateAvailable`, and
/// whoever asks for a time before that has to read everything again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Purged {
    /// By object and second of deletion.
    entries: BTreeSet<(Object, i64, RecordId)>,
    /// The last deletion that was forgotten, by object.
    forgotten: BTreeMap<Object, Timestamp>,
}

impl Purged {
    /// Notes that the record, deleted at `deleted_at`, left the Recycle Bin.
    pub(super) fn note(&mut self, object: Object, deleted_at: Timestamp, id: RecordId) {
        self.entries.insert((object, deleted_at.as_seconds(), id));
    }

    /// Purged records of `object` that were deleted in the range of seconds, oldest first.
    pub(crate) fn deleted_in(
        &self,
        object: Object,
        seconds: std::ops::Range<i64>,
    ) -> impl Iterator<Item = (i64, RecordId)> {
        self.entries
            .iter()
            .filter(move |(of, second, _)| *of == object && seconds.contains(second))
            .map(|(_, second, id)| (*second, *id))
    }

    /// Forgets the purged records of `object` that were deleted before `before`.
    pub(crate) fn forget(&mut self, object: Object, before: Timestamp) {
        let is_old = |second: i64| Timestamp::from_seconds(second) < before;
        let forgotten = self
            .entries
            .iter()
            .filter(|(of, second, _)| *of == object && is_old(*second))
            .map(|(_, second, _)| *second)
            .max();
        if let Some(second) = forgotten {
            let last = Timestamp::from_seconds(second);
            let known = self.forgotten.entry(object).or_insert(last);
            *known = last.max(*known);
        }
        self.entries
            .retain(|(of, second, _)| *of != object || !is_old(*second));
    }

    /// The last deletion of `object` that was forgotten.
    pub(crate) fn last_forgotten(&self, object: Object) -> Option<Timestamp> {
        self.forgotten.get(&object).copied()
    }
}
