//! One row of a query, from JSON or from CSV, read column by column.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use model::Timestamp;
use serde_json::{Map, Value};

use crate::BlockRow;

/// A row that could not be read. It fails alone: the rows around it are not affected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a row of {object} cannot be read: {why}")]
pub struct UnreadableRow {
    /// The object's API name.
    pub object: &'static str,
    /// The row's id, if at least that is there.
    pub id: Option<String>,
    /// Column and reason; never the value, which may be personal.
    pub why: String,
}

/// A row, or why it could not be read.
pub type Parsed<T> = Result<T, UnreadableRow>;

/// A row of JSON as it arrives.
pub(crate) type JsonRow = Map<String, Value>;

/// What can be read from the rows of a query for exactly these columns.
pub(crate) trait Row: Sized {
    /// The object's API name.
    const OBJECT: &'static str;
    /// What is selected, in this order. The first is `Id`. A dotted name is a parent's field.
    const COLUMNS: &'static [&'static str];

    /// Reads all columns, in the order of `COLUMNS`.
    fn read(cells: &mut Cells<'_>) -> Result<Self, String>;
}

/// Where a row's cells are.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    /// An object with the columns as keys; parents are objects in it.
    Json(&'a JsonRow),
    /// A row of a block, with the columns in their order.
    Csv(BlockRow<'a>),
}

/// Reads one row; a failure carries the id if it can be found.
pub(crate) fn parse<T: Row>(source: Source<'_>) -> Parsed<T> {
    let mut cells = Cells {
        columns: T::COLUMNS,
        at: 0,
        source,
    };
    T::read(&mut cells).map_err(|why| {
        let id = source.cell(0, "Id").ok().flatten().map(Cow::into_owned);
        UnreadableRow {
            object: T::OBJECT,
            id,
            why,
        }
    })
}

impl<'a> Source<'a> {
    /// The text of a cell; `None` for null and for the empty text, which Salesforce does not tell
    /// apart (it stores an empty text as null, and CSV shows null as empty).
    fn cell(self, at: usize, column: &str) -> Result<Option<Cow<'a, str>>, String> {
        let cell = match self {
            Self::Json(row) => json_cell(row, column)?,
            Self::Csv(row) => row.text(at).map_err(|error| unfit(column, error.why))?,
        };
        Ok(cell.filter(|cell| !cell.is_empty()))
    }
}

/// A field by its name, whose case means nothing to Salesforce.
fn named<'a>(row: &'a JsonRow, name: &str) -> Option<&'a Value> {
    row.get(name).or_else(|| {
        let mut fields = row.iter();
        let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    })
}

/// A value of a row; a dotted column is a field of a parent, through however many levels.
pub(crate) fn json_cell<'a>(
    row: &'a JsonRow,
    column: &str,
) -> Result<Option<Cow<'a, str>>, String> {
    let (parents, field) = column.rsplit_once('.').unwrap_or(("", column));
    let mut parent = row;
    for step in parents.split('.').filter(|step| !step.is_empty()) {
        match named(parent, step) {
            Some(Value::Object(found)) => parent = found,
            None | Some(_) => return Ok(None),
        }
    }
    match named(parent, field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.into())),
        Some(Value::Bool(true)) => Ok(Some("true".into())),
        Some(Value::Bool(false)) => Ok(Some("false".into())),
        Some(Value::Number(number)) => Ok(Some(number.to_string().into())),
        Some(Value::Array(_) | Value::Object(_)) => Err(unfit(column, "is not a single value")),
    }
}

fn unfit(column: &str, why: impl Display) -> String {
    format!("{column} {why}")
}

/// The cells of one row, taken from left to right.
pub(crate) struct Cells<'a> {
    columns: &'static [&'static str],
    at: usize,
    source: Source<'a>,
}

impl Cells<'_> {
    /// The next cell. The reader names the column it believes to be at, so that the order of a
    /// `SELECT` and of its reader cannot drift apart.
    fn next(&mut self, column: &'static str) -> Result<Option<Cow<'_, str>>, String> {
        assert_eq!(
            self.columns.get(self.at),
            Some(&column),
            "read in the order of COLUMNS"
        );
        let at = self.at;
        self.at += 1;
        self.source.cell(at, column)
    }

    /// A text that may be missing.
    pub(crate) fn text(&mut self, column: &'static str) -> Result<Option<String>, String> {
        Ok(self.next(column)?.map(Cow::into_owned))
    }

    /// A text that is always there.
    pub(crate) fn some_text(&mut self, column: &'static str) -> Result<String, String> {
        self.text(column)?
            .ok_or_else(|| unfit(column, "is missing"))
    }

    /// A value with a form of its own, such as an id or an instant, that may be missing.
    pub(crate) fn value<T>(&mut self, column: &'static str) -> Result<Option<T>, String>
    where
        T: FromStr<Err: Display>,
    {
        match self.next(column)? {
            None => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| unfit(column, "has an unknown form")),
        }
    }

    /// A value with a form of its own that is always there.
    pub(crate) fn some_value<T>(&mut self, column: &'static str) -> Result<T, String>
    where
        T: FromStr<Err: Display>,
    {
        self.value(column)?
            .ok_or_else(|| unfit(column, "is missing"))
    }

    /// A checkbox, which is never null.
    pub(crate) fn flag(&mut self, column: &'static str) -> Result<bool, String> {
        self.some_value(column)
    }

    /// An instant that is always there.
    pub(crate) fn instant(&mut self, column: &'static str) -> Result<Timestamp, String> {
        self.some_value(column)
    }
}

#[cfg(test)]
mod tests;
