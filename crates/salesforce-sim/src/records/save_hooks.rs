//! What the org does by itself around a save, object by object.

use crate::error::ApiError;
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::Object;
use crate::value::Value;

use super::write::Fields;
use super::{Author, Records};

/// The status that only a conversion may set.
pub(super) const CONVERTED_STATUS: &str = "Closed - Converted";

impl Records {
    /// Completes and checks a record before it is stored. `before` is nothing on create.
    pub(super) fn before_save(
        &self,
        row: &mut Row,
        before: Option<&Row>,
        sent: &Fields,
        author: Author,
    ) -> Result<(), ApiError> {
        match row.object() {
            Object::Lead => self.before_lead(row, before, author),
            Object::Opportunity => {
                self.before_opportunity(row, before, sent);
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

    fn before_lead(&self, row: &Row, before: Option<&Row>, author: Author) -> Result<(), ApiError> {
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
        if row.text(schema, "Status") == Some(CONVERTED_STATUS) {
            let message = "Status: a lead gets a converted status by being converted";
            return Err(ApiError::record(
                "INVALID_STATUS",
                message,
                ["Status".to_owned()],
            ));
        }
        let email = |row: &Row| row.stored(schema.known("Email")).clone();
        if before.is_none_or(|before| email(before) != email(row)) {
            self.refuse_duplicates(row, author)?;
        }
        Ok(())
    }

    fn before_opportunity(&self, row: &mut Row, before: Option<&Row>, sent: &Fields) {
        let schema = self.schema_of(Object::Opportunity);
        let stage = row.text(schema, "StageName").unwrap_or_default().to_owned();
        let stage_before = before.and_then(|before| before.text(schema, "StageName"));
        if stage_before == Some(stage.as_str()) {
            return;
        }
        let facts = schema.stage(&stage);
        if !sent.contains_key("Probability") {
            row.store(
                schema.known("Probability"),
                Value::Double(facts.probability),
            );
        }
        if !sent.contains_key("ForecastCategoryName") {
            row.store(
                schema.known("ForecastCategoryName"),
                Value::Static(facts.forecast),
            );
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

    /// Creates and changes what follows from a new record.
    pub(super) fn after_create(&mut self, row: &Row, author: Author) {
        match row.object() {
            Object::Opportunity => {
                let contact = row.reference(self.schema_of(Object::Opportunity), "ContactId");
                if let Some(contact) = contact {
                    self.add_primary_role(row.id, contact, author);
                }
            }
            Object::OpportunityContactRole => {
                let schema = self.schema_of(Object::OpportunityContactRole);
                if row.flag(schema, "IsPrimary")
                    && let Some(opportunity) = row.reference(schema, "OpportunityId")
                {
                    self.demote_other_roles(opportunity, row.id, author);
                }
            }
            Object::Account
            | Object::AssignmentRule
            | Object::Case
            | Object::CaseComment
            | Object::Contact
            | Object::Group
            | Object::Lead
            | Object::Organization
            | Object::Setup(_)
            | Object::Task
            | Object::User
            | Object::UserRole => {}
        }
    }

    fn add_primary_role(&mut self, opportunity: RecordId, contact: RecordId, author: Author) {
        let id = self.tables.of_mut(Object::OpportunityContactRole).reserve();
        let mut role = Row::new(id, author.user, author.now);
        let schema = self.schema_of(Object::OpportunityContactRole);
        role.store(schema.known("OpportunityId"), Value::Id(opportunity));
        role.store(schema.known("ContactId"), Value::Id(contact));
        role.store(schema.known("IsPrimary"), Value::Bool(true));
        self.commit(role, author.now);
    }

    /// An opportunity has one primary contact.
    fn demote_other_roles(&mut self, opportunity: RecordId, kept: RecordId, author: Author) {
        let primary = self
            .schema_of(Object::OpportunityContactRole)
            .known("IsPrimary");
        let roles = self.children(Object::OpportunityContactRole, "OpportunityId", opportunity);
        for mut role in roles.into_iter().filter(|role| role.id != kept) {
            role.store(primary, Value::Bool(false));
            role.touch(author.user, author.now);
            self.commit(role, author.now);
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
