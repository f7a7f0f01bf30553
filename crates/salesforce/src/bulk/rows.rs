//! All rows of a query, file by file.

use serde::Serialize;

use super::block::Block;
use super::file::{Announced, Columns, File};
use super::job::{Job, JobWire, Kind};
use crate::api_name::ApiName;
use crate::call::{Call, encoded};
use crate::row_query::RowQuery;
use crate::{Client, SalesforceError};

/// Rows in one file. A file takes seconds to read, so a broken connection costs little.
const FILE_ROWS_MAX: u64 = 50_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewJobWire {
    operation: &'static str,
    query: String,
    content_type: &'static str,
    column_delimiter: &'static str,
    line_ending: &'static str,
}

/// The rows of a bulk query, block by block. Nothing is sent before the first block is asked for,
/// and nothing between two blocks.
///
/// Rows come in no promised order and may be older than rows read otherwise meanwhile. After an
/// error, or when a future is dropped while it waits, the reading is given up, and says so
/// ([`SalesforceError::GivenUp`]); who drops it midway leaves a finished job behind, which Salesforce
/// deletes after seven days.
pub struct BulkRows {
    client: Client,
    query: RowQuery,
    stage: Stage,
    block: Block,
    /// How many rows the job says there are.
    promised: Option<u64>,
    /// Rows in the files that were read to their ends.
    rows: u64,
}

enum Stage {
    Unstarted,
    /// The next file to open; the first has no locator.
    Between {
        job: Job,
        locator: Option<String>,
    },
    Reading {
        job: Job,
        locator: Option<String>,
        file: Box<File>,
    },
    /// An error, or a future that was dropped while it waited: what is left never came.
    Broken,
    Ended,
}

impl Client {
    /// All rows of `query`, however many; see [`BulkRows`].
    pub fn bulk_rows(&self, query: RowQuery) -> BulkRows {
        BulkRows {
            client: self.clone(),
            query,
            stage: Stage::Unstarted,
            block: Block::default(),
            promised: None,
            rows: 0,
        }
    }
}

impl BulkRows {
    /// Creates the job and waits until its files are ready, which asking for the first block does
    /// otherwise.
    pub async fn prepare(&mut self) -> Result<(), SalesforceError> {
        if matches!(self.stage, Stage::Unstarted) {
            self.stage = Stage::Broken;
            self.query.check()?;
            let (job, told) = created(&self.client, &self.query).await?;
            let done = job.completed(&self.client, told).await?;
            self.promised = done.number_records_processed;
            self.stage = Stage::Between { job, locator: None };
        }
        if matches!(self.stage, Stage::Broken) {
            return Err(SalesforceError::GivenUp);
        }
        Ok(())
    }

    /// The next rows; `None` behind the last.
    pub async fn next_block(&mut self) -> Result<Option<&Block>, SalesforceError> {
        self.prepare().await?;
        loop {
            // Whoever does not come to the end of this turn leaves the reading broken.
            self.stage = match std::mem::replace(&mut self.stage, Stage::Broken) {
                Stage::Unstarted | Stage::Broken => return Err(SalesforceError::GivenUp),
                Stage::Ended => {
                    self.stage = Stage::Ended;
                    return Ok(None);
                }
                Stage::Between { job, locator } => {
                    let file = self.opened(&job, locator.as_deref()).await?;
                    let file = Box::new(file);
                    Stage::Reading { job, locator, file }
                }
                Stage::Reading {
                    job,
                    locator,
                    mut file,
                } => {
                    file.fill(&self.client, &mut self.block).await?;
                    if !self.block.is_empty() {
                        self.stage = Stage::Reading { job, locator, file };
                        return Ok(Some(&self.block));
                    }
                    self.rows += file.given();
                    self.behind(job, locator.as_deref(), file.announced())?
                }
            };
        }
    }

    /// What comes behind a file that was read to its end.
    fn behind(
        &self,
        job: Job,
        read: Option<&str>,
        announced: &Announced,
    ) -> Result<Stage, SalesforceError> {
        let unexpected = |expected, excerpt| SalesforceError::UnexpectedAnswer {
            expected,
            status: 200,
            excerpt,
        };
        match (&announced.next, self.promised) {
            (None, Some(promised)) if promised != self.rows => Err(unexpected(
                "all rows of a bulk query",
                format!("{} rows of {promised}", self.rows),
            )),
            (None, Some(_) | None) => Ok(Stage::Ended),
            (Some(next), _) if Some(next.as_str()) == read => Err(unexpected(
                "the locator of the next file",
                "the one of this file".to_owned(),
            )),
            (Some(next), _) => Ok(Stage::Between {
                job,
                locator: Some(next.clone()),
            }),
        }
    }

    async fn opened(&mut self, job: &Job, locator: Option<&str>) -> Result<File, SalesforceError> {
        let columns = Columns::new(self.query.fields.iter().map(ApiName::as_str));
        let call = file_call(job, locator);
        File::open(&self.client, call, columns, Announced::of_query).await
    }
}

async fn created(client: &Client, query: &RowQuery) -> Result<(Job, JobWire), SalesforceError> {
    let what = NewJobWire {
        operation: query.operation.resource(),
        query: query.select().to_string(),
        content_type: "CSV",
        column_delimiter: "COMMA",
        line_ending: "LF",
    };
    Job::created(client, Kind::Query, &what).await
}

fn file_call(job: &Job, locator: Option<&str>) -> Call {
    let mut path = job.path(&format!("/results?maxRecords={FILE_ROWS_MAX}"));
    if let Some(locator) = locator {
        path.push_str("&locator=");
        path.extend(encoded(locator));
    }
    job.bound(Call::get(path)).accepting_csv()
}
