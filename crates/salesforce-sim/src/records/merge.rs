//! Merging: the losers go into the Recycle Bin and point at the winner, which inherits what hung
//! on them. No field of the winner changes by itself, as the person who merges chooses the values.

use crate::error::ApiError;
use crate::id::RecordId;
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
        let mut winner = self.addressed(object, master)?;
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
        winner.touch(author.user, author.now);
        self.commit(winner, author.now);
        Ok(())
    }

    /// Moves what hangs on `from` to `to`.
    pub(super) fn reparent(
        &mut self,
        object: Object,
        from: RecordId,
        to: RecordId,
        author: Author,
    ) {
        for (child, field) in holders_of(object) {
            let place = self.schema_of(*child).known(field);
            for mut row in self.children(*child, field, from) {
                row.store(place, Value::Id(to));
                row.touch(author.user, author.now);
                self.commit(row, author.now);
            }
        }
    }
}

/// The references through which records hang on one of `object`.
fn holders_of(object: Object) -> &'static [(Object, &'static str)] {
    match object {
        Object::Account => &[
            (Object::Contact, "AccountId"),
            (Object::Opportunity, "AccountId"),
            (Object::Case, "AccountId"),
            (Object::Task, "WhatId"),
        ],
        Object::Contact => &[
            (Object::Case, "ContactId"),
            (Object::OpportunityContactRole, "ContactId"),
            (Object::Task, "WhoId"),
        ],
        Object::Lead => &[(Object::Task, "WhoId")],
        Object::Case => &[(Object::Task, "WhatId")],
        Object::AssignmentRule
        | Object::CaseComment
        | Object::Group
        | Object::Opportunity
        | Object::OpportunityContactRole
        | Object::Organization
        | Object::Setup(_)
        | Object::Task
        | Object::User
        | Object::UserRole => &[],
    }
}
