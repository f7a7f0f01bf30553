//! ORDER BY, where no index gives the order.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use crate::row::Row;
use crate::value::Value;

use super::super::bind::OrderBy;
use super::super::syntax::{Direction, Nulls};
use super::{Found, Search};

impl Search<'_> {
    /// The first `wanted` rows in the asked order. What that leaves open is settled by id, or, when
    /// shifted, by nothing that a client could know.
    pub(super) fn sorted(
        &self,
        rows: &Found,
        stride: usize,
        wanted: Option<usize>,
        shift: usize,
    ) -> Found {
        let mut keyed: Vec<(Vec<Cow<'_, Value>>, usize)> = rows
            .chunks(stride)
            .enumerate()
            .map(|(at, sources)| (self.keys_of(sources), at))
            .collect();
        let count = keyed.len();
        let place = |at: usize| {
            if shift == 0 {
                (rows[at * stride].as_ref().map(|row| row.id), at)
            } else {
                (None, (at + shift) % count)
            }
        };
        let compare = |left: &(Vec<Cow<'_, Value>>, usize),
                       right: &(Vec<Cow<'_, Value>>, usize)| {
            compare_all(&self.plan.order, &left.0, &right.0)
                .then_with(|| place(left.1).cmp(&place(right.1)))
        };
        if let Some(wanted) = wanted.filter(|wanted| *wanted < count) {
            keyed.select_nth_unstable_by(wanted, compare);
            keyed.truncate(wanted);
        }
        keyed.sort_unstable_by(compare);
        let rows_at = |at: usize| &rows[at * stride..(at + 1) * stride];
        keyed
            .iter()
            .flat_map(|(_, at)| rows_at(*at))
            .cloned()
            .collect()
    }

    fn keys_of<'row>(&self, sources: &'row [Option<Arc<Row>>]) -> Vec<Cow<'row, Value>> {
        let key = |order: &OrderBy<_>| {
            let column: &super::Column = &order.column;
            column.read(&self.records.schema, sources[column.source].as_deref())
        };
        self.plan.order.iter().map(key).collect()
    }
}

/// Compares by each key in turn.
pub(super) fn compare_all<C, V: std::ops::Deref<Target = Value>>(
    order: &[OrderBy<C>],
    left: &[V],
    right: &[V],
) -> Ordering {
    let keys = order.iter().zip(left.iter().zip(right));
    keys.map(|(key, (left, right))| compare(key, left, right))
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn compare<C>(key: &OrderBy<C>, left: &Value, right: &Value) -> Ordering {
    if left.is_null() != right.is_null() {
        let nulls_first = key.nulls == Nulls::First;
        return if left.is_null() == nulls_first {
            Ordering::Less
        } else {
            Ordering::Greater
        };
    }
    match key.direction {
        Direction::Ascending => left.compare(right),
        Direction::Descending => right.compare(left),
    }
}
