//! Creating and updating one record.

use serde_json::{Map, Value as Json};

use crate::error::ApiError;
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Access, Field, Object, Presence, Source};
use crate::sharing::Right;
use crate::value::Value;

use super::coerce::converted_lead;
use super::{Author, Records};

/// Field values as a client sends them.
pub(crate) type Fields = Map<String, Json>;

/// Whether a record comes into being or changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saving {
    Create,
    Update,
}

impl Records {
    /// Creates a record, or says why not.
    pub(crate) fn create(
        &mut self,
        object: Object,
        fields: &Fields,
        author: Author,
    ) -> Result<RecordId, ApiError> {
        self.attempts += 1;
        if !object.is_writable() {
            return Err(not_writable(object));
        }
        self.refuse_unpermitted(object, Right::Create, author)?;
        self.refuse_full_storage()?;
        let fields = self.related(object, fields, author)?;
        let fields = fields.as_ref();
        let values = self.read_fields(object, fields, Saving::Create, author)?;
        self.refuse_unshared_references(&values, author)?;
        let id = self.tables.of_mut(object).reserve();
        let mut row = Row::new(id, author.user, author.now);
        self.preset(&mut row);
        for (place, value) in values {
            row.store(place, value);
        }
        self.own(&mut row, author);
        self.require(&row, Saving::Create, fields)?;
        self.before_save(&mut row, None, fields, author)?;
        let comment = self.take_comment(&mut row);
        row.shrink();
        self.commit(row.clone(), author.now);
        self.after_create(&row, author);
        self.add_comment(id, comment, author);
        Ok(id)
    }

    /// Changes fields of a record, or says why not. Stamps move even if no value does.
    pub(crate) fn update(
        &mut self,
        object: Object,
        id: RecordId,
        fields: &Fields,
        author: Author,
    ) -> Result<(), ApiError> {
        self.attempts += 1;
        if !object.is_writable() {
            return Err(not_writable(object));
        }
        let before = self.addressed(object, id)?;
        self.refuse_unshared(id, author)?;
        self.refuse_unpermitted(object, Right::Edit, author)?;
        let is_converted =
            object == Object::Lead && before.flag(self.schema_of(Object::Lead), "IsConverted");
        if is_converted {
            return Err(converted_lead());
        }
        let fields = self.related(object, fields, author)?;
        let fields = fields.as_ref();
        let values = self.read_fields(object, fields, Saving::Update, author)?;
        self.refuse_unshared_references(&values, author)?;
        let mut row = before.clone();
        for (place, value) in values {
            row.store(place, value);
        }
        row.touch(author.user, author.now);
        self.require(&row, Saving::Update, fields)?;
        if let Some(owner) = self.assignee(&row, Saving::Update, author) {
            row.store(self.schema_of(object).known("OwnerId"), Value::Id(owner));
        }
        self.before_save(&mut row, Some(&before), fields, author)?;
        let comment = self.take_comment(&mut row);
        row.shrink();
        self.commit(row.clone(), author.now);
        self.after_update(&row, &before, author);
        self.add_comment(id, comment, author);
        Ok(())
    }

    /// The record that a write names: it must be of that object and not be deleted. A version that
    /// waits to be seen counts, as a second writer would wait for it.
    pub(super) fn addressed(&mut self, object: Object, id: RecordId) -> Result<Row, ApiError> {
        self.settle(id);
        match self.tables.of(object).get(id) {
            None => Err(ApiError::invalid_cross_reference()),
            Some(row) if row.is_deleted => Err(ApiError::entity_is_deleted()),
            Some(row) => Ok(Row::clone(row)),
        }
    }

    /// Refuses an app that addresses a record it does not see.
    pub(super) fn refuse_unshared(&self, id: RecordId, author: Author) -> Result<(), ApiError> {
        if author.at_screen || !self.sharing.hides(id) {
            return Ok(());
        }
        let message = "insufficient access rights on object id";
        Err(ApiError::record(
            "INSUFFICIENT_ACCESS_OR_READONLY",
            message,
            [],
        ))
    }

    /// Refuses an app that points at a record it does not see.
    fn refuse_unshared_references(
        &self,
        values: &[(usize, Value)],
        author: Author,
    ) -> Result<(), ApiError> {
        let pointed_at = values.iter().filter_map(|(_, value)| value.as_id());
        for id in pointed_at {
            if !author.at_screen && self.sharing.hides(id) {
                let message = format!("insufficient access rights on cross-reference id: {id}");
                let code = "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY";
                return Err(ApiError::record(code, message, []));
            }
        }
        Ok(())
    }

