//! Where the cells of a CSV record begin and end, in bytes that may stop anywhere.
//!
//! The rules are RFC 4180's with Salesforce's line ends: a cell in quotes may contain anything, a
//! quote in it is written twice; a record ends with LF or CRLF. Nothing is copied: a cell is two
//! positions and a mark that its quotes have still to be halved.

use memchr::{memchr, memchr2};

/// A cell's place. The highest bit of the end is the mark, so that a cell is eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end_and_mark: u32,
}

const DOUBLED_QUOTES: u32 = 1 << 31;

/// How far positions reach. The text of a block is far shorter.
pub(crate) const TEXT_BYTES_MAX: usize = 1 << 30;

impl Span {
    fn new(start: usize, end: usize, doubled_quotes: bool) -> Self {
        let place = |at: usize| u32::try_from(at).expect("a block is shorter than TEXT_BYTES_MAX");
        let mark = if doubled_quotes { DOUBLED_QUOTES } else { 0 };
        Self {
            start: place(start),
            end_and_mark: place(end) | mark,
        }
    }

    /// Where the bytes between the quotes are.
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.end_and_mark & !DOUBLED_QUOTES) as usize
    }

    /// The bytes between the quotes.
    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        &text[self.range()]
    }

    /// There are none.
    pub(crate) fn is_empty(self) -> bool {
        self.range().is_empty()
    }

    /// Each quote in it stands twice.
    pub(crate) fn has_doubled_quotes(self) -> bool {
        self.end_and_mark & DOUBLED_QUOTES != 0
    }
}

/// Whether more bytes may follow the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// They may: a record without its line break may not be complete.
    More,
    /// The text ends the file, and so its last record.
    End,
}

/// What stands at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    /// A record, whose cells were added; the next one begins here.
    Whole(usize),
    /// The text ends before the record does. Nothing was added.
    Partial,
}

/// Bytes that follow no rule of CSV: something stands between a cell's last quote and its comma,
/// or the file ends within quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotCsv;

/// Adds the cells of the record at `at`. An empty line is passed over.
pub(crate) fn record(
    text: &[u8],
    mut at: usize,
    then: Then,
    cells: &mut Vec<Span>,
) -> Result<Record, NotCsv> {
    while matches!(text.get(at), Some(b'\n' | b'\r')) {
        at += 1;
    }
    let before = cells.len();
    loop {
        let cell = match text.get(at) {
            Some(b'"') => quoted(text, at + 1, then)?,
            Some(_) => plain(text, at, then),
            // Behind a comma at the end of the file stands an empty cell.
            None if then == Then::End && cells.len() > before => {
                Some((Span::new(at, at, false), at))
            }
            None => None,
        };
        let Some((span, end)) = cell else {
            cells.truncate(before);
            return Ok(Record::Partial);
        };
        cells.push(span);
        match text.get(end) {
            Some(b',') => at = end + 1,
            Some(b'\n') => return Ok(Record::Whole(end + 1)),
            Some(b'\r') if text.get(end + 1) == Some(&b'\n') => return Ok(Record::Whole(end + 2)),
            Some(b'\r') if end + 1 == text.len() && then == Then::More => {
                cells.truncate(before);
                return Ok(Record::Partial);
            }
            Some(_) => return Err(NotCsv),
            // Both kinds of cells end at the end of the text only if that ends the file.
            None => return Ok(Record::Whole(end)),
        }
    }
}

/// The cell whose opening quote stands before `start`, and where its separator stands.
fn quoted(text: &[u8], start: usize, then: Then) -> Result<Option<(Span, usize)>, NotCsv> {
    let mut doubled_quotes = false;
    let mut from = start;
    while let Some(found) = memchr(b'"', &text[from..]) {
        let quote = from + found;
        match text.get(quote + 1) {
            Some(b'"') => {
                doubled_quotes = true;
                from = quote + 2;
            }
            // The next piece may begin with another quote.
            None if then == Then::More => return Ok(None),
            Some(_) | None => {
                return Ok(Some((Span::new(start, quote, doubled_quotes), quote + 1)));
            }
        }
    }
    match then {
        Then::More => Ok(None),
        Then::End => Err(NotCsv),
    }
}

/// The cell without quotes that begins at `start`, and where its separator stands.
fn plain(text: &[u8], start: usize, then: Then) -> Option<(Span, usize)> {
    let end = match memchr2(b',', b'\n', &text[start..]) {
        Some(found) => start + found,
        None if then == Then::End => text.len(),
        None => return None,
    };
    let is_crlf = text.get(end) == Some(&b'\n') && end > start && text[end - 1] == b'\r';
    let end = if is_crlf { end - 1 } else { end };
    Some((Span::new(start, end, false), end))
}

#[cfg(test)]
mod tests;
