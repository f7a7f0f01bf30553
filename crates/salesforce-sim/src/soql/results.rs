//! The rows of a query, held as they were when it ran, and how REST writes them.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::id::RecordId;
use crate::record_json::{write_attributes, write_attributes_as, write_field};
use crate::row::Row;
use crate::schema::{Object, Schema};
use crate::value::Value;

use super::bind::{Node, Plan};
use super::predicate::{Column, Reads};

/// The rows behind one row of a result: the record itself, then its parents.
pub(crate) type Kept = [Option<Arc<Row>>];

/// The answer to a query. Rows are shared, not copied, so holding a million costs little.
#[derive(Debug, Clone)]
pub(crate) struct ResultSet {
    plan: Arc<Plan>,
    schema: Arc<Schema>,
    rows: Vec<Option<Arc<Row>>>,
    /// The lists of the subqueries, row by row; nothing for an empty list.
    children: Vec<Option<Arc<ResultSet>>>,
    groups: Vec<Box<[Value]>>,
    count: usize,
}

/// How a page of a result is written.
pub(crate) struct Pages<'world> {
    /// As in `67.0`.
    pub(crate) version: &'world str,
    /// How many children are listed before a page of their own begins.
    pub(crate) rows: usize,
    /// Keeps a list that is longer, so that the rest of it can be asked for.
    pub(crate) keep: &'world mut dyn FnMut(&Arc<ResultSet>) -> RecordId,
}

impl ResultSet {
    pub(super) fn new(
        plan: Arc<Plan>,
        schema: Arc<Schema>,
        rows: Vec<Option<Arc<Row>>>,
        count: usize,
    ) -> Self {
        Self {
            plan,
            schema,
            rows,
            children: Vec::new(),
            groups: Vec::new(),
            count,
        }
    }

    pub(super) fn of_groups(
        plan: Arc<Plan>,
        schema: Arc<Schema>,
        groups: Vec<Box<[Value]>>,
    ) -> Self {
        let count = groups.len();
        Self {
            groups,
            ..Self::new(plan, schema, Vec::new(), count)
        }
    }

    pub(super) fn with_children(self, children: Vec<Option<Arc<ResultSet>>>) -> Self {
        Self { children, ..self }
    }

    /// How many rows there are, or were counted.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// How many places for records and values it takes, with the lists of its subqueries.
    pub(crate) fn places(&self) -> usize {
        let values: usize = self.groups.iter().map(|values| values.len()).sum();
        let lists = self.children.iter().flatten();
        let below: usize = lists.map(|list| list.places()).sum();
        self.rows.len() + self.children.len() + values + below
    }

    /// The id of the record that a row shows; nothing for a group.
    pub(crate) fn id(&self, at: usize) -> Option<RecordId> {
        self.sources(at).first()?.as_ref().map(|row| row.id)
    }

