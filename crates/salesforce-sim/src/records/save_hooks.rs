//! What the org does by itself around a save, object by object.

use std::sync::Arc;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Meaning, Object};
use crate::value::Value;

use super::automation::TriggerEvent;
use super::write::Fields;
use super::{Author, Records};

impl Records {
    /// Completes and checks a record before it is stored, in the vendor's order of execution: flows,
    /// triggers, validation rules, duplicate rules. `before` is nothing on create.
    pub(super) fn before_save(
        &mut self,
        row: &mut Row,
        before: Option<&Row>,
        sent: &Fields,
        author: Author,
    ) -> Result<(), ApiError> {
        self.refuse_locked(row, before, author.now)?;
        self.run_flows(row)?;
        self.complete(row, before, sent, author)?;
        self.complete_places(row, before)?;
        let event = match before {
            None => TriggerEvent::BeforeInsert,
            Some(_) => TriggerEvent::BeforeUpdate,
        };
        self.run_triggers(event, row, before, author)?;
        self.refuse_owner(row, before)?;
        self.refuse_taken(row, before)?;
        self.validate(row, before, author)?;
        self.refuse_duplicates(row, before, author)
    }

    /// What the org fills in and refuses by itself, object by object.
    fn complete(
        &self,
        row: &mut Row,
        before: Option<&Row>,
        sent: &Fields,
        author: Author,
    ) -> Result<(), ApiError> {
        match row.object() {
            Object::Lead => self.before_lead(row, before),
            Object::Opportunity => {
                self.before_opportunity(row, before, sent, author);
                Ok(())
            }
            Object::Case => {
                self.before_case(row, before, author);
                Ok(())
            }
            Object::Task => self.before_task(row, before, author),
            Object::Account
            | Object::AssignmentRule
            | Object::CaseComment
            | Object::Contact
            | Object::Group
            | Object::OpportunityContactRole
            | Object::Organization
            | Object::Setup(_)
            | Object::User
            | Object::UserRole => Ok(()),
        }
    }

    fn before_lead(&self, row: &Row, before: Option<&Row>) -> Result<(), ApiError> {
        let schema = self.schema_of(Object::Lead);
        if row.flag(schema, "IsConverted") {
            let message = "Unable to create/update fields: IsConverted. Please check the security \
                           settings of this field and verify that it is read/write for your \
                           profile or permission set.";
            let fields = ["IsConverted".to_owned()];
            return Err(ApiError::record(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                message,
                fields,
            ));
        }
        let status = |row: &Row| row.text(schema, "Status").unwrap_or_default().to_owned();
        let chosen = status(row);
        let is_new = before.is_none_or(|before| status(before) != chosen);
        // UNVERIFIED: the code, and the words.
        if is_new && schema.meaning("Status", &chosen) == Meaning::Converted {
            let message = "Status: a lead gets a converted status by being converted";
            let fields = ["Status".to_owned()];
            return Err(ApiError::record("INVALID_STATUS", message, fields));
        }
        Ok(())
    }

    fn before_opportunity(
        &self,
        row: &mut Row,
        before: Option<&Row>,
        sent: &Fields,
        author: Author,
    ) {
        let schema = self.schema_of(Object::Opportunity);
        let stage = row.text(schema, "StageName").unwrap_or_default().to_owned();
        let stage_before = before.and_then(|before| before.text(schema, "StageName"));
        if stage_before == Some(stage.as_str()) {
            return;
        }
        let facts = schema.stage(&stage);
        let is_sent = |name: &str| sent.keys().any(|key| key.eq_ignore_ascii_case(name));
        if !is_sent("Probability") {
            let probability = Value::Double(facts.probability);
            row.store(schema.known("Probability"), probability);
        }
        if !is_sent("ForecastCategoryName") {
            let forecast = Value::Static(facts.forecast);
            row.store(schema.known("ForecastCategoryName"), forecast);
        }
        if before.is_some() {
            let at = Value::Instant(author.now.truncated_to_second());
            row.store(schema.known("LastStageChangeDate"), at);
        }
    }

    fn before_case(&self, row: &mut Row, before: Option<&Row>, author: Author) {
        let schema = self.schema_of(Object::Case);
        if before.is_none() {
            let number = row.id.number().unwrap_or_default() + 1_000;
            row.store(
                schema.known("CaseNumber"),
                Value::text(format!("{number:08}")),
            );
        }
        if row.reference(schema, "AccountId").is_none()
            && let Some(contact) = row.reference(schema, "ContactId")
            && before.is_none_or(|before| before.reference(schema, "ContactId") != Some(contact))
            && let Some(account) = self.account_of(contact)
        {
            row.store(schema.known("AccountId"), Value::Id(account));
        }
        self.date_closing(row, before, "ClosedDate", author);
        let contact = row
            .reference(schema, "ContactId")
            .and_then(|id| self.living(id));
        self.copy_contact(row, contact.map(Arc::as_ref));
    }

    fn before_task(
        &self,
        row: &mut Row,
        before: Option<&Row>,
        author: Author,
    ) -> Result<(), ApiError> {
        let schema = self.schema_of(Object::Task);
        let who = row.reference(schema, "WhoId");
        let what = row.reference(schema, "WhatId");
        let who_object = who.and_then(|id| Object::with_prefix(id.prefix()));
        if who_object == Some(Object::Lead) && what.is_some() {
            let message = "Related To ID: a task of a lead cannot relate to another record";
            return Err(ApiError::record(
                "FIELD_INTEGRITY_EXCEPTION",
                message,
                ["WhatId".to_owned()],
            ));
        }
        let account = what
            .and_then(|id| self.account_of(id))
            .or_else(|| who.and_then(|id| self.account_of(id)));
        row.store(
            schema.known("AccountId"),
            account.map_or(Value::Null, Value::Id),
        );
        self.date_closing(row, before, "CompletedDateTime", author);
        Ok(())
    }

    /// Notes when a record was closed, and forgets it when it is opened again.
    fn date_closing(&self, row: &mut Row, before: Option<&Row>, field: &str, author: Author) {
        let schema = self.schema_of(row.object());
        let is_closed = |row: &Row| row.read(schema, schema.known("IsClosed")).into_owned();
        let closed = is_closed(row);
        if before.map(is_closed).as_ref() == Some(&closed) {
            return;
        }
        let at = if closed == Value::Bool(true) {
            Value::Instant(author.now.truncated_to_second())
        } else {
            Value::Null
        };
        row.store(schema.known(field), at);
    }

    /// The account that a record is, or belongs to.
    pub(super) fn account_of(&self, id: RecordId) -> Option<RecordId> {
        match Object::with_prefix(id.prefix())? {
            Object::Account => Some(id),
            object @ (Object::Contact | Object::Case | Object::Opportunity) => self
                .living(id)?
                .reference(self.schema_of(object), "AccountId"),
            Object::AssignmentRule
            | Object::CaseComment
            | Object::Group
            | Object::Lead
            | Object::OpportunityContactRole
            | Object::Organization
            | Object::Setup(_)
            | Object::Task
            | Object::User
            | Object::UserRole => None,
        }
    }

    /// The living records whose reference `field` points at `parent`.
    pub(crate) fn children(&self, object: Object, field: &str, parent: RecordId) -> Vec<Row> {
        let place = self.schema_of(object).known(field);
        let table = self.tables.of(object);
        table
            .equal_to(place, &Value::Id(parent))
            .filter_map(|at| table.at(at))
            .filter(|row| !row.is_deleted && row.stored(place).as_id() == Some(parent))
            .map(|row| Row::clone(row))
            .collect()
    }
}
