//! The Recycle Bin: deleting what hangs on a record with it, and taking it out again.

use crate::error::ApiError;
use crate::id::RecordId;
use crate::record_json::name_of;
use crate::row::Row;
use crate::schema::Object;
use crate::sharing::Right;
use crate::value::Value;

use super::automation::TriggerEvent;
use super::{Author, Records};

/// Whether what lost a merge can be taken out of the Recycle Bin, though not what hung on it.
/// UNVERIFIED.
const MERGED_COME_BACK: bool = true;

impl Records {
    /// Puts a record, and what cannot be without it, into the Recycle Bin.
    pub(crate) fn delete(
        &mut self,
        object: Object,
        id: RecordId,
        author: Author,
    ) -> Result<(), ApiError> {
        self.attempts += 1;
        let row = self.addressed(object, id)?;
        self.refuse_unshared(id, author)?;
        self.refuse_unpermitted(object, Right::Delete, author)?;
        if !object.is_writable() {
            let message = format!("entity type {} does not support delete", object.name());
            return Err(ApiError::record(
                "INSUFFICIENT_ACCESS_OR_READONLY",
                message,
                [],
            ));
        }
        self.refuse_held(object, &row)?;
        self.refuse_locked(&row, None, author.now)?;
        self.run_triggers(TriggerEvent::BeforeDelete, &row, None, author)?;
        self.binned_with.remove(&id);
        self.bin_with_dependants(row, author);
        Ok(())
    }

    fn bin_with_dependants(&mut self, row: Row, author: Author) {
        for dependant in self.dependants(row.object(), row.id) {
            self.binned_with.insert(dependant.id, row.id);
            self.bin_with_dependants(dependant, author);
        }
        self.bin(row, author);
    }

    fn bin(&mut self, mut row: Row, author: Author) {
        row.is_deleted = true;
        row.touch(author.user, author.now);
        self.commit(row, author.now);
    }

    /// Cases hold their contact and account, and an account is held by what it won.
    fn refuse_held(&self, object: Object, row: &Row) -> Result<(), ApiError> {
        let cases = match object {
            Object::Account => self.children(Object::Case, "AccountId", row.id),
            Object::Contact => self.children(Object::Case, "ContactId", row.id),
            Object::AssignmentRule
            | Object::Case
            | Object::CaseComment
            | Object::Group
            | Object::Lead
            | Object::Opportunity
            | Object::OpportunityContactRole
            | Object::Organization
            | Object::Setup(_)
            | Object::Task
            | Object::User
            | Object::UserRole => return Ok(()),
        };
        let name = name_of(row, self.schema_of(object)).to_plain();
        let names = |rows: &[Row]| {
            let name = |row: &Row| name_of(row, self.schema_of(row.object())).to_plain();
            rows.iter().map(name).collect::<Vec<_>>().join(", ")
        };
        if !cases.is_empty() {
            let message = format!(
                "Your attempt to delete {name} could not be completed because it is associated \
                 with the following cases.: {}",
                names(&cases)
            );
            return Err(ApiError::record("DELETE_FAILED", message, []));
        }
        if object != Object::Account {
            return Ok(());
        }
        let schema = self.schema_of(Object::Opportunity);
        let won = |deal: &Row| {
            let is_won = schema.known("IsWon");
            *deal.read(schema, is_won) == Value::Bool(true)
        };
        let mut deals = self.children(Object::Opportunity, "AccountId", row.id);
        deals.retain(won);
        if deals.is_empty() {
            return Ok(());
        }
        // UNVERIFIED: the words.
        let message = format!(
            "Your attempt to delete {name} could not be completed because some opportunities in \
             {name} were closed won. The opportunities that were closed won are shown below.: {}",
            names(&deals)
        );
        Err(ApiError::record("DELETE_FAILED", message, []))
    }

    /// What goes into the Recycle Bin with a record.
    fn dependants(&self, object: Object, id: RecordId) -> Vec<Row> {
        let tasks = |field| self.children(Object::Task, field, id);
        match object {
            Object::Lead => tasks("WhoId"),
            Object::Contact => {
                let roles = self.children(Object::OpportunityContactRole, "ContactId", id);
                roles.into_iter().chain(tasks("WhoId")).collect()
            }
            Object::Case => {
                let comments = self.children(Object::CaseComment, "ParentId", id);
                comments.into_iter().chain(tasks("WhatId")).collect()
            }
            Object::Opportunity => {
                let roles = self.children(Object::OpportunityContactRole, "OpportunityId", id);
                roles.into_iter().chain(tasks("WhatId")).collect()
            }
            Object::Account => {
                let contacts = self.children(Object::Contact, "AccountId", id);
                let opportunities = self.children(Object::Opportunity, "AccountId", id);
                contacts
                    .into_iter()
                    .chain(opportunities)
                    .chain(tasks("WhatId"))
                    .collect()
            }
            Object::AssignmentRule
            | Object::CaseComment
            | Object::Group
            | Object::OpportunityContactRole
            | Object::Organization
            | Object::Setup(_)
            | Object::Task
            | Object::User
            | Object::UserRole => Vec::new(),
        }
    }

    /// Takes a record out of the Recycle Bin, with what went in with it. What a merge moved away
    /// from it stays where it is.
    pub(crate) fn undelete(&mut self, id: RecordId, author: Author) -> Result<(), ApiError> {
        self.settle(id);
        let Some(row) = self.tables.find(id) else {
            return Err(ApiError::invalid_cross_reference());
        };
        let mut row = Row::clone(row);
        let master = self.schema_of(row.object()).position("MasterRecordId");
        let was_merged = master.is_some_and(|place| !row.stored(place).is_null());
        if !row.is_deleted || (was_merged && !MERGED_COME_BACK) {
            let message = "Entity is not in the recycle bin";
            return Err(ApiError::record("UNDELETE_FAILED", message, []));
        }
        if let Some(place) = master {
            row.store(place, Value::Null);
        }
        row.is_deleted = false;
        row.touch(author.user, author.now);
        self.commit(row, author.now);
        self.binned_with.remove(&id);
        let joined = self.binned_with.iter().filter(|(_, with)| **with == id);
        let joined: Vec<RecordId> = joined.map(|(record, _)| *record).collect();
        for record in joined {
            // Unless it was purged, or came back by itself.
            self.settle(record);
            if self.tables.find(record).is_some_and(|row| row.is_deleted) {
                self.undelete(record, author)?;
            }
            self.binned_with.remove(&record);
        }
        Ok(())
    }

    /// Empties the Recycle Bin of one record: from now on no query and no read finds it.
    pub(crate) fn purge(&mut self, id: RecordId) -> Result<(), ApiError> {
        self.settle(id);
        let Some(row) = self.tables.find(id).filter(|row| row.is_deleted) else {
            let message = "Entity is not in the recycle bin";
            return Err(ApiError::record("DELETE_FAILED", message, []));
        };
        self.purged.note(row.object(), row.stamp, id);
        self.binned_with.remove(&id);
        self.put(id, None);
        Ok(())
    }
}
