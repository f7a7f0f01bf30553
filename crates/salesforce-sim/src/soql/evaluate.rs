//! Plan → rows. Chooses an index where one narrows the search; the filter is tested on every
//! candidate all the same, so an index is for speed only.

use std::cmp::Ordering;
use std::ops::Bound;
use std::sync::Arc;

use crate::records::Records;
use crate::row::Row;
use crate::schema::{Object, Schema, Source};
use crate::sharing::Sharing;
use crate::table::Tables;
use crate::value::Value;

use super::bind::{OrderBy, Plan};
use super::predicate::{Check, Column, Predicate, Reads};
use super::results::ResultSet;
use super::syntax::{Direction, Nulls, Operator};

/// Whether records in the Recycle Bin are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deleted {
    Hidden,
    Included,
}

/// The rows that `plan` asks for and apps may see, as they are now.
pub(crate) fn run(plan: &Arc<Plan>, records: &Records, deleted: Deleted) -> ResultSet {
    let search = Search {
        plan,
        schema: &records.schema,
        tables: &records.tables,
        deleted,
        sharing: &records.sharing,
    };
    let (rows, count) = search.rows();
    ResultSet::new(Arc::clone(plan), Arc::clone(&records.schema), rows, count)
}

/// In which order candidates arrive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrival {
    ById,
    ByStamp,
}

struct Search<'world> {
    plan: &'world Plan,
    schema: &'world Schema,
    tables: &'world Tables,
    deleted: Deleted,
    sharing: &'world Sharing,
}

impl<'world> Search<'world> {
    fn rows(&self) -> (Vec<Option<Arc<Row>>>, usize) {
        let (candidates, arrival) = self.candidates();
        let is_ordered = self.is_ordered_by(arrival);
        let wanted = self
            .plan
            .limit
            .map(|limit| limit.saturating_add(self.plan.offset));
        let stride = self.plan.steps.len() + 1;
        let mut found: Vec<Option<Arc<Row>>> = Vec::new();
        let mut count = 0;
        let mut sources: Vec<Option<Arc<Row>>> = vec![None; stride];
        for place in candidates {
            if is_ordered && wanted == Some(count) {
                break;
            }
            let Some(row) = self.tables.of(self.plan.object).at(place) else {
                continue;
            };
            if !self.sees(row) {
                continue;
            }
            self.resolve(row, &mut sources);
            let holds = |filter: &Predicate| filter.holds(self.schema, &sources);
            if self.plan.filter.as_ref().is_none_or(holds) {
                count += 1;
                if !self.plan.counts {
                    found.extend_from_slice(&sources);
                }
            }
        }
        if self.plan.counts {
            return (Vec::new(), count);
        }
        let found = if is_ordered {
            found
        } else {
            self.sorted(&found, stride)
        };
        let from = self.plan.offset.min(count) * stride;
        let to = wanted.unwrap_or(count).min(count) * stride;
        let rows = if (from, to) == (0, found.len()) {
            found
        } else {
            found[from..to].to_vec()
        };
        let count = rows.len() / stride;
        (rows, count)
    }

    fn sees(&self, row: &Row) -> bool {
        (self.deleted == Deleted::Included || !row.is_deleted) && !self.sharing.hides(row.id)
    }

    /// Finds the parents of `row`.
    fn resolve(&self, row: &Arc<Row>, sources: &mut [Option<Arc<Row>>]) {
        sources[0] = Some(Arc::clone(row));
        for (at, step) in self.plan.steps.iter().enumerate() {
            let parent = sources[step.from].as_ref().and_then(|child| {
                let object = child.object();
                let (_, place) = step.references.iter().find(|(of, _)| *of == object)?;
                let id = child.read(self.schema.of(object), *place).as_id()?;
                self.tables.find(id).filter(|parent| self.sees(parent))
            });
            sources[at + 1] = parent.cloned();
        }
    }

    fn candidates(&self) -> (Box<dyn Iterator<Item = usize> + 'world>, Arrival) {
        let table = self.tables.of(self.plan.object);
        let Some(filter) = &self.plan.filter else {
            return (Box::new(0..table.places()), Arrival::ById);
        };
        if let Some(places) = self.exact_places(filter) {
            return (Box::new(places.into_iter()), Arrival::ById);
        }
        let (from, to) = self.stamps(filter);
        if (from, to) != (Bound::Unbounded, Bound::Unbounded) {
            return (table.stamped(from, to), Arrival::ByStamp);
        }
        let first = self.first_place(filter);
        (Box::new(first..table.places()), Arrival::ById)
    }

