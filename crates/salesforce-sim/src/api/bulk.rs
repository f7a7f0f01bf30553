//! Bulk 2.0 query jobs. A job holds the rows as they were when it was made; its result is written
//! while it is sent, so that its size costs no memory. Rows that are hidden by then are left out.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::{HeaderName, Method, StatusCode};
use model::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::answer::{self, Body, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::sharing::Sharing;
use crate::soql::{self, Deleted, ResultSet};
use crate::world::World;

use super::call::Call;
use super::parse_id;

/// How long a job and its results can be asked for.
const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// Jobs that are kept; the oldest are forgotten beyond these.
const JOBS_MAX: usize = 10_000;

/// Rows of a result page unless the request says otherwise.
const PAGE_ROWS: usize = 250_000;

/// Rows written at a time: about 64 KB of the usual columns.
const CHUNK_ROWS: usize = 256;

/// URLs that one page of result pages lists.
const RESULT_PAGES: usize = 5;

/// The Bulk jobs of the last days.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    jobs: BTreeMap<RecordId, Job>,
    made: u64,
}

impl Jobs {
    pub(crate) fn len(&self) -> usize {
        self.jobs.len()
    }
}

#[derive(Debug)]
struct Job {
    id: RecordId,
    object: Object,
    operation: Operation,
    by: RecordId,
    version: String,
    made_at: Timestamp,
    done_at: Timestamp,
    aborted_at: Option<Timestamp>,
    rows: Arc<ResultSet>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Operation {
    #[serde(rename = "query")]
    Query,
    #[serde(rename = "queryAll")]
    QueryAll,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    UploadComplete,
    InProgress,
    JobComplete,
    Aborted,
}

#[derive(Deserialize)]
struct Creation {
    operation: Operation,
    query: String,
}

#[derive(Deserialize)]
struct StateChange {
    state: String,
}

impl Job {
    /// A job rests for a quarter of its time, then works.
    fn state(&self, now: Timestamp) -> State {
        if self.aborted_at.is_some() {
            return State::Aborted;
        }
        let quarter = self.done_at.since(self.made_at) / 4;
        if now >= self.done_at {
            State::JobComplete
        } else if now >= self.made_at.plus(quarter) {
            State::InProgress
        } else {
            State::UploadComplete
        }
    }

    fn to_json(&self, now: Timestamp) -> serde_json::Value {
        let state = self.state(now);
        let stamp = match state {
            State::UploadComplete => self.made_at,
            State::InProgress => now,
            State::JobComplete => self.done_at,
            State::Aborted => self.aborted_at.unwrap_or(now),
        };
        let mut info = json!({
            "id": self.id,
            "operation": match self.operation {
                Operation::Query => "query",
                Operation::QueryAll => "queryAll",
            },
            "object": self.object.name(),
            "createdById": self.by,
            "createdDate": self.made_at.to_salesforce(),
            "systemModstamp": stamp.to_salesforce(),
            "state": match state {
                State::UploadComplete => "UploadComplete",
                State::InProgress => "InProgress",
                State::JobComplete => "JobComplete",
                State::Aborted => "Aborted",
            },
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": self.version.parse::<f64>().unwrap_or_default(),
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        });
        if state != State::UploadComplete {
            let took = self.done_at.since(self.made_at).as_millis();
            let processed = if state == State::JobComplete {
                self.rows.len()
            } else {
                0
            };
            info["jobType"] = "V2Query".into();
            info["numberRecordsProcessed"] = processed.into();
            info["retries"] = 0.into();
            info["totalProcessingTime"] = u64::try_from(took).unwrap_or(u64::MAX).into();
            info["isPkChunkingSupported"] = true.into();
        }
        info
    }
}

impl World {
    pub(super) fn bulk(&mut self, call: &Call) -> Result<Response, ApiError> {
        let now = call.now;
        self.jobs
            .jobs
            .retain(|_, job| now.since(job.made_at) < LIFETIME);
        match (&call.method, &call.segments()[2..]) {
            (&Method::POST, []) => self.create_job(call),
            (&Method::GET, []) => {
                let records: Vec<_> = self
                    .jobs
                    .jobs
                    .values()
                    .map(|job| job.to_json(now))
                    .collect();
                let body = json!({"done": true, "records": records, "nextRecordsUrl": null});
                Ok(answer::json_value(StatusCode::OK, &body))
            }
            (&Method::GET, [id]) => {
                let job = self.job(id)?;
                Ok(answer::json_value(StatusCode::OK, &job.to_json(now)))
            }
            (&Method::PATCH, [id]) => self.abort_job(id, call),
            (&Method::DELETE, [id]) => {
                let id = self.job(id)?.id;
                self.jobs.jobs.remove(&id);
                Ok(answer::no_content())
            }
            (&Method::GET, [id, "results"]) => self.results(id, call),
            (&Method::GET, [id, "resultPages"]) => self.result_pages(id, call),
            (method, [] | [_] | [_, "results" | "resultPages"]) => Err(
                ApiError::method_not_allowed(method, "GET,POST,PATCH,DELETE"),
            ),
            (_, _) => Err(ApiError::not_found()),
        }
    }

