//! WHERE and HAVING: each condition with its names looked up and its literals read as the field's
//! type.

use crate::error::ApiError;

use super::super::malformed;
use super::super::pattern::Pattern;
use super::super::predicate::{Check, Column, Predicate};
use super::super::syntax::{Condition, Expression, Literal, Operator, Right, Test, Written};
use super::expression::class_of;
use super::literal::{self, Subject};
use super::{Binder, Slot};

/// Under what a test stands, which decides whether it may join.
#[derive(Clone, Copy)]
struct Under {
    or: bool,
}

/// How the left side of a test is looked up: among the fields of a row, or the values of a group.
trait Left<C> {
    fn look_up(
        &mut self,
        binder: &mut Binder<'_>,
        expression: &Expression,
    ) -> Result<(C, Subject), ApiError>;

    /// The check that another query's rows make, where the left side may be compared with them.
    fn join(
        &mut self,
        binder: &mut Binder<'_>,
        test: &Test,
        under_or: bool,
    ) -> Result<Check, ApiError>;
}

struct OfRow;

impl Left<Column> for OfRow {
    fn look_up(
        &mut self,
        binder: &mut Binder<'_>,
        expression: &Expression,
    ) -> Result<(Column, Subject), ApiError> {
        if expression.is_aggregate() {
            return Err(binder.misused(expression));
        }
        let found = binder.scalar(expression)?;
        let at = expression.at();
        if found.field.is_some_and(|field| !field.is_filterable()) {
            let message = format!(
                "field '{}' can not be filtered in a query call",
                expression.shown()
            );
            return Err(binder.pointed("INVALID_FIELD", at, &message));
        }
        let subject = Subject {
            class: class_of(&found),
            shown: expression.shown(),
            at,
            exact: found.column.function.is_none()
                && found.field.is_some_and(|field| field.case_sensitive),
        };
        Ok((found.column, subject))
    }

    fn join(
        &mut self,
        binder: &mut Binder<'_>,
        test: &Test,
        under_or: bool,
    ) -> Result<Check, ApiError> {
        binder.join(test, under_or)
    }
}

/// The values of a group, as far as they are known from GROUP BY.
struct OfGroup<'groups>(&'groups mut super::group::Building);

impl Left<Slot> for OfGroup<'_> {
    fn look_up(
        &mut self,
        binder: &mut Binder<'_>,
        expression: &Expression,
    ) -> Result<(Slot, Subject), ApiError> {
        let (slot, class) = self.0.slot(binder, expression)?;
        let subject = Subject {
            class,
            shown: expression.shown(),
            at: expression.at(),
            exact: false,
        };
        Ok((slot, subject))
    }

    fn join(&mut self, _: &mut Binder<'_>, _: &Test, _: bool) -> Result<Check, ApiError> {
        Err(malformed("unexpected token: 'SELECT'"))
    }
}

impl Binder<'_> {
    pub(super) fn rows_condition(
        &mut self,
        condition: &Condition,
    ) -> Result<Predicate<Column>, ApiError> {
        self.condition(condition, &mut OfRow, Under { or: false })
    }

    pub(super) fn groups_condition(
        &mut self,
        condition: &Condition,
        building: &mut super::group::Building,
    ) -> Result<Predicate<Slot>, ApiError> {
        self.condition(condition, &mut OfGroup(building), Under { or: false })
    }

    fn condition<C>(
        &mut self,
        condition: &Condition,
        left: &mut impl Left<C>,
        under: Under,
    ) -> Result<Predicate<C>, ApiError> {
        let mut all = |parts: &[Condition], under| -> Result<Vec<_>, ApiError> {
            parts
                .iter()
                .map(|part| self.condition(part, left, under))
                .collect()
        };
        Ok(match condition {
            Condition::All(parts) => Predicate::All(all(parts, under)?),
            Condition::Any(parts) => Predicate::Any(all(parts, Under { or: true })?),
            Condition::Not(part) => Predicate::Not(Box::new(self.condition(part, left, under)?)),
            Condition::Test(test) => self.test(test, left, under)?,
        })
    }

    fn test<C>(
        &mut self,
        test: &Test,
        left: &mut impl Left<C>,
        under: Under,
    ) -> Result<Predicate<C>, ApiError> {
        let (column, subject) = left.look_up(self, &test.left)?;
        if !subject.class.allows(test.operator) {
            return Err(self.wrong_operator(&subject, test.operator));
        }
        let check = match &test.right {
            Right::Query(_) => left.join(self, test, under.or)?,
            Right::Values(values) => self.check(test.operator, &subject, values)?,
        };
        let holds = Predicate::Test(column, check);
        Ok(if is_negated(test) {
            Predicate::Not(Box::new(holds))
        } else {
            holds
        })
    }

    fn check(
        &self,
        operator: Operator,
        subject: &Subject,
        values: &[Written<Literal>],
    ) -> Result<Check, ApiError> {
        let [first, ..] = values else {
            return Err(malformed("unexpected token: ')'"));
        };
        match operator {
            Operator::In | Operator::NotIn => {
                let values = values.iter().map(|value| self.value(subject, value));
                let values = values.collect::<Result<Vec<_>, _>>()?;
                Ok(literal::one_of(subject, values))
            }
            Operator::Includes | Operator::Excludes => {
                let lists = values.iter().map(|value| match &value.what {
                    Literal::Text { plain, .. } => {
                        Ok(plain.split(';').map(str::to_owned).collect())
                    }
                    Literal::Number(_)
                    | Literal::Date(_)
                    | Literal::Instant(_)
                    | Literal::Time(_)
                    | Literal::Bool(_)
                    | Literal::Null
                    | Literal::Relative { .. } => Err(self.wrong_type(subject)),
                });
                Ok(Check::Includes(lists.collect::<Result<Vec<_>, _>>()?))
            }
            Operator::Like => match &first.what {
                Literal::Text { pattern, .. } => Ok(Check::Like(Pattern::read(pattern))),
                Literal::Number(_)
                | Literal::Date(_)
                | Literal::Instant(_)
                | Literal::Time(_)
                | Literal::Bool(_)
                | Literal::Null
                | Literal::Relative { .. } => Err(self.wrong_type(subject)),
            },
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => {
                if let Literal::Relative { name, count } = &first.what {
                    return self.relative(subject, operator, name, *count);
                }
                let value = self.value(subject, first)?;
                let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
                if subject.exact && is_equality {
                    return Ok(literal::one_of(subject, vec![value]));
                }
                Ok(Check::Compare(positive(operator), value))
            }
        }
    }

    fn wrong_operator(&self, subject: &Subject, operator: Operator) -> ApiError {
        let message = match operator {
            Operator::Includes | Operator::Excludes => {
                "includes or excludes operator only valid on multipicklist field".to_owned()
            }
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Like
            | Operator::In
            | Operator::NotIn => format!("invalid operator on {} field", subject.class.name()),
        };
        self.pointed("INVALID_QUERY_FILTER_OPERATOR", subject.at, &message)
    }
}

/// Whether the check says the opposite of what is asked.
fn is_negated(test: &Test) -> bool {
    matches!(
        test.operator,
        Operator::NotEqual | Operator::NotIn | Operator::Excludes
    )
}

/// `!=` is tested as the opposite of `=`.
fn positive(operator: Operator) -> Operator {
    if operator == Operator::NotEqual {
        Operator::Equal
    } else {
        operator
    }
}
