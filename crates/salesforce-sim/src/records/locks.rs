//! Records that somebody else holds: for some writes or some time, or while they are approved.
//!
//! Who writes a record also locks those it belongs to, so a held Account refuses new Contacts.

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::id::RecordId;
use crate::row::Row;

use super::Records;

/// A lock on one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordLock {
    /// What is held.
    pub record: RecordId,
    /// Why, and how long.
    pub held: Held,
}

/// Why a record is held, and how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Held {
    /// By a transaction of somebody else: so many writes meet it.
    Writes(u32),
    /// By a transaction of somebody else, until then: in milliseconds since 1970.
    Until(Timestamp),
    /// By an approval process, until it is released.
    Approval,
}

/// The references through which a record locks what it belongs to.
const PARENTS: [&str; 5] = ["AccountId", "ContactId", "OpportunityId", "WhoId", "WhatId"];

impl Records {
    /// Holds a record. A former lock on it ends.
    pub(crate) fn lock(&mut self, lock: RecordLock) {
        self.release(lock.record);
        self.locks.push(lock);
    }

    /// Releases a record.
    pub(crate) fn release(&mut self, record: RecordId) {
        self.locks.retain(|lock| lock.record != record);
    }

    /// Releases every record.
    pub(crate) fn release_all(&mut self) {
        self.locks.clear();
    }

    /// The locks that are held or were not noticed to have ended.
    pub(crate) fn locks(&self) -> &[RecordLock] {
        &self.locks
    }

    /// Refuses a write that meets a lock. `before` is nothing on create.
    pub(super) fn refuse_locked(
        &mut self,
        row: &Row,
        before: Option<&Row>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if self.locks.is_empty() {
            return Ok(());
        }
        self.locks.retain(|lock| match lock.held {
            Held::Writes(left) => left > 0,
            Held::Until(end) => now < end,
            Held::Approval => true,
        });
        let schema = self.schema_of(row.object());
        let parent = |row: &Row, name: &str| {
            let place = schema.position(name)?;
            row.stored(place).as_id()
        };
        let mut touched = vec![row.id];
        for name in PARENTS {
            let now_and_then = [parent(row, name), before.and_then(|row| parent(row, name))];
            touched.extend(now_and_then.into_iter().flatten());
        }
        for lock in &mut self.locks {
            if !touched.contains(&lock.record) {
                continue;
            }
            match &mut lock.held {
                Held::Approval if lock.record != row.id => {}
                Held::Approval => {
                    // UNVERIFIED: the words.
                    let message = "the entity is locked for editing";
                    return Err(ApiError::record("ENTITY_IS_LOCKED", message, []));
                }
                Held::Writes(left) => {
                    *left -= 1;
                    return Err(unable_to_lock(lock.record));
                }
                Held::Until(_) => return Err(unable_to_lock(lock.record)),
            }
        }
        Ok(())
    }
}

fn unable_to_lock(record: RecordId) -> ApiError {
    let message =
        format!("unable to obtain exclusive access to this record or 1 records: {record}");
    ApiError::record("UNABLE_TO_LOCK_ROW", message, [])
}
