//! All conversations of a workspace: by id, by when they last changed, and by when they wake up.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use super::{Conversation, State};
use crate::ids::ConversationId;
use crate::search::Lag;

/// A place in the order of the last change.
pub(crate) type Place = (i64, ConversationId);

/// A conversation that is gone for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deleted {
    pub(crate) id: ConversationId,
    /// In Unix seconds.
    pub(crate) at: i64,
    pub(crate) are_metrics_retained: bool,
}

/// The table. Only [`Conversations::edit`] changes a row, so that the indexes follow.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Saved")]
pub(crate) struct Conversations {
    rows: BTreeMap<ConversationId, Arc<Conversation>>,
    /// Those that are not in the archive.
    by_updated: BTreeSet<Place>,
    /// When snoozed ones wake up. What was done to them since is seen when it is time.
    alarms: BTreeSet<(i64, ConversationId)>,
    pub(crate) lag: Lag<ConversationId, Conversation>,
    /// In the order in which they were deleted.
    pub(crate) deleted: Vec<Deleted>,
}

/// The small part of the table that is kept between two starts. The rows are kept beside it
/// ([`Conversations::shared`]), and the indexes follow from them.
#[derive(Deserialize)]
struct Saved {
    #[serde(default)]
    deleted: Vec<Deleted>,
}

impl Serialize for Conversations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut saved = serializer.serialize_struct("Saved", 1)?;
        saved.serialize_field("deleted", &self.deleted)?;
        saved.end()
    }
}

impl From<Saved> for Conversations {
    fn from(saved: Saved) -> Self {
        Self {
            deleted: saved.deleted,
            ..Self::default()
        }
    }
}

impl Conversations {
    /// The rows as they are now, without a copy of any.
    pub(crate) fn shared(&self) -> Vec<Arc<Conversation>> {
        self.rows.values().map(Arc::clone).collect()
    }

    /// The same table with these rows as well.
    pub(crate) fn with_rows(mut self, rows: Vec<Conversation>) -> Self {
        for row in rows {
            self.insert(row, 0);
        }
        self
    }

    pub(crate) fn get(&self, id: ConversationId) -> Option<&Conversation> {
        self.rows.get(&id).map(|row| &**row)
    }

    /// How many are not in the archive.
    pub(crate) fn count(&self) -> usize {
        self.by_updated.len()
    }

    /// All that are not in the archive, by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Conversation> {
        self.with_archived().filter(|row| !row.is_archived)
    }

    /// All, by id.
    pub(crate) fn with_archived(&self) -> impl Iterator<Item = &Conversation> {
        self.rows.values().map(|row| &**row)
    }

    /// All that are not in the archive, the one changed last first.
    pub(crate) fn latest_first(&self) -> impl Iterator<Item = &Conversation> {
        self.changed_before(None)
    }

    /// Those before a place, the one changed last first.
    pub(crate) fn changed_before(
        &self,
        place: Option<Place>,
    ) -> impl Iterator<Item = &Conversation> {
        let to = place.map_or(Bound::Unbounded, Bound::Excluded);
        let places = self.by_updated.range((Bound::Unbounded, to)).rev();
        places.filter_map(|(_, id)| self.get(*id))
    }

    /// Those that changed last in a span of seconds, both ends included, and that search sees as they
    /// are, with what it still shows of the others, at whatever time.
    pub(crate) fn searchable(&self, from: i64, to: i64) -> impl Iterator<Item = &Conversation> {
        let from = (from, ConversationId(0));
        let to = (to.max(from.0), ConversationId(u64::MAX));
        let seen = self.by_updated.range(from..=to).rev();
        let seen = seen.filter(|(_, id)| !self.lag.hides(*id));
        let seen = seen.filter_map(|(_, id)| self.get(*id));
        seen.chain(self.lag.former_rows().map(|row| &**row))
    }

    /// Adds a row; search notices after the lag.
    pub(crate) fn insert(&mut self, row: Conversation, now: i64) {
        self.lag.remember(row.id, None, now);
        self.index(&row);
        self.rows.insert(row.id, Arc::new(row));
    }

    /// Changes a row; search notices after the lag. `None` if there is no such row.
    pub(crate) fn edit<T>(
        &mut self,
        id: ConversationId,
        now: i64,
        change: impl FnOnce(&mut Conversation) -> T,
    ) -> Option<T> {
        let mut row = self.rows.remove(&id)?;
        self.lag.remember(id, Some(&row), now);
        self.by_updated.remove(&(row.updated_at, id));
        let done = change(Arc::make_mut(&mut row));
        self.index(&row);
        self.rows.insert(id, row);
        Some(done)
    }

    /// Removes a row for good; search notices after the lag.
    pub(crate) fn remove(&mut self, id: ConversationId, now: i64) -> Option<Arc<Conversation>> {
        let row = self.rows.remove(&id)?;
        self.lag.remember(id, Some(&row), now);
        self.by_updated.remove(&(row.updated_at, id));
        Some(row)
    }

    fn index(&mut self, row: &Conversation) {
        if row.is_archived {
            return;
        }
        self.by_updated.insert((row.updated_at, row.id));
        let until = row.snoozed_until.filter(|_| row.state == State::Snoozed);
        self.alarms.extend(until.map(|until| (until, row.id)));
    }

    pub(crate) fn next_alarm(&self) -> Option<i64> {
        self.alarms.first().map(|(until, _)| *until)
    }

    /// Those whose snooze ends by `now`, taken once.
    pub(crate) fn take_alarms(&mut self, now: i64) -> Vec<ConversationId> {
        let mut waking = Vec::new();
        while let Some((until, id)) = self.alarms.first().copied().filter(|it| it.0 <= now) {
            self.alarms.pop_first();
            let sleeps = |row: &Conversation| {
                row.state == State::Snoozed && row.snoozed_until == Some(until) && !row.is_archived
            };
            if self.get(id).is_some_and(sleeps) {
                waking.push(id);
            }
        }
        waking
    }
}
