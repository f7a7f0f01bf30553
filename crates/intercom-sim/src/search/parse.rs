//! From JSON to a query, refusing what Intercom refuses (REST API, Search for contacts).

use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Filter, Kind, Operand, Operator, Query};
use crate::answer::Refusal;

/// A group of filters may stand inside a group, and no deeper.
const DEPTH_MAX: usize = 2;
/// Filters in one AND or OR.
const FILTERS_MAX: usize = 15;

/// How the two searches differ.
#[derive(Clone, Copy)]
pub(crate) struct Dialect<'a> {
    /// The kind of a field, or `None` for one that does not exist.
    pub(crate) kind: &'a dyn Fn(&str) -> Option<Kind>,
    /// Contacts compare dates by the calendar days of this zone; conversations by seconds.
    pub(crate) days: Option<&'a TimeZone>,
}

/// Reads the `query` of a search.
pub(crate) fn parse(query: &Value, dialect: Dialect<'_>) -> Result<Query, Refusal> {
    parse_at(query, dialect, 1)
}

fn parse_at(query: &Value, dialect: Dialect<'_>, depth: usize) -> Result<Query, Refusal> {
    let operator = query
        .get("operator")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !matches!(operator, "AND" | "OR") {
        return parse_filter(query, operator, dialect).map(Query::Filter);
    }
    let parts = query
        .get("value")
        .and_then(Value::as_array)
        .ok_or_else(|| Refusal::invalid(format!("The value of {operator} must be an array")))?;
    if depth > DEPTH_MAX {
        return Err(Refusal::invalid(format!(
            "Search queries may be nested {DEPTH_MAX} levels deep"
        )));
    }
    if parts.is_empty() || parts.len() > FILTERS_MAX {
        return Err(Refusal::invalid(format!(
            "A group has between 1 and {FILTERS_MAX} filters, this one has {}",
            parts.len()
        )));
    }
    let parts = parts
        .iter()
        .map(|part| parse_at(part, dialect, depth + 1))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(if operator == "AND" {
        Query::All(parts)
    } else {
        Query::Any(parts)
    })
}

fn parse_filter(filter: &Value, operator: &str, dialect: Dialect<'_>) -> Result<Filter, Refusal> {
    let Some(field) = filter.get("field").and_then(Value::as_str) else {
        return Err(Refusal::missing("A filter must have a field"));
    };
    let kind = (dialect.kind)(field).ok_or_else(|| {
        Refusal::new(
            http::StatusCode::BAD_REQUEST,
            "invalid_field",
            format!("'{field}' is not a field that can be searched"),
        )
        .at_field(field)
    })?;
    let operator = parse_operator(operator)
        .filter(|operator| allowed(*operator, kind, dialect.days.is_some()))
        .ok_or_else(|| {
            Refusal::invalid(format!(
                "Operator '{operator}' can't be used with '{field}'"
            ))
            .at_field(field)
        })?;
    let value = match filter.get("value") {
        Some(value) => value,
        // The vendor's own client leaves out what is undefined and means "nothing" by it.
        None if matches!(operator, Operator::Equal | Operator::NotEqual) => &Value::Null,
        None => {
            let words = format!("The filter on '{field}' must have a value");
            return Err(Refusal::missing(words));
        }
    };
    let operand = match operator {
        Operator::In | Operator::NotIn => {
            let listed = value.as_array().ok_or_else(|| {
                Refusal::invalid(format!("The value for '{field}' must be an array"))
            })?;
            Operand::Many(
                listed
                    .iter()
                    .map(|one| parse_operand(one, field, kind, dialect))
                    .collect::<Result<_, _>>()?,
            )
        }
        Operator::Equal
        | Operator::NotEqual
        | Operator::Greater
        | Operator::Less
        | Operator::AtLeast
        | Operator::AtMost
        | Operator::Contains
        | Operator::NotContains
        | Operator::StartsWith
        | Operator::EndsWith => parse_operand(value, field, kind, dialect)?,
    };
    Ok(Filter {
        field: field.to_owned(),
        operator,
        operand,
    })
}

