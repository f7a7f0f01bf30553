//! Syntax → plan: every name looked up, every literal read as its field's type.

mod condition;

use model::Timestamp;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::Records;
use crate::schema::{Field, Object, Schema, Source};
use crate::sharing::Sharing;

use super::predicate::{Column, Predicate, Reads};
use super::syntax::{Direction, Nulls, Query, Select, Written};
use super::{malformed, pointed};

/// Paths lead over this many relationships at most.
const DEPTH_MAX: usize = 5;

/// What can be asked of a record behind a reference to several objects, whichever it is.
const NAME_FIELDS: [&str; 11] = [
    "Id",
    "Name",
    "FirstName",
    "LastName",
    "Email",
    "Phone",
    "Title",
    "Username",
    "IsActive",
    "Alias",
    "UserRoleId",
];

/// A query whose every name is known.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) object: Object,
    /// How to get from a record to its parents; the record itself is source 0 and has no step.
    pub(super) steps: Vec<Step>,
    pub(super) columns: Vec<Selected>,
    pub(super) shape: Vec<Node>,
    pub(super) filter: Option<Predicate>,
    pub(super) order: Vec<OrderBy>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
    pub(super) counts: bool,
}

impl Plan {
    /// Whether the rows are only counted.
    pub(crate) fn counts(&self) -> bool {
        self.counts
    }

    /// Why Bulk does not answer this query, if it does not.
    pub(crate) fn refused_in_bulk(&self) -> Option<ApiError> {
        let refusal = |message| Some(ApiError::bad_request("API_ERROR", message));
        if self.columns.iter().any(|selected| selected.is_compound) {
            return refusal("Selecting compound data not supported in Bulk Query");
        }
        if self.counts || self.offset > 0 {
            return refusal("Aggregate Relationships not supported in Bulk Query");
        }
        None
    }
}

/// One way up: the reference to follow from a source, per object that can stand there.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) from: usize,
    pub(super) references: Vec<(Object, usize)>,
    name: String,
    targets: &'static [Object],
}

impl Step {
    /// Whether records of several objects can stand there.
    pub(super) fn is_polymorphic(&self) -> bool {
        self.targets.len() > 1
    }
}

/// A selected field, under its canonical path.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    pub(super) path: String,
    pub(super) column: Column,
    is_compound: bool,
}

/// The order and nesting in which selected fields are written.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Field {
        name: String,
        column: usize,
    },
    Parent {
        name: String,
        source: usize,
        inside: Vec<Node>,
    },
}

#[derive(Debug, Clone)]
pub(super) struct OrderBy {
    pub(super) column: Column,
    pub(super) direction: Direction,
    pub(super) nulls: Nulls,
}

/// A path that was looked up.
struct Found<'schema> {
    column: Column,
    /// Nothing for the pseudo-field `Type`.
    field: Option<&'schema Field>,
    /// The relationships on the way, then the field, in canonical spelling.
    names: Vec<String>,
}

pub(super) fn bind(
    text: &str,
    query: &Query,
    records: &Records,
    _user: RecordId,
    now: Timestamp,
) -> Result<Plan, ApiError> {
    let (schema, sharing) = (&*records.schema, &*records.sharing);
    let readable = |object: &Object| !sharing.denies(*object);
    let Some(object) = Object::named(&query.from.what).filter(readable) else {
        let message = format!(
            "sObject type '{}' is not supported. If you are attempting to use a custom object, be \
             sure to append the '__c' after the entity name. Please reference your WSDL or the \
             describe call for the appropriate names.",
            query.from.what
        );
        return Err(pointed("INVALID_TYPE", text, query.from.at, &message));
    };
    let mut binder = Binder {
        text,
        schema,
        sharing,
        object,
        query,
        now,
        steps: Vec::new(),
    };
    let mut plan = Plan {
        object,
        steps: Vec::new(),
        columns: Vec::new(),
        shape: Vec::new(),
        filter: None,
        order: Vec::new(),
        limit: query.limit,
        offset: query.offset,
        counts: query.select == Select::Count,
    };
    if let Select::Paths(paths) = &query.select {
        for path in paths {
            binder.select(path, &mut plan)?;
        }
    }
    plan.filter = query
        .filter
        .as_ref()
        .map(|filter| binder.condition(filter))
        .transpose()?;
    for order in &query.order {
        let found = binder.find(&order.path)?;
        if found.field.is_some_and(|field| field.long) {
            let message = format!(
                "field '{}' can not be sorted in a query call",
                order.path.what
            );
            return Err(pointed("INVALID_FIELD", text, order.path.at, &message));
        }
        let (direction, nulls) = (order.direction, order.nulls);
        plan.order.push(OrderBy {
            column: found.column,
            direction,
            nulls,
        });
    }
    plan.steps = binder.steps;
    Ok(plan)
}

struct Binder<'query> {
    text: &'query str,
    schema: &'query Schema,
    sharing: &'query Sharing,
    object: Object,
    query: &'query Query,
    now: Timestamp,
    steps: Vec<Step>,
}

impl<'query> Binder<'query> {
    fn select(&mut self, path: &Written<String>, plan: &mut Plan) -> Result<(), ApiError> {
        let Found {
            column,
            field,
            names,
        } = self.find(path)?;
        let canonical = names.join(".");
        if plan
            .columns
            .iter()
            .any(|selected| selected.path == canonical)
        {
            let message = format!("duplicate field selected: {}", path.what);
            return Err(ApiError::bad_request("INVALID_FIELD", message));
        }
        let is_compound = field.is_some_and(|field| field.source == Source::Address);
        let number = plan.columns.len();
        plan.columns.push(Selected {
            path: canonical,
            column,
            is_compound,
        });
        self.place(&mut plan.shape, 0, &names, number);
        Ok(())
    }

