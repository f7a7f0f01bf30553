//! Literals, read as the type of the field that they are compared with.

use crate::error::ApiError;
use crate::id::RecordId;
use crate::value::Value;

use super::super::class::Class;
use super::super::predicate::Check;
use super::super::syntax::{Literal, Operator, Written};
use super::super::{dates, malformed};
use super::Binder;

/// The left side of a test, for reading its right side.
pub(super) struct Subject {
    pub(super) class: Class,
    /// As it was written.
    pub(super) shown: String,
    pub(super) at: usize,
    /// Whether its values tell case apart.
    pub(super) exact: bool,
}

impl Binder<'_> {
    pub(super) fn value(
        &self,
        subject: &Subject,
        literal: &Written<Literal>,
    ) -> Result<Value, ApiError> {
        let read = match (&literal.what, subject.class) {
            (Literal::Null, _) => Some(Value::Null),
            (Literal::Text { plain, .. }, Class::Id) => return self.id(plain, subject),
            (Literal::Text { plain, .. }, Class::Text | Class::MultiSelect) => {
                Some(if plain.is_empty() {
                    Value::Null
                } else {
                    Value::text(plain.as_str())
                })
            }
            (Literal::Bool(flag), Class::Bool) => Some(Value::Bool(*flag)),
            (Literal::Number(text), Class::Int | Class::Double) => {
                text.parse().ok().map(Value::Double)
            }
            (Literal::Date(text), Class::Date) => text.parse().ok().map(Value::Date),
            (Literal::Instant(text), Class::Instant) => text.parse().ok().map(Value::Instant),
            (
                Literal::Text { .. }
                | Literal::Number(_)
                | Literal::Date(_)
                | Literal::Instant(_)
                | Literal::Time(_)
                | Literal::Bool(_)
                | Literal::Relative { .. },
                _,
            ) => None,
        };
        read.ok_or_else(|| self.wrong_type(subject))
    }

    fn id(&self, text: &str, subject: &Subject) -> Result<Value, ApiError> {
        if text.is_empty() {
            return Ok(Value::Null);
        }
        text.parse::<RecordId>().map(Value::Id).map_err(|_| {
            let message = format!("invalid ID field: {text}");
            self.pointed("INVALID_QUERY_FILTER_OPERATOR", subject.at, &message)
        })
    }

    /// The days of a relative date. `=` means within them, `<` before them, `>` after them.
    pub(super) fn relative(
        &self,
        subject: &Subject,
        operator: Operator,
        name: &str,
        count: Option<i32>,
    ) -> Result<Check, ApiError> {
        if !matches!(subject.class, Class::Date | Class::Instant) {
            return Err(self.wrong_type(subject));
        }
        let (from, to) = dates::range(name, count, self.asked.now, self.asked.fiscal)
            .ok_or_else(|| malformed(format!("invalid date literal: {name}")))?;
        let bound = |day| {
            if subject.class == Class::Date {
                Value::Date(day)
            } else {
                Value::Instant(dates::start_of(day))
            }
        };
        let (from, to) = (bound(from), bound(to));
        Ok(match operator {
            Operator::Less => Check::Compare(Operator::Less, from),
            Operator::LessOrEqual => Check::Compare(Operator::Less, to),
            Operator::Greater => Check::Compare(Operator::GreaterOrEqual, to),
            Operator::GreaterOrEqual => Check::Compare(Operator::GreaterOrEqual, from),
            Operator::Equal
            | Operator::NotEqual
            | Operator::Like
            | Operator::In
            | Operator::NotIn
            | Operator::Includes
            | Operator::Excludes => Check::Within(from, to),
        })
    }

    pub(super) fn wrong_type(&self, subject: &Subject) -> ApiError {
        let message = format!(
            "value of filter criterion for field '{}' must be of type {}",
            subject.shown,
            subject.class.wanted()
        );
        self.pointed("INVALID_FIELD", subject.at, &message)
    }
}

/// The check that a value is in a list.
pub(super) fn one_of(subject: &Subject, values: Vec<Value>) -> Check {
    let texts = || {
        values
            .iter()
            .map(Value::as_text)
            .collect::<Option<Vec<_>>>()
    };
    match texts().filter(|_| subject.exact) {
        Some(texts) => {
            let mut texts: Vec<Box<str>> = texts.into_iter().map(Into::into).collect();
            texts.sort_unstable();
            Check::Exactly(texts)
        }
        None => Check::one_of(values),
    }
}
