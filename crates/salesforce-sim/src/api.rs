//! The REST API under `/services/data`: versions, authentication, the daily limit, and which
//! resource answers what.

mod bulk;
pub(crate) mod call;
mod collections;
mod composite;
mod describe;
mod query;
mod rows;

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::json;

use crate::answer::{self, Request, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::world::World;

pub(crate) use bulk::Jobs;
use call::Call;
pub(crate) use query::Cursors;

/// The oldest and the newest version that are served.
const VERSIONS: std::ops::RangeInclusive<u32> = 31..=67;

/// A URI longer than this is refused.
const URI_BYTES_MAX: usize = 16_384;

impl World {
    /// Answers a request under `/services/data`.
    pub(crate) fn data(&mut self, request: &Request) -> Response {
        let path = request.uri().path();
        if path.trim_end_matches('/') == "/services/data" {
            return versions();
        }
        let response = match self.admit(request) {
            Ok(call) => self.dispatch(&call).unwrap_or_else(Response::from),
            Err(error) => error.into(),
        };
        let usage = format!(
            "api-usage={}/{}",
            self.used_requests, self.options.daily_limit
        );
        let name = http::HeaderName::from_static("sforce-limit-info");
        answer::with_header(response, name, &usage)
    }

    /// Checks version, size, session and limit, in that order, and counts the call.
    fn admit(&mut self, request: &Request) -> Result<Call, ApiError> {
        let uri = request.uri();
        if uri
            .path_and_query()
            .is_some_and(|text| text.as_str().len() > URI_BYTES_MAX)
        {
            return Err(ApiError::new(
                StatusCode::URI_TOO_LONG,
                "URI_TOO_LONG",
                "URI Too Long",
            ));
        }
        let (version, path) = call::versioned_path(uri.path()).ok_or_else(ApiError::not_found)?;
        check_version(&version)?;
        let user = self.authenticate(request.headers())?;
        if self.records.sharing.counts_calls() {
            Arc::make_mut(&mut self.records.sharing).admit_call();
        }
        self.used_requests = self.used_requests.saturating_add(1);
        if self.used_requests > self.options.daily_limit {
            self.used_requests = self.options.daily_limit;
            let message = "TotalRequests Limit exceeded.";
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "REQUEST_LIMIT_EXCEEDED",
                message,
            ));
        }
        let query = call::pairs(uri.query().unwrap_or_default().as_bytes());
        let overridden = query
            .iter()
            .find(|(key, _)| key == "_HttpMethod")
            .and_then(|(_, method)| method.parse().ok());
        let method = match overridden {
            Some(method) if request.method() == Method::POST => method,
            Some(_) | None => request.method().clone(),
        };
        Ok(Call {
            method,
            version,
            path,
            query,
            headers: request.headers().clone(),
            body: request.body().clone(),
            user,
            now: self.now,
        })
    }

    /// Finds the resource. Composites come back here for each of their parts.
    pub(crate) fn dispatch(&mut self, call: &Call) -> Result<Response, ApiError> {
        let path = call.segments();
        match path.as_slice() {
            [] => get_only(call).map(|()| self.resources(call)),
            ["limits"] => get_only(call).map(|()| self.limits()),
            ["limits", "recordCount"] => get_only(call).map(|()| self.record_counts(call)),
            ["sobjects"] => get_only(call).map(|()| self.describe_global(call)),
            ["sobjects", object, "describe"] => {
                get_only(call)?;
                Ok(self.describe_object(self.known(object)?, call))
            }
            ["sobjects", object] => self.object(self.known(object)?, call),
            ["sobjects", object, id] => self.row(self.known(object)?, id, call),
            ["query" | "queryAll", ..] => self.query(call),
            ["composite"] => self.composite(call),
            ["composite", "sobjects"] => self.collections(call),
            ["composite", "sobjects", object] => self.retrieve_many(self.known(object)?, call),
            ["jobs", "query", ..] => self.bulk(call),
            _ => Err(ApiError::not_found()),
        }
    }

    /// An object in a path, as far as apps may know of it.
    fn known(&self, object: &str) -> Result<Object, ApiError> {
        Object::named(object)
            .filter(|object| !self.records.sharing.denies(*object))
            .ok_or_else(ApiError::not_found)
    }

    fn resources(&self, call: &Call) -> Response {
        let base = format!("/services/data/v{}", call.version);
        let identity = format!("{}/id/{}/{}", self.origin, self.org(), call.user);
        answer::json_value(
            StatusCode::OK,
            &json!({
                "composite": format!("{base}/composite"),
                "identity": identity,
                "jobs": format!("{base}/jobs"),
                "limits": format!("{base}/limits"),
                "query": format!("{base}/query"),
                "queryAll": format!("{base}/queryAll"),
                "sobjects": format!("{base}/sobjects"),
            }),
        )
    }

    fn limits(&self) -> Response {
        let daily = self.options.daily_limit;
        let entry =
            |max: u32, used: u32| json!({"Max": max, "Remaining": max.saturating_sub(used)});
        let jobs = u32::try_from(self.jobs.len()).unwrap_or(u32::MAX);
        answer::json_value(
            StatusCode::OK,
            &json!({
                "ConcurrentAsyncGetReportInstances": entry(200, 0),
                "DailyApiRequests": entry(daily, self.used_requests),
                "DailyAsyncApexExecutions": entry(250_000, 0),
                "DailyBulkApiBatches": entry(15_000, 0),
                "DailyBulkV2QueryFileStorageMB": entry(976_562, 0),
                "DailyBulkV2QueryJobs": entry(10_000, jobs),
                "DailyDeliveredPlatformEvents": entry(25_000, 0),
                "DataStorageMB": entry(10_240, 0),
                "FileStorageMB": entry(10_240, 0),
            }),
        )
    }

    fn record_counts(&self, call: &Call) -> Response {
        let asked = call.parameter("sObjects").unwrap_or_default();
        let counts: Vec<_> = asked
            .split(',')
            .filter_map(|name| self.known(name.trim()).ok())
            .map(|object| (object, crate::soql::living(&self.records.tables, object)))
            .filter(|(_, count)| *count > 0)
            .map(|(object, count)| json!({"count": count, "name": object.name()}))
            .collect();
        answer::json_value(StatusCode::OK, &json!({ "sObjects": counts }))
    }
}

