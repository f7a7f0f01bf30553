//! Saving the org and going on with it later. What nobody touched follows from the options and is
//! left out; so are jobs and cursors, which clients make anew: only how many there were is kept, so
//! that an old id is never somebody else's.
//!
//! The file is JSON values one behind the other, a line each: what is known of the org, then record
//! by record, so that neither writing nor reading holds a million of them twice. Records name their
//! fields by places, and the first line says what stood there: a later version may move them.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::BulkSwitches;
use crate::events::SavedEvents;
use crate::id::RecordId;
use crate::oauth::Grants;
use crate::options::Options;
use crate::records::{LateRow, Purged, RecordLock, Rules};
use crate::row::Row;
use crate::schema::{CustomField, Object, Schema};
use crate::sharing::Sharing;
use crate::usage::Usage;
use crate::world::World;

/// The form of the file; another number is another form.
const FORMAT: u32 = 2;

/// The file is no saved org of this version.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is not the JSON that was written.
    #[error("the saved org cannot be read")]
    Json(#[from] serde_json::Error),
    /// It was written by another version.
    #[error("the saved org has format {found}, this version reads {FORMAT}")]
    Format {
        /// The format of the file.
        found: u32,
    },
    /// It holds records of a field that this version does not have.
    #[error("the saved org has a field {field} on {object}, which this version does not know")]
    Field {
        /// Whose field it is.
        object: Object,
        /// Its API name.
        field: String,
    },
    /// What it says of the org contradicts itself.
    #[error("the saved org cannot be: {reason}")]
    Impossible {
        /// Why not.
        reason: String,
    },
}

/// What is known of a saved org beside its records: the first line of the file.
#[derive(Serialize, Deserialize)]
struct Saved {
    format: u32,
    /// How often the org was loaded before.
    generation: u32,
    options: Options,
    founded_at: Timestamp,
    rules: Rules,
    #[serde(default)]
    usage: Usage,
    /// Deletions that replication still tells of.
    #[serde(default)]
    purged: Purged,
    grants: Grants,
    /// Taken places per object, so that ids are not given out twice.
    places: Vec<(Object, usize)>,
    /// Taken places without a record: of what was purged, and of what never came to be.
    #[serde(default)]
    empty: Vec<RecordId>,
    /// What apps do not see.
    #[serde(default)]
    sharing: Sharing,
    /// Fields that were added since the founding.
    #[serde(default)]
    fields: Vec<CustomField>,
    /// When what describes tell changed last.
    #[serde(default)]
    metadata_changed_at: Timestamp,
    /// The names of the fields by their places.
    #[serde(default)]
    columns: BTreeMap<Object, Vec<String>>,
    /// What went into the Recycle Bin together with what.
    #[serde(default)]
    binned_with: Vec<(RecordId, RecordId)>,
    /// What somebody else holds.
    #[serde(default)]
    locks: Vec<RecordLock>,
    late: Vec<LateRow>,
    /// Cursors that were opened.
    #[serde(default)]
    cursors: u64,
    /// Bulk jobs that were made.
    #[serde(default)]
    jobs: u64,
    #[serde(default)]
    bulk: BulkSwitches,
    #[serde(default)]
    search_lag: Duration,
    /// Where capturing goes on.
    #[serde(default)]
    events: Option<SavedEvents>,
    /// How many records follow.
    #[serde(default)]
    records: usize,
}

/// The org at one instant, to be written without holding it up.
pub(crate) struct Snapshot {
    saved: Saved,
    rows: Vec<Arc<Row>>,
}

impl Snapshot {
    pub(crate) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let mut to = BufWriter::new(to);
        serde_json::to_writer(&mut to, &self.saved)?;
        to.write_all(b"\n")?;
        for row in &self.rows {
            serde_json::to_writer(&mut to, &**row)?;
            to.write_all(b"\n")?;
        }
        to.flush()
    }
}

impl World {
    pub(crate) fn snapshot(&self, generation: u32) -> Snapshot {
        let tables = &self.records.tables;
        let touched = |object| tables.of(object).rows().filter(|row| !row.is_seeded);
        let rows: Vec<Arc<Row>> = Object::ALL.into_iter().flat_map(touched).cloned().collect();
        let saved = Saved {
            format: FORMAT,
            generation,
            options: self.options.clone(),
            founded_at: self.founded_at,
            rules: self.records.rules.clone(),
            usage: self.usage.clone(),
            purged: self.records.purged.clone(),
            grants: self.grants.clone(),
            places: Object::ALL
                .map(|object| (object, tables.of(object).places()))
                .into(),
            empty: Object::ALL
                .into_iter()
                .flat_map(|object| tables.of(object).empty_places())
                .collect(),
            sharing: Sharing::clone(&self.records.sharing),
            fields: self.added_fields.clone(),
            metadata_changed_at: self.metadata_changed_at,
            columns: columns(&self.records.schema, &rows, self.records.waiting()),
            binned_with: self
                .records
                .binned_with
                .iter()
                .map(|(record, with)| (*record, *with))
                .collect(),
            locks: self.records.locks().to_vec(),
            late: self.records.waiting().cloned().collect(),
            cursors: self.cursors.opened,
            jobs: self.jobs.made,
            bulk: self.jobs.switches.clone(),
            search_lag: self.search_lag,
            events: Some(self.records.events.saved()),
            records: rows.len(),
        };
        Snapshot { saved, rows }
    }

