//! The search language of `POST /contacts/search` and `POST /conversations/search`: parsed into a
//! query that is known to be valid, then asked about one row at a time.
//!
//! It knows fields only by name and kind; what a row holds is told by a closure.

mod lag;
mod page;
mod parse;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::slice;

pub(crate) use lag::Lag;
pub(crate) use page::{Cursor, PageRequest, SortKey, page_links};
pub(crate) use parse::{Dialect, parse};

/// What a field holds, which decides the operators that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    /// By calendar days where the search has days, else to the second.
    Date,
    /// To the second, whatever the search does with dates.
    Instant,
    Flag,
    /// A list of tag ids, asked about with `=` and `!=` alone.
    Tags,
    /// A decimal id, in the order of its numbers; an empty text is before all.
    Id,
}

/// What a row holds in a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Held {
    Nothing,
    Text(String),
    Number(f64),
    Date(i64),
    Flag(bool),
    /// A field with several values matches if one of them does.
    Many(Vec<String>),
}

impl From<Option<&str>> for Held {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Nothing, |text| Self::Text(text.to_owned()))
    }
}

impl From<Option<i64>> for Held {
    fn from(date: Option<i64>) -> Self {
        date.map_or(Self::Nothing, Self::Date)
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    In,
    NotIn,
    Greater,
    Less,
    AtLeast,
    AtMost,
    Contains,
    NotContains,
    StartsWith,
    EndsWith,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Nothing,
    Text(String),
    Number(f64),
    Flag(bool),
    /// Seconds from the first up to, not including, the second: one second or one day.
    Span(i64, i64),
    Many(Vec<Operand>),
}

/// One comparison of a query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter {
    pub(crate) field: String,
    pub(crate) operator: Operator,
    pub(crate) operand: Operand,
}

/// A valid query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Query {
    Filter(Filter),
    All(Vec<Query>),
    Any(Vec<Query>),
}

impl Query {
    /// True if a row, of which `held` tells the fields, is found.
    pub(crate) fn matches(&self, held: &dyn Fn(&str) -> Held) -> bool {
        match self {
            Self::Filter(filter) => filter.matches(&held(&filter.field)),
            Self::All(parts) => parts.iter().all(|part| part.matches(held)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(held)),
        }
    }

    /// The comparisons that every found row passes. Speed only: they let a search skip rows.
    pub(crate) fn required(&self) -> Vec<&Filter> {
        match self {
            Self::Filter(filter) => vec![filter],
            Self::All(parts) => parts.iter().flat_map(Self::required).collect(),
            Self::Any(_) => Vec::new(),
        }
    }

    /// The times of a field between which everything found must lie, both ends included. Speed only.
    pub(crate) fn bounds(&self, field: &str) -> (i64, i64) {
        let (mut from, mut to) = (i64::MIN, i64::MAX - 1);
        for filter in self.required() {
            let Operand::Span(start, end) = filter.operand else {
                continue;
            };
            if filter.field != field {
                continue;
            }
            match filter.operator {
                Operator::Greater => from = from.max(end),
                Operator::Less => to = to.min(start.saturating_sub(1)),
                Operator::Equal => (from, to) = (from.max(start), to.min(end.saturating_sub(1))),
                Operator::NotEqual
                | Operator::In
                | Operator::NotIn
                | Operator::AtLeast
                | Operator::AtMost
                | Operator::Contains
                | Operator::NotContains
                | Operator::StartsWith
                | Operator::EndsWith => {}
            }
        }
        (from, to)
    }
}

impl Filter {
    fn matches(&self, held: &Held) -> bool {
        let texts = match held {
            Held::Many(texts) => texts.as_slice(),
            Held::Text(text) => slice::from_ref(text),
            Held::Nothing | Held::Number(_) | Held::Date(_) | Held::Flag(_) => &[],
        };
        match self.operator {
            Operator::Equal => equal(held, &self.operand),
            Operator::NotEqual => !equal(held, &self.operand),
            Operator::In => self.any_equal(held),
            Operator::NotIn => !self.any_equal(held),
            Operator::Greater => self.compare(held).is_some_and(Ordering::is_gt),
            Operator::Less => self.compare(held).is_some_and(Ordering::is_lt),
            Operator::AtLeast => self.compare(held).is_some_and(Ordering::is_ge),
            Operator::AtMost => self.compare(held).is_some_and(Ordering::is_le),
            Operator::Contains => self.any_text(texts, |text, part| text.contains(part)),
            Operator::NotContains => !self.any_text(texts, |text, part| text.contains(part)),
            Operator::StartsWith => self.any_text(texts, |text, part| text.starts_with(part)),
            Operator::EndsWith => self.any_text(texts, |text, part| text.ends_with(part)),
        }
    }

    fn any_equal(&self, held: &Held) -> bool {
        match &self.operand {
            Operand::Many(operands) => operands.iter().any(|operand| equal(held, operand)),
            operand @ (Operand::Nothing
            | Operand::Text(_)
            | Operand::Number(_)
            | Operand::Flag(_)
            | Operand::Span(..)) => equal(held, operand),
        }
    }

    /// Text comparisons fold case, as the search index does.
    fn any_text(&self, texts: &[String], test: impl Fn(&str, &str) -> bool) -> bool {
        let Operand::Text(part) = &self.operand else {
            return false;
        };
        let part = folded(part);
        texts.iter().any(|text| test(&folded(text), &part))
    }

    fn compare(&self, held: &Held) -> Option<Ordering> {
        match (held, &self.operand) {
            (Held::Date(date), Operand::Span(start, end)) => Some(if date < start {
                Ordering::Less
            } else if date >= end {
                Ordering::Greater
            } else {
                Ordering::Equal
            }),
            (Held::Number(held), Operand::Number(operand)) => held.partial_cmp(operand),
            _ => None,
        }
    }
}

/// In lower case, without a copy where it is already.
fn folded(text: &str) -> Cow<'_, str> {
    let is_folded = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if text.bytes().all(is_folded) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

fn equal(held: &Held, operand: &Operand) -> bool {
    match (held, operand) {
        (Held::Nothing, Operand::Nothing) => true,
        (Held::Many(texts), Operand::Nothing) => texts.is_empty(),
        (Held::Text(held), Operand::Text(operand)) => folded(held) == folded(operand),
        (Held::Many(texts), Operand::Text(operand)) => texts.contains(operand),
        (Held::Number(held), Operand::Number(operand)) => {
            held.partial_cmp(operand) == Some(Ordering::Equal)
        }
        (Held::Flag(held), Operand::Flag(operand)) => held == operand,
        (Held::Date(date), Operand::Span(start, end)) => (start..end).contains(&date),
        _ => false,
    }
}
