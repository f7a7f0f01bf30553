//! Instants as people read them, in the workspace's time zone.

use jiff::tz::TimeZone;

/// `Jan 8, 2019 at 1:05 PM`, for a hover.
pub(super) fn exact(seconds: i64, zone: &TimeZone) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(
        |_| "long ago".to_owned(),
        |instant| {
            instant
                .to_zoned(zone.clone())
                .strftime("%b %-d, %Y at %-I:%M %p")
                .to_string()
        },
    )
}

/// `2 min ago`; after a week the date.
pub(super) fn ago(seconds: i64, now: i64, zone: &TimeZone) -> String {
    match now.saturating_sub(seconds) {
        ..60 => "just now".to_owned(),
        passed @ 60..3600 => format!("{} min ago", passed / 60),
        passed @ 3600..86_400 => format!("{} h ago", passed / 3600),
        passed @ 86_400..604_800 => format!("{} d ago", passed / 86_400),
        _ => jiff::Timestamp::from_second(seconds).map_or_else(
            |_| "long ago".to_owned(),
            |instant| {
                instant
                    .to_zoned(zone.clone())
                    .strftime("%b %-d, %Y")
                    .to_string()
            },
        ),
    }
}
