//! One record, compact: the columns every object has, and a sorted list of the fields that hold
//! something. A row is immutable behind its `Arc`; a write replaces it, so that a bulk job or a
//! late commit keeps the version it saw.

use std::borrow::Cow;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::schema::{Kind, Object, ObjectSchema, Source};
use crate::value::Value;

/// A record at one instant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: RecordId,
    pub(crate) created_by: RecordId,
    pub(crate) modified_by: RecordId,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    pub(crate) stamp: Timestamp,
    pub(crate) is_deleted: bool,
    /// Follows from the seed alone, so that a save may leave it out.
    #[serde(skip)]
    pub(crate) is_seeded: bool,
    values: Vec<(u16, Value)>,
}

static NULL: Value = Value::Null;

impl Row {
    /// An empty row, written by `by` at `at`.
    pub(crate) fn new(id: RecordId, by: RecordId, at: Timestamp) -> Self {
        let at = at.truncated_to_second();
        Self {
            id,
            created_by: by,
            modified_by: by,
            created_at: at,
            modified_at: at,
            stamp: at,
            is_deleted: false,
            is_seeded: false,
            values: Vec::new(),
        }
    }

    pub(crate) fn object(&self) -> Object {
        Object::with_prefix(self.id.prefix()).expect("only ids of known objects are given out")
    }

    /// Marks the row as written by `by` at `at`.
    pub(crate) fn touch(&mut self, by: RecordId, at: Timestamp) {
        let at = at.truncated_to_second();
        self.modified_by = by;
        self.modified_at = at;
        self.stamp = at;
        self.is_seeded = false;
    }

    /// What is stored under the field at `place`.
    pub(crate) fn stored(&self, place: usize) -> &Value {
        match self
            .values
            .binary_search_by_key(&slot(place), |(slot, _)| *slot)
        {
            Ok(at) => &self.values[at].1,
            Err(_) => &NULL,
        }
    }

    /// Stores `value` under the field at `place`; nothing is stored for nothing.
    pub(crate) fn store(&mut self, place: usize, value: Value) {
        let slot = slot(place);
        match (
            self.values.binary_search_by_key(&slot, |(slot, _)| *slot),
            value.is_null(),
        ) {
            (Ok(at), true) => drop(self.values.remove(at)),
            (Ok(at), false) => self.values[at].1 = value,
            (Err(_), true) => {}
            (Err(at), false) => self.values.insert(at, (slot, value)),
        }
    }

    /// Gives back the memory that growing left over.
    pub(crate) fn shrink(&mut self) {
        self.values.shrink_to_fit();
    }

    /// The value of the field at `place`, stored or derived. A flag nobody set is false.
    pub(crate) fn read<'row>(&'row self, schema: &ObjectSchema, place: usize) -> Cow<'row, Value> {
        let field = &schema.fields[place];
        let owned = match field.source {
            Source::Stored => {
                let stored = self.stored(place);
                if stored.is_null() && field.kind == Kind::Bool {
                    return Cow::Owned(Value::Bool(false));
                }
                return Cow::Borrowed(stored);
            }
            Source::Id => Value::Id(self.id),
            Source::IsDeleted => Value::Bool(self.is_deleted),
            Source::CreatedDate => Value::Instant(self.created_at),
            Source::CreatedById => Value::Id(self.created_by),
            Source::LastModifiedDate => Value::Instant(self.modified_at),
            Source::LastModifiedById => Value::Id(self.modified_by),
            Source::SystemModstamp => Value::Instant(self.stamp),
            Source::FullName => self.full_name(schema),
            // The compound has no scalar value; whoever can show one asks for its parts.
            Source::Address => Value::Null,
            Source::IsClosed => Value::Bool(self.is_closed(schema)),
            Source::IsWon => Value::Bool(self.text(schema, "StageName") == Some("Closed Won")),
            Source::IsHighPriority => Value::Bool(self.text(schema, "Priority") == Some("High")),
        };
        Cow::Owned(owned)
    }

    /// The stored text of a field that the program itself names.
    pub(crate) fn text<'row>(&'row self, schema: &ObjectSchema, name: &str) -> Option<&'row str> {
        self.stored(schema.known(name)).as_text()
    }

    /// The stored id of a field that the program itself names.
    pub(crate) fn reference(&self, schema: &ObjectSchema, name: &str) -> Option<RecordId> {
        self.stored(schema.known(name)).as_id()
    }

    /// The stored flag of a field that the program itself names.
    pub(crate) fn flag(&self, schema: &ObjectSchema, name: &str) -> bool {
        *self.stored(schema.known(name)) == Value::Bool(true)
    }

    fn full_name(&self, schema: &ObjectSchema) -> Value {
        let last = self.text(schema, "LastName").unwrap_or_default();
        match self.text(schema, "FirstName") {
            Some(first) => Value::text(format!("{first} {last}")),
            None => Value::text(last),
        }
    }

    fn is_closed(&self, schema: &ObjectSchema) -> bool {
        match schema.object {
            Object::Opportunity => self
                .text(schema, "StageName")
                .is_some_and(|stage| stage.starts_with("Closed")),
            Object::Case => self.text(schema, "Status") == Some("Closed"),
            Object::Task => self.text(schema, "Status") == Some("Completed"),
            Object::Account
            | Object::AssignmentRule
            | Object::Contact
            | Object::Group
            | Object::Lead
            | Object::OpportunityContactRole
            | Object::Organization
            | Object::User
            | Object::UserRole => false,
        }
    }
}

fn slot(place: usize) -> u16 {
    u16::try_from(place).expect("no object has that many fields")
}
