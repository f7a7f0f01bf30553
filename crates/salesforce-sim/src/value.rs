//! Field values as a row keeps them, and the two ways they are written here: REST and plain.

use std::cmp::Ordering;
use std::fmt::Write as _;

use jiff::civil::Date;
use model::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::RecordId;

/// The value of one field. Picklists, emails, phones and URLs are text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(Box<str>),
    /// A text of the program, as the seeded rows are full of them: no copy per row.
    Static(&'static str),
    Id(RecordId),
    Date(Date),
    Instant(Timestamp),
}

/// A value in a saved org, where every text is a text.
#[derive(Serialize, Deserialize)]
enum SavedValue {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(Box<str>),
    Id(RecordId),
    Date(Date),
    Instant(Timestamp),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SavedValue::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SavedValue::deserialize(deserializer).map(Self::from)
    }
}

impl From<Value> for SavedValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(flag),
            Value::Int(number) => Self::Int(number),
            Value::Double(number) => Self::Double(number),
            Value::Text(text) => Self::Text(text),
            Value::Static(text) => Self::Text(text.into()),
            Value::Id(id) => Self::Id(id),
            Value::Date(date) => Self::Date(date),
            Value::Instant(at) => Self::Instant(at),
        }
    }
}

impl From<SavedValue> for Value {
    fn from(saved: SavedValue) -> Self {
        match saved {
            SavedValue::Null => Self::Null,
            SavedValue::Bool(flag) => Self::Bool(flag),
            SavedValue::Int(number) => Self::Int(number),
            SavedValue::Double(number) => Self::Double(number),
            SavedValue::Text(text) => Self::Text(text),
            SavedValue::Id(id) => Self::Id(id),
            SavedValue::Date(date) => Self::Date(date),
            SavedValue::Instant(at) => Self::Instant(at),
        }
    }
}

impl Value {
    pub(crate) fn text(text: impl Into<Box<str>>) -> Self {
        Self::Text(text.into())
    }

    /// The text of a text value.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Static(text) => Some(text),
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Double(_)
            | Self::Id(_)
            | Self::Date(_)
            | Self::Instant(_) => None,
        }
    }

    pub(crate) fn as_id(&self) -> Option<RecordId> {
        if let Self::Id(id) = self {
            Some(*id)
        } else {
            None
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "counts and amounts stay below 2^53"
            )]
            Self::Int(number) => Some(*number as f64),
            Self::Double(number) => Some(*number),
            Self::Null
            | Self::Bool(_)
            | Self::Text(_)
            | Self::Static(_)
            | Self::Id(_)
            | Self::Date(_)
            | Self::Instant(_) => None,
        }
    }

    /// The order of a query: texts without regard to case, ids by byte, nothing before everything.
    /// Values of different kinds are equal, since the binder never compares them.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Less,
            (_, Self::Null) => Ordering::Greater,
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Id(left), Self::Id(right)) => left.cmp(right),
            (Self::Date(left), Self::Date(right)) => left.cmp(right),
            (Self::Instant(left), Self::Instant(right)) => left.cmp(right),
            (left, right) => {
                if let (Some(left), Some(right)) = (left.as_number(), right.as_number()) {
                    return left.total_cmp(&right);
                }
                match (left.as_text(), right.as_text()) {
                    (Some(left), Some(right)) => compare_folded(left, right),
                    (None | Some(_), None) | (None, Some(_)) => Ordering::Equal,
                }
            }
        }
    }

    /// Writes the value as REST's JSON does.
    pub(crate) fn write_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Int(number) => write!(out, "{number}").expect("a string takes everything"),
            Self::Double(number) => write!(out, "{number:?}").expect("a string takes everything"),
            Self::Text(text) => write_json_text(text, out),
            Self::Static(text) => write_json_text(text, out),
            Self::Id(id) => write!(out, "\"{id}\"").expect("a string takes everything"),
            Self::Date(date) => write!(out, "\"{date}\"").expect("a string takes everything"),
            Self::Instant(at) => {
                write!(out, "\"{}\"", at.to_salesforce()).expect("a string takes everything");
            }
        }
    }

    /// Writes the value without any quotes.
    pub(crate) fn write_plain(&self, out: &mut String) {
        match self {
            Self::Null => {}
            Self::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Int(number) => write!(out, "{number}").expect("a string takes everything"),
            Self::Double(number) => write!(out, "{number:?}").expect("a string takes everything"),
            Self::Text(text) => out.push_str(text),
            Self::Static(text) => out.push_str(text),
            Self::Id(id) => write!(out, "{id}").expect("a string takes everything"),
            Self::Date(date) => write!(out, "{date}").expect("a string takes everything"),
            Self::Instant(at) => out.push_str(&at.to_rfc3339()),
        }
    }

    /// The value without any quotes.
    pub(crate) fn to_plain(&self) -> String {
        let mut out = String::new();
        self.write_plain(&mut out);
        out
    }
}

/// Writes `text` as a JSON string.
pub(crate) fn write_json_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(text).expect("a string always serialises"));
}

/// Compares two texts without regard to case.
pub(crate) fn compare_folded(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        let fold = |byte: u8| byte.to_ascii_lowercase();
        return left.bytes().map(fold).cmp(right.bytes().map(fold));
    }
    left.to_lowercase().cmp(&right.to_lowercase())
}

/// Whether two texts are equal without regard to case.
pub(crate) fn equal_folded(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
        || (!(left.is_ascii() && right.is_ascii()) && left.to_lowercase() == right.to_lowercase())
}
