//! What became of a row, and the three files that tell it.

use crate::error::ApiError;
use crate::id::RecordId;

use super::super::csv::{Reader, write_line, write_quoted};
use super::{IngestJob, State};

/// Failed rows name the record that they meant from this version on.
const FAILED_IDS_SINCE: u32 = 53;

/// What became of a row.
#[derive(Debug)]
pub(super) enum Outcome {
    Done {
        id: RecordId,
        created: bool,
    },
    Refused {
        id: Option<RecordId>,
        error: Box<str>,
    },
}

/// Which rows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Successful,
    Failed,
    Unprocessed,
}

impl Part {
    /// The part that a path names; case does not matter.
    pub(super) fn named(name: &str) -> Option<Self> {
        [
            ("successfulResults", Self::Successful),
            ("failedResults", Self::Failed),
            ("unprocessedrecords", Self::Unprocessed),
        ]
        .into_iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, part)| part)
    }
}

/// `CODE:message:fields --`, the form of one refusal in a file.
pub(super) fn refusal(error: &ApiError) -> Box<str> {
    let fields = error.fields.as_deref().unwrap_or_default();
    let (code, message) = (&error.code, &error.message);
    let text = if fields.is_empty() {
        format!("{code}:{message}:--")
    } else {
        format!("{code}:{message}:{} --", fields.join(","))
    };
    text.into()
}

impl IngestJob {
    /// Whether its files can be read.
    pub(super) fn has_results(&self) -> bool {
        match self.state {
            State::JobComplete | State::Failed | State::Aborted => true,
            State::Open | State::UploadComplete | State::InProgress => false,
        }
    }

    /// The file with one part of the rows. The head of the upload stands in it as it came, and so
    /// does a row that was not processed; the values of other rows are quoted.
    pub(super) fn part(&self, part: Part, version: u32) -> Vec<u8> {
        let dialect = self.head.dialect;
        let (delimiter, ending) = (dialect.delimiter.byte(), dialect.ending.text());
        let mut out = Vec::new();
        match part {
            Part::Successful => write_line(["sf__Id", "sf__Created"], dialect, &mut out),
            Part::Failed => write_line(["sf__Id", "sf__Error"], dialect, &mut out),
            Part::Unprocessed => {}
        }
        if !out.is_empty() {
            out.truncate(out.len() - ending.len());
            if !self.work.head.is_empty() {
                out.push(delimiter);
            }
        }
        out.extend_from_slice(self.work.head.as_bytes());
        out.extend_from_slice(ending.as_bytes());
        if part == Part::Unprocessed {
            self.write_unprocessed(&mut out);
            return out;
        }
        for (row, outcome) in self.work.outcomes.iter().enumerate() {
            let (id, said) = match (part, outcome) {
                (Part::Successful, Outcome::Done { id, created }) => {
                    (id.to_string(), if *created { "true" } else { "false" })
                }
                (Part::Failed, Outcome::Refused { id, error }) => {
                    let id = id.filter(|_| version >= FAILED_IDS_SINCE);
                    (id.map(|id| id.to_string()).unwrap_or_default(), &**error)
                }
                (
                    Part::Successful | Part::Failed | Part::Unprocessed,
                    Outcome::Done { .. } | Outcome::Refused { .. },
                ) => continue,
            };
            write_quoted(&id, &mut out);
            out.push(delimiter);
            write_quoted(said, &mut out);
            for cell in self.cells(row) {
                out.push(delimiter);
                write_quoted(&cell, &mut out);
            }
            out.extend_from_slice(ending.as_bytes());
        }
        out
    }

    fn write_unprocessed(&self, out: &mut Vec<u8>) {
        let Some(file) = &self.file else { return };
        let ending = self.head.dialect.ending.text().as_bytes();
        let from = self.work.rows.get(self.work.outcomes.len());
        let Some(from) = from.and_then(|from| usize::try_from(*from).ok()) else {
            return;
        };
        out.extend_from_slice(&file[from..]);
        if !out.ends_with(ending) {
            out.extend_from_slice(ending);
        }
    }

    /// The cells of a row that was read before.
    pub(super) fn cells(&self, row: usize) -> Vec<String> {
        let start = self.work.rows[row] as usize;
        let file = self.file.as_deref().unwrap_or_default();
        let line = Reader::new(file, start, self.head.dialect).line();
        let cells = line.ok().flatten().map(|line| line.fields);
        let cells = cells.expect("every row of a job that works was read when it was closed");
        cells.into_iter().map(Into::into).collect()
    }
}
