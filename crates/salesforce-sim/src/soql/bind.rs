//! Syntax → plan: every name looked up, every literal read as its field's type.

mod children;
mod condition;
mod expression;
mod group;
mod join;
mod literal;
mod order;
mod path;
mod record_access;
mod select;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::Timestamp;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::Records;
use crate::schema::{Object, Schema, Setup};
use crate::sharing::Sharing;
use crate::value::Value;

use super::dates::FiscalYear;
use super::functions::Aggregate;
use super::predicate::{Check, Column, Predicate, Reads};
use super::syntax::{Direction, Item, Nulls, Operator, Query, Scope, Totals};
use super::{malformed, pointed};

/// A query whose every name is known.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) object: Object,
    /// How to get from a record to its parents; the record itself is source 0 and has no step.
    pub(super) steps: Vec<Step>,
    pub(super) columns: Vec<Selected>,
    pub(super) shape: Vec<Node>,
    pub(super) children: Vec<Children>,
    pub(super) filter: Option<Predicate<Column>>,
    /// The steps that have to be taken before the filter can be tested, in order.
    pub(super) filter_steps: Vec<usize>,
    pub(super) groups: Option<Groups>,
    pub(super) order: Vec<OrderBy<Column>>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
    pub(super) counts: bool,
    has_type_of: bool,
}

impl Plan {
    /// Whether the rows are only counted.
    pub(crate) fn counts(&self) -> bool {
        self.counts
    }

    /// Whether groups of rows are answered, not rows.
    pub(crate) fn groups(&self) -> bool {
        self.groups.is_some()
    }

    fn steps_of_filter(&self) -> Vec<usize> {
        let mut sources = Vec::new();
        if let Some(filter) = &self.filter {
            filter.each_column(&mut |column| sources.push(column.source));
        }
        let mut steps = BTreeSet::new();
        for mut source in sources {
            // The record itself is source 0, and its parents were reached in order.
            while source > 0 && steps.insert(source - 1) {
                source = self.steps[source - 1].from;
            }
        }
        steps.into_iter().collect()
    }

    /// Why Bulk does not answer this query, if it does not.
    pub(crate) fn refused_in_bulk(&self) -> Option<ApiError> {
        let refusal = |code, message| Some(ApiError::bad_request(code, message));
        if is_unknown_to_bulk(self.object) {
            let message = format!(
                "Entity '{}' is not supported by the Bulk API.",
                self.object.name()
            );
            return refusal("INVALIDENTITY", message);
        }
        if self.columns.iter().any(|selected| selected.is_compound) {
            let message = "Selecting compound data not supported in Bulk Query";
            return refusal("API_ERROR", message.to_owned());
        }
        let is_refused = self.counts
            || self.groups.is_some()
            || self.offset > 0
            || self.has_type_of
            || !self.children.is_empty();
        if is_refused {
            let message = "Aggregate Relationships not supported in Bulk Query";
            return refusal("API_ERROR", message.to_owned());
        }
        None
    }
}

/// The vendor's Bulk API reads no tables of statuses and priorities, and nothing that is computed.
fn is_unknown_to_bulk(object: Object) -> bool {
    [
        Setup::CaseStatus,
        Setup::LeadStatus,
        Setup::TaskPriority,
        Setup::TaskStatus,
        Setup::UserRecordAccess,
    ]
    .into_iter()
    .any(|setup| object == Object::Setup(setup))
}

/// One way up: the reference to follow from a source, per object that can stand there.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) from: usize,
    pub(super) references: Vec<(Object, usize)>,
    name: String,
    targets: &'static [Object],
}

impl Step {
    /// Whether records of several objects can stand there.
    pub(super) fn is_polymorphic(&self) -> bool {
        self.targets.len() > 1
    }
}

/// A selected field, under its canonical path.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    pub(super) path: String,
    pub(super) column: Column,
    is_compound: bool,
}

/// The order and nesting in which selected fields are written.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Field {
        name: String,
        column: usize,
    },
    Parent {
        name: String,
        source: usize,
        inside: Vec<Node>,
    },
    TypeOf {
        name: String,
        source: usize,
        branches: Vec<(Object, Vec<Node>)>,
        otherwise: Vec<Node>,
    },
    Children {
        name: String,
        child: usize,
    },
}

/// A subquery over the records that refer to a row.
#[derive(Debug, Clone)]
pub(super) struct Children {
    pub(super) plan: Arc<Plan>,
    /// The reference that leads back.
    pub(super) field: usize,
}

#[derive(Debug, Clone)]
pub(super) struct OrderBy<C> {
    pub(super) column: C,
    pub(super) direction: Direction,
    pub(super) nulls: Nulls,
}

/// What is computed over groups of rows.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    pub(super) totals: Totals,
    pub(super) keys: Vec<Column>,
    pub(super) computed: Vec<Computed>,
    pub(super) outputs: Vec<(String, Slot)>,
    pub(super) having: Option<Predicate<Slot>>,
    pub(super) order: Vec<OrderBy<Slot>>,
}

