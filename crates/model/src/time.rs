//! Instants, and the port through which they enter.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An instant, in milliseconds since 1970-01-01T00:00:00Z. Serialised as that integer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// The text is not an instant in RFC 3339 or Salesforce's `+0000` form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a date and time with an offset")]
pub struct ParseTimestampError {
    text: String,
}

impl Timestamp {
    /// The instant `millis` milliseconds after the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The instant `seconds` seconds after the epoch (Intercom's form).
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The same instant without its milliseconds.
    #[must_use]
    pub const fn truncated_to_second(self) -> Self {
        Self::from_seconds(self.as_seconds())
    }

    /// This instant moved forward; saturates at the end of time.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// This instant moved back; saturates at the beginning of time.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    fn civil(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }

    /// `2026-01-02T03:04:05.000+0000`, the form of Salesforce's REST answers.
    pub fn to_salesforce(self) -> String {
        self.civil()
            .strftime("%Y-%m-%dT%H:%M:%S.%3f+0000")
            .to_string()
    }

    /// `2026-01-02T03:04:05.000Z`, the form of SOQL literals and Bulk CSV.
    pub fn to_rfc3339(self) -> String {
        self.civil().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
    }

    /// `2026-01-02`, in UTC.
    pub fn to_date(self) -> String {
        self.civil().strftime("%Y-%m-%d").to_string()
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the form of HTTP's `Date`.
    pub fn to_http_date(self) -> String {
        self.civil()
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string()
    }

    /// Reads the form of HTTP's `Date` header.
    pub fn from_http_date(text: &str) -> Result<Self, ParseTimestampError> {
        jiff::fmt::rfc2822::parse(text)
            .map(|zoned| Self(zoned.timestamp().as_millisecond()))
            .map_err(|_| ParseTimestampError {
                text: text.to_owned(),
            })
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>()
            .map(|instant| Self(instant.as_millisecond()))
            .map_err(|_| ParseTimestampError {
                text: text.to_owned(),
            })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// Where the present comes from.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the machine's clock is read"
    )]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that moves only when it is told to. Clones share the same hands.
#[derive(Debug, Clone)]
pub struct ManualClock {
    millis: Arc<AtomicI64>,
}

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self {
            millis: Arc::new(AtomicI64::new(now.0)),
        }
    }

    /// Moves the hands forward.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.millis.fetch_add(by, Ordering::SeqCst);
    }

    /// Puts the hands to `now`.
    pub fn set(&self, now: Timestamp) {
        self.millis.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.millis.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_vendor_forms_are_read() {
        let expected = Timestamp::from_millis(1_767_323_045_000);
        for text in [
            "2026-01-02T03:04:05.000+0000",
            "2026-01-02T03:04:05.000Z",
            "2026-01-02T03:04:05Z",
            "2026-01-02T04:04:05.000+01:00",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap(), expected, "{text}");
        }
        assert_eq!(expected.to_salesforce(), "2026-01-02T03:04:05.000+0000");
        assert_eq!(expected.to_rfc3339(), "2026-01-02T03:04:05.000Z");
        assert!("2026-01-02".parse::<Timestamp>().is_err());
    }

    #[test]
    fn http_dates_go_both_ways() {
        let instant = Timestamp::from_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(instant.as_seconds(), 784_111_777);
        assert_eq!(instant.to_http_date(), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn since_never_goes_below_zero() {
        let early = Timestamp::from_seconds(10);
        let late = Timestamp::from_seconds(12);
        assert_eq!(late.since(early), Duration::from_secs(2));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
