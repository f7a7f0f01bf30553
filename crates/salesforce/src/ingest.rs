//! Writing many records by Bulk 2.0: one upload, one job, and what became of each row.
//!
//! The rows are written to the wire as they come, so memory does not grow with them. A job that was
//! given all its rows belongs to Salesforce: whoever stops waiting does not stop it. Before that it
//! does nothing; a job whose upload fails is aborted, and one whose future is dropped during the
//! upload stays open without data, until Salesforce gives it up after a day.
//!
//! Unlike over REST, assignment rules run only if one is named, and only inserts can name one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt, unfold};
use model::Change;
use model::sf::AnyId;
use serde::Serialize;
use transport::{Body, RetryWhen};

use crate::api_name::ApiName;
use crate::bulk::job::{Job, JobWire, Kind};
use crate::call::Call;
use crate::{Client, Outcome, SalesforceError};

mod results;
mod written;

pub use crate::bulk::job::JobEnd;
pub use results::{IngestResults, IngestedRow, RowFate};
use written::Upload;

/// The rows of one job as CSV. Salesforce takes 150 MB after base64, which makes a third more.
const UPLOAD_BYTES_MAX: u64 = 100 * 1024 * 1024;

/// An upload of that size over a slow line.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(20);

/// What is written at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// A job that writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestJob {
    /// The object.
    pub object: ApiName,
    /// What is done with each row.
    pub operation: IngestOperation,
    /// The fields of a row, in order. A delete has `Id` only; a dotted one relates by the external
    /// id of a parent.
    pub columns: Vec<ApiName>,
}

/// What is done with each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IngestOperation {
    /// Created.
    Insert {
        /// The assignment rule that chooses owners; without one, none does.
        assignment_rule: Option<AnyId>,
    },
    /// Changed, by its `Id`.
    Update,
    /// Created or changed, by this external id.
    Upsert {
        /// The field with the external id.
        key: ApiName,
    },
    /// Moved to the recycle bin, by its `Id`.
    Delete,
    /// Deleted at once, by its `Id`; needs a permission of its own.
    HardDelete,
}

/// The cells of one row, in the order of the job's columns. The empty text clears.
pub type IngestRow = Vec<Change<String>>;

/// A job that has come to an end. That says nothing about its rows: see [`Self::results`].
#[derive(Debug, Clone)]
pub struct Ingested {
    job: Job,
    columns: Vec<ApiName>,
    operation: IngestOperation,
    /// How it ended. Also a job that failed or was aborted may have written rows.
    pub end: JobEnd,
    /// Rows that were sent.
    pub sent: u64,
    /// Rows that were tried; the others are unprocessed.
    pub processed: u64,
    /// Of these, the ones that failed.
    pub failed: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewJobWire<'a> {
    object: &'a str,
    operation: &'static str,
    content_type: &'static str,
    column_delimiter: &'static str,
    line_ending: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id_field_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignment_rule_id: Option<&'a str>,
}

impl IngestOperation {
    const fn of_wire(&self) -> &'static str {
        match self {
            Self::Insert { .. } => "insert",
            Self::Update => "update",
            Self::Upsert { .. } => "upsert",
            Self::Delete => "delete",
            Self::HardDelete => "hardDelete",
        }
    }
}

impl IngestJob {
    fn wire(&self) -> NewJobWire<'_> {
        let (external_id_field_name, assignment_rule_id) = match &self.operation {
            IngestOperation::Insert { assignment_rule } => {
                (None, assignment_rule.as_ref().map(AnyId::as_str))
            }
            IngestOperation::Upsert { key } => (Some(key.as_str()), None),
            IngestOperation::Update | IngestOperation::Delete | IngestOperation::HardDelete => {
                (None, None)
            }
        };
        NewJobWire {
            object: self.object.as_str(),
            operation: self.operation.of_wire(),
            content_type: "CSV",
            column_delimiter: "COMMA",
            line_ending: "LF",
            external_id_field_name,
            assignment_rule_id,
        }
    }

    /// The columns have to be able to say which record a row means.
    fn check(&self) -> Result<(), SalesforceError> {
        let named = |name: &str| {
            self.columns
                .iter()
                .any(|column| column.as_str().eq_ignore_ascii_case(name))
        };
        let why = match &self.operation {
            _ if self.columns.is_empty() => Some("a job needs at least one column".to_owned()),
            IngestOperation::Insert { .. } if named("Id") => {
                Some("an insert cannot write Id".to_owned())
            }
            IngestOperation::Update if !named("Id") => Some("an update needs Id".to_owned()),
            IngestOperation::Upsert { key } if !named(key.as_str()) => {
                Some(format!("an upsert by {key} needs it as a column"))
            }
            IngestOperation::Insert { .. }
            | IngestOperation::Update
            | IngestOperation::Upsert { .. } => None,
            IngestOperation::Delete | IngestOperation::HardDelete => (self.columns.len() != 1
                || !named("Id"))
            .then(|| "a delete has Id as its only column".to_owned()),
        };
        why.map_or(Ok(()), |why| Err(SalesforceError::NotSendable { why }))
    }
}

