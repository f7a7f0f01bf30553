//! Query jobs: made, watched, aborted, deleted. Their results are read in `results`.
//!
//! A job rests for a quarter of its time and works for the rest. Its rows are those of the instant
//! at which it was made, whatever happens to the records meanwhile.

use std::sync::Arc;

use http::StatusCode;
use model::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::soql::{self, Deleted, ResultSet};
use crate::world::World;

use super::super::call::Call;
use super::super::held::{PLACES_MAX, forget_oldest};
use super::dialect::{Delimiter, Dialect, LineEnding};
use super::head::Head;
use super::{JOBS_MAX, parse_id, wrong_state};

/// How often a batch is tried before its job fails ("Bulk API limits").
const RETRIES: u32 = 20;

#[derive(Debug)]
pub(super) struct QueryJob {
    pub(super) head: Head,
    operation: Operation,
    done_at: Timestamp,
    aborted_at: Option<Timestamp>,
    rows: Arc<ResultSet>,
    /// What is said at the end, if this job is to fail.
    failure: Option<String>,
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
    Failed,
    Aborted,
}

/// What a client sends to make a job.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Creation {
    operation: Operation,
    query: String,
    content_type: Option<String>,
    column_delimiter: Option<Delimiter>,
    line_ending: Option<LineEnding>,
}

#[derive(Deserialize)]
pub(super) struct StateChange {
    pub(super) state: String,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::QueryAll => "queryAll",
        }
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::UploadComplete => "UploadComplete",
            Self::InProgress => "InProgress",
            Self::JobComplete => "JobComplete",
            Self::Failed => "Failed",
            Self::Aborted => "Aborted",
        }
    }

    /// Whether there is nothing more to come.
    fn is_over(self) -> bool {
        match self {
            Self::UploadComplete | Self::InProgress => false,
            Self::JobComplete | Self::Failed | Self::Aborted => true,
        }
    }
}

impl QueryJob {
    pub(super) fn id(&self) -> RecordId {
        self.head.id
    }

    pub(super) fn rows(&self) -> &Arc<ResultSet> {
        &self.rows
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.head.dialect
    }

    fn begins_at(&self) -> Timestamp {
        let quarter = self.done_at.since(self.head.made_at) / 4;
        self.head.made_at.plus(quarter)
    }

    fn state(&self, now: Timestamp) -> State {
        if self.aborted_at.is_some() {
            State::Aborted
        } else if now >= self.done_at && self.failure.is_some() {
            State::Failed
        } else if now >= self.done_at {
            State::JobComplete
        } else if now >= self.begins_at() {
            State::InProgress
        } else {
            State::UploadComplete
        }
    }

    /// Rows that were written into the result at `now`.
    fn processed(&self, now: Timestamp) -> usize {
        let until = self.aborted_at.map_or(now, |aborted| aborted.min(now));
        let all = self.done_at.since(self.begins_at()).as_millis();
        let worked = until.since(self.begins_at()).as_millis();
        if self.failure.is_some() {
            return 0;
        }
        if worked >= all && until >= self.done_at {
            return self.rows.len();
        }
        let share = self.rows.len() as u128 * worked / all.max(1);
        usize::try_from(share).unwrap_or(self.rows.len())
    }

    /// The information about the job for who asks; the answer to its creation has less of it.
    pub(super) fn to_json(&self, now: Timestamp) -> Json {
        let state = self.state(now);
        let stamp = match state {
            State::UploadComplete => self.head.made_at,
            State::InProgress => now,
            State::JobComplete | State::Failed => self.done_at,
            State::Aborted => self.aborted_at.unwrap_or(now),
        };
        let mut info = self
            .head
            .to_json(self.operation.name(), state.name(), stamp);
        let took = stamp.min(self.done_at).since(self.begins_at()).as_millis();
        let has_failed = state == State::Failed;
        info["jobType"] = "V2Query".into();
        info["numberRecordsProcessed"] = self.processed(now).into();
        info["retries"] = if has_failed { RETRIES } else { 0 }.into();
        info["totalProcessingTime"] = u64::try_from(took).unwrap_or(u64::MAX).into();
        info["isPkChunkingSupported"] = true.into();
        if let Some(failure) = self.failure.as_ref().filter(|_| has_failed) {
            info["errorMessage"] = failure.as_str().into();
        }
        info
    }
}

