//! Numbers, spans and instants in the words that people read.

use std::time::Duration;

use jiff::tz::TimeZone;
use model::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// `1,234,567`.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 person`, `2 people`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{} {noun}", number(count))
}

/// `just now`, `4 s ago`, `3 min ago`, `5 h ago`, `2 days ago`.
pub(crate) fn ago(span: Duration) -> String {
    match span.as_secs() {
        0 => "just now".to_owned(),
        seconds if seconds < MINUTE => format!("{seconds} s ago"),
        seconds if seconds < HOUR => format!("{} min ago", seconds / MINUTE),
        seconds if seconds < DAY => format!("{} h ago", seconds / HOUR),
        seconds => format!("{} ago", counted(seconds / DAY, "day", "days")),
    }
}

/// Time left, rounded up, since people would rather be surprised the other way: `less than 10 s`,
/// `about 40 s`, `about 4 min`, `about 2 h`, `about 3 days`.
pub(crate) fn left(seconds: u64) -> String {
    match seconds {
        0..10 => "less than 10 s".to_owned(),
        10..MINUTE => format!("about {} s", seconds.div_ceil(10) * 10),
        MINUTE..HOUR => format!("about {} min", seconds.div_ceil(MINUTE)),
        HOUR..DAY => format!("about {} h", seconds.div_ceil(HOUR)),
        DAY.. => format!("about {}", counted(seconds.div_ceil(DAY), "day", "days")),
    }
}

/// `done` of `total` in whole per cent, never 100 before the end.
pub(crate) fn percent(done: u64, total: u64) -> u64 {
    if done >= total {
        return 100;
    }
    u64::try_from(u128::from(done) * 100 / u128::from(total)).unwrap_or(99)
}

/// `Jan 8, 2026 at 1:05PM`, the form that Intercom's app review asks for, in a zone of the IANA
/// database. In UTC, and saying so, where the zone is not known.
pub(crate) fn absolute(at: Timestamp, timezone: Option<&str>) -> String {
    let zone = timezone.and_then(|name| TimeZone::get(name).ok());
    let instant = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    match zone {
        Some(zone) => instant
            .to_zoned(zone)
            .strftime("%b %-d, %Y at %-I:%M%p")
            .to_string(),
        None => instant.strftime("%b %-d, %Y at %-I:%M%p UTC").to_string(),
    }
}

/// At most `most` characters; what is cut off is marked.
pub(crate) fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (value, expected) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(number(value), expected);
        }
        assert_eq!(number(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn ages_use_the_largest_unit_that_fits() {
        for (seconds, expected) in [
            (0, "just now"),
            (59, "59 s ago"),
            (60, "1 min ago"),
            (3599, "59 min ago"),
            (7200, "2 h ago"),
            (86_400, "1 day ago"),
            (259_200, "3 days ago"),
        ] {
            assert_eq!(ago(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn time_left_is_rounded_up() {
        for (seconds, expected) in [
            (0, "less than 10 s"),
            (11, "about 20 s"),
            (61, "about 2 min"),
            (3601, "about 2 h"),
            (86_401, "about 2 days"),
        ] {
            assert_eq!(left(seconds), expected);
        }
    }

    #[test]
    fn s1_a_sync_is_not_at_100_percent_before_its_end() {
        for (done, total, expected) in [
            (0, 0, 100),
            (0, 10, 0),
            (999_999, 1_000_000, 99),
            (5, 5, 100),
            (7, 5, 100),
        ] {
            assert_eq!(percent(done, total), expected, "{done} of {total}");
        }
        assert_eq!(percent(u64::MAX / 2, u64::MAX), 49);
    }

    #[test]
    fn instants_are_absolute_in_the_workspace_s_zone() {
        let at: Timestamp = "2026-01-08T12:05:00Z".parse().unwrap();
        assert_eq!(
            absolute(at, Some("Europe/Dublin")),
            "Jan 8, 2026 at 12:05PM"
        );
        assert_eq!(
            absolute(at, Some("America/New_York")),
            "Jan 8, 2026 at 7:05AM"
        );
        assert_eq!(
            absolute(at, Some("Atlantis/Capital")),
            "Jan 8, 2026 at 12:05PM UTC"
        );
        assert_eq!(absolute(at, None), "Jan 8, 2026 at 12:05PM UTC");
    }

    #[test]
    fn long_text_is_cut_between_characters_and_marked() {
        assert_eq!(short("añb", 3), "añb");
        assert_eq!(short("añb cd", 5), "añb…");
        assert_eq!(short("👋👋👋", 2), "👋…");
    }
}
