//! Saving the org and going on with it later. What nobody touched follows from the seed and is
//! left out; so are jobs and cursors, which clients make anew.

use std::sync::Arc;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::oauth::Grants;
use crate::options::Options;
use crate::records::{LateRow, Purged, Rules};
use crate::row::Row;
use crate::schema::Object;
use crate::sharing::Sharing;
use crate::usage::Usage;
use crate::world::World;

/// The form of the file; another number is another form.
const FORMAT: u32 = 1;

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
}

/// A saved org.
#[derive(Serialize, Deserialize)]
pub(crate) struct Saved {
    format: u32,
    /// How often the org was loaded before.
    generation: u32,
    options: Options,
    founded_at: Timestamp,
    rules: Rules,
    /// What the first form had instead of `usage`.
    #[serde(default)]
    used_requests: u32,
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
    rows: Vec<Row>,
    late: Vec<LateRow>,
}

impl Saved {
    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }
}

impl World {
    pub(crate) fn saved(&self, generation: u32) -> Saved {
        let tables = &self.records.tables;
        let touched = |object| tables.of(object).rows().filter(|row| !row.is_seeded);
        let rows = Object::ALL
            .into_iter()
            .flat_map(touched)
            .map(|row| Row::clone(row))
            .collect();
        Saved {
            format: FORMAT,
            generation,
            options: self.options.clone(),
            founded_at: self.founded_at,
            rules: self.records.rules.clone(),
            used_requests: self.used_requests(),
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
            rows,
            late: self.records.waiting().cloned().collect(),
        }
    }

    pub(crate) fn load(saved: Saved, now: Timestamp) -> Result<Self, LoadError> {
        if saved.format != FORMAT {
            return Err(LoadError::Format {
                found: saved.format,
            });
        }
        let mut world = Self::new(saved.options, saved.founded_at);
        for (object, places) in saved.places {
            world.records.tables.of_mut(object).reach(places);
        }
        for id in saved.empty {
            if let Some(object) = Object::with_prefix(id.prefix()) {
                world.records.tables.of_mut(object).put(id, None);
            }
        }
        for row in saved.rows {
            let object = row.object();
            world
                .records
                .tables
                .of_mut(object)
                .put(row.id, Some(Arc::new(row)));
        }
        for late in saved.late {
            world.records.commit_later(late);
        }
        world.records.sharing = Arc::new(saved.sharing);
        world.records.rules = saved.rules;
        world.usage = if saved.usage.is_empty() {
            Usage::of(saved.used_requests, now)
        } else {
            saved.usage
        };
        world.records.purged = saved.purged;
        world.grants = saved.grants;
        world.due(now);
        Ok(world)
    }
}
