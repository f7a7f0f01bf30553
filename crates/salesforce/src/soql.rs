//! SOQL as values. Field and object names come from this crate's constants; whatever a person may
//! have typed is a [`Literal`] and is escaped here and nowhere else.

use std::fmt;

use model::Timestamp;

/// A `SELECT` statement. Its `Display` is the statement.
#[derive(Debug, Clone)]
pub(crate) struct Select {
    columns: String,
    from: String,
    filter: Option<Condition>,
    order: &'static [&'static str],
    limit: Option<usize>,
}

/// What a row must fulfil.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// The field compares so with the value.
    Compare(&'static str, Comparison, Literal),
    /// The field is one of the values; never built with none, which SOQL refuses.
    In(&'static str, Vec<Literal>),
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
}

/// How a field compares with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// `=`; for texts without regard to case.
    Equal,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
}

/// A value in a condition.
#[derive(Debug, Clone)]
pub(crate) enum Literal {
    /// A text or an id, quoted and escaped.
    Text(String),
    /// An instant, unquoted.
    Instant(Timestamp),
    /// `true` or `false`.
    Flag(bool),
}

impl Select {
    /// All rows of an object. The names are constants of this crate or [`crate::ApiName`]s.
    pub(crate) fn new(columns: &[impl AsRef<str>], from: impl AsRef<str>) -> Self {
        let columns: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
        Self {
            columns: columns.join(", "),
            from: from.as_ref().to_owned(),
            filter: None,
            order: &[],
            limit: None,
        }
    }

    /// Only rows that fulfil `filter`.
    pub(crate) fn filtered(self, filter: Condition) -> Self {
        Self {
            filter: Some(filter),
            ..self
        }
    }

    /// Ascending by these fields, nulls first.
    pub(crate) fn ordered(self, order: &'static [&'static str]) -> Self {
        Self { order, ..self }
    }

    /// At most so many rows.
    pub(crate) fn limited(self, rows_max: usize) -> Self {
        Self {
            limit: Some(rows_max),
            ..self
        }
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Timestamp> for Literal {
    fn from(instant: Timestamp) -> Self {
        Self::Instant(instant)
    }
}

impl From<bool> for Literal {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// `field = value`.
pub(crate) fn equal(field: &'static str, value: impl Into<Literal>) -> Condition {
    Condition::Compare(field, Comparison::Equal, value.into())
}

/// `field > value`.
pub(crate) fn above(field: &'static str, value: impl Into<Literal>) -> Condition {
    Condition::Compare(field, Comparison::Above, value.into())
}

/// `field >= value`.
pub(crate) fn at_least(field: &'static str, value: impl Into<Literal>) -> Condition {
    Condition::Compare(field, Comparison::AtLeast, value.into())
}

/// `field <= value`.
pub(crate) fn at_most(field: &'static str, value: impl Into<Literal>) -> Condition {
    Condition::Compare(field, Comparison::AtMost, value.into())
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SELECT {} FROM {}", self.columns, self.from)?;
        if let Some(filter) = &self.filter {
            write!(f, " WHERE {filter}")?;
        }
        if !self.order.is_empty() {
            write!(f, " ORDER BY {}", self.order.join(", "))?;
        }
        match self.limit {
            Some(rows_max) => write!(f, " LIMIT {rows_max}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(field, comparison, value) => write!(f, "{field} {comparison} {value}"),
            Self::In(field, values) => {
                write!(f, "{field} IN (")?;
                joined(f, values, ", ")?;
                f.write_str(")")
            }
            Self::All(parts) => joined_in_parentheses(f, parts, " AND "),
            Self::Any(parts) => joined_in_parentheses(f, parts, " OR "),
        }
    }
}

/// SOQL refuses `AND` beside `OR` without parentheses, so every group has its own.
fn joined_in_parentheses(
    f: &mut fmt::Formatter<'_>,
    parts: &[Condition],
    separator: &str,
) -> fmt::Result {
    f.write_str("(")?;
    joined(f, parts, separator)?;
    f.write_str(")")
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[impl fmt::Display], separator: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(separator)?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
        })
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(f, text),
            Self::Instant(instant) => f.write_str(&instant.to_rfc3339()),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

/// Quote and backslash must be escaped; the control characters that have an escape are written
/// with it, since a raw line break ends a statement in some places that carry SOQL.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("'")?;
    for c in text.chars() {
        match c {
            '\\' => f.write_str("\\\\")?,
            '\'' => f.write_str("\\'")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            plain => write!(f, "{plain}")?,
        }
    }
    f.write_str("'")
}

#[cfg(test)]
mod tests;
