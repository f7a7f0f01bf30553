//! Everything that a person could see in the org, as lines that two worlds can be compared by.
//!
//! A line is a record: its object, its id, and every field that holds something. Left out is what
//! tells only when or by whom it was last written: the instants, the day of a conversion, and who
//! modified it. So two orgs that hold the same give the same bytes, however long each took to get
//! there, if new records were made in the same order, as ids count.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;

use crate::record_json::write_field;
use crate::row::Row;
use crate::schema::{Field, Kind, Object, ObjectSchema, Schema, Source};
use crate::world::World;

/// Records written at a time.
const CHUNK_ROWS: usize = 256;

/// The lines of a dump, in pieces. It holds the rows as they were when it was asked for.
pub struct DumpLines {
    schema: Arc<Schema>,
    rows: std::vec::IntoIter<Arc<Row>>,
    /// Places of the fields that are written, for the object of the row before.
    places: Option<(Object, Vec<usize>)>,
}

impl World {
    /// Every visible record, deleted ones too, by object and id, as lines of JSON.
    pub fn dump_lines(&self) -> DumpLines {
        let tables = &self.records.tables;
        let rows = Object::ALL
            .into_iter()
            .flat_map(|object| tables.of(object).rows().cloned());
        let rows: Vec<Arc<Row>> = rows.collect();
        DumpLines {
            schema: Arc::clone(&self.records.schema),
            rows: rows.into_iter(),
            places: None,
        }
    }
}

impl DumpLines {
    fn write(&mut self, row: &Row, out: &mut String) {
        let object = row.object();
        let schema = self.schema.of(object);
        let known = self.places.take().filter(|(of, _)| *of == object);
        let known = known.unwrap_or_else(|| (object, told_places(schema)));
        let (_, places) = self.places.insert(known);
        write!(out, "{{\"object\":\"{}\"", object.name()).expect("a string takes everything");
        for place in places.iter() {
            if row.read(schema, *place).is_null() {
                continue;
            }
            write!(out, ",\"{}\":", schema.fields[*place].name).expect("a string takes everything");
            write_field(row, schema, *place, out);
        }
        out.push_str("}\n");
    }
}

impl Iterator for DumpLines {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut chunk = String::new();
        for _ in 0..CHUNK_ROWS {
            let Some(row) = self.rows.next() else { break };
            self.write(&row, &mut chunk);
        }
        (!chunk.is_empty()).then(|| chunk.into())
    }
}

fn told_places(schema: &ObjectSchema) -> Vec<usize> {
    let fields = schema.fields.iter().enumerate();
    let told = fields.filter(|(_, field)| is_told(field));
    told.map(|(place, _)| place).collect()
}

/// Whether a field says what the record is, and not when it came to be so.
fn is_told(field: &Field) -> bool {
    let tells_when = field.kind == Kind::Instant
        || field.source == Source::LastModifiedById
        || field.name == "ConvertedDate";
    // The parts of an address are fields of their own.
    !tells_when && field.kind != Kind::Address
}
