//! Lists of jobs, filtered and paged, oldest first.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value as Json, json};

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::world::World;

use super::super::call::Call;

/// Jobs of one answer. UNVERIFIED: the number.
const PAGE_JOBS: usize = 1_000;

/// What a list is narrowed to. Of Bulk 2.0 all jobs are parallel, and none is cut by primary key
/// at the wish of its maker.
struct Filter<'call> {
    job_type: Option<&'call str>,
    wants_chunked: bool,
    wants_serial: bool,
    after: Option<RecordId>,
}

impl<'call> Filter<'call> {
    fn of(call: &'call Call) -> Result<Self, ApiError> {
        let one_of = |name: &str, known: &[&str]| {
            let value = call.parameter(name).filter(|value| !value.is_empty());
            match value {
                Some(value) if !known.iter().any(|known| known.eq_ignore_ascii_case(value)) => {
                    Err(illegal(name, value))
                }
                value => Ok(value),
            }
        };
        let is = |value: Option<&str>, wanted: &str| {
            value.is_some_and(|value| value.eq_ignore_ascii_case(wanted))
        };
        let after = call.parameter("queryLocator").map(|locator| {
            read_locator(locator).ok_or_else(|| {
                ApiError::bad_request("INVALID_QUERY_LOCATOR", "invalid query locator")
            })
        });
        Ok(Self {
            job_type: one_of("jobType", &["Classic", "V2Query", "V2Ingest"])?,
            wants_chunked: is(one_of("isPkChunkingEnabled", &["true", "false"])?, "true"),
            wants_serial: is(
                one_of("concurrencyMode", &["serial", "parallel"])?,
                "serial",
            ),
            after: after.transpose()?,
        })
    }

    fn takes(&self, job_type: &str) -> bool {
        let is_of_type = |wanted: &str| wanted.eq_ignore_ascii_case(job_type);
        !self.wants_chunked && !self.wants_serial && self.job_type.is_none_or(is_of_type)
    }
}

impl World {
    /// `GET jobs/query`.
    pub(super) fn list_queries(&self, call: &Call) -> Result<Response, ApiError> {
        let jobs = self.jobs.queries.iter();
        let infos = jobs.map(|(id, job)| (*id, job.to_json(call.now)));
        listed(infos, "V2Query", "jobs/query", call)
    }
}

/// One page of `jobs`, which are all of that type and sorted by id.
pub(super) fn listed(
    jobs: impl Iterator<Item = (RecordId, Json)>,
    job_type: &str,
    resource: &str,
    call: &Call,
) -> Result<Response, ApiError> {
    let filter = Filter::of(call)?;
    let mut jobs = jobs
        .filter(|_| filter.takes(job_type))
        .filter(|(id, _)| filter.after.is_none_or(|after| *id > after))
        .peekable();
    let page: Vec<(RecordId, Json)> = jobs.by_ref().take(PAGE_JOBS).collect();
    let next = page.last().filter(|_| jobs.peek().is_some());
    let next = next.map(|(last, _)| next_url(*last, resource, call));
    let records: Vec<Json> = page
        .into_iter()
        .map(|(_, mut info)| {
            info["jobType"] = job_type.into();
            info
        })
        .collect();
    let body = json!({"done": next.is_none(), "records": records, "nextRecordsUrl": next});
    Ok(answer::json_value(StatusCode::OK, &body))
}

/// Where the page behind the job `last` is, under the same filters.
fn next_url(last: RecordId, resource: &str, call: &Call) -> String {
    let filters = call.query.iter().filter(|(key, _)| key != "queryLocator");
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(filters)
        .append_pair("queryLocator", &URL_SAFE_NO_PAD.encode(last.short()))
        .finish();
    format!("/services/data/v{}/{resource}?{query}", call.version)
}

fn read_locator(text: &str) -> Option<RecordId> {
    let id = URL_SAFE_NO_PAD.decode(text).ok()?;
    std::str::from_utf8(&id).ok()?.parse().ok()
}

/// UNVERIFIED: what a filter that does not exist is answered with.
fn illegal(name: &str, value: &str) -> ApiError {
    let message = format!("Invalid value '{value}' for parameter {name}");
    ApiError::bad_request("ILLEGAL_QUERY_PARAMETER_VALUE", message)
}
