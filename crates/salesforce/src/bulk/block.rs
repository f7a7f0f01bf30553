//! A block of rows: the bytes as they came, and where each cell is in them.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use memchr::memchr;
use model::Timestamp;
use model::sf::AnyId;

use super::split::Span;

/// Some rows of a file, with all their cells. The memory of a block is used again for the next
/// one, so whatever is to be kept is copied out of it.
#[derive(Debug, Default)]
pub struct Block {
    pub(super) text: BlockText,
    pub(super) cells: Vec<Span>,
    pub(super) columns: usize,
}

/// The bytes of a block. Looked through once, so that nothing has to be for each cell: speed only.
#[derive(Debug)]
pub(super) enum BlockText {
    /// Text without NUL characters, as nearly always.
    Clean(String),
    /// Not all of it is UTF-8, or there are NULs.
    Other(Vec<u8>),
}

/// A cell that does not hold what was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("column {column} {why}")]
pub struct UnreadableCell {
    /// Its place in the row, from 0.
    pub column: usize,
    /// What is wrong with it; never the value, which may be personal.
    pub why: &'static str,
}

/// One row of a [`Block`]. Columns are counted from 0, in the order in which they were asked for;
/// one that was not asked for is a panic.
#[derive(Debug, Clone, Copy)]
pub struct BlockRow<'a> {
    text: &'a BlockText,
    cells: &'a [Span],
}

impl Default for BlockText {
    fn default() -> Self {
        Self::Clean(String::new())
    }
}

impl BlockText {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        if memchr(0, &bytes).is_some() {
            return Self::Other(bytes);
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::Clean(text),
            Err(error) => Self::Other(error.into_bytes()),
        }
    }

    /// Takes the memory for another text.
    pub(super) fn take_emptied(&mut self) -> Vec<u8> {
        let mut bytes = match std::mem::take(self) {
            Self::Clean(text) => text.into_bytes(),
            Self::Other(bytes) => bytes,
        };
        bytes.clear();
        bytes
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Clean(text) => text.as_bytes(),
            Self::Other(bytes) => bytes,
        }
    }
}

impl Block {
    /// How many rows there are; never none in a block that was given out.
    pub fn len(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or(0)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The rows, in the order of the file.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = BlockRow<'_>> {
        self.cells
            .chunks_exact(self.columns.max(1))
            .map(|cells| BlockRow {
                text: &self.text,
                cells,
            })
    }
}

impl<'a> BlockRow<'a> {
    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.cells.len()
    }

    /// The bytes between the quotes, a quote in them still written twice; empty for null.
    pub fn raw(&self, column: usize) -> &'a [u8] {
        self.cells[column].of(self.text.bytes())
    }

    /// The text; `None` for null and for the empty text, which Salesforce does not tell apart.
    /// Copied only if it contains a quote, or a NUL character, which bulk results can contain and
    /// no field of an org holds.
    pub fn text(&self, column: usize) -> Result<Option<Cow<'a, str>>, UnreadableCell> {
        let cell = self.cells[column];
        if cell.is_empty() {
            return Ok(None);
        }
        let text = match self.text {
            // A cell ends at a quote, a comma or a line's end, and so never within a character.
            BlockText::Clean(text) if !cell.has_doubled_quotes() => {
                return Ok(Some(Cow::Borrowed(&text[cell.range()])));
            }
            BlockText::Clean(text) => &text[cell.range()],
            BlockText::Other(bytes) => {
                std::str::from_utf8(cell.of(bytes)).map_err(|_| UnreadableCell {
                    column,
                    why: "is not UTF-8",
                })?
            }
        };
        if !cell.has_doubled_quotes() && !text.contains('\0') {
            return Ok(Some(Cow::Borrowed(text)));
        }
        let mut text = text.replace("\"\"", "\"");
        text.retain(|c| c != '\0');
        Ok((!text.is_empty()).then_some(Cow::Owned(text)))
    }

    /// A value with a form of its own; `None` for null.
    pub fn value<T>(&self, column: usize) -> Result<Option<T>, UnreadableCell>
    where
        T: FromStr<Err: Display>,
    {
        let unfit = |_| UnreadableCell {
            column,
            why: "has an unknown form",
        };
        match self.text(column)? {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(unfit),
        }
    }

    /// The id of a record of whatever object.
    pub fn id(&self, column: usize) -> Result<Option<AnyId>, UnreadableCell> {
        self.value(column)
    }

    /// A checkbox.
    pub fn flag(&self, column: usize) -> Result<Option<bool>, UnreadableCell> {
        self.value(column)
    }

    /// A number. Whole ones may come as `3.0`.
    pub fn number(&self, column: usize) -> Result<Option<f64>, UnreadableCell> {
        match self.value::<f64>(column)? {
            Some(number) if !number.is_finite() => Err(UnreadableCell {
                column,
                why: "has an unknown form",
            }),
            number => Ok(number),
        }
    }

    /// An instant.
    pub fn instant(&self, column: usize) -> Result<Option<Timestamp>, UnreadableCell> {
        match in_usual_form(self.raw(column)) {
            Some(instant) => Ok(Some(instant)),
            None => self.value(column),
        }
    }
}

/// From 0000-03-01 to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 719_468;

/// `2026-01-02T03:04:05.000Z`, as nearly all instants of a file are written. Speed only: whatever
/// is not exactly that is left to the parser of all forms.
fn in_usual_form(text: &[u8]) -> Option<Timestamp> {
    let text: &[u8; 24] = text.try_into().ok()?;
    let number = |from: usize, digits: usize| {
        text[from..from + digits].iter().try_fold(0_i64, |sum, c| {
            c.is_ascii_digit().then(|| sum * 10 + i64::from(c - b'0'))
        })
    };
    let separators = [
        (4, b'-'),
        (7, b'-'),
        (10, b'T'),
        (13, b':'),
        (16, b':'),
        (19, b'.'),
    ];
    let is_formed = separators.iter().all(|(at, is)| text[*at] == *is) && text[23] == b'Z';
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let millis = number(20, 3)?;
    // A day that every month has; the others are rare enough.
    let is_usual = is_formed
        && year >= 1970
        && (1..=12).contains(&month)
        && (1..=28).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !is_usual {
        return None;
    }
    // The year begins in March here, so that the leap day is its last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let days = year * 365 + leap_days + day_of_year - DAYS_BEFORE_1970;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Some(Timestamp::from_millis(seconds * 1000 + millis))
}

#[cfg(test)]
impl Block {
    /// The rows of a text that has no header.
    pub(crate) fn of_csv(text: &str, columns: usize) -> Self {
        Self::of_bytes(text.as_bytes(), columns)
    }

    /// As [`Self::of_csv`], of bytes that need not be text.
    pub(crate) fn of_bytes(text: &[u8], columns: usize) -> Self {
        use super::split::{Record, Then, record};
        let (mut cells, mut at) = (Vec::new(), 0);
        while let Ok(Record::Whole(next)) = record(text, at, Then::End, &mut cells) {
            at = next;
        }
        Self {
            text: BlockText::of(text.to_vec()),
            cells,
            columns,
        }
    }
}

#[cfg(test)]
mod tests;