    /// Puts a selected field where it will be written: inside its parents, made at first mention.
    fn place(&self, nodes: &mut Vec<Node>, source: usize, names: &[String], column: usize) {
        let [name, rest @ ..] = names else { return };
        if rest.is_empty() {
            nodes.push(Node::Field {
                name: name.clone(),
                column,
            });
            return;
        }
        let step = self
            .steps
            .iter()
            .position(|step| step.from == source && step.name == *name);
        let parent = step.expect("finding the path made its steps") + 1;
        let known = nodes
            .iter()
            .position(|node| matches!(node, Node::Parent { source, .. } if *source == parent));
        let at = known.unwrap_or_else(|| {
            nodes.push(Node::Parent {
                name: name.clone(),
                source: parent,
                inside: Vec::new(),
            });
            nodes.len() - 1
        });
        if let Node::Parent { inside, .. } = &mut nodes[at] {
            self.place(inside, parent, rest, column);
        }
    }

    fn find(&mut self, path: &Written<String>) -> Result<Found<'query>, ApiError> {
        let mut parts: Vec<&str> = path.what.split('.').collect();
        if parts.len() > 1 && self.is_root(parts[0]) {
            parts.remove(0);
        }
        let (name, ups) = parts
            .split_last()
            .expect("splitting yields at least one part");
        if ups.len() > DEPTH_MAX {
            return Err(malformed(
                "the field path leads over more than 5 relationships",
            ));
        }
        let mut source = 0;
        let mut targets: &[Object] = &[self.object];
        let mut names = Vec::with_capacity(parts.len());
        for up in ups {
            (source, targets) = self.step(source, targets, up, path)?;
            names.push(self.steps[source - 1].name.clone());
        }
        if targets.len() > 1 && name.eq_ignore_ascii_case("Type") {
            names.push("Type".to_owned());
            let column = Column {
                source,
                reads: Reads::ObjectName,
            };
            return Ok(Found {
                column,
                field: None,
                names,
            });
        }
        let places: Box<[_]> = targets
            .iter()
            .filter_map(|of| Some((*of, self.place_in(*of, targets, name)?)))
            .collect();
        let Some((first, place)) = places.first().copied() else {
            return Err(self.no_such_column(name, targets, path));
        };
        let field = &self.schema.of(first).fields[place];
        let named = targets.len() > 1 && name.eq_ignore_ascii_case("Name");
        names.push(if named {
            "Name".to_owned()
        } else {
            field.name.clone()
        });
        Ok(Found {
            column: Column {
                source,
                reads: Reads::Field(places),
            },
            field: Some(field),
            names,
        })
    }

    fn is_root(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(&self.query.from.what)
            || self
                .query
                .alias
                .as_ref()
                .is_some_and(|alias| alias.eq_ignore_ascii_case(name))
    }

    /// Where `name` is in `of`. Behind a polymorphic reference only the fields that every named
    /// thing has can be asked for, and `Name` is whatever names the record.
    fn place_in(&self, of: Object, targets: &[Object], name: &str) -> Option<usize> {
        let schema = self.schema.of(of);
        if targets.len() == 1 {
            return schema.position(name);
        }
        if !NAME_FIELDS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
        {
            return None;
        }
        if name.eq_ignore_ascii_case("Name") {
            return schema.fields.iter().position(|field| field.is_name);
        }
        schema.position(name)
    }

    /// Whether apps may read any object that the reference at `place` points to.
    fn leads_somewhere(&self, of: Object, place: usize) -> bool {
        let targets = self.schema.of(of).fields[place].refers_to;
        targets.iter().any(|target| !self.sharing.denies(*target))
    }

    fn step(
        &mut self,
        from: usize,
        targets: &[Object],
        name: &str,
        path: &Written<String>,
    ) -> Result<(usize, &'static [Object]), ApiError> {
        let references: Vec<_> = targets
            .iter()
            .filter_map(|of| Some((*of, self.schema.of(*of).relationship(name)?)))
            .filter(|(of, place)| self.leads_somewhere(*of, *place))
            .collect();
        let Some((first, place)) = references.first().copied() else {
            let message = format!(
                "Didn't understand relationship '{name}' in field path. If you are attempting to \
                 use a custom relationship, be sure to append the '__r' after the custom \
                 relationship name. Please reference your WSDL or the describe call for the \
                 appropriate names."
            );
            return Err(pointed("INVALID_FIELD", self.text, path.at, &message));
        };
        let field = &self.schema.of(first).fields[place];
        let canonical = field
            .relationship()
            .expect("it was found by its relationship");
        let known = self
            .steps
            .iter()
            .position(|step| step.from == from && step.name == canonical);
        let at = known.unwrap_or_else(|| {
            let targets = field.refers_to;
            self.steps.push(Step {
                from,
                references,
                name: canonical,
                targets,
            });
            self.steps.len() - 1
        });
        Ok((at + 1, self.steps[at].targets))
    }

    fn no_such_column(&self, name: &str, targets: &[Object], path: &Written<String>) -> ApiError {
        let entity = if targets.len() > 1 {
            "Name"
        } else {
            targets[0].name()
        };
        let message = format!(
            "No such column '{name}' on entity '{entity}'. If you are attempting to use a custom \
             field, be sure to append the '__c' after the custom field name. Please reference \
             your WSDL or the describe call for the appropriate names."
        );
        pointed("INVALID_FIELD", self.text, path.at, &message)
    }
}
