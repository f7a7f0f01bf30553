//! Finding records by a field that identifies them, and writing to the one that is found.

use serde_json::Value as Json;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::value::{Value, equal_folded};

use super::{Author, Fields, Records};

/// What an upsert did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Upserted {
    pub(crate) id: RecordId,
    pub(crate) created: bool,
}

/// Whether an upsert may create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unmatched {
    Create,
    /// The vendor's `updateOnly`.
    Refuse,
}

/// Why an upsert did nothing.
#[derive(Debug)]
pub(crate) enum UpsertError {
    /// Several records hold the key: those, in the order of their ids.
    Several(Vec<RecordId>),
    /// No record holds the key, and none was to be created.
    Unmatched,
    /// The record was refused.
    Refused(ApiError),
}

impl From<ApiError> for UpsertError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl UpsertError {
    /// The refusal of one record among many, where no choice can be offered.
    pub(crate) fn of_record(self, key: &str) -> ApiError {
        match self {
            Self::Several(ids) => {
                let ids: Vec<String> = ids.iter().map(RecordId::to_string).collect();
                let message = format!(
                    "{key}: more than one record found for external id field: [{}]",
                    ids.join(", ")
                );
                ApiError::record("DUPLICATE_EXTERNAL_ID", message, [key.to_owned()])
            }
            Self::Unmatched => ApiError::invalid_cross_reference(),
            Self::Refused(error) => error,
        }
    }
}

impl Records {
    /// The place of a field that records of `object` can be found by.
    pub(crate) fn key_place(&self, object: Object, field: &str) -> Option<usize> {
        let schema = self.seen_of(object);
        schema
            .position(field)
            .filter(|place| schema.fields[*place].id_lookup)
    }

    /// The living records whose key at `place` is `value`, in the order of their ids. Texts are
    /// equal without regard to case, unless the field tells cases apart.
    pub(crate) fn keyed(&self, object: Object, place: usize, value: &Value) -> Vec<RecordId> {
        let table = self.tables.of(object);
        if let Value::Id(id) = value
            && self.schema_of(object).fields[place].name == "Id"
        {
            let found = table.get(*id).filter(|row| !row.is_deleted);
            return found.map(|row| row.id).into_iter().collect();
        }
        let wanted = value.to_plain();
        let folds = !self.schema_of(object).fields[place].case_sensitive;
        let holds = |stored: &Value| {
            let is_equal = || folds && equal_folded(&stored.to_plain(), &wanted);
            !stored.is_null() && (stored == value || is_equal())
        };
        let living =
            |row: &&std::sync::Arc<crate::row::Row>| !row.is_deleted && holds(row.stored(place));
        // Numbers are in no index.
        if table.is_indexed(place) && value.as_text().is_some() {
            let rows = table.equal_to(place, value).filter_map(|at| table.at(at));
            rows.filter(living).map(|row| row.id).collect()
        } else {
            table.rows().filter(living).map(|row| row.id).collect()
        }
    }

    /// Reads a key as it stands in a path or in a record.
    pub(crate) fn read_key(
        &self,
        object: Object,
        place: usize,
        key: &Json,
    ) -> Result<Value, ApiError> {
        let field = &self.schema_of(object).fields[place];
        if field.name == "Id" {
            let text = key.as_str().unwrap_or_default().trim();
            let malformed =
                |_| ApiError::bad_request("MALFORMED_ID", format!("malformed id {text}"));
            return text.parse().map(Value::Id).map_err(malformed);
        }
        let value = self.coerce(field, key)?;
        if value.is_null() {
            let message = format!("{} not specified", field.name);
            return Err(ApiError::record(
                "MISSING_ARGUMENT",
                message,
                [field.name.clone()],
            ));
        }
        Ok(value)
    }

    /// Changes the one record whose field at `place` holds `key`, or creates it. `fields` do not
    /// name the key. Without an id to look for, the key `Id` creates.
    pub(crate) fn upsert(
        &mut self,
        object: Object,
        place: usize,
        key: &Json,
        fields: &Fields,
        unmatched: Unmatched,
        author: Author,
    ) -> Result<Upserted, UpsertError> {
        let name = self.schema_of(object).fields[place].name.clone();
        let is_id = name == "Id";
        if is_id && key.is_null() {
            return self.insert(object, fields, unmatched, author);
        }
        let value = self.read_key(object, place, key)?;
        if let (true, Value::Id(id)) = (is_id, &value) {
            self.update(object, *id, fields, author)?;
            return Ok(Upserted {
                id: *id,
                created: false,
            });
        }
        match self.keyed(object, place, &value).as_slice() {
            [] => {
                let mut fields = fields.clone();
                fields.insert(name, key.clone());
                self.insert(object, &fields, unmatched, author)
            }
            [id] => {
                self.update(object, *id, fields, author)?;
                Ok(Upserted {
                    id: *id,
                    created: false,
                })
            }
            several => Err(UpsertError::Several(several.to_vec())),
        }
    }

    fn insert(
        &mut self,
        object: Object,
        fields: &Fields,
        unmatched: Unmatched,
        author: Author,
    ) -> Result<Upserted, UpsertError> {
        match unmatched {
            Unmatched::Refuse => Err(UpsertError::Unmatched),
            Unmatched::Create => {
                let id = self.create(object, fields, author)?;
                Ok(Upserted { id, created: true })
            }
        }
    }
}
