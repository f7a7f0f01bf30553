//! Ingest jobs: opened, given one file, closed, carried out chunk by chunk, and told about row by
//! row.
//!
//! The file stays as it came; what became of each of its rows is noted beside it, in its order. A
//! chunk of 200 rows is one transaction of one instant, so that a job under way shows whole chunks
//! and nothing else. When its chunks are due is fixed when the job is closed.

mod columns;
mod creation;
mod keys;
mod multipart;
mod outcome;
mod resource;
mod work;

use std::time::Duration;

use bytes::Bytes;
use model::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::id::RecordId;

use super::head::Head;
use columns::Target;
use outcome::Outcome;

/// Rows of one transaction.
const CHUNK_ROWS: usize = 200;

/// How long a job may stay open.
const OPEN_LIFETIME: Duration = Duration::from_hours(24);

#[derive(Debug)]
pub(super) struct IngestJob {
    pub(super) head: Head,
    operation: Operation,
    assignment_rule: Option<RecordId>,
    /// Where its changes come from, as change events name it.
    origin: String,
    state: State,
    /// When the state, or how much is done, last changed.
    changed_at: Timestamp,
    file: Option<Bytes>,
    work: Work,
}

/// What is done with each row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Operation {
    Insert,
    Update,
    /// By the field of that name.
    Upsert(String),
    Delete,
    HardDelete,
}

/// The operations as clients name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum OperationName {
    Insert,
    Update,
    Upsert,
    Delete,
    HardDelete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    UploadComplete,
    InProgress,
    JobComplete,
    Failed,
    Aborted,
}

/// What is to be done, and what was done.
#[derive(Debug, Default)]
struct Work {
    /// What the columns of the file are; none before the job begins.
    targets: Vec<Target>,
    /// The head of the file: as it came, and the names in it.
    head: String,
    names: Vec<String>,
    /// Where each row begins.
    rows: Vec<u32>,
    /// What became of the first rows.
    outcomes: Vec<Outcome>,
    failed: usize,
    /// Why nothing can be done.
    failure: Option<String>,
    /// When it begins, and when it is over.
    begins_at: Timestamp,
    done_at: Timestamp,
}

impl Operation {
    fn name(&self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Upsert(_) => "upsert",
            Self::Delete => "delete",
            Self::HardDelete => "hardDelete",
        }
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::UploadComplete => "UploadComplete",
            Self::InProgress => "InProgress",
            Self::JobComplete => "JobComplete",
            Self::Failed => "Failed",
            Self::Aborted => "Aborted",
        }
    }

    /// What a state that is over is called in a refusal; nothing for the others.
    fn past(self) -> Option<&'static str> {
        match self {
            Self::Open | Self::UploadComplete | Self::InProgress => None,
            Self::JobComplete => Some("Completed"),
            Self::Failed => Some("Failed"),
            Self::Aborted => Some("Aborted"),
        }
    }
}

impl IngestJob {
    /// Aborts the job if nobody closed it for so long. UNVERIFIED: that this is its state then.
    pub(super) fn give_up_if_open(&mut self, now: Timestamp) {
        if self.state == State::Open && now.since(self.head.made_at) >= OPEN_LIFETIME {
            self.state = State::Aborted;
            self.changed_at = self.head.made_at.plus(OPEN_LIFETIME);
            self.file = None;
        }
    }

    /// The information about the job; while it is open there is less of it.
    pub(super) fn to_json(&self) -> Json {
        let mut info = self
            .head
            .to_json(self.operation.name(), self.state.name(), self.changed_at);
        info["contentUrl"] = format!(
            "services/data/v{}/jobs/ingest/{}/batches",
            self.head.version, self.head.id
        )
        .into();
        if let Operation::Upsert(field) = &self.operation {
            info["externalIdFieldName"] = field.as_str().into();
        }
        if let Some(rule) = self.assignment_rule {
            info["assignmentRuleId"] = rule.to_string().into();
        }
        info
    }

    /// What is told to those who ask about a job that exists.
    pub(super) fn to_full_json(&self) -> Json {
        let mut info = self.to_json();
        if self.state != State::Open {
            // Only an open job can be uploaded to.
            info.as_object_mut().map(|info| info.remove("contentUrl"));
        }
        let work = &self.work;
        let worked = if self.state == State::Open {
            0
        } else {
            let worked = self.changed_at.since(work.begins_at).as_millis();
            u64::try_from(worked).unwrap_or(u64::MAX)
        };
        info["jobType"] = "V2Ingest".into();
        info["numberRecordsProcessed"] = work.outcomes.len().into();
        info["numberRecordsFailed"] = work.failed.into();
        info["retries"] = 0.into();
        info["totalProcessingTime"] = worked.into();
        info["apiActiveProcessingTime"] = worked.into();
        info["apexProcessingTime"] = 0.into();
        let failure = work.failure.as_ref();
        if let Some(failure) = failure.filter(|_| self.state == State::Failed) {
            info["errorMessage"] = failure.as_str().into();
        }
        info
    }
}
