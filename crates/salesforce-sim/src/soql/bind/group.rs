//! GROUP BY, and the functions over many rows.

use crate::error::ApiError;
use crate::schema::Field;

use super::super::class::Class;
use super::super::functions::{Aggregate, Scalar};
use super::super::malformed;
use super::super::predicate::Column;
use super::super::syntax::{Expression, Function, Item, Totals, Written};
use super::expression::class_of;
use super::path::Found;
use super::{Binder, Computed, Groups, OrderBy, Slot};

/// What is grouped by and computed so far.
#[derive(Default)]
pub(super) struct Building {
    keys: Vec<(Column, Class)>,
    computed: Vec<(Computed, Class)>,
    has_totals: bool,
}

impl Binder<'_> {
    pub(super) fn groups(&mut self) -> Result<Groups, ApiError> {
        let query = self.query;
        let mut building = Building::default();
        let mut totals = Totals::None;
        if let Some(group) = &query.group {
            totals = group.how;
            building.has_totals = totals != Totals::None;
            for expression in &group.by {
                let key = self.key(expression)?;
                building.keys.push(key);
            }
        }
        let outputs = self.outputs(&mut building)?;
        let having = query.having.as_ref();
        let having = having
            .map(|having| self.groups_condition(having, &mut building))
            .transpose()?;
        let mut order = Vec::with_capacity(query.order.len());
        for asked in &query.order {
            let (slot, _) = building.slot(self, &asked.expression)?;
            order.push(OrderBy {
                column: slot,
                direction: asked.direction,
                nulls: asked.nulls,
            });
        }
        Ok(Groups {
            totals,
            keys: building.keys.into_iter().map(|(key, _)| key).collect(),
            computed: building
                .computed
                .into_iter()
                .map(|(made, _)| made)
                .collect(),
            outputs,
            having,
            order,
        })
    }

    /// A field, or a part of a date, by which rows are grouped.
    fn key(&mut self, expression: &Expression) -> Result<(Column, Class), ApiError> {
        if expression.is_aggregate() {
            return Err(self.misused(expression));
        }
        let found = self.scalar(expression)?;
        let is_groupable = match &found.column.function {
            Some(Scalar::Part(..)) => true,
            Some(Scalar::Label(_) | Scalar::Format(_)) => return Err(self.misused(expression)),
            None => found.field.is_none_or(Field::is_groupable),
        };
        if !is_groupable {
            let message = format!(
                "field '{}' can not be grouped in a query call",
                expression.shown()
            );
            return Err(self.pointed("INVALID_FIELD", expression.at(), &message));
        }
        let class = class_of(&found);
        Ok((found.column, class))
    }

    /// What is selected, under the alias, the field's name, or `expr0`, `expr1` and so on.
    fn outputs(&mut self, building: &mut Building) -> Result<Vec<(String, Slot)>, ApiError> {
        let query = self.query;
        let mut outputs: Vec<(String, Slot)> = Vec::with_capacity(query.select.len());
        let mut unnamed = 0;
        for item in &query.select {
            let (expression, alias) = match item {
                Item::Expression { expression, alias } => (expression, alias),
                Item::CountRows => return Err(malformed("unexpected token: 'GROUP'")),
                Item::Fields(_) => {
                    let words = "The SOQL FIELDS function is not supported with GROUP BY";
                    return Err(malformed(words));
                }
                Item::TypeOf(_) | Item::Children(_) => {
                    let words = "TYPEOF and subqueries are not supported in a grouped query";
                    return Err(malformed(words));
                }
            };
            let (slot, _) = building.slot(self, expression)?;
            let name = self.output_name(expression, alias.as_ref(), &mut unnamed)?;
            if outputs
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(&name))
            {
                return Err(malformed(format!("duplicate alias: {name}")));
            }
            outputs.push((name, slot));
        }
        Ok(outputs)
    }

    fn output_name(
        &mut self,
        expression: &Expression,
        alias: Option<&Written<String>>,
        unnamed: &mut usize,
    ) -> Result<String, ApiError> {
        match (alias, expression) {
            (Some(alias), _) => Ok(alias.what.clone()),
            (None, Expression::Path(path)) => Ok(self.find(path)?.name),
            (None, Expression::Call { .. }) => {
                *unnamed += 1;
                Ok(format!("expr{}", *unnamed - 1))
            }
        }
    }

    fn computed(
        &mut self,
        function: Aggregate,
        expression: &Expression,
        argument: &Expression,
    ) -> Result<(Computed, Class), ApiError> {
        let Expression::Path(path) = argument else {
            return Err(self.misused(expression));
        };
        let found = self.find(path)?;
        let class = class_of(&found);
        let is_aggregatable = found.field.is_none_or(Field::is_aggregatable);
        if !(is_aggregatable && class.allows_aggregate(function)) {
            let message = format!(
                "field {} does not support aggregate operator {}",
                path.what,
                function.name()
            );
            return Err(self.pointed("INVALID_FIELD", expression.at(), &message));
        }
        let returned = match function {
            Aggregate::Count | Aggregate::CountDistinct => Class::Int,
            Aggregate::Min | Aggregate::Max | Aggregate::Sum => class,
            Aggregate::Avg => Class::Double,
        };
        let computed = Computed {
            function,
            column: found.column,
            of_ints: class == Class::Int,
        };
        Ok((computed, returned))
    }

    fn key_of(&mut self, path: &Expression, building: &Building) -> Result<usize, ApiError> {
        let found: Found<'_> = self.scalar(path)?;
        let column = found.column;
        let key = building.keys.iter().position(|(key, _)| *key == column);
        key.ok_or_else(|| self.ungrouped(path))
    }
}

impl Building {
    /// The value of a group that an expression means, and how it is compared.
    pub(super) fn slot(
        &mut self,
        binder: &mut Binder<'_>,
        expression: &Expression,
    ) -> Result<(Slot, Class), ApiError> {
        if let Expression::Call {
            function, argument, ..
        } = expression
        {
            match function.what {
                Function::Aggregate(function) => {
                    let (computed, class) = binder.computed(function, expression, argument)?;
                    let known = self
                        .computed
                        .iter()
                        .position(|(known, _)| *known == computed);
                    let at = known.unwrap_or_else(|| {
                        self.computed.push((computed, class));
                        self.computed.len() - 1
                    });
                    return Ok((Slot::Computed(at), class));
                }
                Function::Grouping if self.has_totals => {
                    let key = binder.key_of(argument, self)?;
                    return Ok((Slot::Subtotal(key), Class::Int));
                }
                Function::Grouping => return Err(binder.misused(expression)),
                Function::Date(_)
                | Function::ToLabel
                | Function::Format
                | Function::ConvertTimezone => {}
            }
        }
        let key = binder.key_of(expression, self)?;
        Ok((Slot::Key(key), self.keys[key].1))
    }
}
