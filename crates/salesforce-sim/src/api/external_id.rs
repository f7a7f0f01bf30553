//! `/sobjects/{Object}/{Field}/{value}`: records by a field that identifies them, and upserts.

use http::{Method, StatusCode, header};
use serde_json::Value as Json;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::{Fields, Unmatched, UpsertError, Upserted};
use crate::schema::Object;
use crate::world::World;

use super::call::Call;
use super::conditions;
use super::rows::refuse_id;

/// From this version on an upsert that updates answers with a body.
const TELLS_UPDATES_SINCE: u32 = 46;

impl World {
    /// Reads, writes or deletes the one record whose `field` holds `value`.
    pub(super) fn by_external_id(
        &mut self,
        object: Object,
        field: &str,
        value: &str,
        call: &Call,
    ) -> Result<Response, ApiError> {
        let place = self.key_place(object, field)?;
        match call.method {
            Method::PATCH => self.upsert_row(object, place, value, call),
            Method::GET | Method::HEAD | Method::DELETE => {
                let key = self.records.read_key(object, place, &value.into())?;
                let mut found = self.records.keyed(object, place, &key);
                found.retain(|id| !self.records.sharing.hides(*id));
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
    pub(super) fn key_place(&self, object: Object, field: &str) -> Result<usize, ApiError> {
        let place = self.records.key_place(object, field);
        place.ok_or_else(|| no_such_key(field))
    }

    fn upsert_row(
        &mut self,
        object: Object,
        place: usize,
        value: &str,
        call: &Call,
    ) -> Result<Response, ApiError> {
        let fields: Fields = call.json_of(object.name())?;
        refuse_id(&fields)?;
        let key = self.records.seen_of(object).fields[place].name.clone();
        if fields.keys().any(|name| name.eq_ignore_ascii_case(&key)) {
            let message = format!("The {key} field should not be specified in the sobject data.");
            return Err(ApiError::record("INVALID_FIELD", message, [key]));
        }
        conditions::check_dates(call)?;
        let wanted = self.records.read_key(object, place, &value.into())?;
        if let [id] = self.records.keyed(object, place, &wanted).as_slice()
            && let Ok(row) = self.visible_row(object, *id)
            && let Some(unmet) = conditions::unmet(row, self.records.seen_of(object), call)?
        {
            return Ok(unmet);
        }
        let unmatched = match call.parameter("updateOnly") {
            Some(flag) if flag.eq_ignore_ascii_case("true") => Unmatched::Refuse,
            Some(_) | None => Unmatched::Create,
        };
        let author = call.author()?;
        let value = value.into();
        let upserted = self
            .records
            .upsert(object, place, &value, &fields, unmatched, author);
        match upserted {
            Ok(upserted) => {
                self.note_viewed(upserted.id, call);
                Ok(told(object, upserted, call))
            }
            Err(UpsertError::Several(ids)) => Ok(choices(object, &ids, call)),
            Err(UpsertError::Unmatched) => Err(ApiError::not_found()),
            Err(UpsertError::Refused(error)) => Err(error),
        }
    }
}

/// 201 with the place of a new record; 200, or 204 in earlier versions, for one that was there.
fn told(object: Object, Upserted { id, created }: Upserted, call: &Call) -> Response {
    let tells = call.major() >= TELLS_UPDATES_SINCE;
    let flag = if tells {
        format!(",\"created\":{created}")
    } else {
        String::new()
    };
    let body = format!("{{\"id\":\"{id}\",\"success\":true,\"errors\":[]{flag}}}");
    match (created, tells) {
        (true, _) => {
            let (version, name) = (&call.version, object.name());
            let location = format!("/services/data/v{version}/sobjects/{name}/{id}");
            let response = answer::json(StatusCode::CREATED, body);
            answer::with_header(response, header::LOCATION, &location)
        }
        (false, true) => answer::json(StatusCode::OK, body),
        (false, false) => answer::no_content(),
    }
}

/// Several records hold the value; the client has to choose one.
fn choices(object: Object, ids: &[RecordId], call: &Call) -> Response {
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
