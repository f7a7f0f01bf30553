//! Semi-joins: `Id IN (SELECT ContactId FROM Case)`.
//!
//! The rules are the vendor's; of its words only what they say was at hand.

use std::sync::Arc;

use crate::error::ApiError;
use crate::schema::Object;

use super::super::class::Class;
use super::super::predicate::{Check, Reads};
use super::super::syntax::{Expression, Item, Operator, Query, Right, Test};
use super::path::Found;
use super::{Binder, Place, malformed};

/// A query joins this many others at most.
const JOINS_MAX: usize = 2;

impl<'query> Binder<'query> {
    pub(super) fn join(&mut self, test: &Test, under_or: bool) -> Result<Check, ApiError> {
        let Right::Query(query) = &test.right else {
            return Err(malformed("unexpected token: ')'"));
        };
        let refuse = |words: &str| Err(malformed(words));
        if self.place == Place::Join {
            return refuse("Nesting of semi join sub-selects is not supported");
        }
        if under_or {
            return refuse("Semi join sub-selects are not allowed with the 'OR' operator");
        }
        if !matches!(test.operator, Operator::In | Operator::NotIn) {
            return refuse("unexpected token: 'SELECT'");
        }
        self.joins += 1;
        if self.joins > JOINS_MAX {
            return refuse("Maximum 2 semi join sub-selects are allowed.");
        }
        let outer = self.joined_field(&test.left, "outer")?;
        let object = self.asked.object(&query.from)?;
        if object == self.object {
            return refuse("The inner and outer selects should not be on the same object type");
        }
        if object == Object::Task {
            let message = "Entity 'Task' is not supported for semi join inner selects";
            return Err(self.pointed("INVALID_TYPE_FOR_OPERATION", query.from.at, message));
        }
        check_clauses(query)?;
        let mut inner = Binder::new(self.asked, query, object, Place::Join);
        let [
            Item::Expression {
                expression,
                alias: None,
            },
        ] = query.select.as_slice()
        else {
            return refuse("A semi join sub-select must select exactly one field");
        };
        let found = inner.joined_field(expression, "inner")?;
        if !found.ups.is_empty() {
            return refuse("The field that a semi join sub-select selects cannot be a parent's");
        }
        if meets(&outer, self.object, &found, object) {
            Ok(Check::Joined(Arc::new(inner.plan()?)))
        } else {
            let message = format!(
                "The selected field '{}' in the Semi join sub-select refers to other objects than \
                 '{}'",
                expression.shown(),
                test.left.shown()
            );
            Err(self.pointed("INVALID_FIELD", expression.at(), &message))
        }
    }

    /// A field of a join: an id or a reference, without any function.
    fn joined_field(
        &mut self,
        expression: &Expression,
        side: &str,
    ) -> Result<Found<'query>, ApiError> {
        let refused = {
            let message = format!(
                "The {side} field of a semi join must be an id field, cannot use : '{}'",
                expression.shown()
            );
            self.pointed("INVALID_FIELD", expression.at(), &message)
        };
        let Expression::Path(path) = expression else {
            return Err(refused);
        };
        let found = self.find(path)?;
        match found.field {
            Some(field) if Class::of(field.kind) == Class::Id => Ok(found),
            Some(_) | None => Err(refused),
        }
    }
}

/// What a list of ids has no use for is not allowed in its query.
fn check_clauses(query: &Query) -> Result<(), ApiError> {
    let unused = [
        (query.group.is_some(), "GROUP"),
        (!query.order.is_empty(), "ORDER"),
        (query.limit.is_some(), "LIMIT"),
        (query.offset > 0, "OFFSET"),
        (query.scope.is_some(), "USING"),
    ];
    match unused.into_iter().find(|(is_there, _)| *is_there) {
        Some((_, word)) => Err(malformed(format!("unexpected token: '{word}'"))),
        None => Ok(()),
    }
}

/// Whether ids of both sides can be those of one object.
fn meets(left: &Found<'_>, of: Object, right: &Found<'_>, right_of: Object) -> bool {
    let targets = |found: &Found<'_>, of: Object| -> Vec<Object> {
        let refers_to = found.field.map_or(&[][..], |field| field.refers_to);
        if !refers_to.is_empty() {
            return refers_to.to_vec();
        }
        match &found.column.reads {
            Reads::Field(places) => places.iter().map(|(of, _)| *of).collect(),
            Reads::ObjectName => vec![of],
        }
    };
    let right = targets(right, right_of);
    targets(left, of)
        .iter()
        .any(|target| right.contains(target))
}
