//! All records of one object, with the indexes that keep a million of them quick to search.
//!
//! A record's place follows from its id, so finding by id costs nothing. A place may be empty: its
//! record was rolled back, or is not committed yet.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Object, ObjectSchema, Schema};
use crate::value::Value;

/// The tables of all objects.
#[derive(Debug)]
pub(crate) struct Tables {
    tables: Vec<Table>,
}

impl Tables {
    pub(crate) fn new(schema: &Schema) -> Self {
        Self {
            tables: Object::ALL
                .map(|object| Table::new(schema.of(object)))
                .into(),
        }
    }

    pub(crate) fn of(&self, object: Object) -> &Table {
        &self.tables[object.index()]
    }

    pub(crate) fn of_mut(&mut self, object: Object) -> &mut Table {
        &mut self.tables[object.index()]
    }

    /// The record with that id, of whatever object, deleted or not.
    pub(crate) fn find(&self, id: RecordId) -> Option<&Arc<Row>> {
        self.of(Object::with_prefix(id.prefix())?).get(id)
    }
}

/// The records of one object.
#[derive(Debug)]
pub(crate) struct Table {
    object: Object,
    rows: Vec<Option<Arc<Row>>>,
    indexed: Vec<usize>,
    by_value: BTreeSet<(u16, u64, u32)>,
    by_stamp: BTreeSet<(i64, u32)>,
}

impl Table {
    pub(crate) fn new(schema: &ObjectSchema) -> Self {
        let indexed = schema
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.indexed);
        Self {
            object: schema.object,
            rows: Vec::new(),
            indexed: indexed.map(|(place, _)| place).collect(),
            by_value: BTreeSet::new(),
            by_stamp: BTreeSet::new(),
        }
    }

    /// Fills an empty table at once, which is much quicker than row by row.
    pub(crate) fn fill(&mut self, rows: Vec<Option<Row>>) {
        assert!(self.rows.is_empty(), "only an empty table is filled");
        let mut stamps = Vec::with_capacity(rows.len());
        let mut values = Vec::with_capacity(rows.len() * 2);
        for (at, row) in rows.iter().enumerate() {
            let Some(row) = row else { continue };
            let at = place_of(at);
            stamps.push((row.stamp.as_seconds(), at));
            values.extend(keys(&self.indexed, row).map(|(slot, hash)| (slot, hash, at)));
        }
        self.by_stamp = BTreeSet::from_iter(stamps);
        self.by_value = BTreeSet::from_iter(values);
        self.rows = rows.into_iter().map(|row| row.map(Arc::new)).collect();
    }

    /// The id that the next new record gets. Its place is taken from now on.
    pub(crate) fn reserve(&mut self) -> RecordId {
        self.rows.push(None);
        id_at(self.object, self.rows.len() - 1)
    }

    /// Takes places until there are `places`; for loading.
    pub(crate) fn reach(&mut self, places: usize) {
        self.rows.resize(places.max(self.rows.len()), None);
    }

    /// How many places are taken.
    pub(crate) fn places(&self) -> usize {
        self.rows.len()
    }

    /// The ids whose places are taken but hold no record, in order.
    pub(crate) fn empty_places(&self) -> impl Iterator<Item = RecordId> {
        let places = self.rows.iter().enumerate();
        places
            .filter(|(_, row)| row.is_none())
            .map(|(at, _)| id_at(self.object, at))
    }

    pub(crate) fn get(&self, id: RecordId) -> Option<&Arc<Row>> {
        self.at(place(self.object, id)?)
    }

    pub(crate) fn at(&self, place: usize) -> Option<&Arc<Row>> {
        self.rows.get(place)?.as_ref()
    }

    /// The place of the record with that id, whether or not there is one.
    pub(crate) fn place(&self, id: RecordId) -> Option<usize> {
        place(self.object, id)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.rows.iter().flatten()
    }

    /// Puts `row` (or nothing) where `id` belongs, and returns what was there.
    pub(crate) fn put(&mut self, id: RecordId, row: Option<Arc<Row>>) -> Option<Arc<Row>> {
        let at = place(self.object, id).expect("the id was given out by this table");
        let before = self.rows[at].take();
        let slot = place_of(at);
        if let Some(before) = &before {
            self.by_stamp.remove(&(before.stamp.as_seconds(), slot));
            for (field, hash) in keys(&self.indexed, before) {
                self.by_value.remove(&(field, hash, slot));
            }
        }
        if let Some(row) = &row {
            self.by_stamp.insert((row.stamp.as_seconds(), slot));
            for (field, hash) in keys(&self.indexed, row) {
                self.by_value.insert((field, hash, slot));
            }
        }
        self.rows[at] = row;
        before
    }

    /// Answers equality on one more field from an index. No row may hold anything in it yet.
    pub(crate) fn index(&mut self, field: usize) {
        self.indexed.push(field);
    }

    pub(crate) fn is_indexed(&self, field: usize) -> bool {
        self.indexed.contains(&field)
    }

    /// The places whose field may equal `value`, in id order. Hashes can collide: test the rows.
    pub(crate) fn equal_to(&self, field: usize, value: &Value) -> impl Iterator<Item = usize> {
        let field = u16::try_from(field).expect("no object has that many fields");
        let hash = hash_of(value).unwrap_or_default();
        self.by_value
            .range((field, hash, 0)..=(field, hash, u32::MAX))
            .map(|(_, _, at)| *at as usize)
    }

    /// The places between two of (second of `SystemModstamp`, place), both ends included, in that
    /// order.
    pub(crate) fn between(
        &self,
        from: (i64, u32),
        to: (i64, u32),
    ) -> Box<dyn DoubleEndedIterator<Item = usize> + '_> {
        if from > to {
            return Box::new(std::iter::empty());
        }
        Box::new(self.by_stamp.range(from..=to).map(|(_, at)| *at as usize))
    }

    /// The places whose `SystemModstamp` lies in the range of seconds, ordered by stamp, then id.
    pub(crate) fn stamped(
        &self,
        from: Bound<i64>,
        to: Bound<i64>,
    ) -> Box<dyn Iterator<Item = usize> + '_> {
        let low = match from {
            Bound::Included(second) => second,
            Bound::Excluded(second) => second.saturating_add(1),
            Bound::Unbounded => i64::MIN,
        };
        let high = match to {
            Bound::Included(second) => second,
            Bound::Excluded(second) => second.saturating_sub(1),
            Bound::Unbounded => i64::MAX,
        };
        if low > high {
            return Box::new(std::iter::empty());
        }
        Box::new(
            self.by_stamp
                .range((low, 0)..=(high, u32::MAX))
                .map(|(_, at)| *at as usize),
        )
    }
}

