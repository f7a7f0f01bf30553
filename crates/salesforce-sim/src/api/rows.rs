//! `/sobjects/{Object}` and `/sobjects/{Object}/{Id}`: one record at a time.

use http::header::{self, HeaderValue};
use http::{Method, StatusCode};
use model::Timestamp;
use serde_json::json;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::record_json::write_record;
use crate::records::Fields;
use crate::schema::Object;
use crate::world::World;

use super::call::Call;
use super::describe::global_item;

impl World {
    pub(super) fn object(&mut self, object: Object, call: &Call) -> Result<Response, ApiError> {
        match call.method {
            Method::GET | Method::HEAD => {
                let body = json!({
                    "objectDescribe": global_item(object, call),
                    "recentItems": [],
                });
                Ok(answer::json_value(StatusCode::OK, &body))
            }
            Method::POST => {
                let fields: Fields = call.json()?;
                let id = self.records.create(object, &fields, call.author()?)?;
                let location = format!(
                    "/services/data/v{}/sobjects/{}/{id}",
                    call.version,
                    object.name()
                );
                let body = format!("{{\"id\":\"{id}\",\"success\":true,\"errors\":[]}}");
                let created = answer::json(StatusCode::CREATED, body);
                Ok(answer::with_header(created, header::LOCATION, &location))
            }
            _ => Err(ApiError::method_not_allowed(&call.method, "HEAD,GET,POST")),
        }
    }

    pub(super) fn row(
        &mut self,
        object: Object,
        id: &str,
        call: &Call,
    ) -> Result<Response, ApiError> {
        let parsed: Result<RecordId, _> = id.parse();
        let Ok(id) = parsed else {
            let message =
                format!("Provided external ID field does not exist or is not accessible: {id}");
            return Err(ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", message));
        };
        match call.method {
            Method::GET | Method::HEAD => self.read_row(object, id, call),
            Method::PATCH => {
                let fields: Fields = call.json()?;
                if fields.keys().any(|name| name.eq_ignore_ascii_case("id")) {
                    let message = "The Id field should not be specified in the sobject data.";
                    return Err(ApiError::record(
                        "INVALID_FIELD",
                        message,
                        ["Id".to_owned()],
                    ));
                }
                if self.changed_since(id, call, "if-unmodified-since")? == Some(true) {
                    return Ok(answer::empty(StatusCode::PRECONDITION_FAILED));
                }
                self.records.update(object, id, &fields, call.author()?)?;
                Ok(answer::no_content())
            }
            Method::DELETE => {
                self.records.delete(object, id, call.author()?)?;
                Ok(answer::no_content())
            }
            _ => Err(ApiError::method_not_allowed(
                &call.method,
                "HEAD,GET,PATCH,DELETE",
            )),
        }
    }

    fn read_row(
        &mut self,
        object: Object,
        id: RecordId,
        call: &Call,
    ) -> Result<Response, ApiError> {
        let row = match self.records.tables.of(object).get(id) {
            None => return Err(ApiError::not_found()),
            Some(row) if self.records.sharing.hides(row.id) => return Err(ApiError::not_found()),
            Some(row) if row.is_deleted => return Err(ApiError::entity_is_deleted()),
            Some(row) => row,
        };
        if self.changed_since(id, call, "if-modified-since")? == Some(false) {
            return Ok(answer::empty(StatusCode::NOT_MODIFIED));
        }
        let schema = self.records.schema_of(object);
        let places: Vec<usize> = match call.parameter("fields") {
            None => (0..schema.fields.len()).collect(),
            Some(fields) => {
                let names: Vec<&str> = fields.split(',').collect();
                self.places(object, &names)?
            }
        };
        let mut body = String::new();
        write_record(row, schema, &places, &call.version, &mut body);
        let modified = row.modified_at.to_http_date();
        self.records.count_reads(1);
        let response = answer::json(StatusCode::OK, body);
        Ok(answer::with_header(
            response,
            header::LAST_MODIFIED,
            &modified,
        ))
    }

    /// The places of fields named by a client.
    pub(super) fn places(&self, object: Object, names: &[&str]) -> Result<Vec<usize>, ApiError> {
        let schema = self.records.schema_of(object);
        names
            .iter()
            .map(|name| {
                schema.position(name.trim()).ok_or_else(|| {
                    let message = format!(
                        "No such column '{name}' on sobject of type {}",
                        object.name()
                    );
                    ApiError::bad_request("INVALID_FIELD", message)
                })
            })
            .collect()
    }

    /// Whether the record changed after the instant of that header; nothing without the header.
    fn changed_since(
        &self,
        id: RecordId,
        call: &Call,
        header: &str,
    ) -> Result<Option<bool>, ApiError> {
        let Some(value) = call.headers.get(header).map(HeaderValue::to_str) else {
            return Ok(None);
        };
        let instant = value
            .ok()
            .and_then(|text| Timestamp::from_http_date(text).ok());
        let Some(instant) = instant else {
            let message = format!("Invalid value for header {header}");
            return Err(ApiError::bad_request("INVALID_HEADER", message));
        };
        Ok(self.records.living(id).map(|row| row.modified_at > instant))
    }
}
