//! What search shows of a row that was changed a moment ago: the former one.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A row as search still shows it; `None` if there was none.
#[derive(Debug, Clone)]
struct Former<R> {
    /// From this second on search shows what came after.
    until: i64,
    row: Option<Arc<R>>,
}

/// The rows of a table that search does not yet see as they are. Without a lag there are none.
#[derive(Debug)]
pub(crate) struct Lag<K, R> {
    seconds: i64,
    former: BTreeMap<K, Vec<Former<R>>>,
    /// Until when search shows whose former row, the first first.
    refreshes: VecDeque<(i64, K)>,
}

impl<K, R> Default for Lag<K, R> {
    fn default() -> Self {
        Self {
            seconds: 0,
            former: BTreeMap::new(),
            refreshes: VecDeque::new(),
        }
    }
}

impl<K: Copy + Ord, R> Lag<K, R> {
    /// How long search shows the former row after a change, from now on.
    pub(crate) fn set(&mut self, seconds: i64) {
        self.seconds = seconds;
    }

    /// Keeps a row that is about to be changed at `now`, added or removed.
    pub(crate) fn remember(&mut self, id: K, row: Option<&Arc<R>>, now: i64) {
        if self.seconds == 0 {
            return;
        }
        let until = now + self.seconds;
        let rows = self.former.entry(id).or_default();
        // Of what changed in one second search never shows what was in between.
        if rows.last().is_some_and(|last| last.until == until) {
            return;
        }
        rows.push(Former {
            until,
            row: row.cloned(),
        });
        self.refreshes.push_back((until, id));
    }

    /// Lets search see all changes that are old enough. Returns with how many rows it caught up.
    pub(crate) fn refresh(&mut self, now: i64) -> usize {
        let before = self.former.len();
        while let Some((_, id)) = self.refreshes.pop_front_if(|(until, _)| *until <= now) {
            if let Some(rows) = self.former.get_mut(&id) {
                rows.retain(|row| row.until > now);
                if rows.is_empty() {
                    self.former.remove(&id);
                }
            }
        }
        before - self.former.len()
    }

    /// When search next catches up with something.
    pub(crate) fn next_refresh(&self) -> Option<i64> {
        self.refreshes.front().map(|(until, _)| *until)
    }

    /// True if search sees all rows as they are.
    pub(crate) fn is_empty(&self) -> bool {
        self.former.is_empty()
    }

    /// True if search does not yet see the row as it is.
    pub(crate) fn hides(&self, id: K) -> bool {
        self.former.contains_key(&id)
    }

    /// The rows that search shows in place of those that it does not yet see.
    pub(crate) fn former_rows(&self) -> impl Iterator<Item = &Arc<R>> {
        let former = self.former.values();
        former.filter_map(|rows| rows.first()?.row.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_changes_of_one_second_one_row_is_kept() {
        let mut lag = Lag::default();
        lag.set(10);
        let rows = [1, 2, 3].map(Arc::new);
        lag.remember('a', Some(&rows[0]), 100);
        lag.remember('a', Some(&rows[1]), 100);
        assert_eq!(Arc::strong_count(&rows[1]), 1);
        lag.remember('a', Some(&rows[2]), 101);
        assert_eq!(lag.former_rows().collect::<Vec<_>>(), [&rows[0]]);
        assert_eq!((lag.refresh(110), lag.hides('a')), (0, true));
        assert_eq!(lag.former_rows().collect::<Vec<_>>(), [&rows[2]]);
        assert_eq!((lag.refresh(111), lag.hides('a')), (1, false));
    }
}