    fn job(&self, id: &str) -> Result<&Job, ApiError> {
        self.jobs
            .jobs
            .get(&parse_id(id)?)
            .ok_or_else(ApiError::not_found)
    }

    fn create_job(&mut self, call: &Call) -> Result<Response, ApiError> {
        let Creation { operation, query } = call.json()?;
        let plan = Arc::new(soql::compile(&query, &self.records, call.user, call.now)?);
        if let Some(refusal) = plan.refused_in_bulk() {
            return Err(refusal);
        }
        let deleted = match operation {
            Operation::Query => Deleted::Hidden,
            Operation::QueryAll => Deleted::Included,
        };
        let object = plan.object;
        let rows = soql::run(&plan, &self.records, deleted);
        if self.jobs.jobs.len() >= JOBS_MAX {
            self.jobs.jobs.pop_first();
        }
        self.jobs.made += 1;
        let id = RecordId::new("750", self.jobs.made);
        let job = Job {
            id,
            object,
            operation,
            by: call.user,
            version: call.version.clone(),
            made_at: call.now,
            done_at: call.now.plus(self.options.bulk_duration),
            aborted_at: None,
            rows: Arc::new(rows),
        };
        let body = job.to_json(call.now);
        self.jobs.jobs.insert(id, job);
        Ok(answer::json_value(StatusCode::OK, &body))
    }

    fn abort_job(&mut self, id: &str, call: &Call) -> Result<Response, ApiError> {
        let change: StateChange = call.json()?;
        let id = self.job(id)?.id;
        let job = self
            .jobs
            .jobs
            .get_mut(&id)
            .ok_or_else(ApiError::not_found)?;
        let is_open = matches!(
            job.state(call.now),
            State::UploadComplete | State::InProgress
        );
        if change.state != "Aborted" || !is_open {
            let message = "Can not transition to the requested state";
            return Err(ApiError::bad_request("INVALIDJOBSTATE", message));
        }
        job.aborted_at = Some(call.now);
        Ok(answer::json_value(StatusCode::OK, &job.to_json(call.now)))
    }

    fn results(&mut self, id: &str, call: &Call) -> Result<Response, ApiError> {
        let job = self.finished(id, call)?;
        let from = match call.parameter("locator") {
            None => 0,
            Some(locator) => read_locator(locator)
                .filter(|row| *row < job.rows.len())
                .ok_or_else(|| ApiError::bad_request("INVALID_QUERY_LOCATOR", "invalid locator"))?,
        };
        let asked = call.parameter("maxRecords").map(str::parse::<usize>);
        let asked = asked.transpose().ok().flatten().unwrap_or(PAGE_ROWS).max(1);
        let to = job.rows.len().min(from.saturating_add(asked));
        let is_last = to == job.rows.len();
        let next = if is_last {
            "null".to_owned()
        } else {
            locator(to)
        };
        let sharing = Arc::clone(&self.records.sharing);
        let shown = shown(&job.rows, from..to, &sharing);
        let chunks = Pages {
            rows: Arc::clone(&job.rows),
            sharing,
            next: from,
            end: to,
            head: true,
        };
        let mut response = Response::new(Body::Chunks(Box::new(chunks)));
        for (name, value) in [
            ("content-type", "text/csv; charset=UTF-8".to_owned()),
            ("sforce-locator", next),
            ("sforce-numberofrecords", shown.to_string()),
        ] {
            response = answer::with_header(response, HeaderName::from_static(name), &value);
        }
        self.records.count_reads(shown);
        Ok(response)
    }

