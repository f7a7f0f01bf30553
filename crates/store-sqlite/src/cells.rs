//! Reading a row cell by cell, in the order of its select list. What does not parse becomes
//! `Unreadable` with table, column and key.

use std::fmt::Display;
use std::str::FromStr;

use model::{MatchKey, Timestamp};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde::de::DeserializeOwned;
use store::StoreError;

use crate::trouble::{Tried, Trouble};
use crate::words::Word;

/// Whether the first column, by which an unreadable row is named, may hold an email.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RowKey {
    Plain,
    Personal,
}

/// The cells of one row, left to right. The first column of every select list is the row's key.
pub(crate) struct Cells<'r, 's> {
    row: &'r Row<'s>,
    table: &'static str,
    row_key: RowKey,
    next: usize,
}

impl<'r, 's> Cells<'r, 's> {
    pub(crate) fn new(row: &'r Row<'s>, table: &'static str, row_key: RowKey) -> Self {
        Self {
            row,
            table,
            row_key,
            next: 0,
        }
    }

    fn value(&mut self) -> Tried<ValueRef<'r>> {
        let value = self.row.get_ref(self.next)?;
        self.next += 1;
        Ok(value)
    }

    pub(crate) fn unreadable(&self, column: &'static str, why: impl Display) -> Trouble {
        let first = match self.row.get_ref(0) {
            Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
            Ok(ValueRef::Integer(number)) => number.to_string(),
            Ok(ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_)) | Err(_) => String::new(),
        };
        let key = match self.row_key {
            RowKey::Plain => first,
            RowKey::Personal => format!("{:016x}", xxhash_rust::xxh3::xxh3_64(first.as_bytes())),
        };
        Trouble::Store(StoreError::Unreadable {
            table: self.table,
            column,
            key,
            why: why.to_string(),
        })
    }

    pub(crate) fn text_or_none(&mut self, column: &'static str) -> Tried<Option<&'r str>> {
        match self.value()? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Ok(Some(text)),
                Err(error) => Err(self.unreadable(column, error)),
            },
            ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => {
                Err(self.unreadable(column, "it is not text"))
            }
        }
    }

    /// The next cell if it is text, without going past it.
    pub(crate) fn peek_text(&self) -> Option<&'r str> {
        self.row.get_ref(self.next).ok()?.as_str().ok()
    }

    pub(crate) fn text(&mut self, column: &'static str) -> Tried<&'r str> {
        match self.text_or_none(column)? {
            Some(text) => Ok(text),
            None => Err(self.unreadable(column, "it is empty")),
        }
    }

    pub(crate) fn blob(&mut self, column: &'static str) -> Tried<&'r [u8]> {
        match self.value()? {
            ValueRef::Blob(bytes) => Ok(bytes),
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) => {
                Err(self.unreadable(column, "it is not a blob"))
            }
        }
    }

    pub(crate) fn integer_or_none(&mut self, column: &'static str) -> Tried<Option<i64>> {
        match self.value()? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
                Err(self.unreadable(column, "it is not an integer"))
            }
        }
    }

    pub(crate) fn integer(&mut self, column: &'static str) -> Tried<i64> {
        match self.integer_or_none(column)? {
            Some(number) => Ok(number),
            None => Err(self.unreadable(column, "it is empty")),
        }
    }

    pub(crate) fn count(&mut self, column: &'static str) -> Tried<u64> {
        let number = self.integer(column)?;
        u64::try_from(number).map_err(|_| self.unreadable(column, "it is below zero"))
    }

    pub(crate) fn flag(&mut self, column: &'static str) -> Tried<bool> {
        match self.integer(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.unreadable(column, "it is neither 0 nor 1")),
        }
    }

    pub(crate) fn instant(&mut self, column: &'static str) -> Tried<Timestamp> {
        self.integer(column).map(Timestamp::from_millis)
    }

    pub(crate) fn instant_or_none(&mut self, column: &'static str) -> Tried<Option<Timestamp>> {
        Ok(self.integer_or_none(column)?.map(Timestamp::from_millis))
    }

    pub(crate) fn parsed_or_none<T>(&mut self, column: &'static str) -> Tried<Option<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        match self.text_or_none(column)? {
            Some(text) => match text.parse() {
                Ok(value) => Ok(Some(value)),
                Err(why) => Err(self.unreadable(column, why)),
            },
            None => Ok(None),
        }
    }

    pub(crate) fn parsed<T>(&mut self, column: &'static str) -> Tried<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        match self.parsed_or_none(column)? {
            Some(value) => Ok(value),
            None => Err(self.unreadable(column, "it is empty")),
        }
    }

    /// A match key. The error leaves the text out: it may be an email.
    pub(crate) fn key_or_none(&mut self, column: &'static str) -> Tried<Option<MatchKey>> {
        match self.text_or_none(column)? {
            Some(text) => match MatchKey::try_from(text.to_owned()) {
                Ok(key) => Ok(Some(key)),
                Err(_) => Err(self.unreadable(column, "it is not a folded match key")),
            },
            None => Ok(None),
        }
    }

    pub(crate) fn word<T: Word>(&mut self, column: &'static str) -> Tried<T> {
        let text = self.text(column)?;
        T::from_word(text).ok_or_else(|| self.unreadable(column, format!("{text:?} is unknown")))
    }

    /// A value that is kept as JSON. The error names the place only: the text may be personal.
    pub(crate) fn json<T: DeserializeOwned>(&mut self, column: &'static str) -> Tried<T> {
        let text = self.text(column)?;
        serde_json::from_str(text).map_err(|error| {
            let place = error.column();
            self.unreadable(
                column,
                format!("not the JSON that was expected, at {place}"),
            )
        })
    }
}

/// A value as the JSON text that `Cells::json` reads.
pub(crate) fn json_text<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("stored values have text keys and finite numbers")
}

/// A count as SQLite's integer.
pub(crate) fn stored_count(count: u64) -> i64 {
    i64::try_from(count).expect("nothing that is counted one by one reaches 2^63")
}
