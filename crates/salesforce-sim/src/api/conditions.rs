//! Conditional requests for one record: dates for every object, entity tags for Accounts only.
//! (Vendor: "REST API Developer Guide", Conditional Requests.)

use http::header::{self, HeaderName};
use http::{Method, StatusCode};
use model::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::record_json::write_record;
use crate::row::Row;
use crate::schema::{Object, ObjectSchema};

use super::call::Call;

/// The answer that ends the request, if a condition of it is not met by `row`.
pub(super) fn unmet(
    row: &Row,
    schema: &ObjectSchema,
    call: &Call,
) -> Result<Option<Response>, ApiError> {
    // Deletions know no conditions.
    if call.method == Method::DELETE {
        return Ok(None);
    }
    check_dates(call)?;
    let failed = || Ok(Some(answer::empty(StatusCode::PRECONDITION_FAILED)));
    let unchanged = || {
        let status = if reads(call) {
            StatusCode::NOT_MODIFIED
        } else {
            StatusCode::PRECONDITION_FAILED
        };
        Ok(Some(answer::empty(status)))
    };
    if let Some(tag) = entity_tag(row, schema) {
        if call
            .header("if-match")
            .is_some_and(|listed| !lists(listed, &tag))
        {
            return failed();
        }
        if let Some(listed) = call.header("if-none-match") {
            // A tag is exacter than a date, which then no longer counts.
            return if lists(listed, &tag) {
                unchanged()
            } else {
                Ok(None)
            };
        }
    }
    if date(call, &header::IF_UNMODIFIED_SINCE).is_some_and(|since| row.modified_at > since) {
        return failed();
    }
    if date(call, &header::IF_MODIFIED_SINCE).is_some_and(|since| row.modified_at <= since) {
        return unchanged();
    }
    Ok(None)
}

/// Refuses a date that a write cannot be judged by. Reads ignore it.
pub(super) fn check_dates(call: &Call) -> Result<(), ApiError> {
    if reads(call) {
        return Ok(());
    }
    for (name, shown) in [
        (header::IF_MODIFIED_SINCE, "If-Modified-Since"),
        (header::IF_UNMODIFIED_SINCE, "If-Unmodified-Since"),
    ] {
        if call.headers.contains_key(&name) && date(call, &name).is_none() {
            let message = format!("Invalid value for header {shown}");
            return Err(ApiError::bad_request("INVALID_HEADER", message));
        }
    }
    Ok(())
}

/// What changes whenever the record does; only Accounts have one.
pub(super) fn entity_tag(row: &Row, schema: &ObjectSchema) -> Option<String> {
    if row.object() != Object::Account {
        return None;
    }
    let places: Vec<usize> = (0..schema.fields.len()).collect();
    let mut text = String::new();
    write_record(row, schema, &places, "", &mut text);
    Some(format!("\"{:016x}\"", xxh3_64(text.as_bytes())))
}

fn reads(call: &Call) -> bool {
    call.method == Method::GET || call.method == Method::HEAD
}

fn date(call: &Call, name: &HeaderName) -> Option<Timestamp> {
    let text = call.headers.get(name)?.to_str().ok()?;
    Timestamp::from_http_date(text).ok()
}

/// Whether a list of tags holds `tag`, be it as a weak one.
fn lists(listed: &str, tag: &str) -> bool {
    listed
        .split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}
