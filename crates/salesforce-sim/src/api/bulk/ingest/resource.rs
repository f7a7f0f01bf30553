//! `jobs/ingest`: what clients ask of a job.

use http::{Method, StatusCode, header};

use crate::answer::{self, Body, Response};
use crate::error::ApiError;
use crate::world::World;

use super::super::super::call::Call;
use super::super::super::parse_id;
use super::super::listing::listed;
use super::super::query::StateChange;
use super::super::{JOBS_MAX, major_version, wrong_state};
use super::creation::{Creation, invalid_job};
use super::outcome::Part;
use super::{IngestJob, State, Work, multipart};

/// An upload must not be longer than this after the vendor wrote it in base64.
const ENCODED_BYTES_MAX: usize = 150 * 1024 * 1024;

impl World {
    pub(in super::super) fn ingest_jobs(
        &mut self,
        path: &[&str],
        call: &Call,
    ) -> Result<Response, ApiError> {
        match (&call.method, path) {
            (&Method::POST, []) => self.create_ingest(call),
            (&Method::GET, []) => {
                let jobs = self.jobs.ingests.iter();
                let infos = jobs.map(|(id, job)| (*id, job.to_full_json()));
                listed(infos, "V2Ingest", "jobs/ingest", call)
            }
            (&Method::GET, [id]) => {
                let info = self.ingest_job(id)?.to_full_json();
                Ok(answer::json_value(StatusCode::OK, &info))
            }
            (&Method::PATCH, [id]) => self.change_ingest(id, call),
            (&Method::DELETE, [id]) => self.delete_ingest(id),
            (&Method::PUT, [id, "batches"]) => self.upload(id, call),
            (method, [_, "batches"]) => Err(ApiError::method_not_allowed(method, "PUT")),
            (&Method::GET, [id, part]) => match Part::named(part) {
                Some(part) => self.ingest_results(id, part, call),
                None => Err(ApiError::not_found()),
            },
            (method, []) => Err(ApiError::method_not_allowed(method, "GET,POST")),
            (method, [_]) => Err(ApiError::method_not_allowed(method, "GET,PATCH,DELETE")),
            (method, [_, part]) if Part::named(part).is_some() => {
                Err(ApiError::method_not_allowed(method, "GET"))
            }
            (_, _) => Err(ApiError::not_found()),
        }
    }

    fn ingest_job(&self, id: &str) -> Result<&IngestJob, ApiError> {
        let job = self.jobs.ingests.get(&parse_id(id)?);
        job.ok_or_else(ApiError::not_found)
    }

    fn ingest_job_mut(&mut self, id: &str) -> Result<&mut IngestJob, ApiError> {
        let job = self.jobs.ingests.get_mut(&parse_id(id)?);
        job.ok_or_else(ApiError::not_found)
    }

    fn create_ingest(&mut self, call: &Call) -> Result<Response, ApiError> {
        let boundary = call.header("content-type").and_then(multipart::boundary);
        let job = if let Some(boundary) = boundary {
            let parts = multipart::parts(&call.body, boundary)?;
            let asked = Call {
                body: call.body.slice_ref(parts.job),
                ..call.clone()
            };
            let mut job = self.new_ingest(&asked.json::<Creation>()?, call)?;
            job.file = Some(call.body.slice_ref(parts.content));
            self.close(&mut job, call);
            job
        } else {
            self.new_ingest(&call.json::<Creation>()?, call)?
        };
        let info = job.to_json();
        if self.jobs.ingests.len() >= JOBS_MAX {
            self.jobs.ingests.pop_first();
        }
        self.jobs.ingests.insert(job.head.id, job);
        Ok(answer::json_value(StatusCode::OK, &info))
    }

