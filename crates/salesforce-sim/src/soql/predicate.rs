//! What a row is tested for, with every name bound and every literal read.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use crate::row::Row;
use crate::schema::{Object, Schema};
use crate::value::{Value, equal_folded};

use super::syntax::Operator;

/// The rows behind one row of a result: the record itself, then its parents.
pub(crate) type Sources = [Option<Arc<Row>>];

/// Where a value is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) source: usize,
    pub(crate) reads: Reads,
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
    pub(crate) fn read<'row>(&self, schema: &Schema, rows: &'row Sources) -> Cow<'row, Value> {
        let Some(row) = &rows[self.source] else {
            return Cow::Owned(Value::Null);
        };
        let object = row.object();
        match &self.reads {
            // The only groups that own or are pointed at are queues, and that is what they say.
            Reads::ObjectName if object == Object::Group => Cow::Owned(Value::Static("Queue")),
            Reads::ObjectName => Cow::Owned(Value::Static(object.name())),
            Reads::Field(places) => match places.iter().find(|(of, _)| *of == object) {
                Some((_, place)) => row.read(schema.of(object), *place),
                None => Cow::Owned(Value::Null),
            },
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Predicate {
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    Test(Column, Check),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Check {
    Compare(Operator, Value),
    /// From the first value up to, but not including, the second.
    Within(Value, Value),
    /// Sorted, so that long lists are searched quickly.
    OneOf(Vec<Value>),
    Like(Vec<PatternPart>),
}

/// A piece of a LIKE pattern; letters are folded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PatternPart {
    Exactly(char),
    One,
    Any,
}

impl Predicate {
    pub(crate) fn holds(&self, schema: &Schema, rows: &Sources) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(schema, rows)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(schema, rows)),
            Self::Not(part) => !part.holds(schema, rows),
            Self::Test(column, check) => check.holds(&column.read(schema, rows)),
        }
    }
}

impl Check {
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
            Self::Like(pattern) => value.as_text().is_some_and(|text| like(text, pattern)),
        }
    }
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
        Operator::Like | Operator::In | Operator::NotIn => false,
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

/// Reads a pattern in which an escaped `%`, `_` or backslash is marked by a backslash.
pub(super) fn pattern(text: &str) -> Vec<PatternPart> {
    let mut parts = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => parts.push(PatternPart::Any),
            '_' => parts.push(PatternPart::One),
            '\\' => parts.extend(characters.next().map(PatternPart::Exactly)),
            other => parts.extend(other.to_lowercase().map(PatternPart::Exactly)),
        }
    }
    parts
}

/// Greedy matching with one point to return to: linear in practice, never exponential.
fn like(text: &str, pattern: &[PatternPart]) -> bool {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let (mut at, mut part) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(part) {
            Some(PatternPart::Any) => {
                retry = Some((part, at));
                part += 1;
            }
            Some(PatternPart::One) => {
                at += 1;
                part += 1;
            }
            Some(PatternPart::Exactly(character)) if *character == text[at] => {
                at += 1;
                part += 1;
            }
            Some(PatternPart::Exactly(_)) | None => match retry {
                Some((any, from)) => {
                    retry = Some((any, from + 1));
                    at = from + 1;
                    part = any + 1;
                }
                None => return false,
            },
        }
    }
    pattern[part..].iter().all(|rest| *rest == PatternPart::Any)
}
