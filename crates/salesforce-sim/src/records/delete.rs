//! The Recycle Bin: deleting what hangs on a record with it, and taking it out again.

use crate::error::ApiError;
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::Object;
use crate::sharing::Right;

use super::{Author, Records};

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
        for dependant in self.dependants(object, id) {
            self.bin(dependant, author);
        }
        self.bin(row, author);
        Ok(())
    }

    fn bin(&mut self, mut row: Row, author: Author) {
        row.is_deleted = true;
        row.touch(author.user, author.now);
        self.commit(row, author.now);
    }

    /// Cases hold their contact and account.
    fn refuse_held(&self, object: Object, row: &Row) -> Result<(), ApiError> {
        let holders = match object {
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
            | Object::UserRole => Vec::new(),
        };
        if holders.is_empty() {
            return Ok(());
        }
        let schema = self.schema_of(object);
        let name = crate::record_json::name_of(row, schema).to_plain();
        let cases: Vec<String> = holders
            .iter()
            .filter_map(|case| case.text(self.schema_of(Object::Case), "CaseNumber"))
            .map(str::to_owned)
            .collect();
        let message = format!(
            "Your attempt to delete {name} could not be completed because it is associated with \
             the following cases.: {}",
            cases.join(", ")
        );
        Err(ApiError::record("DELETE_FAILED", message, []))
    }

    /// What goes into the Recycle Bin with a record.
    fn dependants(&self, object: Object, id: RecordId) -> Vec<Row> {
        let tasks = |field| self.children(Object::Task, field, id);
        match object {
            Object::Lead | Object::Contact => tasks("WhoId"),
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

    /// Takes a record out of the Recycle Bin. What went in with it stays there.
    pub(crate) fn undelete(&mut self, id: RecordId, author: Author) -> Result<(), ApiError> {
        self.settle(id);
        let Some(row) = self.tables.find(id) else {
            return Err(ApiError::invalid_cross_reference());
        };
        let mut row = Row::clone(row);
        let schema = self.schema_of(row.object());
        let was_merged = schema
            .position("MasterRecordId")
            .is_some_and(|place| !row.stored(place).is_null());
        if !row.is_deleted || was_merged {
            let message = "Entity is not in the recycle bin";
            return Err(ApiError::record("UNDELETE_FAILED", message, []));
        }
        row.is_deleted = false;
        row.touch(author.user, author.now);
        self.commit(row, author.now);
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
        self.put(id, None);
        Ok(())
    }
}