    fn result_pages(&mut self, id: &str, call: &Call) -> Result<Response, ApiError> {
        let job = self.finished(id, call)?;
        let base = format!("/services/data/v{}/jobs/query/{}", call.version, job.id);
        let first = call.parameter("locator").map_or(Some(0), read_locator);
        let first = first
            .ok_or_else(|| ApiError::bad_request("INVALID_QUERY_LOCATOR", "invalid locator"))?;
        let starts = (first..job.rows.len().max(1)).step_by(PAGE_ROWS);
        let url = |row: usize| match row {
            0 => format!("{base}/results"),
            row => format!("{base}/results?locator={}", locator(row)),
        };
        let pages: Vec<_> = starts
            .clone()
            .take(RESULT_PAGES)
            .map(|row| json!({"resultUrl": url(row)}))
            .collect();
        let mut body = json!({"resultPages": pages, "done": true});
        if let Some(next) = starts.clone().nth(RESULT_PAGES) {
            body["done"] = false.into();
            body["nextRecordsUrl"] = format!("{base}/resultPages?locator={}", locator(next)).into();
        }
        Ok(answer::json_value(StatusCode::OK, &body))
    }

    /// A job whose results can be read, in the version that made it.
    fn finished(&self, id: &str, call: &Call) -> Result<&Job, ApiError> {
        let job = self.job(id)?;
        if job.version != call.version {
            let message = format!("the job was made with version {}", job.version);
            return Err(ApiError::new(
                StatusCode::CONFLICT,
                "VERSION_MISMATCH",
                message,
            ));
        }
        if job.state(call.now) != State::JobComplete {
            let message = "The job is not complete; its results cannot be read yet";
            return Err(ApiError::bad_request("INVALIDJOBSTATE", message));
        }
        Ok(job)
    }
}

/// Locators are opaque to clients: a row number in disguise.
fn locator(row: usize) -> String {
    STANDARD_NO_PAD.encode(row.to_string())
}

fn read_locator(text: &str) -> Option<usize> {
    let digits = STANDARD_NO_PAD.decode(text).ok()?;
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

fn is_hidden(rows: &ResultSet, at: usize, sharing: &Sharing) -> bool {
    rows.id(at).is_some_and(|id| sharing.hides(id))
}

/// How many of the rows can be seen.
fn shown(rows: &ResultSet, range: Range<usize>, sharing: &Sharing) -> usize {
    if sharing.hides_nothing() {
        return range.len();
    }
    let hidden = range.clone().filter(|at| is_hidden(rows, *at, sharing));
    let hidden = hidden.count();
    range.len() - hidden
}

/// A result page, written piece by piece.
struct Pages {
    rows: Arc<ResultSet>,
    sharing: Arc<Sharing>,
    next: usize,
    end: usize,
    head: bool,
}

impl Iterator for Pages {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut chunk = String::new();
        if std::mem::take(&mut self.head) {
            self.rows.write_csv_head(&mut chunk);
        }
        // A stretch in which everything is hidden does not end the page.
        loop {
            let end = self.end.min(self.next + CHUNK_ROWS);
            for at in self.next..end {
                if !is_hidden(&self.rows, at, &self.sharing) {
                    self.rows.write_csv(at, &mut chunk);
                }
            }
            self.next = end;
            if !chunk.is_empty() || end == self.end {
                return (!chunk.is_empty()).then(|| chunk.into());
            }
        }
    }
}
