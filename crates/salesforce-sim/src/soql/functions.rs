//! The functions of SOQL: what they are called, and what the ones over a single value say.
//!
//! Days and hours are those of UTC, the time zone of this org's users, so `convertTimezone`
//! changes nothing.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::Timestamp;

use crate::value::Value;

use super::dates::{FiscalYear, day_of};

/// A function over the rows of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Count,
    CountDistinct,
    Min,
    Max,
    Sum,
    Avg,
}

impl Aggregate {
    /// The name in capitals.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Count => "COUNT",
            Self::CountDistinct => "COUNT_DISTINCT",
            Self::Min => "MIN",
            Self::Max => "MAX",
            Self::Sum => "SUM",
            Self::Avg => "AVG",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [
            Self::Count,
            Self::CountDistinct,
            Self::Min,
            Self::Max,
            Self::Sum,
            Self::Avg,
        ]
        .into_iter()
        .find(|function| function.name().eq_ignore_ascii_case(name))
    }
}

/// A part of a day or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatePart {
    CalendarMonth,
    CalendarQuarter,
    CalendarYear,
    DayInMonth,
    DayInWeek,
    DayInYear,
    DayOnly,
    FiscalMonth,
    FiscalQuarter,
    FiscalYear,
    HourInDay,
    WeekInMonth,
    WeekInYear,
}

impl DatePart {
    const ALL: [(&'static str, Self); 13] = [
        ("CALENDAR_MONTH", Self::CalendarMonth),
        ("CALENDAR_QUARTER", Self::CalendarQuarter),
        ("CALENDAR_YEAR", Self::CalendarYear),
        ("DAY_IN_MONTH", Self::DayInMonth),
        ("DAY_IN_WEEK", Self::DayInWeek),
        ("DAY_IN_YEAR", Self::DayInYear),
        ("DAY_ONLY", Self::DayOnly),
        ("FISCAL_MONTH", Self::FiscalMonth),
        ("FISCAL_QUARTER", Self::FiscalQuarter),
        ("FISCAL_YEAR", Self::FiscalYear),
        ("HOUR_IN_DAY", Self::HourInDay),
        ("WEEK_IN_MONTH", Self::WeekInMonth),
        ("WEEK_IN_YEAR", Self::WeekInYear),
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, part)| part)
    }

    /// Whether only an instant has this part.
    pub(super) fn needs_instant(self) -> bool {
        matches!(self, Self::DayOnly | Self::HourInDay)
    }

    /// That part of `value`; nothing of nothing.
    fn of(self, value: &Value, fiscal: FiscalYear) -> Value {
        let (day, hour) = match value {
            Value::Date(day) => (*day, 0),
            Value::Instant(at) => (day_of(*at), at.as_seconds().rem_euclid(86_400) / 3_600),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Double(_)
            | Value::Text(_)
            | Value::Static(_)
            | Value::Id(_) => return Value::Null,
        };
        let month = i64::from(day.month());
        Value::Int(match self {
            Self::CalendarMonth => month,
            Self::CalendarQuarter => (month - 1) / 3 + 1,
            Self::CalendarYear => i64::from(day.year()),
            Self::DayInMonth => i64::from(day.day()),
            Self::DayInWeek => i64::from(day.weekday().to_sunday_one_offset()),
            Self::DayInYear => i64::from(day.day_of_year()),
            Self::DayOnly => return Value::Date(day),
            Self::FiscalMonth => fiscal.month_of(day),
            Self::FiscalQuarter => (fiscal.month_of(day) - 1) / 3 + 1,
            Self::FiscalYear => fiscal.year_of(day),
            Self::HourInDay => hour,
            // The first week is the first seven days, whatever weekday they begin with.
            Self::WeekInMonth => (i64::from(day.day()) - 1) / 7 + 1,
            Self::WeekInYear => (i64::from(day.day_of_year()) - 1) / 7 + 1,
        })
    }
}

/// What is done to a value after it was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Part(DatePart, FiscalYear),
    /// The labels of picklist values, where they differ.
    Label(Vec<(String, String)>),
    /// As the running user would read it.
    Format(Format),
}

/// How a kind of value is shown to somebody in the United States, the locale of this org's users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Number { scale: u8 },
    Currency { scale: u8 },
    Percent { scale: u8 },
    Day,
    Instant,
    Plain,
}

impl Scalar {
    pub(super) fn of(&self, value: &Value) -> Value {
        match self {
            Self::Part(part, fiscal) => part.of(value, *fiscal),
            Self::Label(labels) => labelled(value, labels),
            Self::Format(format) => format.of(value),
        }
    }
}

fn labelled(value: &Value, labels: &[(String, String)]) -> Value {
    let Some(text) = value.as_text() else {
        return value.clone();
    };
    let label = |part: &str| {
        labels
            .iter()
            .find(|(known, _)| known == part)
            .map_or_else(|| part.to_owned(), |(_, label)| label.clone())
    };
    // A multi-select holds several values; no single one contains a semicolon.
    let parts: Vec<String> = text.split(';').map(label).collect();
    Value::text(parts.join(";"))
}

impl Format {
    fn of(self, value: &Value) -> Value {
        match (self, value) {
            (_, Value::Null) => Value::Null,
            (Self::Number { scale }, value) => number(value, "", scale, ""),
            (Self::Currency { scale }, value) => number(value, "$", scale, ""),
            (Self::Percent { scale }, value) => number(value, "", scale, "%"),
            (Self::Day, Value::Date(day)) => Value::text(short_day(*day)),
            (Self::Instant, Value::Instant(at)) => Value::text(short_instant(*at)),
            (Self::Day | Self::Instant | Self::Plain, value) => Value::text(value.to_plain()),
        }
    }
}

fn number(value: &Value, before: &str, scale: u8, after: &str) -> Value {
    let Some(number) = value.as_number() else {
        return Value::text(value.to_plain());
    };
    let plain = format!("{:.*}", usize::from(scale), number.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut shown = String::new();
    if number < 0.0 {
        shown.push('-');
    }
    shown.push_str(before);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        write!(shown, ".{fraction}").expect("a string takes everything");
    }
    shown.push_str(after);
    Value::text(shown)
}

fn short_day(day: Date) -> String {
    format!("{}/{}/{}", day.month(), day.day(), day.year())
}

fn short_instant(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    let local = instant.to_zoned(TimeZone::UTC).datetime();
    let (hour, half) = match local.hour() {
        0 => (12, "AM"),
        hour @ 1..12 => (hour, "AM"),
        12 => (12, "PM"),
        hour => (hour - 12, "PM"),
    };
    let day = short_day(local.date());
    format!("{day}, {hour}:{:02} {half}", local.minute())
}
