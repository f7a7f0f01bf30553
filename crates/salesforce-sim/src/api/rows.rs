//! `/sobjects/{Object}` and `/sobjects/{Object}/{Id}`: one record at a time.

use http::header;
use http::{Method, StatusCode};
use serde_json::json;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::record_json::write_record;
use crate::records::Fields;
use crate::row::Row;
use crate::schema::Object;
use crate::world::World;

use super::call::Call;
use super::conditions;
use super::external_id::no_such_key;

impl World {
    pub(super) fn object(&mut self, object: Object, call: &Call) -> Result<Response, ApiError> {
        match call.method {
            Method::GET | Method::HEAD => {
                let body = json!({
                    "objectDescribe": self.global_item(object, call),
                    "recentItems": self.recent_items(object, call),
                });
                Ok(answer::json_value(StatusCode::OK, &body))
            }
            Method::POST => {
                conditions::check_dates(call)?;
                let fields: Fields = call.json_of(object.name())?;
                let id = self.records.create(object, &fields, call.author()?)?;
                self.note_viewed(id, call);
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
        let id = row_id(id)?;
        match call.method {
            Method::GET | Method::HEAD => self.read_row(object, id, call),
            Method::PATCH => {
                let fields: Fields = call.json_of(object.name())?;
                refuse_id(&fields)?;
                conditions::check_dates(call)?;
                if let Ok(row) = self.visible_row(object, id)
                    && let Some(unmet) = conditions::unmet(row, self.records.seen_of(object), call)?
                {
                    return Ok(unmet);
                }
                self.records.update(object, id, &fields, call.author()?)?;
                self.note_viewed(id, call);
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

    /// A record that this app sees and that is not deleted.
    pub(super) fn visible_row(&self, object: Object, id: RecordId) -> Result<&Row, ApiError> {
        match self.records.tables.of(object).get(id) {
            None => Err(ApiError::not_found()),
            Some(row) if self.records.sharing.hides(row.id) => Err(ApiError::not_found()),
            Some(row) if row.is_deleted => Err(ApiError::entity_is_deleted()),
            Some(row) => Ok(row),
        }
    }

    fn read_row(
        &mut self,
        object: Object,
        id: RecordId,
        call: &Call,
    ) -> Result<Response, ApiError> {
        let row = self.visible_row(object, id)?;
        let schema = self.records.seen_of(object);
        if let Some(unmet) = conditions::unmet(row, schema, call)? {
            return Ok(unmet);
        }
        let places: Vec<usize> = match call.parameter("fields") {
            None => schema.shown_places(),
            Some(fields) => {
                let names: Vec<&str> = fields.split(',').collect();
                self.places(object, &names)?
            }
        };
        let mut body = String::new();
        write_record(row, schema, &places, &call.version, &mut body);
        let modified = row.modified_at.to_http_date();
        let tag = conditions::entity_tag(row, schema);
        self.records.count_reads(1);
        self.note_viewed(id, call);
        let response = answer::json(StatusCode::OK, body);
        let response = answer::with_header(response, header::LAST_MODIFIED, &modified);
        Ok(match tag {
            Some(tag) => answer::with_header(response, header::ETAG, &tag),
            None => response,
        })
    }

    /// The places of fields named by a client.
    pub(super) fn places(&self, object: Object, names: &[&str]) -> Result<Vec<usize>, ApiError> {
        let schema = self.records.seen_of(object);
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
}

/// An id in a path. What is not even of an id's form is taken for the name of a key.
pub(super) fn row_id(text: &str) -> Result<RecordId, ApiError> {
    text.parse().map_err(|_| {
        let is_like_id =
            matches!(text.len(), 15 | 18) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_like_id {
            ApiError::bad_request("MALFORMED_ID", format!("malformed id {text}"))
        } else {
            no_such_key(text)
        }
    })
}

/// The id of a record that is addressed has no place in the body.
pub(super) fn refuse_id(fields: &Fields) -> Result<(), ApiError> {
    if fields.keys().any(|name| name.eq_ignore_ascii_case("id")) {
        let message = "The Id field should not be specified in the sobject data.";
        return Err(ApiError::record(
            "INVALID_FIELD",
            message,
            ["Id".to_owned()],
        ));
    }
    Ok(())
}
