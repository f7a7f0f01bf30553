//! What `TODAY` and its kin mean: days in UTC, the time zone of this world's users.

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::Timestamp;

/// The relative dates that are understood.
pub(super) const NAMES: [&str; 15] = [
    "YESTERDAY",
    "TODAY",
    "TOMORROW",
    "LAST_WEEK",
    "THIS_WEEK",
    "NEXT_WEEK",
    "LAST_MONTH",
    "THIS_MONTH",
    "NEXT_MONTH",
    "LAST_YEAR",
    "THIS_YEAR",
    "NEXT_YEAR",
    "LAST_N_DAYS",
    "NEXT_N_DAYS",
    "N_DAYS_AGO",
];

/// The days from the first up to, but not including, the second.
pub(super) type Days = (Date, Date);

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

/// The days that a relative date covers, or nothing where the count is missing, out of place or
/// out of range.
pub(super) fn range(name: &str, count: Option<i32>, now: Timestamp) -> Option<Days> {
    let today = day_of(now);
    let days = |from: i32, to: i32| -> Option<Days> {
        Some((
            today.checked_add(from.days()).ok()?,
            today.checked_add(to.days()).ok()?,
        ))
    };
    if let Some(count) = count {
        return match name {
            // Ends with the present day: n + 1 days in all.
            "LAST_N_DAYS" => days(-count, 1),
            "NEXT_N_DAYS" => days(1, count.checked_add(1)?),
            "N_DAYS_AGO" => days(-count, count.checked_neg()?.checked_add(1)?),
            _ => None,
        };
    }
    let since_sunday = i32::from(today.weekday().to_sunday_zero_offset());
    let month = |shift: i32| today.first_of_month().checked_add(shift.months()).ok();
    let year = |shift: i32| today.first_of_year().checked_add(shift.years()).ok();
    match name {
        "YESTERDAY" => days(-1, 0),
        "TODAY" => days(0, 1),
        "TOMORROW" => days(1, 2),
        "LAST_WEEK" => days(-since_sunday - 7, -since_sunday),
        "THIS_WEEK" => days(-since_sunday, 7 - since_sunday),
        "NEXT_WEEK" => days(7 - since_sunday, 14 - since_sunday),
        "LAST_MONTH" => Some((month(-1)?, month(0)?)),
        "THIS_MONTH" => Some((month(0)?, month(1)?)),
        "NEXT_MONTH" => Some((month(1)?, month(2)?)),
        "LAST_YEAR" => Some((year(-1)?, year(0)?)),
        "THIS_YEAR" => Some((year(0)?, year(1)?)),
        "NEXT_YEAR" => Some((year(1)?, year(2)?)),
        _ => None,
    }
}
