//! Merging: the losers go into the Recycle Bin and point at the winner, which inherits what hung
//! on them. No field of the winner changes by itself, as the person who merges chooses the values.

use std::collections::BTreeMap;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::Object;
use crate::value::Value;

use super::{Author, Records};

/// A merge takes at most this many losers.
const LOSERS_MAX: usize = 2;

impl Records {
    /// Merges `losers` into `master`; all are of one object that can be merged.
    pub(crate) fn merge(
        &mut self,
        master: RecordId,
        losers: &[RecordId],
        author: Author,
    ) -> Result<(), ApiError> {
        let object = Object::with_prefix(master.prefix())
            .filter(|object| object.is_mergeable())
            .ok_or_else(|| ApiError::record("INVALID_TYPE", "this object cannot be merged", []))?;
        if losers.is_empty() || losers.len() > LOSERS_MAX || losers.contains(&master) {
            let message = "a merge takes one or two other records";
            return Err(ApiError::record("INVALID_NUMBER_OF_RECORDS", message, []));
        }
        self.addressed(object, master)?;
        let mut lost = Vec::with_capacity(losers.len());
        for id in losers {
            lost.push(self.addressed(object, *id)?);
        }
        let master_place = self.schema_of(object).known("MasterRecordId");
        for mut loser in lost {
            self.reparent(object, loser.id, master, author);
            loser.store(master_place, Value::Id(master));
            loser.is_deleted = true;
            loser.touch(author.user, author.now);
            self.commit(loser, author.now);
        }
        // What hung on a loser may have been the winner itself.
        let mut winner = self.addressed(object, master)?;
        winner.touch(author.user, author.now);
        self.commit(winner, author.now);
        Ok(())
    }

    /// Moves what hangs on `from` to `to`. What would then hang on itself hangs on nothing.
    fn reparent(&mut self, object: Object, from: RecordId, to: RecordId, author: Author) {
        let mut holders: BTreeMap<Object, Vec<(usize, String)>> = BTreeMap::new();
        for (child, place) in self.schema.children(object) {
            let field = &self.schema_of(child).fields[place];
            if child.is_writable() && !tells_history(&field.name) {
                let fields = holders.entry(child).or_default();
                fields.push((place, field.name.clone()));
            }
        }
        for (child, fields) in holders {
            // One new version for each record, however many of its fields change.
            let mut moved: BTreeMap<RecordId, Row> = BTreeMap::new();
            for (place, field) in fields {
                for row in self.children(child, &field, from) {
                    let row = moved.entry(row.id).or_insert(row);
                    let parent = if row.id == to {
                        Value::Null
                    } else {
                        Value::Id(to)
                    };
                    row.store(place, parent);
                }
            }
            moved.remove(&from);
            for (_, mut row) in moved {
                row.touch(author.user, author.now);
                self.commit(row, author.now);
            }
        }
    }
}

/// Whether a reference says what a record became, and not where it belongs.
fn tells_history(field: &str) -> bool {
    field == "MasterRecordId" || field.starts_with("Converted")
}