impl Client {
    /// Sends `rows` and waits until Salesforce has worked on all of them.
    ///
    /// A row that cannot be written (another number of cells, a text that would mean *clear*), or
    /// more rows than one job takes, fails the upload with [`SalesforceError::NotSendable`], and
    /// nothing is carried out. Once the job may have been started, every error is
    /// [`SalesforceError::JobUnsettled`]: rows may have been written, and more may follow.
    pub async fn ingest(
        &self,
        job: &IngestJob,
        rows: impl Stream<Item = IngestRow> + Send + Unpin + 'static,
    ) -> Result<Ingested, SalesforceError> {
        job.check()?;
        let (handle, _open) = Job::created(self, Kind::Ingest, &job.wire()).await?;
        let sent = match self.uploaded(&handle, job, rows).await {
            Ok(sent) => sent,
            Err(error) => return Err(self.abandoned(&handle, error).await),
        };
        let told = match handle.moved_to(self, "UploadComplete").await {
            Ok(told) => told,
            Err(error) => {
                return Err(match error.outcome() {
                    Outcome::NotSent | Outcome::Refused => self.abandoned(&handle, error).await,
                    Outcome::Unknown => unsettled(&handle, &error),
                });
            }
        };
        let ended = handle.ended(self, told).await;
        let (end, told) = ended.map_err(|error| unsettled(&handle, &error))?;
        Ingested::of(handle, job, sent, end, &told)
    }

    /// Aborts a job that was not started, for `error`, which is given back.
    async fn abandoned(&self, handle: &Job, error: SalesforceError) -> SalesforceError {
        // Best effort: an open job does nothing.
        if let Err(also) = handle.moved_to(self, "Aborted").await {
            tracing::warn!(error = %also, "a bulk job that was not started stays open");
        }
        error
    }

    /// Uploads the rows; returns how many there were.
    async fn uploaded(
        &self,
        handle: &Job,
        job: &IngestJob,
        rows: impl Stream<Item = IngestRow> + Send + Unpin + 'static,
    ) -> Result<u64, SalesforceError> {
        let progress = Arc::new(Mutex::new(Progress::default()));
        let body = body(Upload::of(&job.columns), rows, Arc::clone(&progress));
        let call = handle.bound(Call::put_csv(handle.path("/batches")));
        let outcome = self.upload(&call, body, UPLOAD_TIMEOUT).await;
        let progress = std::mem::take(&mut *lock(&progress));
        match (progress.refused, outcome) {
            // Why the body ended early is said better here than by the connection.
            (Some(why), _) => Err(SalesforceError::NotSendable { why }),
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => Ok(progress.rows),
        }
    }
}

/// What the body of an upload tells its sender.
#[derive(Debug, Default)]
struct Progress {
    rows: u64,
    refused: Option<String>,
}

fn lock(progress: &Mutex<Progress>) -> std::sync::MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The rows as a body that is made while it is sent.
fn body(
    upload: Upload,
    rows: impl Stream<Item = IngestRow> + Send + Unpin + 'static,
    progress: Arc<Mutex<Progress>>,
) -> Body {
    let pieces = unfold(Some((upload, rows)), move |state| {
        let progress = Arc::clone(&progress);
        async move {
            let (mut upload, mut rows) = state?;
            while upload.waiting() < PIECE_BYTES {
                let Some(row) = rows.next().await else {
                    let last = upload.take();
                    return (!last.is_empty()).then_some((Ok(last), None));
                };
                if let Err(why) = upload.write(&row) {
                    lock(&progress).refused = Some(why);
                    return Some((Err("the rows cannot be written"), None));
                }
                lock(&progress).rows += 1;
            }
            let piece: Result<Bytes, &'static str> = Ok(upload.take());
            Some((piece, Some((upload, rows))))
        }
    });
    Body::from_stream(pieces)
}

/// The error of a job that runs, or may: nothing that is met then says that no row was written.
fn unsettled(job: &Job, met: &SalesforceError) -> SalesforceError {
    SalesforceError::JobUnsettled {
        job: job.id().to_owned(),
        retry: met.retry_when(),
        because: met.to_string(),
        message: met.vendor_words().unwrap_or_default().to_owned(),
    }
}

impl Ingested {
    fn of(
        job: Job,
        of: &IngestJob,
        sent: u64,
        end: JobEnd,
        done: &JobWire,
    ) -> Result<Self, SalesforceError> {
        let counts = (done.number_records_processed, done.number_records_failed);
        match counts {
            (Some(processed), Some(failed)) if failed <= processed && processed <= sent => {
                Ok(Self {
                    job,
                    columns: of.columns.clone(),
                    operation: of.operation.clone(),
                    end,
                    sent,
                    processed,
                    failed,
                })
            }
            (processed, failed) => Err(SalesforceError::JobUnsettled {
                job: job.id().to_owned(),
                retry: RetryWhen::Later { not_before: None },
                because: format!(
                    "it ended with {processed:?} processed and {failed:?} failed of {sent}"
                ),
                message: match end {
                    JobEnd::Failed { message } => message,
                    JobEnd::Complete | JobEnd::Aborted => String::new(),
                },
            }),
        }
    }
}
