//! One file of rows, from its head to its last record, in blocks.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use http::{HeaderMap, StatusCode};
use transport::TransportError;

use super::block::{Block, BlockText};
use super::split::{NotCsv, Record, Span, TEXT_BYTES_MAX, Then, record};
use crate::call::Call;
use crate::error::refusal::unexpected;
use crate::{Client, SalesforceError};

/// Bytes after which a block is given out: enough rows to make its own cost nothing, few enough to
/// stay in the processor's cache.
const BLOCK_BYTES: usize = 256 * 1024;

/// A record has at most 400,000 characters in an org; with the longest encoding of each this is
/// the next power of two.
const RECORD_BYTES_MAX: usize = 2 * 1024 * 1024;

const _: () = assert!(RECORD_BYTES_MAX + BLOCK_BYTES < TEXT_BYTES_MAX / 2);

/// A file may pause while Salesforce reads on; then the connection counts as broken.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// How often one file is opened again after its connection broke.
const REOPENED_MAX: u32 = 3;

/// How much of what is no file is looked at for the error's words.
const SHOWN_BYTES_MAX: usize = 4096;

/// A file that is being read.
pub(crate) struct File {
    call: Call,
    columns: Columns,
    pieces: BoxStream<'static, Result<Bytes, TransportError>>,
    announced: Announced,
    /// Came, and is not yet in a block that was given out.
    rest: Vec<u8>,
    header_seen: bool,
    /// Rows that are passed over, because they were given out before the connection broke.
    to_skip: u64,
    /// Rows that were given out.
    given: u64,
    reopened: u32,
    ended: bool,
}

/// Which columns a file has to have, in this order. Names compare without regard to case, as they
/// do at Salesforce.
#[derive(Debug, Clone)]
pub(crate) struct Columns(Vec<String>);

/// What the head of an answer says of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announced {
    /// How many rows there are, if it is said.
    pub(crate) rows: Option<u64>,
    /// What the next file is asked for by; `None` behind the last one.
    pub(crate) next: Option<String>,
}

impl Columns {
    pub(crate) fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    fn are(&self, header: &[&[u8]]) -> bool {
        header.len() == self.0.len()
            && header
                .iter()
                .zip(&self.0)
                .all(|(is, wanted)| is.eq_ignore_ascii_case(wanted.as_bytes()))
    }
}

impl File {
    /// Opens the file that `call` asks for; `read_head` takes what its headers announce.
    pub(crate) async fn open(
        client: &Client,
        call: Call,
        columns: Columns,
        read_head: fn(&HeaderMap) -> Result<Announced, SalesforceError>,
    ) -> Result<Self, SalesforceError> {
        let response = client.open(&call).await?;
        let announced = read_head(response.headers())?;
        Ok(Self {
            call,
            columns,
            pieces: transport::chunks(response.into_body(), IDLE_TIMEOUT),
            announced,
            rest: Vec::new(),
            header_seen: false,
            to_skip: 0,
            given: 0,
            reopened: 0,
            ended: false,
        })
    }

    /// What the head of the file said.
    pub(crate) fn announced(&self) -> &Announced {
        &self.announced
    }

    /// Rows given out so far.
    pub(crate) fn given(&self) -> u64 {
        self.given
    }

    /// Fills `block` with the next rows; without any, the file is at its end, which is complete.
    pub(crate) async fn fill(
        &mut self,
        client: &Client,
        block: &mut Block,
    ) -> Result<(), SalesforceError> {
        loop {
            let mut text = block.text.take_emptied();
            block.cells.clear();
            block.columns = self.columns.0.len();
            if self.ended {
                return self.complete();
            }
            std::mem::swap(&mut text, &mut self.rest);
            match self.receive(&mut text).await {
                Ok(then) => {
                    self.split(&mut text, &mut block.cells, then)?;
                    self.ended = then == Then::End;
                    block.text = BlockText::of(text);
                }
                Err(_) if self.reopened < REOPENED_MAX => self.reopen(client).await?,
                Err(error) => return Err(error.into()),
            }
            if !block.is_empty() {
                self.given += block.len() as u64;
                return Ok(());
            }
        }
    }

    /// Appends pieces to `text` until it is enough for a block.
    async fn receive(&mut self, text: &mut Vec<u8>) -> Result<Then, TransportError> {
        let enough = text.len() + BLOCK_BYTES;
        while text.len() < enough {
            match self.pieces.next().await {
                Some(piece) => text.extend_from_slice(&piece?),
                None => return Ok(Then::End),
            }
        }
        Ok(Then::More)
    }