    /// The only places at which `predicate` can hold, if an index knows them.
    fn exact_places(&self, predicate: &Predicate) -> Option<Vec<usize>> {
        match predicate {
            Predicate::All(parts) => parts
                .iter()
                .filter_map(|part| self.exact_places(part))
                .min_by_key(Vec::len),
            Predicate::Any(parts) => {
                let parts: Option<Vec<_>> =
                    parts.iter().map(|part| self.exact_places(part)).collect();
                Some(sorted_places(parts?.into_iter().flatten()))
            }
            Predicate::Not(_) => None,
            Predicate::Test(column, check) => {
                let place = self.own_field(column)?;
                let values = match check {
                    Check::Compare(Operator::Equal, value) => std::slice::from_ref(value),
                    Check::OneOf(values) => values,
                    Check::Compare(..) | Check::Within(..) | Check::Like(_) => return None,
                };
                self.places_of(place, values)
            }
        }
    }

    fn places_of(&self, field: usize, values: &[Value]) -> Option<Vec<usize>> {
        let table = self.tables.of(self.plan.object);
        if values.iter().any(Value::is_null) {
            return None;
        }
        if self.source_of(field) == Source::Id {
            let ids = values.iter().filter_map(Value::as_id);
            return Some(sorted_places(ids.filter_map(|id| table.place(id))));
        }
        if !table.is_indexed(field) {
            return None;
        }
        Some(sorted_places(
            values.iter().flat_map(|value| table.equal_to(field, value)),
        ))
    }

    /// Bounds, in seconds, outside of which `predicate` cannot hold.
    fn stamps(&self, predicate: &Predicate) -> (Bound<i64>, Bound<i64>) {
        match predicate {
            Predicate::All(parts) => parts.iter().map(|part| self.stamps(part)).fold(
                (Bound::Unbounded, Bound::Unbounded),
                |(from, to), (part_from, part_to)| {
                    (
                        tighter(from, part_from, i64::max),
                        tighter(to, part_to, i64::min),
                    )
                },
            ),
            Predicate::Any(parts) => parts
                .iter()
                .map(|part| self.stamps(part))
                .reduce(|(from, to), (part_from, part_to)| {
                    (
                        wider(from, part_from, i64::min),
                        wider(to, part_to, i64::max),
                    )
                })
                .unwrap_or((Bound::Unbounded, Bound::Unbounded)),
            Predicate::Not(_) => (Bound::Unbounded, Bound::Unbounded),
            Predicate::Test(column, check) => {
                let own = self.own_field(column).map(|field| self.source_of(field));
                if own != Some(Source::SystemModstamp) {
                    return (Bound::Unbounded, Bound::Unbounded);
                }
                stamp_bounds(check)
            }
        }
    }

    /// The first place at which `predicate` can hold.
    fn first_place(&self, predicate: &Predicate) -> usize {
        match predicate {
            Predicate::All(parts) => parts
                .iter()
                .map(|part| self.first_place(part))
                .max()
                .unwrap_or(0),
            Predicate::Test(
                column,
                Check::Compare(Operator::Greater | Operator::GreaterOrEqual, Value::Id(id)),
            ) if self.own_field(column).map(|field| self.source_of(field)) == Some(Source::Id) => {
                self.tables.of(self.plan.object).place(*id).unwrap_or(0)
            }
            Predicate::Any(_) | Predicate::Not(_) | Predicate::Test(..) => 0,
        }
    }

    /// The place of the field, if the column reads the record itself.
    fn own_field(&self, column: &Column) -> Option<usize> {
        match &column.reads {
            Reads::Field(places) if column.source == 0 => places
                .iter()
                .find(|(of, _)| *of == self.plan.object)
                .map(|(_, place)| *place),
            Reads::Field(_) | Reads::ObjectName => None,
        }
    }

    fn source_of(&self, field: usize) -> Source {
        self.schema.of(self.plan.object).fields[field].source
    }

