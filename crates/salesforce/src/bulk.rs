//! Whole objects by Bulk 2.0: Salesforce prepares a file, which is read as it arrives. Memory holds
//! one piece of the file and the rows in it, however long the file is; nothing is fetched ahead of
//! the consumer.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt, try_unfold};
use http::{HeaderMap, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use transport::TransportError;

use self::csv::CsvRows;
use crate::call::{Call, DATA, json};
use crate::error::refusal::unexpected;
use crate::row::{Parsed, Row};
use crate::soql::Select;
use crate::{Account, Client, Contact, Lead, Operation, SalesforceError};

mod csv;

/// Rows, as they arrive. An error of the stream ends it; a row that cannot be read is an item.
type Rows<T> = BoxStream<'static, Result<Parsed<T>, SalesforceError>>;

/// Rows in one file. A file takes seconds to read, so a broken connection costs little.
const FILE_ROWS_MAX: u64 = 50_000;

/// Between two looks at a job: from the first to the longest, doubling.
const FIRST_LOOK: Duration = Duration::from_millis(500);
const LOOK_MAX: Duration = Duration::from_secs(10);

/// A job for a few million rows takes minutes; one that takes longer is stuck behind others.
const JOB_TIME_MAX: Duration = Duration::from_hours(1);

/// A file may pause while Salesforce reads on; then the connection counts as broken.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// How often one file is opened again after its connection broke.
const REOPENED_MAX: u32 = 3;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewJobWire {
    operation: &'static str,
    query: String,
    content_type: &'static str,
    column_delimiter: &'static str,
    line_ending: &'static str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobWire {
    id: String,
    state: String,
    #[serde(default)]
    error_message: Option<String>,
}

/// What a job's state means for who waits for it.
#[derive(Debug)]
enum Progress {
    Waiting,
    Ready,
    Failed(String),
}

impl Client {
    /// All Leads. The job is created when the stream is first polled. Rows come in no promised
    /// order and may be older than rows read otherwise meanwhile.
    pub fn bulk_leads(&self, operation: Operation) -> Rows<Lead> {
        download(self.clone(), operation)
    }

    /// All Salesforce contacts; see [`Self::bulk_leads`].
    pub fn bulk_contacts(&self, operation: Operation) -> Rows<Contact> {
        download(self.clone(), operation)
    }

    /// All Accounts; see [`Self::bulk_leads`].
    pub fn bulk_accounts(&self, operation: Operation) -> Rows<Account> {
        download(self.clone(), operation)
    }
}

fn download<T: Row + Send + 'static>(client: Client, operation: Operation) -> Rows<T> {
    let download = Download {
        client,
        operation,
        stage: Stage::Unstarted,
    };
    try_unfold(download, |mut download| async move {
        let row = download.next_row().await?;
        Ok(row.map(|row| (row, download)))
    })
    .boxed()
}

struct Download<T> {
    client: Client,
    operation: Operation,
    stage: Stage<T>,
}

enum Stage<T> {
    Unstarted,
    /// The next file to open; the first has no locator.
    Between {
        job: String,
        locator: Option<String>,
    },
    Reading(Box<File<T>>),
    Finished,
}

/// A file of rows that is being read.
struct File<T> {
    job: String,
    locator: Option<String>,
    pieces: BoxStream<'static, Result<Bytes, TransportError>>,
    head: Head,
    rows: CsvRows<T>,
    reopened: u32,
}

/// What the headers of a file say.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    rows: u64,
    next_locator: Option<String>,
}

impl<T: Row> Download<T> {
    async fn next_row(&mut self) -> Result<Option<Parsed<T>>, SalesforceError> {
        loop {
            match &mut self.stage {
                Stage::Unstarted => {
                    let job = finished_job::<T>(&self.client, self.operation).await?;
                    self.stage = Stage::Between { job, locator: None };
                }
                Stage::Between { job, locator } => {
                    let file = File::open(&self.client, job.clone(), locator.take()).await?;
                    self.stage = Stage::Reading(Box::new(file));
                }
                Stage::Reading(file) => match file.next_row(&self.client).await? {
                    Some(row) => return Ok(Some(row)),
                    None => self.stage = file.successor(),
                },
                Stage::Finished => return Ok(None),
            }
        }
    }
}

impl<T: Row> File<T> {
    async fn open(
        client: &Client,
        job: String,
        locator: Option<String>,
    ) -> Result<Self, SalesforceError> {
        let response = client.open(&file_call(&job, locator.as_deref())).await?;
        let head = Head::of(response.headers())?;
        let pieces = transport::chunks(response.into_body(), IDLE_TIMEOUT);
        Ok(Self {
            job,
            locator,
            pieces,
            head,
            rows: CsvRows::new(0),
            reopened: 0,
        })
    }

