//! Bytes → lines of fields, one line at a time, borrowing from the file what needs no unquoting.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};

use super::super::dialect::{Dialect, LineEnding};

/// Fields of one line, characters of one line, characters of one field ("Bulk API limits").
const FIELDS_MAX: usize = 5_000;
const LINE_CHARS_MAX: usize = 400_000;
const FIELD_CHARS_MAX: usize = 131_072;

/// Why a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// A quote stands inside a field that did not begin with one, or behind a closed one. A byte
    /// order mark in front of a quoted head is met like this, as the vendor does.
    UnescapedQuote,
    /// The file ends inside of quotes.
    OpenQuote,
    /// A line ends otherwise than the job says.
    LineEnding(LineEnding),
    /// A field is too long.
    FieldTooLong,
    /// A line is too long.
    LineTooLong,
    /// A line has too many fields.
    TooManyFields,
    /// A line has another number of fields than the head.
    FieldCount {
        /// How many the head has.
        expected: usize,
        /// How many the line has.
        found: usize,
    },
    /// The bytes are not UTF-8.
    NotUtf8,
}

impl Unreadable {
    /// What the job says that failed of it.
    ///
    /// UNVERIFIED: the vendor's words are known for the line ending and the unescaped quote; the
    /// others follow their form.
    pub(crate) fn message(self) -> String {
        let parse = |reason: &str| format!("InvalidBatch : Failed to parse CSV. {reason}");
        match self {
            Self::UnescapedQuote => {
                parse("Found unescaped quote. A value with quote should be within a quote")
            }
            Self::OpenQuote => parse("EOF reached before closing an opened quote"),
            Self::LineEnding(setting) => format!(
                "ClientInputError : LineEnding is invalid on user data. Current LineEnding \
                 setting is {}",
                setting.name()
            ),
            Self::FieldTooLong => parse(&format!(
                "Exceeded max length for one field: {FIELD_CHARS_MAX}"
            )),
            Self::LineTooLong => parse(&format!(
                "Exceeded max length for one record: {LINE_CHARS_MAX}"
            )),
            Self::TooManyFields => parse(&format!("Exceeded max number of fields: {FIELDS_MAX}")),
            Self::FieldCount { expected, found } => parse(&format!(
                "The number of columns in the row does not match the header row. Expected \
                 {expected}, found {found}"
            )),
            Self::NotUtf8 => parse("The content is not encoded in UTF-8"),
        }
    }
}

/// One line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line<'file> {
    /// Its fields without quotes.
    pub(crate) fields: Vec<Cow<'file, str>>,
    /// Where it stands in the file, without its ending.
    pub(crate) place: Range<usize>,
}

/// Reads a file line by line.
#[derive(Debug)]
pub(crate) struct Reader<'file> {
    file: &'file [u8],
    at: usize,
    dialect: Dialect,
}

/// What stands behind a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behind {
    Field,
    Line,
}

impl<'file> Reader<'file> {
    /// A reader at byte `at` of `file`, which begins a line.
    pub(crate) fn new(file: &'file [u8], at: usize, dialect: Dialect) -> Self {
        Self { file, at, dialect }
    }

    /// The next line that holds something. Empty lines are passed over.
    pub(crate) fn line(&mut self) -> Result<Option<Line<'file>>, Unreadable> {
        self.pass_empty_lines()?;
        let start = self.at;
        if start >= self.file.len() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        let mut chars = 0;
        loop {
            let (field, end, behind) = self.field()?;
            let field_chars = field.chars().count();
            if field_chars > FIELD_CHARS_MAX {
                return Err(Unreadable::FieldTooLong);
            }
            chars += field_chars;
            fields.push(field);
            if chars > LINE_CHARS_MAX {
                return Err(Unreadable::LineTooLong);
            }
            if fields.len() > FIELDS_MAX {
                return Err(Unreadable::TooManyFields);
            }
            match behind {
                Behind::Field => {}
                Behind::Line => {
                    let place = start..end;
                    return Ok(Some(Line { fields, place }));
                }
            }
        }
    }

    fn pass_empty_lines(&mut self) -> Result<(), Unreadable> {
        while let Some(next) = self.file.get(self.at) {
            let length = match next {
                b'\n' => 1,
                b'\r' if self.file.get(self.at + 1) == Some(&b'\n') => 2,
                _ => break,
            };
            self.end_line(self.at, length)?;
        }
        Ok(())
    }

    /// The next field, where it ends, and what is behind it.
    fn field(&mut self) -> Result<(Cow<'file, str>, usize, Behind), Unreadable> {
        if self.file.get(self.at) == Some(&b'"') {
            self.quoted()
        } else {
            self.plain()
        }
    }

    fn plain(&mut self) -> Result<(Cow<'file, str>, usize, Behind), Unreadable> {
        let rest = &self.file[self.at..];
        let length = memchr2(self.dialect.delimiter.byte(), b'\n', rest).unwrap_or(rest.len());
        let mut field = &rest[..length];
        let behind = self.at + length;
        let is_last = self.file.get(behind) != Some(&self.dialect.delimiter.byte());
        if is_last && behind < self.file.len() && field.last() == Some(&b'\r') {
            field = &field[..length - 1];
        }
        if memchr(b'"', field).is_some() {
            return Err(Unreadable::UnescapedQuote);
        }
        let end = self.at + field.len();
        let text = std::str::from_utf8(field).map_err(|_| Unreadable::NotUtf8)?;
        let behind = self.pass(end)?;
        Ok((Cow::Borrowed(text), end, behind))
    }

    fn quoted(&mut self) -> Result<(Cow<'file, str>, usize, Behind), Unreadable> {
        let start = self.at + 1;
        let mut at = start;
        let mut unquoted: Vec<u8> = Vec::new();
        let mut copied = start;
        let close = loop {
            let quote = memchr(b'"', &self.file[at..]).ok_or(Unreadable::OpenQuote)? + at;
            if self.file.get(quote + 1) != Some(&b'"') {
                break quote;
            }
            unquoted.extend_from_slice(&self.file[copied..=quote]);
            at = quote + 2;
            copied = at;
        };
        let text = if copied == start {
            let field = &self.file[start..close];
            Cow::Borrowed(std::str::from_utf8(field).map_err(|_| Unreadable::NotUtf8)?)
        } else {
            unquoted.extend_from_slice(&self.file[copied..close]);
            Cow::Owned(String::from_utf8(unquoted).map_err(|_| Unreadable::NotUtf8)?)
        };
        let behind = self.pass(close + 1)?;
        Ok((text, close + 1, behind))
    }

    /// Goes behind what ends a field at `end`.
    fn pass(&mut self, end: usize) -> Result<Behind, Unreadable> {
        match (self.file.get(end), self.file.get(end + 1)) {
            (None, _) => {
                self.at = end;
                Ok(Behind::Line)
            }
            (Some(next), _) if *next == self.dialect.delimiter.byte() => {
                self.at = end + 1;
                Ok(Behind::Field)
            }
            (Some(b'\n'), _) => self.end_line(end, 1),
            (Some(b'\r'), Some(b'\n')) => self.end_line(end, 2),
            (Some(_), _) => Err(Unreadable::UnescapedQuote),
        }
    }

    /// Goes behind a line ending of so many bytes, if it is the job's.
    fn end_line(&mut self, at: usize, bytes: usize) -> Result<Behind, Unreadable> {
        if bytes != self.dialect.ending.text().len() {
            return Err(Unreadable::LineEnding(self.dialect.ending));
        }
        self.at = at + bytes;
        Ok(Behind::Line)
    }
}
