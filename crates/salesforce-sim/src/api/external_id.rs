//! `/sobjects/{Object}/{Field}/{value}`: records by a field that identifies them, and upserts.

use http::{Method, StatusCode};
use serde_json::Value as Json;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::value::{Value, equal_folded};
use crate::world::World;

use super::call::Call;
use super::parse_id;

impl World {
    /// Reads, writes or deletes the one record whose `field` holds `value`.
    pub(super) fn by_external_id(
        &mut self,
        object: Object,
        field: &str,
        value: &str,
        call: &Call,
    ) -> Result<Response, ApiError> {
        let place = self.identifying(object, field)?;
        match call.method {
            Method::GET | Method::HEAD | Method::DELETE => {
                let found = self.holders(object, place, value)?;
                match found.as_slice() {
                    [] => Err(ApiError::not_found()),
                    [id] => self.row(object, &id.to_string(), call),
                    several => Ok(choices(object, several, call)),
                }
            }
            _ => Err(ApiError::method_not_allowed(
                &call.method,
                "HEAD,GET,PATCH,DELETE",
            )),
        }
    }

    /// The place of a field that records can be found by.
    fn identifying(&self, object: Object, field: &str) -> Result<usize, ApiError> {
        let schema = self.records.schema_of(object);
        schema
            .position(field)
            .filter(|place| schema.fields[*place].id_lookup)
            .ok_or_else(|| no_such_key(field))
    }

    /// The visible records whose field holds that value, in the order of their ids.
    fn holders(
        &self,
        object: Object,
        place: usize,
        value: &str,
    ) -> Result<Vec<RecordId>, ApiError> {
        let schema = self.records.schema_of(object);
        let table = self.records.tables.of(object);
        let is_shown =
            |id: &RecordId| self.records.living(*id).is_some() && !self.records.sharing.hides(*id);
        if schema.fields[place].name == "Id" {
            let id = parse_id(value)?;
            return Ok(Vec::from_iter(
                Some(id)
                    .filter(|id| id.prefix() == object.prefix())
                    .filter(is_shown),
            ));
        }
        let holds = |stored: &Value| equal_folded(&stored.to_plain(), value.trim());
        let found = if table.is_indexed(place) {
            let key = Value::text(value.trim());
            table
                .equal_to(place, &key)
                .filter_map(|at| table.at(at))
                .filter(|row| holds(row.stored(place)))
                .map(|row| row.id)
                .filter(is_shown)
                .collect()
        } else {
            table
                .rows()
                .filter(|row| holds(row.stored(place)))
                .map(|row| row.id)
                .filter(is_shown)
                .collect()
        };
        Ok(found)
    }
}

/// Several records hold the value; the client has to choose one.
pub(super) fn choices(object: Object, ids: &[RecordId], call: &Call) -> Response {
    let (version, name) = (&call.version, object.name());
    let urls: Vec<Json> = ids
        .iter()
        .map(|id| format!("/services/data/v{version}/sobjects/{name}/{id}").into())
        .collect();
    answer::json_value(StatusCode::MULTIPLE_CHOICES, &urls.into())
}

pub(super) fn no_such_key(field: &str) -> ApiError {
    let message =
        format!("Provided external ID field does not exist or is not accessible: {field}");
    ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}
