//! What `TODAY` and its kin mean: days in UTC, the time zone of this world's users.

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::Timestamp;

/// The days from the first up to, but not including, the second.
pub(super) type Days = (Date, Date);

/// In which month the org's fiscal year begins, from 1.
///
/// A fiscal year goes by the calendar year in which it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FiscalYear(i64);

impl FiscalYear {
    /// A year that begins in that month; in January if there is no such month.
    pub(super) fn starting(month: i64) -> Self {
        Self(if (1..=12).contains(&month) { month } else { 1 })
    }

    /// Which month of the fiscal year that day is in, from 1.
    pub(super) fn month_of(self, day: Date) -> i64 {
        (i64::from(day.month()) - self.0).rem_euclid(12) + 1
    }

    /// The name of the fiscal year that day is in.
    pub(super) fn year_of(self, day: Date) -> i64 {
        let ends_later = self.0 > 1 && i64::from(day.month()) >= self.0;
        i64::from(day.year()) + i64::from(ends_later)
    }

    /// The first day of the period of so many months that day is in.
    fn period(self, day: Date, months: i64) -> Option<Date> {
        let into = (self.month_of(day) - 1) % months;
        day.first_of_month().checked_sub(into.months()).ok()
    }
}

/// A stretch of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    /// So many months, counted from January or from where the fiscal year begins.
    Months(i64),
    Fiscal(i64),
}

impl Unit {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "DAY" => Self::Day,
            "WEEK" => Self::Week,
            "MONTH" => Self::Months(1),
            "QUARTER" => Self::Months(3),
            "YEAR" => Self::Months(12),
            "FISCAL_QUARTER" => Self::Fiscal(3),
            "FISCAL_YEAR" => Self::Fiscal(12),
            _ => return None,
        })
    }

    /// The first day of the unit that lies `shift` units after that of `today`.
    fn start(self, today: Date, shift: i64, fiscal: FiscalYear) -> Option<Date> {
        const SHIFT_MAX: i64 = 10_000_000;
        if shift.abs() > SHIFT_MAX {
            return None;
        }
        let calendar = FiscalYear(1);
        let (first, months) = match self {
            Self::Day => return add_days(today, shift),
            Self::Week => {
                let since_sunday = i64::from(today.weekday().to_sunday_zero_offset());
                return add_days(today, shift * 7 - since_sunday);
            }
            Self::Months(months) => (calendar.period(today, months)?, months),
            Self::Fiscal(months) => (fiscal.period(today, months)?, months),
        };
        let span = jiff::Span::new().try_months(shift * months).ok()?;
        first.checked_add(span).ok()
    }
}

fn add_days(day: Date, by: i64) -> Option<Date> {
    let span = jiff::Span::new().try_days(by).ok()?;
    day.checked_add(span).ok()
}

/// The day on which `now` lies.
pub(crate) fn day_of(now: Timestamp) -> Date {
    let instant = jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or_default();
    instant.to_zoned(TimeZone::UTC).date()
}

/// The first instant of a day.
pub(crate) fn start_of(day: Date) -> Timestamp {
    let days = (day - Date::constant(1970, 1, 1)).get_days();
    Timestamp::from_seconds(i64::from(days) * 86_400)
}

/// Whether that is the name of a relative date, in capitals and without its count.
pub(super) fn is_name(name: &str) -> bool {
    matches!(
        name,
        "YESTERDAY" | "TODAY" | "TOMORROW" | "LAST_90_DAYS" | "NEXT_90_DAYS"
    ) || plain(name).is_some()
        || counted(name).is_some()
}

/// `LAST_QUARTER` → (-1, quarter).
fn plain(name: &str) -> Option<(i64, Unit)> {
    let (when, unit) = name.split_once('_')?;
    let shift = match when {
        "LAST" => -1,
        "THIS" => 0,
        "NEXT" => 1,
        _ => return None,
    };
    let unit = Unit::named(unit).filter(|unit| *unit != Unit::Day)?;
    Some((shift, unit))
}

#[derive(Debug, Clone, Copy)]
enum Counted {
    Last,
    Next,
    Ago,
}

/// `LAST_N_QUARTERS` → (last, quarter).
fn counted(name: &str) -> Option<(Counted, Unit)> {
    let (how, units) = if let Some(units) = name.strip_prefix("LAST_N_") {
        (Counted::Last, units)
    } else if let Some(units) = name.strip_prefix("NEXT_N_") {
        (Counted::Next, units)
    } else {
        let units = name.strip_prefix("N_")?.strip_suffix("_AGO")?;
        (Counted::Ago, units)
    };
    Some((how, Unit::named(units.strip_suffix('S')?)?))
}

/// The days that a relative date covers, or nothing where the count is missing, out of place or
/// out of range.
pub(super) fn range(
    name: &str,
    count: Option<i32>,
    now: Timestamp,
    fiscal: FiscalYear,
) -> Option<Days> {
    let today = day_of(now);
    let units = |unit: Unit, from: i64, to: i64| -> Option<Days> {
        Some((
            unit.start(today, from, fiscal)?,
            unit.start(today, to, fiscal)?,
        ))
    };
    if let Some(count) = count {
        let count = i64::from(count);
        return match counted(name)? {
            // Days that are past include the present one: n + 1 days in all.
            (Counted::Last, Unit::Day) => units(Unit::Day, -count, 1),
            (Counted::Last, unit) => units(unit, -count, 0),
            (Counted::Next, unit) => units(unit, 1, count + 1),
            (Counted::Ago, unit) => units(unit, -count, 1 - count),
        };
    }
    match name {
        "YESTERDAY" => units(Unit::Day, -1, 0),
        "TODAY" => units(Unit::Day, 0, 1),
        "TOMORROW" => units(Unit::Day, 1, 2),
        "LAST_90_DAYS" => units(Unit::Day, -90, 1),
        "NEXT_90_DAYS" => units(Unit::Day, 1, 91),
        name => {
            let (shift, unit) = plain(name)?;
            units(unit, shift, shift + 1)
        }
    }
}
