//! How long a conversation can be put off, in the workspace's time zone.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, Zoned};

/// When a day begins for people.
const MORNING: i8 = 9;

/// The choices, as the form posts them and as people read them.
pub(super) const CHOICES: [(&str, &str); 3] = [
    ("hours", "For three hours"),
    ("tomorrow", "Until tomorrow, 9:00"),
    ("monday", "Until Monday, 9:00"),
];

/// When a choice ends, in Unix seconds.
pub(super) fn until(choice: &str, now: i64, zone: &TimeZone) -> Option<i64> {
    let now = jiff::Timestamp::from_second(now).ok()?;
    let now = now.to_zoned(zone.clone());
    let end = match choice {
        "hours" => now.checked_add(3.hours()).ok()?,
        "tomorrow" => morning(&now.checked_add(1.day()).ok()?)?,
        "monday" => {
            let days = now.weekday().until(Weekday::Monday);
            let days = if days == 0 { 7 } else { days };
            morning(&now.checked_add(i64::from(days).days()).ok()?)?
        }
        _ => return None,
    };
    Some(end.timestamp().as_second())
}

fn morning(day: &Zoned) -> Option<Zoned> {
    let nine = day.date().at(MORNING, 0, 0, 0);
    nine.to_zoned(day.time_zone().clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_second()
    }

    #[test]
    fn a_snooze_ends_in_the_morning_of_the_workspace() {
        let dublin = TimeZone::get("Europe/Dublin").unwrap();
        for (choice, now, end) in [
            ("hours", "2026-06-15T12:00:00Z", "2026-06-15T15:00:00Z"),
            ("tomorrow", "2026-06-15T23:30:00Z", "2026-06-17T08:00:00Z"),
            ("monday", "2026-06-15T12:00:00Z", "2026-06-22T08:00:00Z"),
            ("monday", "2026-06-21T12:00:00Z", "2026-06-22T08:00:00Z"),
            // Summer time ends in between.
            ("tomorrow", "2026-10-24T12:00:00Z", "2026-10-25T09:00:00Z"),
        ] {
            let found = until(choice, instant(now), &dublin);
            assert_eq!(found, Some(instant(end)), "{choice} {now}");
        }
        assert_eq!(until("never", 0, &dublin), None);
    }
}