    fn read_fields(
        &self,
        object: Object,
        fields: &Fields,
        saving: Saving,
        author: Author,
    ) -> Result<Vec<(usize, Value)>, ApiError> {
        let schema = self.known_to(author, object);
        let sent = || {
            fields
                .iter()
                .filter(|(name, _)| name.as_str() != "attributes")
        };
        let mut refused = Vec::new();
        for (name, _) in sent() {
            let field = schema
                .field(name)
                .ok_or_else(|| no_such_column(name, object))?;
            if !is_writable(field, saving) {
                refused.push(field.name.clone());
            }
        }
        if saving == Saving::Create && refused.iter().any(|name| name == "Id") {
            let message = "cannot specify Id in an insert call";
            let fields = ["Id".to_owned()];
            let code = "INVALID_FIELD_FOR_INSERT_UPDATE";
            return Err(ApiError::record(code, message, fields));
        }
        if !refused.is_empty() {
            let message = format!(
                "Unable to create/update fields: {}. Please check the security settings of this \
                 field and verify that it is read/write for your profile or permission set.",
                refused.join(", ")
            );
            return Err(ApiError::record(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                message,
                refused,
            ));
        }
        sent()
            .map(|(name, json)| {
                let place = schema.known(name);
                Ok((place, self.coerce(&schema.fields[place], json)?))
            })
            .collect()
    }

    /// Nothing new fits into a full org.
    fn refuse_full_storage(&self) -> Result<(), ApiError> {
        if self.rules.storage_full {
            let message = "storage limit exceeded";
            return Err(ApiError::record("STORAGE_LIMIT_EXCEEDED", message, []));
        }
        Ok(())
    }

    /// Fills in what a create may leave out.
    fn preset(&self, row: &mut Row) {
        let schema = self.schema_of(row.object());
        for (place, field) in schema.fields.iter().enumerate() {
            if !field.default.is_null() {
                row.store(place, field.default.clone());
            }
        }
    }

    fn require(&self, row: &Row, saving: Saving, sent: &Fields) -> Result<(), ApiError> {
        let schema = self.schema_of(row.object());
        let is_sent = |field: &Field| sent.keys().any(|key| key.eq_ignore_ascii_case(&field.name));
        let missing: Vec<String> = schema
            .fields
            .iter()
            .enumerate()
            .filter(|(place, field)| {
                let must_hold = match field.presence {
                    Presence::Required => saving == Saving::Create || is_sent(field),
                    Presence::Defaulted => field.access != Access::Read && is_sent(field),
                    Presence::Nillable | Presence::DefaultedNillable => false,
                };
                must_hold && row.read(schema, *place).is_null()
            })
            .map(|(_, field)| field.name.clone())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let message = format!("Required fields are missing: [{}]", missing.join(", "));
        Err(ApiError::record("REQUIRED_FIELD_MISSING", message, missing))
    }

    /// Changes fields that this API cannot write, as an administrator does in Setup: a user is
    /// deactivated, a queue gets another name. No rule is asked. A login alone moves no stamp.
    pub(crate) fn administer(
        &mut self,
        id: RecordId,
        fields: &Fields,
        author: Author,
    ) -> Result<(), ApiError> {
        let object = Object::with_prefix(id.prefix()).ok_or_else(ApiError::not_found)?;
        let mut row = self.addressed(object, id)?;
        let schema = self.schema_of(object);
        for (name, json) in fields {
            let place = schema
                .position(name)
                .ok_or_else(|| no_such_column(name, object))?;
            let field = &schema.fields[place];
            if field.source != Source::Stored {
                return Err(not_stored(field));
            }
            row.store(place, self.coerce(field, json)?);
        }
        let is_login = fields
            .keys()
            .all(|name| name.eq_ignore_ascii_case("LastLoginDate"));
        if is_login {
            row.is_seeded = false;
        } else {
            row.touch(author.user, author.now);
        }
        self.commit(row, author.now);
        Ok(())
    }
}

fn no_such_column(name: &str, object: Object) -> ApiError {
    let message = format!(
        "No such column '{name}' on sobject of type {}",
        object.name()
    );
    ApiError::bad_request("INVALID_FIELD", message)
}

/// A name that is put together, or a stamp, is nobody's to write.
fn not_stored(field: &Field) -> ApiError {
    let message = format!("Unable to create/update fields: {}.", field.name);
    let fields = [field.name.clone()];
    ApiError::record("INVALID_FIELD_FOR_INSERT_UPDATE", message, fields)
}

fn is_writable(field: &Field, saving: Saving) -> bool {
    match saving {
        Saving::Create => field.is_createable(),
        Saving::Update => field.is_updateable(),
    }
}

fn not_writable(object: Object) -> ApiError {
    let message = format!(
        "entity type {} does not support this operation",
        object.name()
    );
    ApiError::bad_request("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)
}
