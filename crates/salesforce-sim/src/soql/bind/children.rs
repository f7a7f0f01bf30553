//! Subqueries in SELECT: the records that refer to each row.

use std::sync::Arc;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::value::Value;

use super::super::malformed;
use super::super::predicate::{Check, Column, Predicate, Reads};
use super::super::syntax::{Operator, Query};
use super::{Binder, Children, Node, Place, Plan};

/// A query lists this many kinds of children at most.
const CHILDREN_MAX: usize = 20;

/// Parents and children together make this many levels at most.
const LEVELS_MAX: usize = 5;

impl Binder<'_> {
    pub(super) fn select_children(
        &mut self,
        query: &Query,
        plan: &mut Plan,
    ) -> Result<(), ApiError> {
        let Place::Level(level) = self.place else {
            return Err(malformed("unexpected token: '('"));
        };
        if level + 1 >= LEVELS_MAX {
            let words = "subqueries nest over at most 5 levels of parents and children";
            return Err(malformed(words));
        }
        let (object, field, name) = self.relationship_down(query)?;
        let is_known =
            |node: &Node| matches!(node, Node::Children { name: known, .. } if *known == name);
        if plan.shape.iter().any(is_known) {
            let message = format!("duplicate field selected: {name}");
            return Err(ApiError::bad_request("INVALID_FIELD", message));
        }
        let mut binder = Binder::new(self.asked, query, object, Place::Level(level + 1));
        binder.joins = self.joins;
        let inner = binder.plan()?;
        if inner.counts || inner.groups.is_some() {
            return Err(malformed("a subquery in SELECT cannot aggregate"));
        }
        if inner.offset > 0 {
            return Err(malformed("OFFSET is not allowed in a subquery"));
        }
        if plan.children.len() >= CHILDREN_MAX {
            return Err(malformed(
                "a query can have at most 20 subqueries in SELECT",
            ));
        }
        plan.shape.push(Node::Children {
            name,
            child: plan.children.len(),
        });
        plan.children.push(Children {
            plan: Arc::new(inner),
            field,
        });
        Ok(())
    }

    /// The object, the reference and canonical name behind the relationship in FROM.
    fn relationship_down(&self, query: &Query) -> Result<(Object, usize, String), ApiError> {
        let written = query.from.what.as_str();
        let name = match written.split_once('.') {
            Some((root, rest)) if self.is_root(root) => rest,
            Some(_) | None => written,
        };
        let found = self
            .seen()
            .children(self.object)
            .find_map(|(child, place)| {
                let field = &self.seen().of(child).fields[place];
                let known = field.children_name.as_ref().filter(|_| !field.hidden)?;
                let is_it = known.eq_ignore_ascii_case(name) && !self.sharing().denies(child);
                is_it.then(|| (child, place, known.clone()))
            });
        found.ok_or_else(|| {
            let message = format!(
                "Didn't understand relationship '{name}' in FROM part of query call. If you are \
                 attempting to use a custom relationship, be sure to append the '__r' after the \
                 custom relationship name. Please reference your WSDL or the describe call for \
                 the appropriate names."
            );
            self.pointed("INVALID_TYPE", query.from.at, &message)
        })
    }
}

impl Plan {
    /// The same query over the records whose `field` refers to `parent`.
    pub(in super::super) fn below(&self, field: usize, parent: RecordId) -> Self {
        let column = Column {
            source: 0,
            reads: Reads::Field(Box::new([(self.object, field)])),
            function: None,
        };
        let check = Check::Compare(Operator::Equal, Value::Id(parent));
        let refers = Predicate::Test(column, check);
        let filter = match &self.filter {
            Some(filter) => Predicate::All(vec![refers, filter.clone()]),
            None => refers,
        };
        Self {
            filter: Some(filter),
            ..self.clone()
        }
    }
}
