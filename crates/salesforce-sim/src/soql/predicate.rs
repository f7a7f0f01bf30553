//! What a row, or a group of rows, is tested for, with every name bound and every literal read.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use crate::row::Row;
use crate::schema::{Object, Schema};
use crate::value::{Value, equal_folded};

use super::bind::Plan;
use super::functions::Scalar;
use super::pattern::Pattern;
use super::syntax::Operator;

/// The rows behind one row of a result: the record itself, then its parents.
pub(super) type Sources<'world> = [Option<&'world Arc<Row>>];

/// Where a value is read, and what is done to it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) source: usize,
    pub(crate) reads: Reads,
    pub(crate) function: Option<Scalar>,
}

/// What is read there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reads {
    /// The field at a place; behind a reference to several objects, the place in each.
    Field(Box<[(Object, usize)]>),
    /// The name of the object that a polymorphic reference points to.
    ObjectName,
}

impl Column {
    /// The value that `row`, the one at this column's source, has.
    pub(crate) fn read<'row>(&self, schema: &Schema, row: Option<&'row Row>) -> Cow<'row, Value> {
        let Some(row) = row else {
            return Cow::Owned(Value::Null);
        };
        let object = row.object();
        let value = match &self.reads {
            Reads::ObjectName => Cow::Owned(Value::Static(type_name(object))),
            Reads::Field(places) => match places.iter().find(|(of, _)| *of == object) {
                Some((_, place)) => row.read(schema.of(object), *place),
                None => Cow::Owned(Value::Null),
            },
        };
        match &self.function {
            Some(function) => Cow::Owned(function.of(&value)),
            None => value,
        }
    }
}

/// The only groups that own or are pointed at are queues, and that is what they say.
pub(super) fn type_name(object: Object) -> &'static str {
    if object == Object::Group {
        "Queue"
    } else {
        object.name()
    }
}

/// A tree of tests on values that `C` says how to find.
#[derive(Debug, Clone)]
pub(super) enum Predicate<C> {
    All(Vec<Predicate<C>>),
    Any(Vec<Predicate<C>>),
    Not(Box<Predicate<C>>),
    Test(C, Check),
}

#[derive(Debug, Clone)]
pub(super) enum Check {
    Compare(Operator, Value),
    /// From the first value up to, but not including, the second.
    Within(Value, Value),
    /// Sorted, so that long lists are searched quickly.
    OneOf(Vec<Value>),
    /// Text of exactly these letters; for fields that tell case apart. Sorted by byte.
    Exactly(Vec<Box<str>>),
    Like(Pattern),
    /// A multi-select that holds all values of one of these lists.
    Includes(Vec<Vec<String>>),
    /// The only value of a row of another query. Becomes `OneOf` when the query runs.
    Joined(Arc<Plan>),
}

impl<C> Predicate<C> {
    /// Whether it holds for values that `read` finds.
    pub(super) fn holds<'row>(&self, read: &impl Fn(&C) -> Cow<'row, Value>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(read)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(read)),
            Self::Not(part) => !part.holds(read),
            Self::Test(column, check) => check.holds(&read(column)),
        }
    }

    /// Shows each column to `see`.
    pub(super) fn each_column(&self, see: &mut impl FnMut(&C)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.each_column(see);
                }
            }
            Self::Not(part) => part.each_column(see),
            Self::Test(column, _) => see(column),
        }
    }

    /// Shows each check to `see`.
    pub(super) fn each_check(&self, see: &mut impl FnMut(&Check)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.each_check(see);
                }
            }
            Self::Not(part) => part.each_check(see),
            Self::Test(_, check) => see(check),
        }
    }

    /// The same tree with `change` made to each of its checks.
    pub(super) fn with_checks(&self, change: &impl Fn(&Check) -> Check) -> Self
    where
        C: Clone,
    {
        let all = |parts: &[Self]| parts.iter().map(|part| part.with_checks(change)).collect();
        match self {
            Self::All(parts) => Self::All(all(parts)),
            Self::Any(parts) => Self::Any(all(parts)),
            Self::Not(part) => Self::Not(Box::new(part.with_checks(change))),
            Self::Test(column, check) => Self::Test(column.clone(), change(check)),
        }
    }
}

impl Check {
    /// Whether the value is one of `values`, in whatever order they come.
    pub(super) fn one_of(mut values: Vec<Value>) -> Self {
        values.sort_by(Value::compare);
        values.dedup_by(|left, right| left.compare(right) == Ordering::Equal);
        Self::OneOf(values)
    }

    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Compare(operator, against) => compares(*operator, value, against),
            Self::Within(from, to) => {
                !value.is_null()
                    && value.compare(from) != Ordering::Less
                    && value.compare(to) == Ordering::Less
            }
            Self::OneOf(values) => values
                .binary_search_by(|candidate| candidate.compare(value))
                .is_ok(),
            Self::Exactly(texts) => value
                .as_text()
                .is_some_and(|text| texts.binary_search_by(|known| (**known).cmp(text)).is_ok()),
            Self::Like(pattern) => value.as_text().is_some_and(|text| pattern.matches(text)),
            Self::Includes(lists) => value.as_text().is_some_and(|text| includes(text, lists)),
            // Nothing is joined before the inner query has run.
            Self::Joined(_) => false,
        }
    }
}

fn includes(text: &str, lists: &[Vec<String>]) -> bool {
    let holds = |wanted: &String| text.split(';').any(|held| equal_folded(held, wanted));
    lists.iter().any(|list| list.iter().all(holds))
}

/// A row without the value is equal to nothing and unequal to everything else; no order holds.
fn compares(operator: Operator, value: &Value, against: &Value) -> bool {
    let order = value.compare(against);
    match operator {
        Operator::Equal => equals(value, against),
        Operator::NotEqual => !equals(value, against),
        Operator::Less => !value.is_null() && order == Ordering::Less,
        Operator::LessOrEqual => !value.is_null() && order != Ordering::Greater,
        Operator::Greater => !value.is_null() && order == Ordering::Greater,
        Operator::GreaterOrEqual => !value.is_null() && order != Ordering::Less,
        // The binder turns these into checks of their own.
        Operator::Like
        | Operator::In
        | Operator::NotIn
        | Operator::Includes
        | Operator::Excludes => false,
    }
}

fn equals(value: &Value, against: &Value) -> bool {
    match (value.as_text(), against.as_text()) {
        (Some(left), Some(right)) => equal_folded(left, right),
        (None | Some(_), None) | (None, Some(_)) => {
            value.is_null() == against.is_null() && value.compare(against) == Ordering::Equal
        }
    }
}
