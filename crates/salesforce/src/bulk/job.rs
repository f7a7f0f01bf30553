//! The life of a job at Salesforce, the same for queries and for ingest.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tokio::time::Instant;

use crate::call::{Call, json};
use crate::{ApiVersion, Client, SalesforceError};

/// Between two looks at a job: from the first to the longest, each longer by a half.
const FIRST_LOOK: Duration = Duration::from_millis(100);
const LOOK_MAX: Duration = Duration::from_secs(10);

/// A job for a few million rows takes minutes; one that takes longer is stuck behind others.
const JOB_TIME_MAX: Duration = Duration::from_hours(1);

/// A job that Salesforce knows, and the version it was created in: its files must be asked for in
/// the same one.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    kind: Kind,
    id: String,
    version: ApiVersion,
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It reads.
    Query,
    /// It writes.
    Ingest,
}

/// What Salesforce tells of a job.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobWire {
    id: String,
    state: String,
    #[serde(default)]
    error_message: Option<String>,
    #[serde(default)]
    pub(crate) number_records_processed: Option<u64>,
    #[serde(default)]
    pub(crate) number_records_failed: Option<u64>,
}

/// What a job's state means for who waits for it.
#[derive(Debug)]
enum Progress {
    Waiting,
    Ended(JobEnd),
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// All its rows were tried.
    Complete,
    /// Salesforce gave it up, after some rows or before the first.
    Failed {
        /// Salesforce's words.
        message: String,
    },
    /// Somebody stopped it, after some rows or before the first.
    Aborted,
}

impl Kind {
    const fn path(self) -> &'static str {
        match self {
            Self::Query => "jobs/query",
            Self::Ingest => "jobs/ingest",
        }
    }
}

impl JobWire {
    /// What people are told should have come.
    const EXPECTED: &'static str = "a bulk job";

    /// What Salesforce says of how it stands, at least the state.
    pub(crate) fn words(&self) -> String {
        let words = self.error_message.as_ref();
        words.unwrap_or(&self.state).clone()
    }

    fn progress(&self) -> Progress {
        match self.state.as_str() {
            "JobComplete" => Progress::Ended(JobEnd::Complete),
            "Failed" => Progress::Ended(JobEnd::Failed {
                message: self.words(),
            }),
            "Aborted" => Progress::Ended(JobEnd::Aborted),
            // `Open`, `UploadComplete`, `InProgress`, and whatever may come to stand between them.
            _ => Progress::Waiting,
        }
    }
}

impl Job {
    /// Creates a job. Sent once: one that is created without our learning it does nothing (an
    /// ingest job without data), or reads in vain (a query). Also what was told of it.
    pub(crate) async fn created(
        client: &Client,
        kind: Kind,
        what: &impl serde::Serialize,
    ) -> Result<(Self, JobWire), SalesforceError> {
        let version = client.api_version().await?;
        let call = Call::post(kind.path(), what).in_version(version);
        let told: JobWire = json(&client.once(&call).await?, JobWire::EXPECTED)?;
        let job = Self {
            kind,
            id: told.id.clone(),
            version,
        };
        Ok((job, told))
    }

    /// The id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The path of something of the job, below the root of its version.
    pub(crate) fn path(&self, below: &str) -> String {
        let id = utf8_percent_encode(&self.id, NON_ALPHANUMERIC);
        format!("{}/{id}{below}", self.kind.path())
    }

    /// A call of a version of its own is bound to the job's.
    pub(crate) fn bound(&self, call: Call) -> Call {
        call.in_version(self.version)
    }

    /// Asks for another state.
    pub(crate) async fn moved_to(
        &self,
        client: &Client,
        state: &'static str,
    ) -> Result<JobWire, SalesforceError> {
        let wanted = serde_json::json!({ "state": state });
        let call = self.bound(Call::patch(self.path(""), &wanted));
        json(&client.once(&call).await?, JobWire::EXPECTED)
    }

    /// Waits until the job, of which `told` is the last that was heard, is complete.
    pub(crate) async fn completed(
        &self,
        client: &Client,
        told: JobWire,
    ) -> Result<JobWire, SalesforceError> {
        let (end, told) = self.ended(client, told).await?;
        match end {
            JobEnd::Complete => Ok(told),
            JobEnd::Failed { .. } | JobEnd::Aborted => Err(SalesforceError::JobFailed {
                message: told.words(),
            }),
        }
    }

    /// Waits until the job, of which `told` is the last that was heard, has come to an end, and
    /// says to which. The looks become rarer.
    pub(crate) async fn ended(
        &self,
        client: &Client,
        told: JobWire,
    ) -> Result<(JobEnd, JobWire), SalesforceError> {
        let given_up = Instant::now() + JOB_TIME_MAX;
        let look = self.bound(Call::get(self.path("")));
        let (mut told, mut pause) = (told, FIRST_LOOK);
        loop {
            match told.progress() {
                Progress::Ended(end) => return Ok((end, told)),
                Progress::Waiting if Instant::now() >= given_up => {
                    let message = format!("not ready after {} s", JOB_TIME_MAX.as_secs());
                    return Err(SalesforceError::JobFailed { message });
                }
                Progress::Waiting => tokio::time::sleep(pause).await,
            }
            pause = (pause + pause / 2).min(LOOK_MAX);
            told = json(&client.read(&look).await?, JobWire::EXPECTED)?;
        }
    }
}