fn id_at(object: Object, place: usize) -> RecordId {
    RecordId::new(
        object.prefix(),
        u64::try_from(place).expect("places fit") + 1,
    )
}

/// The id of the `index`-th seeded record of an object.
pub(crate) fn seeded_id(object: Object, index: u32) -> RecordId {
    RecordId::new(object.prefix(), u64::from(index) + 1)
}

fn place(object: Object, id: RecordId) -> Option<usize> {
    if id.prefix() != object.prefix() {
        return None;
    }
    usize::try_from(id.number()?.checked_sub(1)?).ok()
}

fn place_of(at: usize) -> u32 {
    u32::try_from(at).expect("a table holds fewer than 2^32 records")
}

fn keys<'row>(
    indexed: &'row [usize],
    row: &'row Row,
) -> impl Iterator<Item = (u16, u64)> + use<'row> {
    indexed.iter().filter_map(|field| {
        let hash = hash_of(row.stored(*field))?;
        Some((
            u16::try_from(*field).expect("no object has that many fields"),
            hash,
        ))
    })
}

/// The hash under which a value is found: texts without regard to case.
fn hash_of(value: &Value) -> Option<u64> {
    match value {
        Value::Text(text) => Some(xxh3_64(text.to_lowercase().as_bytes())),
        Value::Static(text) => Some(xxh3_64(text.to_lowercase().as_bytes())),
        Value::Id(id) => Some(xxh3_64(id.short().as_bytes())),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Double(_)
        | Value::Date(_)
        | Value::Instant(_) => None,
    }
}
