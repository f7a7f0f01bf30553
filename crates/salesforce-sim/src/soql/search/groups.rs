//! Rows → groups, and what is computed over each.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::value::Value;

use super::super::bind::{Computed, Groups, Slot};
use super::super::functions::Aggregate;
use super::super::syntax::Totals;
use super::Search;
use super::order::compare_all;

/// The values by which rows are grouped; nothing for a key that a total leaves out.
#[derive(Debug, Clone)]
struct Key(Vec<Option<Value>>);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.0.iter().zip(&other.0);
        pairs
            .map(|(left, right)| match (left, right) {
                (Some(left), Some(right)) => left.compare(right),
                // Totals come behind what they add up.
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (None, None) => Ordering::Equal,
            })
            .find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

/// A value that can be counted once.
#[derive(Debug)]
struct Distinct(Value);

impl Ord for Distinct {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.compare(&other.0)
    }
}

impl PartialOrd for Distinct {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Distinct {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Distinct {}

/// A function over the rows that were met so far.
#[derive(Debug)]
enum Sum {
    Count(i64),
    Distinct(BTreeSet<Distinct>),
    Extreme(Value, Ordering),
    Total {
        sum: f64,
        count: u32,
        function: Aggregate,
        of_ints: bool,
    },
}

impl Sum {
    fn new(computed: &Computed) -> Self {
        match computed.function {
            Aggregate::Count => Self::Count(0),
            Aggregate::CountDistinct => Self::Distinct(BTreeSet::new()),
            Aggregate::Min => Self::Extreme(Value::Null, Ordering::Less),
            Aggregate::Max => Self::Extreme(Value::Null, Ordering::Greater),
            Aggregate::Sum | Aggregate::Avg => Self::Total {
                sum: 0.0,
                count: 0,
                function: computed.function,
                of_ints: computed.of_ints,
            },
        }
    }

    /// Nothing is never counted.
    fn meet(&mut self, value: &Value) {
        if value.is_null() {
            return;
        }
        match self {
            Self::Count(count) => *count += 1,
            Self::Distinct(values) => {
                values.insert(Distinct(value.clone()));
            }
            Self::Extreme(best, wanted) => {
                if best.is_null() || value.compare(best) == *wanted {
                    *best = value.clone();
                }
            }
            Self::Total { sum, count, .. } => {
                *sum += value.as_number().unwrap_or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Count(count) => Value::Int(*count),
            Self::Distinct(values) => Value::Int(i64::try_from(values.len()).unwrap_or(i64::MAX)),
            Self::Extreme(best, _) => best.clone(),
            Self::Total { count: 0, .. } => Value::Null,
            Self::Total {
                sum,
                count,
                function: Aggregate::Avg,
                ..
            } => Value::Double(sum / f64::from(*count)),
            Self::Total {
                sum, of_ints: true, ..
            } => whole(*sum),
            Self::Total { sum, .. } => Value::Double(*sum),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a sum of a few million numbers of eight digits fits"
)]
fn whole(sum: f64) -> Value {
    Value::Int(sum as i64)
}

impl Search<'_> {
    /// The selected values of each group.
    pub(super) fn grouped(&self, groups: &Groups) -> Vec<Box<[Value]>> {
        let mut found = self.gather(groups);
        if groups.keys.is_empty() && found.is_empty() {
            // Without GROUP BY all rows are one group, also if there are none.
            found.insert(
                Key(Vec::new()),
                groups.computed.iter().map(Sum::new).collect(),
            );
        }
        let mut rows: Vec<(Key, Vec<Value>)> = found
            .into_iter()
            .map(|(key, sums)| (key, sums.iter().map(Sum::value).collect()))
            .filter(|(key, sums): &(Key, Vec<Value>)| {
                let read = |slot: &Slot| Cow::Owned(value_of(*slot, key, sums));
                groups
                    .having
                    .as_ref()
                    .is_none_or(|having| having.holds(&read))
            })
            .collect();
        rows.sort_by(|left, right| {
            let keys = |(key, sums): &(Key, Vec<Value>)| -> Vec<Cow<'_, Value>> {
                let slots = groups.order.iter().map(|order| order.column);
                slots
                    .map(|slot| Cow::Owned(value_of(slot, key, sums)))
                    .collect()
            };
            compare_all(&groups.order, &keys(left), &keys(right))
        });
        let limit = self.plan.limit.unwrap_or(usize::MAX);
        let rows = rows.into_iter().skip(self.plan.offset).take(limit);
        rows.map(|(key, sums)| {
            let outputs = groups.outputs.iter();
            outputs
                .map(|(_, slot)| value_of(*slot, &key, &sums))
                .collect()
        })
        .collect()
    }

    fn gather(&self, groups: &Groups) -> BTreeMap<Key, Vec<Sum>> {
        let schema = &*self.records.schema;
        let sets = key_sets(groups.totals, groups.keys.len());
        let mut found: BTreeMap<Key, Vec<Sum>> = BTreeMap::new();
        self.each(&mut |sources| {
            let read = |column: &super::Column| {
                column.read(schema, sources[column.source].map(|row| &**row))
            };
            let values: Vec<Value> = groups
                .keys
                .iter()
                .map(|key| read(key).into_owned())
                .collect();
            for set in &sets {
                let kept = values.iter().zip(set);
                let key = Key(kept
                    .map(|(value, keep)| keep.then(|| value.clone()))
                    .collect());
                let sums = found
                    .entry(key)
                    .or_insert_with(|| groups.computed.iter().map(Sum::new).collect());
                for (computed, sum) in groups.computed.iter().zip(sums) {
                    sum.meet(&read(&computed.column));
                }
            }
            true
        });
        found
    }
}

fn value_of(slot: Slot, key: &Key, sums: &[Value]) -> Value {
    match slot {
        Slot::Key(at) => key.0[at].clone().unwrap_or(Value::Null),
        Slot::Computed(at) => sums[at].clone(),
        Slot::Subtotal(at) => Value::Int(i64::from(key.0[at].is_none())),
    }
}

/// For each kind of group, which keys it keeps.
fn key_sets(totals: Totals, keys: usize) -> Vec<Vec<bool>> {
    match totals {
        Totals::None => vec![vec![true; keys]],
        Totals::Rollup => (0..=keys)
            .rev()
            .map(|kept| (0..keys).map(|key| key < kept).collect())
            .collect(),
        Totals::Cube => (0..1_u32 << keys)
            .map(|dropped| (0..keys).map(|key| dropped & (1 << key) == 0).collect())
            .collect(),
    }
}
