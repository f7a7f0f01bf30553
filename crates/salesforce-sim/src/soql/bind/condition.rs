//! WHERE: each condition with its names looked up and its literals read as the field's type.

use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Kind;
use crate::value::Value;

use super::super::dates;
use super::super::predicate::{Check, Column, Predicate, pattern};
use super::super::syntax::{Condition, Literal, Operator, Test, Written};
use super::super::{malformed, pointed};
use super::Binder;

impl Binder<'_> {
    pub(super) fn condition(&mut self, condition: &Condition) -> Result<Predicate, ApiError> {
        let mut all = |parts: &[Condition]| -> Result<Vec<_>, ApiError> {
            parts.iter().map(|part| self.condition(part)).collect()
        };
        Ok(match condition {
            Condition::All(parts) => Predicate::All(all(parts)?),
            Condition::Any(parts) => Predicate::Any(all(parts)?),
            Condition::Not(part) => Predicate::Not(Box::new(self.condition(part)?)),
            Condition::Test(test) => self.test(test)?,
        })
    }

    fn test(&mut self, test: &Test) -> Result<Predicate, ApiError> {
        let found = self.find(&test.path)?;
        let at = test.path.at;
        let kind = found.field.map_or(Kind::Text, |field| field.kind);
        if found.field.is_some_and(|field| field.long) {
            let message = format!(
                "field '{}' can not be filtered in a query call",
                test.path.what
            );
            return Err(pointed("INVALID_FIELD", self.text, at, &message));
        }
        if !allows(kind, test.operator) {
            let message = format!("invalid operator on {} field", kind_name(kind));
            return Err(pointed(
                "INVALID_QUERY_FILTER_OPERATOR",
                self.text,
                at,
                &message,
            ));
        }
        let column = found.column;
        match test.operator {
            Operator::In | Operator::NotIn => {
                let mut values = Vec::with_capacity(test.values.len());
                for literal in &test.values {
                    values.push(self.value(kind, literal, &test.path)?);
                }
                values.sort_by(Value::compare);
                let listed = Predicate::Test(column, Check::OneOf(values));
                Ok(if test.operator == Operator::NotIn {
                    Predicate::Not(Box::new(listed))
                } else {
                    listed
                })
            }
            Operator::Like => {
                let literal = &test.values[0];
                let Literal::Text { pattern: text, .. } = &literal.what else {
                    return Err(
                        self.wrong_type(&test.path, "string and should be enclosed in quotes")
                    );
                };
                Ok(Predicate::Test(column, Check::Like(pattern(text))))
            }
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => {
                let literal = &test.values[0];
                if let Literal::Relative { name, count } = &literal.what {
                    return self.relative(column, kind, test, name, *count);
                }
                let value = self.value(kind, literal, &test.path)?;
                Ok(Predicate::Test(
                    column,
                    Check::Compare(test.operator, value),
                ))
            }
        }
    }

    fn relative(
        &self,
        column: Column,
        kind: Kind,
        test: &Test,
        name: &str,
        count: Option<i32>,
    ) -> Result<Predicate, ApiError> {
        if !matches!(kind, Kind::Date | Kind::Instant) {
            return Err(self.wrong_type(&test.path, type_words(kind)));
        }
        let (from, to) = dates::range(name, count, self.now)
            .ok_or_else(|| malformed(format!("invalid date literal: {name}")))?;
        let bound = |day| {
            if kind == Kind::Date {
                Value::Date(day)
            } else {
                Value::Instant(dates::start_of(day))
            }
        };
        let (from, to) = (bound(from), bound(to));
        let check = match test.operator {
            Operator::Less => Check::Compare(Operator::Less, from),
            Operator::LessOrEqual => Check::Compare(Operator::Less, to),
            Operator::Greater => Check::Compare(Operator::GreaterOrEqual, to),
            Operator::GreaterOrEqual => Check::Compare(Operator::GreaterOrEqual, from),
            Operator::Equal
            | Operator::NotEqual
            | Operator::Like
            | Operator::In
            | Operator::NotIn => Check::Within(from, to),
        };
        let holds = Predicate::Test(column, check);
        Ok(if test.operator == Operator::NotEqual {
            Predicate::Not(Box::new(holds))
        } else {
            holds
        })
    }

    fn value(
        &self,
        kind: Kind,
        literal: &Written<Literal>,
        path: &Written<String>,
    ) -> Result<Value, ApiError> {
        let read = match (&literal.what, kind) {
            (Literal::Null, _) => Some(Value::Null),
            (Literal::Text { plain, .. }, Kind::Id | Kind::Reference) => {
                return self.id(plain, path);
            }
            (Literal::Text { plain, .. }, _) if is_textual(kind) => Some(if plain.is_empty() {
                Value::Null
            } else {
                Value::text(plain.as_str())
            }),
            (Literal::Bool(flag), Kind::Bool) => Some(Value::Bool(*flag)),
            (Literal::Number(text), Kind::Int | Kind::Double | Kind::Currency | Kind::Percent) => {
                text.parse().ok().map(Value::Double)
            }
            (Literal::Date(text), Kind::Date) => text.parse().ok().map(Value::Date),
            (Literal::Instant(text), Kind::Instant) => text.parse().ok().map(Value::Instant),
            (
                Literal::Text { .. }
                | Literal::Number(_)
                | Literal::Date(_)
                | Literal::Instant(_)
                | Literal::Bool(_)
                | Literal::Relative { .. },
                _,
            ) => None,
        };
        read.ok_or_else(|| self.wrong_type(path, type_words(kind)))
    }

    fn id(&self, text: &str, path: &Written<String>) -> Result<Value, ApiError> {
        if text.is_empty() {
            return Ok(Value::Null);
        }
        text.parse::<RecordId>().map(Value::Id).map_err(|_| {
            let message = format!("invalid ID field: {text}");
            pointed(
                "INVALID_QUERY_FILTER_OPERATOR",
                self.text,
                path.at,
                &message,
            )
        })
    }

    fn wrong_type(&self, path: &Written<String>, words: &str) -> ApiError {
        let message = format!(
            "value of filter criterion for field '{}' must be of type {words}",
            path.what
        );
        pointed("INVALID_FIELD", self.text, path.at, &message)
    }
}