    /// The next row; `None` at the end of the file, which is complete then.
    async fn next_row(&mut self, client: &Client) -> Result<Option<Parsed<T>>, SalesforceError> {
        loop {
            if let Some(row) = self.rows.ready.pop_front() {
                return Ok(Some(row));
            }
            match self.pieces.try_next().await {
                Ok(Some(piece)) => self.rows.push(&piece)?,
                Ok(None) => {
                    self.rows.finish()?;
                    if self.rows.ready.is_empty() {
                        return self.complete().map(|()| None);
                    }
                }
                Err(_) if self.reopened < REOPENED_MAX => self.reopen(client).await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Goes on in the same file behind the rows that were given out. A locator's rows stay the
    /// same for as long as the job exists.
    async fn reopen(&mut self, client: &Client) -> Result<(), SalesforceError> {
        let given = self.rows.count();
        let again = Self::open(client, self.job.clone(), self.locator.clone()).await?;
        let reopened = self.reopened + 1;
        *self = Self {
            rows: CsvRows::new(given),
            reopened,
            ..again
        };
        Ok(())
    }

    /// A body without a length can end early without any sign but this one.
    fn complete(&self) -> Result<(), SalesforceError> {
        let (came, announced) = (self.rows.count(), self.head.rows);
        if came == announced {
            return Ok(());
        }
        Err(SalesforceError::UnexpectedAnswer {
            expected: "all rows of a bulk query's file",
            status: 200,
            excerpt: format!("{came} rows of {announced}"),
        })
    }

    fn successor(&mut self) -> Stage<T> {
        match self.head.next_locator.take() {
            Some(locator) => Stage::Between {
                job: std::mem::take(&mut self.job),
                locator: Some(locator),
            },
            None => Stage::Finished,
        }
    }
}

impl Head {
    fn of(headers: &HeaderMap) -> Result<Self, SalesforceError> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let of_csv = text("content-type").is_some_and(|kind| kind.starts_with("text/csv"));
        let rows = text("sforce-numberofrecords").and_then(|rows| rows.parse().ok());
        match rows {
            Some(rows) if of_csv => Ok(Self {
                rows,
                // The last file says `null`, as a text.
                next_locator: text("sforce-locator")
                    .filter(|l| *l != "null")
                    .map(str::to_owned),
            }),
            Some(_) | None => {
                let came = text("content-type").unwrap_or("no Content-Type");
                let expected = "text/csv with Sforce-NumberOfRecords";
                Err(unexpected(expected, StatusCode::OK, came.as_bytes()))
            }
        }
    }
}

fn new_job<T: Row>(operation: Operation) -> Call {
    let job = NewJobWire {
        operation: operation.resource(),
        query: Select::new(T::COLUMNS, T::OBJECT).to_string(),
        content_type: "CSV",
        column_delimiter: "COMMA",
        line_ending: "LF",
    };
    Call::post(&format!("{DATA}/jobs/query"), &job)
}

fn job_path(job: &str) -> String {
    format!(
        "{DATA}/jobs/query/{}",
        utf8_percent_encode(job, NON_ALPHANUMERIC)
    )
}

fn file_call(job: &str, locator: Option<&str>) -> Call {
    let mut path = format!("{}/results?maxRecords={FILE_ROWS_MAX}", job_path(job));
    if let Some(locator) = locator {
        path.push_str("&locator=");
        path.extend(utf8_percent_encode(locator, NON_ALPHANUMERIC));
    }
    Call::get(&path).accepting_csv()
}

impl JobWire {
    fn progress(&self) -> Progress {
        match self.state.as_str() {
            "JobComplete" => Progress::Ready,
            "Failed" | "Aborted" => {
                let words = self.error_message.clone();
                Progress::Failed(words.unwrap_or_else(|| self.state.clone()))
            }
            // `UploadComplete`, `InProgress`, and whatever may come to stand between them.
            _ => Progress::Waiting,
        }
    }
}

/// Creates the job and waits until its rows are ready; returns its id.
async fn finished_job<T: Row>(
    client: &Client,
    operation: Operation,
) -> Result<String, SalesforceError> {
    const EXPECTED: &str = "a bulk job";
    let mut job: JobWire = json(&client.once(&new_job::<T>(operation)).await?, EXPECTED)?;
    let given_up = Instant::now() + JOB_TIME_MAX;
    let look = Call::get(&job_path(&job.id));
    let mut pause = FIRST_LOOK;
    loop {
        match job.progress() {
            Progress::Ready => return Ok(job.id),
            Progress::Failed(message) => return Err(SalesforceError::JobFailed { message }),
            Progress::Waiting if Instant::now() >= given_up => {
                let message = format!("not ready after {} s", JOB_TIME_MAX.as_secs());
                return Err(SalesforceError::JobFailed { message });
            }
            Progress::Waiting => tokio::time::sleep(pause).await,
        }
        pause = (pause * 2).min(LOOK_MAX);
        job = json(&client.read(&look).await?, EXPECTED)?;
    }
}