    /// Finds the cells of all complete records of the text, and keeps what is behind them for the
    /// next one.
    fn split(
        &mut self,
        text: &mut Vec<u8>,
        cells: &mut Vec<Span>,
        then: Then,
    ) -> Result<(), SalesforceError> {
        let columns = self.columns.0.len();
        let mut at = 0;
        loop {
            let before = cells.len();
            match record(text, at, then, cells) {
                Ok(Record::Whole(next)) => at = next,
                Ok(Record::Partial) => break,
                Err(NotCsv) => return Err(self.not_the_file(&text[at..], "not CSV")),
            }
            if !self.header_seen {
                let header: Vec<&[u8]> = cells[before..].iter().map(|it| it.of(text)).collect();
                if !self.columns.are(&header) {
                    return Err(self.not_the_file(&text[..at], "another header"));
                }
                self.header_seen = true;
                cells.truncate(before);
            } else if cells.len() - before != columns {
                let came = format!("{} cells in a row", cells.len() - before);
                return Err(self.not_the_file(came.as_bytes(), "another number of cells"));
            } else if self.to_skip > 0 {
                self.to_skip -= 1;
                cells.truncate(before);
            }
        }
        if text.len() - at > RECORD_BYTES_MAX {
            return Err(self.not_the_file(&text[at..], "a record longer than any record"));
        }
        if then == Then::End && !self.header_seen {
            return Err(self.not_the_file(text, "an empty body"));
        }
        self.rest.clear();
        self.rest.extend_from_slice(&text[at..]);
        text.truncate(at);
        Ok(())
    }

    /// Goes on in the same file behind the rows that were given out: what a locator, or a finished
    /// job, shows stays the same for as long as the job exists.
    async fn reopen(&mut self, client: &Client) -> Result<(), SalesforceError> {
        let response = client.open(&self.call).await?;
        self.pieces = transport::chunks(response.into_body(), IDLE_TIMEOUT);
        self.rest.clear();
        self.header_seen = false;
        self.to_skip = self.given;
        self.reopened += 1;
        Ok(())
    }

    /// A body without a length can end early without any sign but this one.
    fn complete(&self) -> Result<(), SalesforceError> {
        match self.announced.rows {
            Some(announced) if announced != self.given => Err(SalesforceError::UnexpectedAnswer {
                expected: "all rows of a bulk file",
                status: 200,
                excerpt: format!("{} rows of {announced}", self.given),
            }),
            Some(_) | None => Ok(()),
        }
    }

    fn not_the_file(&self, came: &[u8], what: &str) -> SalesforceError {
        let shown = transport::excerpt(&came[..came.len().min(SHOWN_BYTES_MAX)]);
        let row = self.given;
        SalesforceError::UnexpectedAnswer {
            expected: "CSV with the selected columns",
            status: 200,
            excerpt: if self.header_seen {
                // A row's content is somebody's.
                format!("{what} in the block after row {row}")
            } else if shown.is_empty() {
                what.to_owned()
            } else {
                shown
            },
        }
    }
}

impl Announced {
    /// The head of a file of a query: the last one says `null`, as a text. A head that says
    /// nothing would let rows disappear behind it.
    pub(crate) fn of_query(headers: &HeaderMap) -> Result<Self, SalesforceError> {
        let rows = text(headers, "sforce-numberofrecords").and_then(|rows| rows.parse().ok());
        let locator = text(headers, "sforce-locator");
        match (rows, locator) {
            (Some(rows), Some(locator)) if is_csv(headers) => Ok(Self {
                rows: Some(rows),
                next: Some(locator.to_owned()).filter(|locator| locator != "null"),
            }),
            (Some(_) | None, Some(_) | None) => Err(not_csv(
                headers,
                "text/csv with Sforce-NumberOfRecords and Sforce-Locator",
            )),
        }
    }

    /// The head of a file of an ingest job, which is one and does not say its length.
    pub(crate) fn of_ingest(headers: &HeaderMap) -> Result<Self, SalesforceError> {
        if is_csv(headers) {
            Ok(Self {
                rows: None,
                next: None,
            })
        } else {
            Err(not_csv(headers, "text/csv"))
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn is_csv(headers: &HeaderMap) -> bool {
    text(headers, "content-type").is_some_and(|kind| kind.starts_with("text/csv"))
}

fn not_csv(headers: &HeaderMap, expected: &'static str) -> SalesforceError {
    let came = match text(headers, "content-type") {
        Some(kind) if is_csv(headers) => format!("{kind} without one of them"),
        Some(kind) => kind.to_owned(),
        None => "no Content-Type".to_owned(),
    };
    unexpected(expected, StatusCode::OK, came.as_bytes())
}
