//! Plan → rows. Chooses an index where one narrows the search; the filter is tested on every
//! candidate all the same, so an index is for speed only.

mod candidates;
mod groups;
mod order;
mod span;

use std::borrow::Cow;
use std::sync::Arc;

use crate::records::Records;
use crate::row::Row;
use crate::schema::Object;
use crate::table::Tables;
use crate::value::Value;

use super::bind::Plan;
use super::predicate::{Check, Column, Predicate, Sources};
use super::results::ResultSet;

pub(super) use candidates::Approach;

/// Whether records in the Recycle Bin are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deleted {
    Hidden,
    Included,
}

/// The rows that `plan` asks for and apps may see, as they are now.
pub(crate) fn run(plan: &Arc<Plan>, records: &Records, deleted: Deleted) -> ResultSet {
    run_shifted(plan, records, deleted, 0)
}

/// The same, but rows whose order was not asked for come in another order for each `shift`.
pub(crate) fn run_shifted(
    plan: &Arc<Plan>,
    records: &Records,
    deleted: Deleted,
    shift: usize,
) -> ResultSet {
    Search::new(plan, records, deleted).run(shift)
}

/// How a query would be answered, and over how many rows.
pub(super) fn approach(plan: &Arc<Plan>, records: &Records) -> (Approach, usize) {
    Search::new(plan, records, Deleted::Hidden).approach()
}

/// Rows as a result keeps them: for each its record, then its parents.
type Found = Vec<Option<Arc<Row>>>;

struct Search<'world> {
    plan: &'world Arc<Plan>,
    records: &'world Records,
    deleted: Deleted,
    /// The plan's filter, with the lists of semi-joins filled in.
    filter: Option<Cow<'world, Predicate<Column>>>,
}

impl<'world> Search<'world> {
    fn new(plan: &'world Arc<Plan>, records: &'world Records, deleted: Deleted) -> Self {
        let filter = plan.filter.as_ref().map(|filter| {
            let mut joins = false;
            filter.each_check(&mut |check| joins |= matches!(check, Check::Joined(_)));
            if joins {
                Cow::Owned(filter.with_checks(&|check| join(check, records, deleted)))
            } else {
                Cow::Borrowed(filter)
            }
        });
        Self {
            plan,
            records,
            deleted,
            filter,
        }
    }

    fn run(&self, shift: usize) -> ResultSet {
        let plan = self.plan;
        let schema = &self.records.schema;
        if let Some(groups) = &plan.groups {
            let values = self.grouped(groups);
            return ResultSet::of_groups(Arc::clone(plan), Arc::clone(schema), values);
        }
        if plan.counts {
            let mut count = 0;
            self.each(&mut |_| {
                count += 1;
                true
            });
            let count = count_of(plan, count);
            return ResultSet::new(Arc::clone(plan), Arc::clone(schema), Vec::new(), count);
        }
        let rows = self.rows(shift);
        let count = rows.len() / (plan.steps.len() + 1);
        let children = self.children(&rows);
        ResultSet::new(Arc::clone(plan), Arc::clone(schema), rows, count).with_children(children)
    }

    fn rows(&self, shift: usize) -> Found {
        let plan = self.plan;
        let stride = plan.steps.len() + 1;
        let wanted = plan.limit.map(|limit| limit.saturating_add(plan.offset));
        let in_order = shift == 0 && self.comes_in_order();
        let mut found: Found = Vec::new();
        if wanted != Some(0) {
            self.each(&mut |sources| {
                found.extend(sources.iter().map(|row| row.cloned()));
                !in_order || wanted != Some(found.len() / stride)
            });
        }
        if !in_order {
            found = self.sorted(&found, stride, wanted, shift);
        }
        let count = found.len() / stride;
        let from = plan.offset.min(count);
        found.truncate(wanted.unwrap_or(count).min(count) * stride);
        found.drain(..(from * stride).min(found.len()));
        found
    }

    /// Shows each row that the filter lets through, with its parents, until `see` has enough.
    fn each(&self, see: &mut impl FnMut(&Sources<'_>) -> bool) {
        if let Some(asked) = self.plan.access_asked(&self.records.schema) {
            for row in self.records.access_rows(asked.user, &asked.records) {
                see(&[Some(&row)]);
            }
            return;
        }
        let schema = &*self.records.schema;
        let table = self.records.tables.of(self.plan.object);
        let mut sources: Vec<Option<&Arc<Row>>> = vec![None; self.plan.steps.len() + 1];
        for place in self.candidates() {
            let Some(row) = table.at(place).filter(|row| self.sees(row)) else {
                continue;
            };
            sources[0] = Some(row);
            if let Some(filter) = &self.filter {
                for step in &self.plan.filter_steps {
                    sources[step + 1] = self.parent(*step, &sources);
                }
                let read = |column: &Column| {
                    let row = sources[column.source];
                    column.read(schema, row.map(|row| &**row))
                };
                if !filter.holds(&read) {
                    continue;
                }
            }
            for step in 0..self.plan.steps.len() {
                sources[step + 1] = self.parent(step, &sources);
            }
            if !see(&sources) {
                return;
            }
        }
    }

    fn sees(&self, row: &Row) -> bool {
        (self.deleted == Deleted::Included || !row.is_deleted)
            && !self.records.sharing.hides(row.id)
    }

    /// The record that a step leads to.
    fn parent(&self, step: usize, sources: &Sources<'world>) -> Option<&'world Arc<Row>> {
        let step = &self.plan.steps[step];
        let child = sources[step.from]?;
        let object = child.object();
        let (_, place) = step.references.iter().find(|(of, _)| *of == object)?;
        let id = child.read(self.records.schema.of(object), *place).as_id()?;
        self.records
            .tables
            .find(id)
            .filter(|parent| self.sees(parent))
    }

    /// The children of each row, one list per subquery.
    fn children(&self, rows: &Found) -> Vec<Option<Arc<ResultSet>>> {
        let mut lists = Vec::new();
        let stride = self.plan.steps.len() + 1;
        if self.plan.children.is_empty() {
            return lists;
        }
        for sources in rows.chunks(stride) {
            let parent = sources[0].as_ref().expect("a found row is there");
            for child in &self.plan.children {
                let plan = child.plan.below(child.field, parent.id);
                let list = run(&Arc::new(plan), self.records, self.deleted);
                lists.push((list.len() > 0).then(|| Arc::new(list)));
            }
        }
        lists
    }
}

/// What is left of a count by LIMIT and OFFSET.
fn count_of(plan: &Plan, count: usize) -> usize {
    let rest = count.saturating_sub(plan.offset);
    plan.limit.map_or(rest, |limit| rest.min(limit))
}

/// Runs the query of a semi-join, and turns the check into one of its values.
fn join(check: &Check, records: &Records, deleted: Deleted) -> Check {
    let Check::Joined(plan) = check else {
        return check.clone();
    };
    let column = &plan.columns[0].column;
    let search = Search::new(plan, records, deleted);
    let mut values: Vec<Value> = Vec::new();
    search.each(&mut |sources| {
        let row = sources[column.source].map(|row| &**row);
        let value = column.read(&records.schema, row);
        if !value.is_null() {
            values.push(value.into_owned());
        }
        true
    });
    Check::one_of(values)
}

/// How many records of `object` are not deleted.
pub(crate) fn living(tables: &Tables, object: Object) -> usize {
    tables
        .of(object)
        .rows()
        .filter(|row| !row.is_deleted)
        .count()
}