/// A function over the rows of a group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Computed {
    pub(super) function: Aggregate,
    pub(super) column: Column,
    pub(super) of_ints: bool,
}

/// A value of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Key(usize),
    Computed(usize),
    /// Whether the group is a subtotal over that key: 1 or 0.
    Subtotal(usize),
}

/// What a query is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The whole query, or a subquery so many levels below it.
    Level(usize),
    /// The list of a semi-join.
    Join,
}

pub(super) fn bind(
    text: &str,
    query: &Query,
    records: &Records,
    user: RecordId,
    now: Timestamp,
) -> Result<Plan, ApiError> {
    let world = Asked {
        text,
        records,
        user,
        now,
        fiscal: fiscal_year(records),
    };
    let object = world.object(&query.from)?;
    Binder::new(&world, query, object, Place::Level(0)).plan()
}

fn fiscal_year(records: &Records) -> FiscalYear {
    let schema = records.schema_of(Object::Organization);
    let org = records.tables.of(Object::Organization).rows().next();
    let month = org.map(|org| org.stored(schema.known("FiscalYearStartMonth")));
    match month {
        Some(Value::Int(month)) => FiscalYear::starting(*month),
        Some(_) | None => FiscalYear::starting(1),
    }
}

/// What a query is asked of.
struct Asked<'query> {
    text: &'query str,
    records: &'query Records,
    user: RecordId,
    now: Timestamp,
    fiscal: FiscalYear,
}

struct Binder<'query> {
    asked: &'query Asked<'query>,
    query: &'query Query,
    object: Object,
    place: Place,
    steps: Vec<Step>,
    /// Semi-joins so far.
    joins: usize,
}

impl<'query> Binder<'query> {
    fn new(
        asked: &'query Asked<'query>,
        query: &'query Query,
        object: Object,
        place: Place,
    ) -> Self {
        Self {
            asked,
            query,
            object,
            place,
            steps: Vec::new(),
            joins: 0,
        }
    }

    /// The fields as apps see them: a hidden one has no name.
    fn seen(&self) -> &'query Schema {
        &self.asked.records.seen
    }

    fn sharing(&self) -> &'query Sharing {
        &self.asked.records.sharing
    }

    fn pointed(&self, code: &'static str, at: usize, message: &str) -> ApiError {
        pointed(code, self.asked.text, at, message)
    }

    fn plan(mut self) -> Result<Plan, ApiError> {
        let query = self.query;
        let mut plan = Plan {
            object: self.object,
            steps: Vec::new(),
            columns: Vec::new(),
            shape: Vec::new(),
            children: Vec::new(),
            filter: None,
            filter_steps: Vec::new(),
            groups: None,
            order: Vec::new(),
            limit: query.limit,
            offset: query.offset,
            counts: query.select == [Item::CountRows],
            has_type_of: false,
        };
        if self.is_grouped() {
            plan.groups = Some(self.groups()?);
        } else {
            self.select(&mut plan)?;
            plan.order = self.order()?;
        }
        plan.filter = self.filter()?;
        record_access::check(&plan, self.seen())?;
        plan.steps = self.steps;
        plan.filter_steps = plan.steps_of_filter();
        if plan.steps.len() > path::STEPS_MAX {
            return Err(malformed("a query can follow at most 55 relationships up"));
        }
        Ok(plan)
    }

    /// WHERE and USING SCOPE.
    fn filter(&mut self) -> Result<Option<Predicate<Column>>, ApiError> {
        let asked = self.query.filter.as_ref();
        let asked = asked
            .map(|filter| self.rows_condition(filter))
            .transpose()?;
        let scope = self.scope()?;
        Ok(match (asked, scope) {
            (Some(asked), Some(scope)) => Some(Predicate::All(vec![asked, scope])),
            (asked, scope) => asked.or(scope),
        })
    }

    fn scope(&self) -> Result<Option<Predicate<Column>>, ApiError> {
        let Some(scope) = &self.query.scope else {
            return Ok(None);
        };
        let owner = self.seen().of(self.object).position("OwnerId");
        match (&scope.what, owner) {
            (Scope::Everything, _) => Ok(None),
            (Scope::Mine, Some(owner)) => {
                let column = Column {
                    source: 0,
                    reads: Reads::Field(Box::new([(self.object, owner)])),
                    function: None,
                };
                let check = Check::Compare(Operator::Equal, Value::Id(self.asked.user));
                Ok(Some(Predicate::Test(column, check)))
            }
            (Scope::Mine, None) => Err(self.no_scope("mine", scope.at)),
            (Scope::Other(name), _) => Err(self.no_scope(name, scope.at)),
        }
    }

    fn no_scope(&self, name: &str, at: usize) -> ApiError {
        let message = format!(
            "scope '{name}' is not supported for entity '{}'",
            self.object.name()
        );
        self.pointed("MALFORMED_QUERY", at, &message)
    }

    fn is_grouped(&self) -> bool {
        let aggregates = |item: &Item| matches!(item, Item::Expression { expression, .. } if expression.is_aggregate());
        self.query.group.is_some() || self.query.select.iter().any(aggregates)
    }
}
