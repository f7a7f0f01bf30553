//! What stands between a request and the resources: size, version, session, the daily limit, and
//! whether the org speaks the formats that the request names.

use std::io::Read as _;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::header::{self, HeaderMap};
use http::{Method, StatusCode};

use crate::answer::Request;
use crate::error::ApiError;
use crate::sharing::Sharing;
use crate::world::World;

use super::call::{self, Call};

/// The oldest and the newest version that are served.
pub(crate) const VERSIONS: std::ops::RangeInclusive<u32> = 31..=67;

/// A URI longer than this is refused, and so is a URI that together with the headers is longer.
const URI_BYTES_MAX: usize = 16_384;

/// The longest body, after it was unpacked. A few kilobytes of gzip can hold gigabytes.
const BODY_BYTES_MAX: usize = 50 * 1024 * 1024;

/// The same for the file of a Bulk job, which looks closer at it.
const UPLOAD_BYTES_MAX: usize = 150 * 1024 * 1024;

/// How long the body of a request may be.
pub(crate) fn body_bytes_max(method: &Method, path: &str) -> usize {
    let is_upload = *method == Method::PUT
        && path.contains("/jobs/ingest/")
        && path.trim_end_matches('/').ends_with("/batches");
    if is_upload {
        UPLOAD_BYTES_MAX
    } else {
        BODY_BYTES_MAX
    }
}

impl World {
    /// Checks size, version, session and limit, in that order, and counts the call.
    pub(super) fn admit(&mut self, request: &Request) -> Result<Call, ApiError> {
        let uri = request.uri();
        check_size(request)?;
        let (version, path) = call::versioned_path(uri.path()).ok_or_else(ApiError::not_found)?;
        check_version(&version)?;
        let user = self.authenticate(request.headers())?;
        if self.records.sharing.counts_calls() {
            self.change_sharing(Sharing::admit_call);
        }
        self.spend_request()?;
        let query = call::pairs(uri.query().unwrap_or_default().as_bytes());
        let call = Call {
            method: method_of(request, &query)?,
            version,
            path,
            query,
            headers: request.headers().clone(),
            body: unpacked(request)?,
            user,
            now: self.now,
        };
        // Bulk jobs carry CSV both ways and look after their own formats.
        if call.path.first().is_none_or(|first| first != "jobs") {
            check_accept(&call.headers)?;
            check_content_type(&call)?;
        }
        Ok(call)
    }

    /// Counts one request of the day, or refuses it.
    pub(super) fn spend_request(&mut self) -> Result<(), ApiError> {
        let spent = self.usage.spend(self.now, self.options.daily_limit);
        spent.map_err(|_| {
            let message = "TotalRequests Limit exceeded.";
            ApiError::new(StatusCode::FORBIDDEN, "REQUEST_LIMIT_EXCEEDED", message)
        })
    }
}

fn check_size(request: &Request) -> Result<(), ApiError> {
    let target = request.uri().path_and_query();
    let uri_bytes = target.map_or(0, |target| target.as_str().len());
    if uri_bytes > URI_BYTES_MAX {
        let status = StatusCode::URI_TOO_LONG;
        return Err(ApiError::new(status, "URI_TOO_LONG", "URI Too Long"));
    }
    let header_bytes: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if uri_bytes + header_bytes > URI_BYTES_MAX {
        return Err(ApiError::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "REQUEST_HEADER_FIELDS_TOO_LARGE",
            "Request Header Fields Too Large",
        ));
    }
    Ok(())
}

/// Refuses versions that were retired, and those that do not exist (yet).
pub(super) fn check_version(version: &str) -> Result<(), ApiError> {
    let number: Option<u32> = version
        .strip_suffix(".0")
        .filter(|major| major.bytes().all(|byte| byte.is_ascii_digit()))
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

/// A `POST` may say that it means another method, for clients that cannot send it.
fn method_of(request: &Request, query: &[(String, String)]) -> Result<Method, ApiError> {
    let meant = query.iter().find(|(key, _)| key == "_HttpMethod");
    match meant {
        Some((_, meant)) if request.method() == Method::POST => {
            let meant = meant.to_ascii_uppercase();
            let known = [
                Method::GET,
                Method::HEAD,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ];
            known
                .into_iter()
                .find(|method| method.as_str() == meant)
                .ok_or_else(|| {
                    let allowed = "HEAD,GET,POST,PUT,PATCH,DELETE";
                    let message =
                        format!("HTTP Method '{meant}' not allowed. Allowed are {allowed}");
                    let status = StatusCode::METHOD_NOT_ALLOWED;
                    ApiError::new(status, "METHOD_NOT_ALLOWED", message)
                })
        }
        Some(_) | None => Ok(request.method().clone()),
    }
}

/// The body without its content encoding.
fn unpacked(request: &Request) -> Result<Bytes, ApiError> {
    let encoding = request
        .headers()
        .get(header::CONTENT_ENCODING)
        .map(|value| value.to_str().unwrap_or_default().trim());
    match encoding {
        None => return Ok(request.body().clone()),
        Some(name) if name.is_empty() || name.eq_ignore_ascii_case("identity") => {
            return Ok(request.body().clone());
        }
        Some(name) if name.eq_ignore_ascii_case("gzip") => {}
        Some(name) => {
            return Err(unsupported_media(format!(
                "Content-Encoding '{name}' is not supported; use 'gzip'"
            )));
        }
    }
    let most = body_bytes_max(request.method(), request.uri().path());
    let bound = u64::try_from(most).unwrap_or(u64::MAX) + 1;
    let mut body = Vec::new();
    let read = MultiGzDecoder::new(request.body().as_ref())
        .take(bound)
        .read_to_end(&mut body);
    if read.is_err() {
        let message = "Not in GZIP format";
        return Err(ApiError::bad_request("JSON_PARSER_ERROR", message));
    }
    if body.len() > most {
        let message = format!("The request is larger than {most} bytes after decompression");
        return Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "EXCEEDED_MAX_SIZE_REQUEST",
            message,
        ));
    }
    Ok(body.into())
}

/// The vendor can answer in XML; this org cannot, and says so instead of sending JSON to somebody
/// who reads nothing but XML.
fn check_accept(headers: &HeaderMap) -> Result<(), ApiError> {
    let ranges = headers.get_all(header::ACCEPT).iter();
    let ranges: Vec<&str> = ranges
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .collect();
    let is_json = |range: &&str| {
        ["application/json", "application/*", "*/*"]
            .iter()
            .any(|json| range.eq_ignore_ascii_case(json))
    };
    let is_xml = |range: &&str| {
        range.eq_ignore_ascii_case("application/xml") || range.eq_ignore_ascii_case("text/xml")
    };
    if ranges.iter().any(is_xml) && !ranges.iter().any(is_json) {
        let message = "Only 'application/json' is available";
        return Err(ApiError::new(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            message,
        ));
    }
    Ok(())
}

fn check_content_type(call: &Call) -> Result<(), ApiError> {
    let writes = [Method::POST, Method::PATCH, Method::PUT].contains(&call.method);
    let Some(named) = call.header("content-type").filter(|_| writes) else {
        return Ok(());
    };
    let essence = named.split(';').next().unwrap_or_default().trim();
    if call.body.is_empty() || essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(unsupported_media(format!(
        "Content type '{essence}' is not supported; use 'application/json'"
    )))
}

fn unsupported_media(message: String) -> ApiError {
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    ApiError::new(status, "UNSUPPORTED_MEDIA_TYPE", message)
}