    /// The object that was asked for.
    pub(crate) fn object(&self) -> Object {
        self.plan.object
    }

    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The selected columns in their order, each with its canonical path.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        let selected = self.plan.columns.iter();
        selected.map(|selected| (selected.path.as_str(), &selected.column))
    }

    /// The record that a row shows, and its parents.
    pub(crate) fn sources(&self, at: usize) -> &Kept {
        let stride = self.plan.steps.len() + 1;
        self.rows
            .get(at * stride..(at + 1) * stride)
            .unwrap_or_default()
    }

    /// Writes a row as REST does, parents nested.
    pub(crate) fn write_json(&self, at: usize, pages: &mut Pages<'_>, out: &mut String) {
        if let Some(values) = self.groups.get(at) {
            self.write_group(values, out);
            return;
        }
        let row = RowJson {
            result: self,
            at,
            sources: self.sources(at),
        };
        row.write_record(&self.plan.shape, 0, None, pages, out);
    }

    fn write_group(&self, values: &[Value], out: &mut String) {
        out.push_str("{\"attributes\":{\"type\":\"AggregateResult\"}");
        let outputs = self.plan.groups.iter().flat_map(|groups| &groups.outputs);
        for ((name, _), value) in outputs.zip(values) {
            write!(out, ",\"{name}\":").expect("a string takes everything");
            value.write_json(out);
        }
        out.push('}');
    }

    /// Writes the rows of a page as a list of children.
    fn write_list(list: &Arc<Self>, pages: &mut Pages<'_>, out: &mut String) {
        let end = list.len().min(pages.rows);
        let is_done = end == list.len();
        write!(out, "{{\"totalSize\":{},\"done\":{is_done}", list.len())
            .expect("a string takes everything");
        if !is_done {
            let (version, cursor) = (pages.version, (pages.keep)(list));
            write!(
                out,
                ",\"nextRecordsUrl\":\"/services/data/v{version}/query/{cursor}-{end}\""
            )
            .expect("a string takes everything");
        }
        out.push_str(",\"records\":[");
        for at in 0..end {
            if at > 0 {
                out.push(',');
            }
            list.write_json(at, pages, out);
        }
        out.push_str("]}");
    }
}

/// One row of a result, while it is written as JSON.
struct RowJson<'result> {
    result: &'result ResultSet,
    at: usize,
    sources: &'result Kept,
}

impl RowJson<'_> {
    /// Writes the record at a source with what `nodes` name, or `null` if there is none.
    fn write_record(
        &self,
        nodes: &[Node],
        source: usize,
        called: Option<&str>,
        pages: &mut Pages<'_>,
        out: &mut String,
    ) {
        let Some(row) = &self.sources[source] else {
            out.push_str("null");
            return;
        };
        out.push('{');
        match called {
            Some(name) => write_attributes_as(name, row, pages.version, out),
            None => write_attributes(row, pages.version, out),
        }
        for node in nodes {
            self.write_node(node, row, pages, out);
        }
        out.push('}');
    }

    fn write_node(&self, node: &Node, row: &Row, pages: &mut Pages<'_>, out: &mut String) {
        let (Node::Field { name, .. }
        | Node::Parent { name, .. }
        | Node::TypeOf { name, .. }
        | Node::Children { name, .. }) = node;
        write!(out, ",\"{name}\":").expect("a string takes everything");
        match node {
            Node::Field { column, .. } => self.write_value(*column, row, out),
            Node::Parent { source, inside, .. } => {
                let step = &self.result.plan.steps[*source - 1];
                let called = step.is_polymorphic().then_some("Name");
                self.write_record(inside, *source, called, pages, out);
            }
            Node::TypeOf {
                source,
                branches,
                otherwise,
                ..
            } => {
                let object = self.sources[*source].as_ref().map(|row| row.object());
                let branch = branches.iter().find(|(of, _)| Some(*of) == object);
                match branch {
                    Some((_, inside)) => self.write_record(inside, *source, None, pages, out),
                    None if otherwise.is_empty() => out.push_str("null"),
                    None => self.write_record(otherwise, *source, Some("Name"), pages, out),
                }
            }
            Node::Children { child, .. } => {
                let stride = self.result.plan.children.len();
                match &self.result.children[self.at * stride + child] {
                    Some(list) => ResultSet::write_list(list, pages, out),
                    None => out.push_str("null"),
                }
            }
        }
    }

    fn write_value(&self, column: usize, row: &Row, out: &mut String) {
        let column = &self.result.plan.columns[column].column;
        let object = row.object();
        let place = match (&column.reads, &column.function) {
            (Reads::Field(places), None) => places.iter().find(|(of, _)| *of == object),
            (Reads::Field(_), Some(_)) | (Reads::ObjectName, _) => None,
        };
        let schema = &self.result.schema;
        match place {
            Some((_, place)) => write_field(row, schema.of(object), *place, out),
            None => column.read(schema, Some(row)).write_json(out),
        }
    }
}
