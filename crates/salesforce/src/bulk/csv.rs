//! The rows of a bulk file, from pieces that end anywhere.

use std::collections::VecDeque;

use csv_core::{ReadRecordResult, Reader};

use crate::SalesforceError;
use crate::row::{Parsed, Row, Source, UnreadableRow, parse};

/// A record has at most 400,000 characters in an org; with the longest encoding of each this is
/// the next power of two.
const RECORD_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Enough for nearly all records at once.
const RECORD_BYTES_USUAL: usize = 4096;

/// Reads records as they come; complete ones wait in `ready`.
pub(super) struct CsvRows<T> {
    reader: Reader,
    /// The cells of the record that is being read, one after the other.
    text: Vec<u8>,
    text_len: usize,
    /// Where each of them ends.
    ends: Vec<usize>,
    ends_len: usize,
    header_seen: bool,
    to_skip: u64,
    count: u64,
    pub(super) ready: VecDeque<Parsed<T>>,
}

impl<T: Row> CsvRows<T> {
    /// A reader that passes over the first `to_skip` rows, which were read before.
    pub(super) fn new(to_skip: u64) -> Self {
        Self {
            reader: Reader::new(),
            text: vec![0; RECORD_BYTES_USUAL],
            text_len: 0,
            ends: vec![0; T::COLUMNS.len()],
            ends_len: 0,
            header_seen: false,
            to_skip,
            count: 0,
            ready: VecDeque::new(),
        }
    }

    /// Rows read so far, the skipped ones included.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Reads the next piece of the file.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), SalesforceError> {
        // To the parser an empty input is the end of the file.
        if piece.is_empty() {
            Ok(())
        } else {
            self.read(piece)
        }
    }

    /// Ends the file; a last line without a line break is complete now.
    pub(super) fn finish(&mut self) -> Result<(), SalesforceError> {
        self.read(&[])?;
        if self.header_seen {
            Ok(())
        } else {
            Err(not_a_file("an empty body"))
        }
    }

    fn read(&mut self, mut input: &[u8]) -> Result<(), SalesforceError> {
        loop {
            let (result, read, written, ended) = self.reader.read_record(
                input,
                &mut self.text[self.text_len..],
                &mut self.ends[self.ends_len..],
            );
            input = &input[read..];
            self.text_len += written;
            self.ends_len += ended;
            match result {
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return Ok(()),
                ReadRecordResult::OutputFull if self.text.len() >= RECORD_BYTES_MAX => {
                    return Err(not_a_file("a record longer than any record"));
                }
                ReadRecordResult::OutputFull => {
                    let longer = (self.text.len() * 2).min(RECORD_BYTES_MAX);
                    self.text.resize(longer, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    return Err(not_a_file("more cells than columns"));
                }
                ReadRecordResult::Record => {
                    self.record()?;
                    self.text_len = 0;
                    self.ends_len = 0;
                }
            }
        }
    }

    fn record(&mut self) -> Result<(), SalesforceError> {
        let ends = &self.ends[..self.ends_len];
        let cells = &self.text[..self.text_len];
        if !self.header_seen {
            self.header_seen = true;
            return check_header(T::COLUMNS, cells, ends);
        }
        if ends.len() != T::COLUMNS.len() {
            return Err(not_a_file("fewer cells than columns"));
        }
        self.count += 1;
        if self.count > self.to_skip {
            let row = match std::str::from_utf8(cells) {
                Ok(text) => parse(Source::Csv { text, ends }),
                Err(_) => Err(not_text::<T>(&cells[..ends[0]])),
            };
            self.ready.push_back(row);
        }
        Ok(())
    }
}

/// The columns must be the selected ones in their order: cells are taken by position.
fn check_header(columns: &[&str], cells: &[u8], ends: &[usize]) -> Result<(), SalesforceError> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let named = starts.zip(ends).map(|(start, end)| &cells[start..*end]);
    if named.eq(columns.iter().map(|column| column.as_bytes())) {
        Ok(())
    } else {
        Err(not_a_file(&transport::excerpt(cells)))
    }
}

fn not_text<T: Row>(id: &[u8]) -> UnreadableRow {
    UnreadableRow {
        object: T::OBJECT,
        id: std::str::from_utf8(id).ok().map(str::to_owned),
        why: "the row is not UTF-8".to_owned(),
    }
}

fn not_a_file(came: &str) -> SalesforceError {
    SalesforceError::UnexpectedAnswer {
        expected: "CSV with the selected columns",
        status: 200,
        excerpt: came.to_owned(),
    }
}

#[cfg(test)]
mod tests;