fn versions() -> Response {
    const SEASONS: [&str; 3] = ["Spring", "Summer", "Winter"];
    let list: Vec<_> = VERSIONS
        .map(|version| {
            // Version 31 is Summer '14; three releases a year, Winter named after the next year.
            let releases = version - 30;
            let season = SEASONS[releases as usize % 3];
            let year = 14 + releases / 3 + u32::from(releases % 3 == 2);
            json!({
                "label": format!("{season} '{year}"),
                "url": format!("/services/data/v{version}.0"),
                "version": format!("{version}.0"),
            })
        })
        .collect();
    answer::json_value(StatusCode::OK, &list.into())
}

fn check_version(version: &str) -> Result<(), ApiError> {
    let number: Option<u32> = version
        .strip_suffix(".0")
        .and_then(|major| major.parse().ok());
    match number {
        Some(major) if VERSIONS.contains(&major) => Ok(()),
        Some(major) if major < *VERSIONS.start() => Err(ApiError::new(
            StatusCode::GONE,
            "UNSUPPORTED_API_VERSION",
            format!("API version {version} is no longer supported"),
        )),
        Some(_) | None => Err(ApiError::not_found()),
    }
}

fn get_only(call: &Call) -> Result<(), ApiError> {
    match call.method {
        Method::GET | Method::HEAD => Ok(()),
        _ => Err(ApiError::method_not_allowed(&call.method, "GET,HEAD")),
    }
}

/// An id in a path or a list.
fn parse_id(text: &str) -> Result<RecordId, ApiError> {
    text.parse()
        .map_err(|_| ApiError::bad_request("MALFORMED_ID", format!("malformed id {text}")))
}