impl World {
    pub(super) fn create_query(&mut self, call: &Call) -> Result<Response, ApiError> {
        let asked: Creation = call.json()?;
        let dialect = dialect(
            asked.content_type.as_deref(),
            asked.column_delimiter,
            asked.line_ending,
        )?;
        let plan = soql::compile(&asked.query, &self.records, call.user, call.now)?;
        if let Some(refusal) = plan.refused_in_bulk() {
            return Err(refusal);
        }
        self.admit_query(call.now)?;
        let deleted = match asked.operation {
            Operation::Query => Deleted::Hidden,
            Operation::QueryAll => Deleted::Included,
        };
        let object = plan.object;
        let rows = soql::run(&Arc::new(plan), &self.records, deleted);
        let head = Head {
            id: self.jobs.next_id(),
            object,
            by: call.user,
            version: call.version.clone(),
            made_at: call.now,
            dialect,
        };
        let job = QueryJob {
            head,
            operation: asked.operation,
            done_at: call.now.plus(self.bulk_duration()),
            aborted_at: None,
            rows: Arc::new(rows),
            failure: self.jobs.switches.next_failure(),
        };
        let body = job.head.to_json(
            job.operation.name(),
            State::UploadComplete.name(),
            job.head.made_at,
        );
        if self.jobs.queries.len() >= JOBS_MAX {
            self.jobs.queries.pop_first();
        }
        self.jobs.queries.insert(job.id(), job);
        forget_oldest(&mut self.jobs.queries, PLACES_MAX, |job| job.rows.places());
        Ok(answer::json_value(StatusCode::OK, &body))
    }

    /// Counts a query job of the day, or refuses it.
    fn admit_query(&mut self, now: Timestamp) -> Result<(), ApiError> {
        let (used, limit) = (
            self.jobs.queries_of_the_day(now),
            self.jobs.switches.daily_query_jobs,
        );
        if used >= limit {
            let message =
                format!("Max bulk v2 query jobs ({limit}) per 24 hrs has been reached ({used})");
            return Err(ApiError::bad_request("LIMIT_EXCEEDED", message));
        }
        self.jobs.queries_made.push_back(now);
        Ok(())
    }

    fn query_job(&self, id: &str) -> Result<&QueryJob, ApiError> {
        let job = self.jobs.queries.get(&parse_id(id)?);
        job.ok_or_else(ApiError::not_found)
    }

    pub(super) fn show_query(&self, id: &str, call: &Call) -> Result<Response, ApiError> {
        let job = self.query_job(id)?;
        Ok(answer::json_value(StatusCode::OK, &job.to_json(call.now)))
    }

    pub(super) fn abort_query(&mut self, id: &str, call: &Call) -> Result<Response, ApiError> {
        let change: StateChange = call.json()?;
        let now = call.now;
        let id = self.query_job(id)?.id();
        let job = self.jobs.queries.get_mut(&id);
        let job = job.ok_or_else(ApiError::not_found)?;
        let state = job.state(now);
        if change.state != "Aborted" {
            let message = format!("A query job cannot be set to state '{}'", change.state);
            return Err(wrong_state(message));
        }
        if state.is_over() {
            let message = format!("Aborting already {} Job not allowed", past(state));
            return Err(wrong_state(message));
        }
        job.aborted_at = Some(now);
        Ok(answer::json_value(StatusCode::OK, &job.to_json(now)))
    }

    pub(super) fn delete_query(&mut self, id: &str, call: &Call) -> Result<Response, ApiError> {
        let job = self.query_job(id)?;
        let state = job.state(call.now);
        if !state.is_over() {
            let message = format!("A job in state {} cannot be deleted", state.name());
            return Err(wrong_state(message));
        }
        let id = job.id();
        self.jobs.queries.remove(&id);
        Ok(answer::no_content())
    }

    /// A job whose results can be read, in the version that made it.
    pub(super) fn finished_query(&self, id: &str, call: &Call) -> Result<&QueryJob, ApiError> {
        let job = self.query_job(id)?;
        if job.head.version != call.version {
            let message = format!("the job was made with version {}", job.head.version);
            let status = StatusCode::CONFLICT;
            return Err(ApiError::new(status, "VERSION_MISMATCH", message));
        }
        let state = job.state(call.now);
        if state != State::JobComplete {
            let message = format!("The job is in state {}; it has no results", state.name());
            return Err(wrong_state(message));
        }
        Ok(job)
    }
}

/// The form of a job's files, as far as it is CSV.
pub(super) fn dialect(
    content_type: Option<&str>,
    delimiter: Option<Delimiter>,
    ending: Option<LineEnding>,
) -> Result<Dialect, ApiError> {
    if let Some(media) = content_type.filter(|media| !media.eq_ignore_ascii_case("CSV")) {
        let message = format!("InvalidJob : Unsupported contentType: {media}");
        return Err(ApiError::bad_request("INVALIDJOB", message));
    }
    Ok(Dialect {
        delimiter: delimiter.unwrap_or_default(),
        ending: ending.unwrap_or_default(),
    })
}

/// What a state that is over is called in a refusal.
fn past(state: State) -> &'static str {
    match state {
        State::JobComplete => "Completed",
        State::Failed => "Failed",
        State::Aborted => "Aborted",
        State::UploadComplete | State::InProgress => "running",
    }
}