    /// The saved org, and how often it was loaded now.
    pub(crate) fn load(from: &mut impl Read, now: Timestamp) -> Result<(Self, u32), LoadError> {
        let mut values = serde_json::Deserializer::from_reader(io::BufReader::new(from));
        let saved = Saved::deserialize(&mut values)?;
        if saved.format != FORMAT {
            let found = saved.format;
            return Err(LoadError::Format { found });
        }
        let mut world = Self::new(saved.options, saved.founded_at);
        for field in saved.fields {
            let impossible = |refused: crate::Refused| LoadError::Impossible {
                reason: refused.message,
            };
            world.add_field(&field).map_err(impossible)?;
        }
        world.metadata_changed_at = saved.metadata_changed_at;
        for (object, places) in saved.places {
            world.records.tables.of_mut(object).reach(places);
        }
        for id in saved.empty {
            world.put_back(id, None)?;
        }
        let moves = Moves::new(&saved.columns, &world.records.schema)?;
        for _ in 0..saved.records {
            let row = moves.applied(Row::deserialize(&mut values)?);
            world.put_back(row.id, Some(Arc::new(row)))?;
        }
        if let Some(events) = saved.events {
            world.records.events.go_on(events);
        }
        for mut late in saved.late {
            late.row = moves.applied(late.row);
            world.records.commit_later(late);
        }
        world
            .records
            .change_sharing(|sharing| *sharing = saved.sharing);
        world.records.rules = saved.rules;
        world.records.binned_with = saved.binned_with.into_iter().collect();
        for lock in saved.locks {
            world.records.lock(lock);
        }
        world.usage = saved.usage;
        world.records.purged = saved.purged;
        world.grants = saved.grants;
        world.cursors.opened = saved.cursors;
        world.jobs.made = saved.jobs;
        world.jobs.switches = saved.bulk;
        world.search_lag = saved.search_lag;
        world.due(now);
        Ok((world, saved.generation + 1))
    }

    /// Puts a record, or nothing, into a place that was taken.
    fn put_back(&mut self, id: RecordId, row: Option<Arc<Row>>) -> Result<(), LoadError> {
        let object = Object::with_prefix(id.prefix());
        let table = object.map(|object| self.records.tables.of_mut(object));
        let is_taken = |at: usize, places: usize| at < places;
        match table {
            Some(table)
                if table
                    .place(id)
                    .is_some_and(|at| is_taken(at, table.places())) =>
            {
                table.put(id, row);
                Ok(())
            }
            Some(_) | None => Err(LoadError::Impossible {
                reason: format!("no place was taken for the id {id}"),
            }),
        }
    }
}

/// The names of the fields of every object that has records in the file.
fn columns<'world>(
    schema: &Schema,
    rows: &[Arc<Row>],
    late: impl Iterator<Item = &'world LateRow>,
) -> BTreeMap<Object, Vec<String>> {
    let mut columns = BTreeMap::new();
    let objects = rows.iter().map(|row| row.object());
    for object in objects.chain(late.map(|late| late.row.object())) {
        columns.entry(object).or_insert_with(|| {
            let fields = schema.of(object).fields.iter();
            fields.map(|field| field.name.clone()).collect()
        });
    }
    columns
}

/// Where the fields of the file are in this version.
struct Moves {
    /// Of the objects whose fields are elsewhere: the new place of each.
    moved: BTreeMap<Object, Vec<usize>>,
}

impl Moves {
    fn new(columns: &BTreeMap<Object, Vec<String>>, schema: &Schema) -> Result<Self, LoadError> {
        let mut moved = BTreeMap::new();
        for (object, names) in columns {
            let known = schema.of(*object);
            let mut places = Vec::with_capacity(names.len());
            for name in names {
                let place = known.position(name).ok_or_else(|| LoadError::Field {
                    object: *object,
                    field: name.clone(),
                })?;
                places.push(place);
            }
            if !places.iter().copied().eq(0..places.len()) {
                moved.insert(*object, places);
            }
        }
        Ok(Self { moved })
    }

    fn applied(&self, row: Row) -> Row {
        let object = Object::with_prefix(row.id.prefix());
        match object.and_then(|object| self.moved.get(&object)) {
            Some(places) => row.moved(places),
            None => row,
        }
    }
}
