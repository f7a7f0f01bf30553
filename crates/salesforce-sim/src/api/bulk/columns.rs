//! The rows of a query → lines of a Bulk file: every value quoted, nothing as the empty text,
//! instants with a `Z`.
//!
//! A result file is written at the speed of the network or it is what everybody waits for, so what
//! nearly all files consist of (stored values, ids, stamps) is written straight into the buffer.
//! Anything else is read as REST reads it and then written.

use std::io::Write as _;

use jiff::civil::Date;
use model::Timestamp;

use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Kind, Object, Source};
use crate::soql::{Column, Kept, Reads, ResultSet};
use crate::value::Value;

use super::csv::{write_line, write_quoted};
use super::dialect::Dialect;

/// Columns stand in the order of the query from this version on, and by name before.
const QUERY_ORDER_SINCE: u32 = 50;

/// How the rows of one result are written.
#[derive(Debug)]
pub(super) struct Columns {
    readers: Vec<Reader>,
    dialect: Dialect,
}

/// How one column is written.
#[derive(Debug)]
struct Reader {
    name: String,
    column: Column,
    /// Where the value stands, if it stands in the record itself.
    own: Option<Own>,
}

/// A value of the record itself that needs no computing.
#[derive(Debug, Clone, Copy)]
enum Own {
    Stored { place: usize, is_flag: bool },
    Id,
    IsDeleted,
    CreatedDate,
    CreatedById,
    LastModifiedDate,
    LastModifiedById,
    SystemModstamp,
}

impl Columns {
    /// How `rows` are written for a job of that version.
    pub(super) fn new(rows: &ResultSet, version: u32, dialect: Dialect) -> Self {
        let mut readers: Vec<Reader> = rows
            .columns()
            .map(|(name, column)| Reader {
                name: name.to_owned(),
                column: column.clone(),
                own: own_field(rows, column),
            })
            .collect();
        if version < QUERY_ORDER_SINCE {
            readers.sort_by(|left, right| left.name.cmp(&right.name));
        }
        Self { readers, dialect }
    }

    /// Writes the head of the file.
    pub(super) fn write_head(&self, out: &mut Vec<u8>) {
        let names = self.readers.iter().map(|reader| reader.name.as_str());
        write_line(names, self.dialect, out);
    }

    /// Writes the row at that place.
    pub(super) fn write_row(&self, rows: &ResultSet, at: usize, out: &mut Vec<u8>) {
        let sources = rows.sources(at);
        let delimiter = self.dialect.delimiter.byte();
        for (at, reader) in self.readers.iter().enumerate() {
            if at > 0 {
                out.push(delimiter);
            }
            reader.write(rows, sources, out);
        }
        out.extend_from_slice(self.dialect.ending.text().as_bytes());
    }
}

fn own_field(rows: &ResultSet, column: &Column) -> Option<Own> {
    let Reads::Field(places) = &column.reads else {
        return None;
    };
    if column.source != 0 || column.function.is_some() {
        return None;
    }
    let own = |(of, _): &&(Object, usize)| *of == rows.object();
    let (object, place) = *places.iter().find(own)?;
    let field = &rows.schema().of(object).fields[place];
    let is_flag = field.kind == Kind::Bool;
    match field.source {
        Source::Stored => Some(Own::Stored { place, is_flag }),
        Source::Id => Some(Own::Id),
        Source::IsDeleted => Some(Own::IsDeleted),
        Source::CreatedDate => Some(Own::CreatedDate),
        Source::CreatedById => Some(Own::CreatedById),
        Source::LastModifiedDate => Some(Own::LastModifiedDate),
        Source::LastModifiedById => Some(Own::LastModifiedById),
        Source::SystemModstamp => Some(Own::SystemModstamp),
        Source::FullName
        | Source::Address
        | Source::IsClosed
        | Source::IsWon
        | Source::IsHighPriority
        | Source::IsEmailBounced
        | Source::ExpectedRevenue
        | Source::ForecastCategory
        | Source::Fiscal
        | Source::FiscalQuarter
        | Source::FiscalYear => None,
    }
}

impl Reader {
    fn write(&self, rows: &ResultSet, sources: &Kept, out: &mut Vec<u8>) {
        let row = sources[self.column.source].as_deref();
        match (self.own, row) {
            (Some(own), Some(row)) => own.write(row, out),
            (Some(_) | None, _) => write_value(&self.column.read(rows.schema(), row), out),
        }
    }
}