    /// Takes the file of a job. There is one, and it is sent once.
    fn upload(&mut self, id: &str, call: &Call) -> Result<Response, ApiError> {
        let job = self.ingest_job_mut(id)?;
        if job.state != State::Open {
            let message = format!("A job in state {} takes no data", job.state.name());
            return Err(wrong_state(message));
        }
        let media = call.header("content-type").unwrap_or("text/csv");
        let media = media.split(';').next().unwrap_or_default().trim();
        if !media.eq_ignore_ascii_case("text/csv") {
            let message = format!("Content type '{media}' is not supported; use 'text/csv'");
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(ApiError::new(status, "UNSUPPORTED_MEDIA_TYPE", message));
        }
        if job.file.is_some() {
            return Err(ApiError::bad_request(
                "INVALIDJOB",
                format!(
                    "Found multiple contents for job: <{}>, please 'Close' / 'Abort' / 'Delete' \
                     the current Job then create a new Job and make sure you only do 'PUT' once \
                     on a given Job.",
                    job.head.id
                ),
            ));
        }
        if call.body.is_empty() {
            return Err(invalid_job("Unable to find any data to process"));
        }
        if call.body.len().div_ceil(3) * 4 > ENCODED_BYTES_MAX {
            let message = "The upload is larger than 150 MB after it was encoded in base64";
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return Err(ApiError::new(status, "EXCEEDED_MAX_SIZE_REQUEST", message));
        }
        job.file = Some(call.body.clone());
        Ok(answer::empty(StatusCode::CREATED))
    }

    fn change_ingest(&mut self, id: &str, call: &Call) -> Result<Response, ApiError> {
        let change: StateChange = call.json()?;
        let id = self.ingest_job(id)?.head.id;
        let mut job = self
            .jobs
            .ingests
            .remove(&id)
            .ok_or_else(ApiError::not_found)?;
        let changed = match change.state.as_str() {
            "UploadComplete" => self.close_opened(&mut job, call),
            "Aborted" => abort(&mut job, call),
            other => Err(wrong_state(format!(
                "An ingest job cannot be set to state '{other}'"
            ))),
        };
        let info = job.to_json();
        self.jobs.ingests.insert(id, job);
        changed.map(|()| answer::json_value(StatusCode::OK, &info))
    }

    fn close_opened(&mut self, job: &mut IngestJob, call: &Call) -> Result<(), ApiError> {
        if job.state != State::Open {
            let state = job.state.past().unwrap_or(job.state.name());
            return Err(wrong_state(format!(
                "Closing already {state} Job not allowed"
            )));
        }
        if job.head.by != call.user {
            let message = "Only the user who created a job can close it";
            let status = StatusCode::FORBIDDEN;
            return Err(ApiError::new(status, "INSUFFICIENT_ACCESS", message));
        }
        self.close(job, call);
        Ok(())
    }

    /// From now on the job waits for its turn.
    fn close(&mut self, job: &mut IngestJob, call: &Call) {
        let file = job.file.as_deref().unwrap_or_default();
        job.work = Work::planned(file, job.head.dialect, call.now, self.bulk_duration());
        job.state = State::UploadComplete;
        job.changed_at = call.now;
        self.jobs.agenda.insert((job.work.begins_at, job.head.id));
    }

    fn delete_ingest(&mut self, id: &str) -> Result<Response, ApiError> {
        let job = self.ingest_job(id)?;
        match job.state {
            State::UploadComplete | State::JobComplete | State::Failed | State::Aborted => {
                let id = job.head.id;
                self.jobs.ingests.remove(&id);
                Ok(answer::no_content())
            }
            State::Open | State::InProgress => {
                let message = format!("A job in state {} cannot be deleted", job.state.name());
                Err(wrong_state(message))
            }
        }
    }

    fn ingest_results(&self, id: &str, part: Part, call: &Call) -> Result<Response, ApiError> {
        let job = self.ingest_job(id)?;
        if !job.has_results() {
            let message = format!(
                "The job is in state {}; it has no results",
                job.state.name()
            );
            return Err(wrong_state(message));
        }
        let file = job.part(part, major_version(call));
        let response = Response::new(Body::Full(file.into()));
        let media = "text/csv; charset=UTF-8";
        Ok(answer::with_header(response, header::CONTENT_TYPE, media))
    }
}

/// Ends a job that is not over. Chunks that were done stay done.
fn abort(job: &mut IngestJob, call: &Call) -> Result<(), ApiError> {
    if let Some(state) = job.state.past() {
        return Err(wrong_state(format!(
            "Aborting already {state} Job not allowed"
        )));
    }
    if job.state == State::Open {
        // What was uploaded so far was not read yet; its rows are listed as unprocessed.
        let file = job.file.as_deref().unwrap_or_default();
        let none = std::time::Duration::ZERO;
        job.work = Work::planned(file, job.head.dialect, call.now, none);
    }
    job.state = State::Aborted;
    job.changed_at = call.now;
    Ok(())
}
