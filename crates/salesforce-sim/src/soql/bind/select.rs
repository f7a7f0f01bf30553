//! SELECT of rows: fields, their labels and formats, sets of fields, TYPEOF.

use crate::error::ApiError;
use crate::schema::{Kind, Object, Source};

use super::super::malformed;
use super::super::syntax::{Expression, FieldSet, Item, TypeOf, Written};
use super::expression::is_part_of_date;
use super::path::{Found, Standing};
use super::{Binder, Node, Plan, Selected};

/// `FIELDS(ALL)` and `FIELDS(CUSTOM)` are answered only for so many rows.
const FIELD_SET_ROWS_MAX: usize = 200;

impl Binder<'_> {
    pub(super) fn select(&mut self, plan: &mut Plan) -> Result<(), ApiError> {
        let query = self.query;
        for item in &query.select {
            match item {
                Item::CountRows => {}
                Item::Expression { expression, alias } => {
                    self.select_expression(expression, alias.as_ref(), plan)?;
                }
                Item::Fields(set) => self.select_set(set, plan)?,
                Item::TypeOf(type_of) => self.select_type_of(type_of, plan)?,
                Item::Children(children) => self.select_children(children, plan)?,
            }
        }
        Ok(())
    }

    fn select_expression(
        &mut self,
        expression: &Expression,
        alias: Option<&Written<String>>,
        plan: &mut Plan,
    ) -> Result<(), ApiError> {
        let is_path = matches!(expression, Expression::Path(_));
        if let (true, Some(alias)) = (is_path, alias) {
            let words = "only aggregate expressions use field aliasing";
            return Err(self.pointed("MALFORMED_QUERY", alias.at, words));
        }
        let mut found = self.scalar(expression)?;
        if is_part_of_date(&found) {
            return Err(self.ungrouped(expression));
        }
        if let Some(alias) = alias {
            found.name.clone_from(&alias.what);
        }
        keep(found, expression, plan)
    }

    fn select_set(&mut self, set: &Written<FieldSet>, plan: &mut Plan) -> Result<(), ApiError> {
        let is_bounded = self
            .query
            .limit
            .is_some_and(|limit| limit <= FIELD_SET_ROWS_MAX);
        if set.what != FieldSet::Standard && !is_bounded {
            let words = "The SOQL FIELDS function must have a LIMIT of at most 200";
            return Err(malformed(words));
        }
        let names: Vec<(String, bool)> = self
            .seen()
            .of(self.object)
            .fields
            .iter()
            .map(|field| (field.name.clone(), field.custom))
            .collect();
        for (name, is_custom) in names {
            let belongs = match set.what {
                FieldSet::All => true,
                FieldSet::Standard => !is_custom,
                FieldSet::Custom => is_custom,
            };
            if belongs && self.visible(self.object, &name).is_some() {
                let path = Expression::Path(Written {
                    what: name,
                    at: set.at,
                });
                self.select_expression(&path, None, plan)?;
            }
        }
        Ok(())
    }

    fn select_type_of(&mut self, type_of: &TypeOf, plan: &mut Plan) -> Result<(), ApiError> {
        let objects = [self.object];
        let start = Standing {
            source: 0,
            objects: &objects,
        };
        let mut ups: Vec<&str> = type_of.path.what.split('.').collect();
        if ups.len() > 1 && self.is_root(ups[0]) {
            ups.remove(0);
        }
        let (standing, mut names) = self.climb(start, &ups, &type_of.path)?;
        if standing.objects.len() < 2 {
            let message = format!(
                "The relationship '{}' in a TYPEOF expression must be polymorphic",
                type_of.path.what
            );
            return Err(self.pointed("INVALID_FIELD", type_of.path.at, &message));
        }
        let mut branches: Vec<(Object, Vec<Node>)> = Vec::new();
        for (name, paths) in &type_of.branches {
            let object = self.asked.object(name)?;
            if !standing.objects.contains(&object) || branches.iter().any(|(of, _)| *of == object) {
                let message = format!("TYPEOF cannot take '{}' here", name.what);
                return Err(self.pointed("INVALID_TYPE", name.at, &message));
            }
            let alone = [object];
            let inside = Standing {
                objects: &alone,
                ..standing
            };
            branches.push((object, self.branch(inside, paths, plan)?));
        }
        let otherwise = self.branch(standing, &type_of.otherwise, plan)?;
        let (name, source) = names.pop().expect("a relationship was followed");
        let node = Node::TypeOf {
            name,
            source,
            branches,
            otherwise,
        };
        place_node(&mut plan.shape, &names, node);
        plan.has_type_of = true;
        Ok(())
    }

    /// The fields of one branch of a TYPEOF.
    fn branch(
        &mut self,
        standing: Standing<'_>,
        paths: &[Written<String>],
        plan: &mut Plan,
    ) -> Result<Vec<Node>, ApiError> {
        let mut nodes = Vec::new();
        for path in paths {
            let parts: Vec<&str> = path.what.split('.').collect();
            let found = self.find_from(standing, &parts, path)?;
            let column = select_column(&found, found.path(), plan);
            place(&mut nodes, &found.ups, found.name, column);
        }
        Ok(nodes)
    }
}

/// Selects what was found, at its place among its parents.
fn keep(found: Found<'_>, expression: &Expression, plan: &mut Plan) -> Result<(), ApiError> {
    let path = found.path();
    if plan.columns.iter().any(|selected| selected.path == path) {
        let message = format!("duplicate field selected: {}", expression.shown());
        return Err(ApiError::bad_request("INVALID_FIELD", message));
    }
    let column = select_column(&found, path, plan);
    place(&mut plan.shape, &found.ups, found.name, column);
    Ok(())
}

fn select_column(found: &Found<'_>, path: String, plan: &mut Plan) -> usize {
    let is_compound = found
        .field
        .is_some_and(|field| field.kind == Kind::Address || field.source == Source::Address);
    plan.columns.push(Selected {
        path,
        column: found.column.clone(),
        is_compound,
    });
    plan.columns.len() - 1
}

/// Puts a selected field where it will be written: inside its parents, made at first mention.
fn place(nodes: &mut Vec<Node>, ups: &[(String, usize)], name: String, column: usize) {
    place_node(nodes, ups, Node::Field { name, column });
}

fn place_node(nodes: &mut Vec<Node>, ups: &[(String, usize)], node: Node) {
    let [(name, parent), rest @ ..] = ups else {
        nodes.push(node);
        return;
    };
    let known = nodes
        .iter()
        .position(|node| matches!(node, Node::Parent { source, .. } if source == parent));
    let at = known.unwrap_or_else(|| {
        nodes.push(Node::Parent {
            name: name.clone(),
            source: *parent,
            inside: Vec::new(),
        });
        nodes.len() - 1
    });
    if let Node::Parent { inside, .. } = &mut nodes[at] {
        place_node(inside, rest, node);
    }
}