impl Own {
    fn write(self, row: &Row, out: &mut Vec<u8>) {
        match self {
            Self::Stored { place, is_flag } => {
                let stored = row.stored(place);
                if stored.is_null() && is_flag {
                    write_value(&Value::Bool(false), out);
                } else {
                    write_value(stored, out);
                }
            }
            Self::Id => write_id(row.id, out),
            Self::IsDeleted => write_value(&Value::Bool(row.is_deleted), out),
            Self::CreatedDate => write_instant(row.created_at, out),
            Self::CreatedById => write_id(row.created_by, out),
            Self::LastModifiedDate => write_instant(row.modified_at, out),
            Self::LastModifiedById => write_id(row.modified_by, out),
            Self::SystemModstamp => write_instant(row.stamp, out),
        }
    }
}

/// Writes a value in quotes.
fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"\"\""),
        Value::Bool(true) => out.extend_from_slice(b"\"true\""),
        Value::Bool(false) => out.extend_from_slice(b"\"false\""),
        Value::Int(number) => {
            write!(out, "\"{number}\"").expect("memory takes everything");
        }
        Value::Double(number) => {
            write!(out, "\"{number:?}\"").expect("memory takes everything");
        }
        Value::Text(text) => write_quoted(text, out),
        Value::Static(text) => write_quoted(text, out),
        Value::Id(id) => write_id(*id, out),
        Value::Date(date) => write_date(*date, out),
        Value::Instant(at) => write_instant(*at, out),
    }
}

fn write_id(id: RecordId, out: &mut Vec<u8>) {
    let mut quoted = [b'"'; 20];
    quoted[1..19].copy_from_slice(&id.long());
    out.extend_from_slice(&quoted);
}

fn write_date(date: Date, out: &mut Vec<u8>) {
    write!(out, "\"{date}\"").expect("memory takes everything");
}

/// `"2026-01-02T03:04:05.000Z"`. Years that do not have four digits take the slow way.
fn write_instant(at: Timestamp, out: &mut Vec<u8>) {
    const DAY_MS: i64 = 86_400_000;
    let millis = at.as_millis();
    let (day, time) = (millis.div_euclid(DAY_MS), millis.rem_euclid(DAY_MS));
    let (year, month, date) = civil(day);
    if !(1..=9_999).contains(&year) {
        return write_quoted(&at.to_rfc3339(), out);
    }
    let mut text = *b"\"0000-00-00T00:00:00.000Z\"";
    let mut put = |at: usize, digits: usize, mut number: i64| {
        for place in (at..at + digits).rev() {
            text[place] = b'0' + u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
    };
    put(1, 4, year);
    put(6, 2, month);
    put(9, 2, date);
    put(12, 2, time / 3_600_000);
    put(15, 2, time / 60_000 % 60);
    put(18, 2, time / 1_000 % 60);
    put(21, 3, time % 1_000);
    out.extend_from_slice(&text);
}

/// Year, month and day of a day since 1970-01-01, in the Gregorian calendar. Eras of 400 years
/// begin in March, so that the leap day is the last of its year.
fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(millis: i64) -> String {
        let mut out = Vec::new();
        write_instant(Timestamp::from_millis(millis), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn instants_are_those_of_the_slow_way() {
        assert_eq!(instant(1_767_323_045_678), "\"2026-01-02T03:04:05.678Z\"");
        assert_eq!(instant(951_782_400_000), "\"2000-02-29T00:00:00.000Z\"");
        assert_eq!(instant(-1), "\"1969-12-31T23:59:59.999Z\"");
        // A prime number of milliseconds, so that every part of a date moves.
        let step = 9_737_333_377_i64;
        for n in -6_000..6_000 {
            let at = Timestamp::from_millis(n * step);
            assert_eq!(instant(n * step), format!("\"{}\"", at.to_rfc3339()));
        }
    }

    #[test]
    fn values_are_quoted() {
        let written = |value: &Value| {
            let mut out = Vec::new();
            write_value(value, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(&Value::Null), "\"\"");
        assert_eq!(written(&Value::Bool(true)), "\"true\"");
        assert_eq!(written(&Value::Int(-3)), "\"-3\"");
        assert_eq!(written(&Value::Double(100_000.0)), "\"100000.0\"");
        assert_eq!(written(&Value::text("a\"b")), "\"a\"\"b\"");
        let id: RecordId = "0015500001QdQWa".parse().unwrap();
        assert_eq!(written(&Value::Id(id)), "\"0015500001QdQWaAAN\"");
        assert_eq!(
            written(&Value::Date("2026-02-28".parse().unwrap())),
            "\"2026-02-28\""
        );
    }
}
