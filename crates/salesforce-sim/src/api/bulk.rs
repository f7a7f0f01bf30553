//! Bulk API 2.0 under `jobs/`: queries into files, and files into records.
//!
//! A job is made at once and worked on later, by the world's clock: nothing here runs beside the
//! requests. Query jobs hold the rows as they were when the job was made; ingest jobs write
//! through `records` like everybody else, so many rows at a time. What a job's files look like is
//! fixed when it is made. Jobs are forgotten after seven days, and are not part of a saved org.
//!
//! Start at [`World::bulk`]. `query` and `results` read, `ingest` writes, `csv` knows the format.

mod columns;
mod csv;
mod dialect;
mod head;
mod ingest;
mod listing;
mod packed;
mod query;
mod results;
mod switches;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use http::Method;
use model::Timestamp;

use crate::answer::Response;
use crate::error::ApiError;
use crate::id::RecordId;
use crate::world::World;

use super::call::Call;
use super::parse_id;
pub(crate) use csv::reads_any_bytes;
use ingest::IngestJob;
use query::QueryJob;
pub use switches::BulkSwitches;

/// How long a job and its results can be asked for.
const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// The window of the daily limits. It rolls.
const DAY: Duration = Duration::from_hours(24);

/// Jobs of one kind that are kept; the oldest are forgotten beyond these.
const JOBS_MAX: usize = 10_000;

/// Bulk 2.0 queries exist from this version on, ingest jobs from that one.
const QUERY_SINCE: u32 = 47;
const INGEST_SINCE: u32 = 41;

/// The Bulk jobs of the last days.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    queries: BTreeMap<RecordId, QueryJob>,
    /// When the query jobs of the last day were made, forgotten ones as well.
    queries_made: VecDeque<Timestamp>,
    ingests: BTreeMap<RecordId, IngestJob>,
    /// When which ingest job has something to do.
    agenda: BTreeSet<(Timestamp, RecordId)>,
    /// When the jobs were worked on last.
    worked_until: Timestamp,
    /// How many there ever were; no id is given out twice.
    pub(crate) made: u64,
    pub(crate) switches: BulkSwitches,
}

impl Jobs {
    /// Query jobs of the last 24 hours.
    pub(crate) fn queries_of_the_day(&self, now: Timestamp) -> u32 {
        let recent = |made: &&Timestamp| now.since(**made) < DAY;
        let count = self.queries_made.iter().filter(recent).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The id of the next job.
    fn next_id(&mut self) -> RecordId {
        self.made += 1;
        RecordId::new("750", self.made)
    }

    fn forget_old(&mut self, now: Timestamp) {
        self.queries
            .retain(|_, job| now.since(job.head.made_at) < LIFETIME);
        self.ingests.retain(|_, job| {
            job.give_up_if_open(now);
            now.since(job.head.made_at) < LIFETIME
        });
        while self
            .queries_made
            .front()
            .is_some_and(|made| now.since(*made) >= DAY)
        {
            self.queries_made.pop_front();
        }
    }
}

impl World {
    /// Answers a request under `jobs/`.
    pub(super) fn bulk(&mut self, call: &Call) -> Result<Response, ApiError> {
        self.jobs.forget_old(call.now);
        match call.segments().get(1..) {
            Some(["query", rest @ ..]) if major_version(call) >= QUERY_SINCE => {
                self.query_jobs(rest, call)
            }
            Some(["ingest", rest @ ..]) if major_version(call) >= INGEST_SINCE => {
                self.ingest_jobs(rest, call)
            }
            Some(_) | None => Err(ApiError::not_found()),
        }
    }

    fn query_jobs(&mut self, path: &[&str], call: &Call) -> Result<Response, ApiError> {
        match (&call.method, path) {
            (&Method::POST, []) => self.create_query(call),
            (&Method::GET, []) => self.list_queries(call),
            (&Method::GET, [id]) => self.show_query(id, call),
            (&Method::PATCH, [id]) => self.abort_query(id, call),
            (&Method::DELETE, [id]) => self.delete_query(id, call),
            (&Method::GET, [id, "results"]) => self.query_results(id, call),
            (&Method::GET, [id, "resultPages"]) => self.query_result_pages(id, call),
            (method, []) => Err(ApiError::method_not_allowed(method, "GET,POST")),
            (method, [_]) => Err(ApiError::method_not_allowed(method, "GET,PATCH,DELETE")),
            (method, [_, "results" | "resultPages"]) => {
                Err(ApiError::method_not_allowed(method, "GET"))
            }
            (_, _) => Err(ApiError::not_found()),
        }
    }
}

/// The version of a call, `67.0`, as a number.
fn major_version(call: &Call) -> u32 {
    let major = call.version.split('.').next();
    major.and_then(|major| major.parse().ok()).unwrap_or(0)
}

/// A job cannot become or give what is asked of it. UNVERIFIED: the words, and whether it is 400.
fn wrong_state(message: impl Into<String>) -> ApiError {
    ApiError::bad_request("INVALIDJOBSTATE", message)
}
