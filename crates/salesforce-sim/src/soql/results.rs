//! The rows of a query, held as they were when it ran, and their two written forms.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::id::RecordId;
use crate::record_json::{write_attributes, write_attributes_as, write_field};
use crate::row::Row;
use crate::schema::Schema;

use super::bind::{Node, Plan};
use super::predicate::{Reads, Sources};

/// The answer to a query. Rows are shared, not copied, so holding a million costs little.
#[derive(Debug, Clone)]
pub(crate) struct ResultSet {
    plan: Arc<Plan>,
    schema: Arc<Schema>,
    rows: Vec<Option<Arc<Row>>>,
    count: usize,
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
            count,
        }
    }

    /// How many rows there are, or were counted.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The id of the record that a row shows.
    pub(crate) fn id(&self, at: usize) -> Option<RecordId> {
        self.sources(at)[0].as_ref().map(|row| row.id)
    }

    fn sources(&self, at: usize) -> &Sources {
        let stride = self.plan.steps.len() + 1;
        &self.rows[at * stride..(at + 1) * stride]
    }

    /// Writes a row as REST does, parents nested.
    pub(crate) fn write_json(&self, at: usize, version: &str, out: &mut String) {
        self.write_nodes(&self.plan.shape, 0, self.sources(at), version, out);
    }

    fn write_nodes(
        &self,
        nodes: &[Node],
        source: usize,
        rows: &Sources,
        version: &str,
        out: &mut String,
    ) {
        let Some(row) = &rows[source] else {
            out.push_str("null");
            return;
        };
        out.push('{');
        if source > 0 && self.plan.steps[source - 1].is_polymorphic() {
            write_attributes_as("Name", row, version, out);
        } else {
            write_attributes(row, version, out);
        }
        for node in nodes {
            match node {
                Node::Field { name, column } => {
                    write!(out, ",\"{name}\":").expect("a string takes everything");
                    self.write_value(*column, row, rows, out);
                }
                Node::Parent {
                    name,
                    source,
                    inside,
                } => {
                    write!(out, ",\"{name}\":").expect("a string takes everything");
                    self.write_nodes(inside, *source, rows, version, out);
                }
            }
        }
        out.push('}');
    }

    fn write_value(&self, column: usize, row: &Row, rows: &Sources, out: &mut String) {
        let column = &self.plan.columns[column].column;
        let object = row.object();
        let place = match &column.reads {
            Reads::Field(places) => places.iter().find(|(of, _)| *of == object),
            Reads::ObjectName => None,
        };
        match place {
            Some((_, place)) => write_field(row, self.schema.of(object), *place, out),
            None => column.read(&self.schema, rows).write_json(out),
        }
    }

    /// Writes the head of a Bulk file.
    pub(crate) fn write_csv_head(&self, out: &mut String) {
        for (at, selected) in self.plan.columns.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(out, "{comma}\"{}\"", selected.path).expect("a string takes everything");
        }
        out.push('\n');
    }

    /// Writes a row as Bulk does.
    pub(crate) fn write_csv(&self, at: usize, out: &mut String) {
        let rows = self.sources(at);
        for (at, selected) in self.plan.columns.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            selected.column.read(&self.schema, rows).write_csv(out);
        }
        out.push('\n');
    }
}