fn is_textual(kind: Kind) -> bool {
    match kind {
        Kind::Text
        | Kind::TextArea
        | Kind::Phone
        | Kind::Email
        | Kind::Url
        | Kind::Picklist
        | Kind::MultiPicklist
        | Kind::Combobox => true,
        Kind::Id
        | Kind::Reference
        | Kind::Bool
        | Kind::Int
        | Kind::Double
        | Kind::Currency
        | Kind::Percent
        | Kind::Date
        | Kind::Instant
        | Kind::Address => false,
    }
}

fn allows(kind: Kind, operator: Operator) -> bool {
    match operator {
        Operator::Like => is_textual(kind),
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            kind != Kind::Bool
        }
        Operator::Equal | Operator::NotEqual | Operator::In | Operator::NotIn => true,
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Reference => "id",
        Kind::Bool => "boolean",
        Kind::Int => "int",
        Kind::Double | Kind::Currency | Kind::Percent => "double",
        Kind::Date => "date",
        Kind::Instant => "dateTime",
        Kind::Text
        | Kind::TextArea
        | Kind::Phone
        | Kind::Email
        | Kind::Url
        | Kind::Picklist
        | Kind::MultiPicklist
        | Kind::Combobox
        | Kind::Address => "string",
    }
}

fn type_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "boolean and should not be enclosed in quotes",
        Kind::Int => "int and should not be enclosed in quotes",
        Kind::Double | Kind::Currency | Kind::Percent => {
            "double and should not be enclosed in quotes"
        }
        Kind::Date => "date and should not be enclosed in quotes",
        Kind::Instant => "dateTime and should not be enclosed in quotes",
        Kind::Id
        | Kind::Reference
        | Kind::Text
        | Kind::TextArea
        | Kind::Phone
        | Kind::Email
        | Kind::Url
        | Kind::Picklist
        | Kind::MultiPicklist
        | Kind::Combobox
        | Kind::Address => "string and should be enclosed in quotes",
    }
}