fn parse_operator(word: &str) -> Option<Operator> {
    Some(match word {
        "=" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "IN" => Operator::In,
        "NIN" => Operator::NotIn,
        ">" => Operator::Greater,
        "<" => Operator::Less,
        ">=" => Operator::AtLeast,
        "<=" => Operator::AtMost,
        "~" => Operator::Contains,
        "!~" => Operator::NotContains,
        "^" => Operator::StartsWith,
        "$" => Operator::EndsWith,
        _ => return None,
    })
}

/// The table of operators and kinds. Contacts are the stricter dialect about dates; `>=` and `<=`
/// are listed for their integers alone.
fn allowed(operator: Operator, kind: Kind, is_contacts: bool) -> bool {
    match operator {
        Operator::Equal => true,
        Operator::NotEqual => !matches!(kind, Kind::Date | Kind::Instant) || !is_contacts,
        Operator::In | Operator::NotIn => match kind {
            Kind::Date | Kind::Instant | Kind::Tags => !is_contacts,
            Kind::Text | Kind::Integer | Kind::Flag | Kind::Id => true,
        },
        Operator::Greater | Operator::Less => {
            matches!(kind, Kind::Integer | Kind::Date | Kind::Instant | Kind::Id)
        }
        Operator::AtLeast | Operator::AtMost => kind == Kind::Integer && is_contacts,
        Operator::Contains | Operator::NotContains | Operator::StartsWith | Operator::EndsWith => {
            kind == Kind::Text
        }
    }
}

fn parse_operand(
    value: &Value,
    field: &str,
    kind: Kind,
    dialect: Dialect<'_>,
) -> Result<Operand, Refusal> {
    let wrong =
        || Refusal::invalid(format!("The value for '{field}' has the wrong type")).at_field(field);
    if value.is_null() {
        return Ok(Operand::Nothing);
    }
    match kind {
        Kind::Text | Kind::Tags => match value {
            Value::String(text) => Ok(Operand::Text(text.clone())),
            Value::Number(number) => Ok(Operand::Text(number.to_string())),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(wrong()),
        },
        Kind::Integer => number(value).map(Operand::Number).ok_or_else(wrong),
        Kind::Id => match value {
            Value::String(text) if text.is_empty() => Ok(Operand::Number(-1.0)),
            Value::String(text) => {
                let id = text.parse().map(Operand::Number);
                Ok(id.unwrap_or_else(|_| Operand::Text(text.clone())))
            }
            Value::Number(_) => number(value).map(Operand::Number).ok_or_else(wrong),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(wrong()),
        },
        Kind::Flag => match value {
            Value::Bool(flag) => Ok(Operand::Flag(*flag)),
            Value::String(word) if word == "true" => Ok(Operand::Flag(true)),
            Value::String(word) if word == "false" => Ok(Operand::Flag(false)),
            Value::Null
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => Err(wrong()),
        },
        Kind::Date | Kind::Instant => {
            let seconds = match value {
                Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
                Value::String(digits) => digits.parse().ok(),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
            }
            .ok_or_else(wrong)?;
            let days = dialect.days.filter(|_| kind == Kind::Date);
            let second = (seconds, seconds.saturating_add(1));
            let (start, end) = days.map_or(second, |zone| self::days(seconds, zone));
            Ok(Operand::Span(start, end))
        }
    }
}

/// Seconds with a fraction, which some clients send, without it.
fn whole(seconds: f64) -> Option<i64> {
    format!("{:.0}", seconds.floor()).parse().ok()
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(digits) => digits.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The calendar day of `zone` in which `seconds` lies: its first second, and the first second of
/// the next day.
pub(crate) fn days(seconds: i64, zone: &TimeZone) -> (i64, i64) {
    let midnights = || {
        let start = jiff::Timestamp::from_second(seconds)
            .ok()?
            .to_zoned(zone.clone())
            .start_of_day()
            .ok()?;
        let end = start.checked_add(1.day()).ok()?.start_of_day().ok()?;
        Some((start.timestamp().as_second(), end.timestamp().as_second()))
    };
    // An instant beyond the calendar is a day of its own.
    midnights().unwrap_or((seconds, seconds.saturating_add(1)))
}
