//! What became of the rows of a finished job, read from its three files one after the other.

use std::borrow::Cow;

use model::sf::AnyId;

use super::{IngestOperation, Ingested};
use crate::api_name::ApiName;
use crate::bulk::file::{Announced, Columns, File};
use crate::bulk::{Block, BlockRow, UnreadableCell};
use crate::call::Call;
use crate::error::refusal::of_bulk_row;
use crate::{Client, SalesforceError};

/// One row and its fate. Rows come in Salesforce's order, not in that of the upload: whoever has to
/// find their own again gives them a column that tells them apart.
#[derive(Debug)]
pub struct IngestedRow {
    /// What became of it.
    pub fate: RowFate,
    /// What was sent, in the order of the job's columns; `None` for empty cells.
    pub cells: Vec<Option<String>>,
}

/// What became of a row.
#[derive(Debug)]
pub enum RowFate {
    /// The record did not exist before.
    Created(AnyId),
    /// The record existed, and was changed or deleted.
    Changed(AnyId),
    /// Nothing was written.
    Refused {
        /// The record that was meant, if the row named one.
        id: Option<AnyId>,
        /// Why.
        error: SalesforceError,
    },
    /// The job ended before this row was tried.
    Unprocessed,
}

/// The three files, in the order in which they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Successful,
    Failed,
    Unprocessed,
    Ended,
}

/// The rows of a finished job. After an error, or when a future is dropped while it waits, the
/// reading is given up, and says so ([`SalesforceError::GivenUp`]).
pub struct IngestResults<'a> {
    client: &'a Client,
    of: &'a Ingested,
    part: Part,
    file: Option<File>,
    block: Block,
    /// Between the begin of a turn and its end, where only success comes by.
    broken: bool,
}

impl Ingested {
    /// What became of each row.
    pub fn results<'a>(&'a self, client: &'a Client) -> IngestResults<'a> {
        IngestResults {
            client,
            of: self,
            part: Part::Successful,
            file: None,
            block: Block::default(),
            broken: false,
        }
    }

    fn count(&self, part: Part) -> u64 {
        match part {
            Part::Successful => self.processed - self.failed,
            Part::Failed => self.failed,
            Part::Unprocessed => self.sent - self.processed,
            Part::Ended => 0,
        }
    }
}

impl Part {
    fn next(self) -> Self {
        match self {
            Self::Successful => Self::Failed,
            Self::Failed => Self::Unprocessed,
            Self::Unprocessed | Self::Ended => Self::Ended,
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Successful => "/successfulResults",
            Self::Failed => "/failedResults",
            Self::Unprocessed | Self::Ended => "/unprocessedrecords",
        }
    }

    /// The columns before the ones that were sent.
    const fn leading(self) -> &'static [&'static str] {
        match self {
            Self::Successful => &["sf__Id", "sf__Created"],
            Self::Failed => &["sf__Id", "sf__Error"],
            Self::Unprocessed | Self::Ended => &[],
        }
    }
}

impl IngestResults<'_> {
    /// The next rows; `None` behind the last. Together they are as many as were sent.
    pub async fn next_rows(&mut self) -> Result<Option<Vec<IngestedRow>>, SalesforceError> {
        if std::mem::replace(&mut self.broken, true) {
            return Err(SalesforceError::GivenUp);
        }
        let rows = self.turn().await?;
        self.broken = false;
        Ok(rows)
    }

    async fn turn(&mut self) -> Result<Option<Vec<IngestedRow>>, SalesforceError> {
        while self.part != Part::Ended {
            let part = self.part;
            let count = self.of.count(part);
            let mut file = match self.file.take() {
                Some(file) => file,
                None if count == 0 => {
                    self.part = part.next();
                    continue;
                }
                None => self.opened(part).await?,
            };
            file.fill(self.client, &mut self.block).await?;
            if self.block.is_empty() {
                complete(part, file.given(), count)?;
                self.part = part.next();
                continue;
            }
            let rows: Result<Vec<IngestedRow>, UnreadableCell> = self
                .block
                .rows()
                .map(|row| read(part, &self.of.operation, row))
                .collect();
            let rows = rows.map_err(|error| SalesforceError::UnexpectedAnswer {
                expected: "the results of an ingest job",
                status: 200,
                excerpt: error.to_string(),
            })?;
            self.file = Some(file);
            return Ok(Some(rows));
        }
        Ok(None)
    }

    async fn opened(&mut self, part: Part) -> Result<File, SalesforceError> {
        let job = &self.of.job;
        let call = job.bound(Call::get(job.path(part.path()))).accepting_csv();
        let leading = part.leading().iter().copied();
        let columns = Columns::new(leading.chain(self.of.columns.iter().map(ApiName::as_str)));
        File::open(self.client, call, columns, Announced::of_ingest).await
    }
}

/// These files do not say how long they are; the job does.
fn complete(part: Part, came: u64, count: u64) -> Result<(), SalesforceError> {
    if came == count {
        return Ok(());
    }
    Err(SalesforceError::UnexpectedAnswer {
        expected: "all results of an ingest job",
        status: 200,
        excerpt: format!("{came} rows of {count} in {}", &part.path()[1..]),
    })
}

fn read(
    part: Part,
    operation: &IngestOperation,
    row: BlockRow<'_>,
) -> Result<IngestedRow, UnreadableCell> {
    let fate = match part {
        Part::Successful => {
            let missing = UnreadableCell {
                column: 0,
                why: "is missing",
            };
            let id = row.id(0)?.ok_or(missing)?;
            let created = match operation {
                IngestOperation::Insert { .. } | IngestOperation::Upsert { .. } => {
                    row.flag(1)?.unwrap_or(false)
                }
                IngestOperation::Update | IngestOperation::Delete | IngestOperation::HardDelete => {
                    false
                }
            };
            if created {
                RowFate::Created(id)
            } else {
                RowFate::Changed(id)
            }
        }
        Part::Failed => RowFate::Refused {
            // Whatever else may stand there, the row was refused.
            id: row.id(0).ok().flatten(),
            error: of_bulk_row(&row.text(1)?.unwrap_or_default()),
        },
        Part::Unprocessed | Part::Ended => RowFate::Unprocessed,
    };
    let sent = part.leading().len()..row.columns();
    let cells = sent
        .map(|column| Ok(row.text(column)?.map(Cow::into_owned)))
        .collect::<Result<_, UnreadableCell>>()?;
    Ok(IngestedRow { fate, cells })
}
