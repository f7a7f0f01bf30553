//! What a checked formula says of a record.

use std::cmp::Ordering;

use model::Timestamp;

use crate::row::Row;
use crate::schema::ObjectSchema;
use crate::soql::day_of;
use crate::value::Value;

use super::{Formula, Function, Node, Operator};

/// A record that is about to be saved.
#[derive(Clone, Copy)]
pub(in crate::records) struct Saved<'record> {
    pub(in crate::records) schema: &'record ObjectSchema,
    pub(in crate::records) row: &'record Row,
    /// Nothing on create.
    pub(in crate::records) before: Option<&'record Row>,
    pub(in crate::records) now: Timestamp,
}

impl Formula {
    /// Whether the condition holds.
    pub(in crate::records) fn holds(&self, saved: Saved<'_>) -> bool {
        is_true(&self.root.value(saved))
    }
}

impl Node {
    fn value(&self, saved: Saved<'_>) -> Value {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Field(name) => field(name, saved.row, saved.schema),
            Self::Call(function, arguments) => call(*function, arguments, saved),
            Self::Operation(operator, left, right) => match operator {
                Operator::Or => flag(is_true(&left.value(saved)) || is_true(&right.value(saved))),
                Operator::And => flag(is_true(&left.value(saved)) && is_true(&right.value(saved))),
                Operator::Equal
                | Operator::Differs
                | Operator::Less
                | Operator::AtMost
                | Operator::Greater
                | Operator::AtLeast
                | Operator::Join
                | Operator::Plus
                | Operator::Minus
                | Operator::Times
                | Operator::Over => operated(*operator, &left.value(saved), &right.value(saved)),
            },
        }
    }
}

/// The value of a field as formulas see it: ids have 15 characters there.
fn field(name: &str, row: &Row, schema: &ObjectSchema) -> Value {
    let Some(place) = schema.position(name) else {
        return Value::Null;
    };
    let value = row.read(schema, place).into_owned();
    value.as_id().map_or(value, |id| Value::text(id.short()))
}

fn call(function: Function, arguments: &[Node], saved: Saved<'_>) -> Value {
    let value = |at: usize| arguments[at].value(saved);
    let text = |at: usize| value(at).to_plain();
    match function {
        Function::And => flag(arguments.iter().all(|one| is_true(&one.value(saved)))),
        Function::Or => flag(arguments.iter().any(|one| is_true(&one.value(saved)))),
        Function::Not => flag(!is_true(&value(0))),
        Function::If => value(if is_true(&value(0)) { 1 } else { 2 }),
        Function::Begins => flag(text(0).starts_with(&text(1))),
        Function::Contains => flag(text(0).contains(&text(1))),
        Function::Includes => flag(text(0).split(';').any(|chosen| chosen == text(1))),
        Function::IsPickVal => flag(text(0) == text(1)),
        Function::IsBlank => flag(is_blank(&value(0))),
        Function::IsNew => flag(saved.before.is_none()),
        Function::IsChanged => {
            let former = prior(&arguments[0], saved);
            flag(saved.before.is_some() && former != value(0))
        }
        Function::PriorValue => prior(&arguments[0], saved),
        Function::Len => {
            let units = text(0).encode_utf16().count();
            Value::Int(i64::try_from(units).unwrap_or(i64::MAX))
        }
        Function::Lower => Value::text(text(0).to_lowercase()),
        Function::Upper => Value::text(text(0).to_uppercase()),
        Function::Trim => Value::text(text(0).trim()),
        Function::Text => Value::text(text(0)),
        Function::Now => Value::Instant(saved.now.truncated_to_second()),
        Function::Today => Value::Date(day_of(saved.now)),
    }
}

/// The former value of a field; of a new record, the present one.
fn prior(node: &Node, saved: Saved<'_>) -> Value {
    let row = saved.before.unwrap_or(saved.row);
    match node {
        Node::Field(name) => field(name, row, saved.schema),
        Node::Constant(_) | Node::Call(..) | Node::Operation(..) => Value::Null,
    }
}

fn operated(operator: Operator, left: &Value, right: &Value) -> Value {
    let ordered = |fits: fn(Ordering) -> bool| {
        let is_known = !is_blank(left) && !is_blank(right);
        flag(is_known && fits(left.compare(right)))
    };
    match operator {
        Operator::Equal => flag(is_equal(left, right)),
        Operator::Differs => flag(!is_equal(left, right)),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::AtMost => ordered(Ordering::is_le),
        Operator::Greater => ordered(Ordering::is_gt),
        Operator::AtLeast => ordered(Ordering::is_ge),
        Operator::Join => Value::text(format!("{}{}", left.to_plain(), right.to_plain())),
        Operator::Plus => calculated(left, right, |left, right| left + right),
        Operator::Minus => calculated(left, right, |left, right| left - right),
        Operator::Times => calculated(left, right, |left, right| left * right),
        Operator::Over => calculated(left, right, |left, right| left / right),
        Operator::Or | Operator::And => Value::Null,
    }
}

/// Nothing comes of a blank, or of a division by nothing.
fn calculated(left: &Value, right: &Value, how: fn(f64, f64) -> f64) -> Value {
    match (left.as_number(), right.as_number()) {
        (Some(left), Some(right)) => {
            let result = how(left, right);
            if result.is_finite() {
                Value::Double(result)
            } else {
                Value::Null
            }
        }
        (None, _) | (_, None) => Value::Null,
    }
}

/// Texts are equal to the letter.
fn is_equal(left: &Value, right: &Value) -> bool {
    match (is_blank(left), is_blank(right)) {
        (true, true) => true,
        (true, false) | (false, true) => false,
        (false, false) => match (left.as_text(), right.as_text()) {
            (Some(left), Some(right)) => left == right,
            (None, _) | (_, None) => left.compare(right).is_eq(),
        },
    }
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_text() == Some("")
}

fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true)
}

fn flag(flag: bool) -> Value {
    Value::Bool(flag)
}