    /// Whether rows that arrive so need no sorting. Rows without an asked order come by id.
    fn is_ordered_by(&self, arrival: Arrival) -> bool {
        let ascending = |order: &OrderBy| {
            (order.direction == Direction::Ascending && order.nulls == Nulls::First)
                .then(|| {
                    self.own_field(&order.column)
                        .map(|field| self.source_of(field))
                })
                .flatten()
        };
        let keys: Vec<Option<Source>> = self.plan.order.iter().map(ascending).collect();
        match arrival {
            Arrival::ById => keys.is_empty() || keys[0] == Some(Source::Id),
            Arrival::ByStamp => matches!(
                keys.as_slice(),
                [Some(Source::SystemModstamp)]
                    | [Some(Source::SystemModstamp), Some(Source::Id), ..]
            ),
        }
    }

    fn sorted(&self, rows: &[Option<Arc<Row>>], stride: usize) -> Vec<Option<Arc<Row>>> {
        let mut order: Vec<&[Option<Arc<Row>>]> = rows.chunks(stride).collect();
        order.sort_by(|left, right| {
            let by_keys = self
                .plan
                .order
                .iter()
                .map(|key| self.compare(key, left, right));
            by_keys
                .fold(Ordering::Equal, Ordering::then)
                .then_with(|| id_of(left).cmp(&id_of(right)))
        });
        order.into_iter().flatten().cloned().collect()
    }

    fn compare(
        &self,
        key: &OrderBy,
        left: &[Option<Arc<Row>>],
        right: &[Option<Arc<Row>>],
    ) -> Ordering {
        let left = key.column.read(self.schema, left);
        let right = key.column.read(self.schema, right);
        if left.is_null() != right.is_null() {
            let nulls_first = key.nulls == Nulls::First;
            return if left.is_null() == nulls_first {
                Ordering::Less
            } else {
                Ordering::Greater
            };
        }
        match key.direction {
            Direction::Ascending => left.compare(&right),
            Direction::Descending => right.compare(&left),
        }
    }
}

fn id_of(sources: &[Option<Arc<Row>>]) -> Option<crate::id::RecordId> {
    sources[0].as_ref().map(|row| row.id)
}

fn sorted_places(places: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut places: Vec<usize> = places.collect();
    places.sort_unstable();
    places.dedup();
    places
}

fn stamp_bounds(check: &Check) -> (Bound<i64>, Bound<i64>) {
    let second = |value: &Value| {
        if let Value::Instant(at) = value {
            Some(at.as_seconds())
        } else {
            None
        }
    };
    match check {
        Check::Compare(operator, value) => {
            let Some(second) = second(value) else {
                return (Bound::Unbounded, Bound::Unbounded);
            };
            match operator {
                Operator::Equal => (Bound::Included(second), Bound::Included(second)),
                // Stamps have no fraction but literals may, so the second itself stays in.
                Operator::Less | Operator::LessOrEqual => {
                    (Bound::Unbounded, Bound::Included(second))
                }
                Operator::Greater | Operator::GreaterOrEqual => {
                    (Bound::Included(second), Bound::Unbounded)
                }
                Operator::NotEqual | Operator::Like | Operator::In | Operator::NotIn => {
                    (Bound::Unbounded, Bound::Unbounded)
                }
            }
        }
        Check::Within(from, to) => match (second(from), second(to)) {
            (Some(from), Some(to)) => (Bound::Included(from), Bound::Included(to)),
            _ => (Bound::Unbounded, Bound::Unbounded),
        },
        Check::OneOf(_) | Check::Like(_) => (Bound::Unbounded, Bound::Unbounded),
    }
}

/// Both bounds must hold. All bounds made here include their end.
fn tighter(left: Bound<i64>, right: Bound<i64>, choose: fn(i64, i64) -> i64) -> Bound<i64> {
    match (left, right) {
        (Bound::Included(left), Bound::Included(right)) => Bound::Included(choose(left, right)),
        (Bound::Unbounded, other) | (other, Bound::Unbounded) => other,
        (Bound::Excluded(_), _) | (_, Bound::Excluded(_)) => left,
    }
}

/// Either bound may hold.
fn wider(left: Bound<i64>, right: Bound<i64>, choose: fn(i64, i64) -> i64) -> Bound<i64> {
    match (left, right) {
        (Bound::Included(left), Bound::Included(right)) => Bound::Included(choose(left, right)),
        (Bound::Unbounded | Bound::Excluded(_), _) | (_, Bound::Unbounded | Bound::Excluded(_)) => {
            Bound::Unbounded
        }
    }
}

/// How many records of `object` are not deleted.
pub(crate) fn living(tables: &Tables, object: Object) -> usize {
    tables
        .of(object)
        .rows()
        .filter(|row| !row.is_deleted)
        .count()
}
