//! How many API requests the org spent in the last 24 hours.
//!
//! The window rolls: a request frees its place exactly a day after the minute in which it came.
//! Never reads a clock; whoever asks says what time it is.

use std::collections::VecDeque;

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// The length of the window, in minutes.
const WINDOW_MINUTES: i64 = 24 * 60;

/// Requests by the minute in which they came, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Usage {
    spent: VecDeque<(i64, u32)>,
}

impl Usage {
    /// What a day with `used` requests looks like, if all of them came at `now`.
    pub(crate) fn of(used: u32, now: Timestamp) -> Self {
        let minute = minute_of(now);
        Self {
            spent: VecDeque::from_iter((used > 0).then_some((minute, used))),
        }
    }

    /// Requests of the 24 hours before `now`.
    pub(crate) fn used(&self, now: Timestamp) -> u32 {
        let oldest = minute_of(now) - WINDOW_MINUTES;
        let recent = self.spent.iter().filter(|(minute, _)| *minute > oldest);
        recent.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Counts a request, or says that the day's `limit` leaves none.
    pub(crate) fn spend(&mut self, now: Timestamp, limit: u32) -> Result<(), LimitSpent> {
        if self.used(now) >= limit {
            return Err(LimitSpent);
        }
        self.count(now, 1);
        Ok(())
    }

    /// Counts `many`, whatever the limit.
    pub(crate) fn count(&mut self, now: Timestamp, many: u32) {
        let minute = minute_of(now);
        while self
            .spent
            .front()
            .is_some_and(|(oldest, _)| *oldest <= minute - WINDOW_MINUTES)
        {
            self.spent.pop_front();
        }
        match self.spent.back_mut() {
            Some((last, count)) if *last >= minute => *count = count.saturating_add(many),
            Some(_) | None => self.spent.push_back((minute, many)),
        }
    }
}

/// No request is left in this window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LimitSpent;

fn minute_of(at: Timestamp) -> i64 {
    at.as_seconds().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_request_frees_its_place_after_a_day() {
        let start: Timestamp = "2026-06-10T12:00:30.000Z".parse().unwrap();
        let mut usage = Usage::default();
        usage.spend(start, 2).unwrap();
        let noon_later = start.plus(Duration::from_hours(12));
        usage.spend(noon_later, 2).unwrap();
        assert_eq!(usage.spend(noon_later, 2), Err(LimitSpent));
        let almost = start.plus(Duration::from_secs(24 * 3600 - 31));
        assert_eq!(usage.used(almost), 2);
        let day_later = start.plus(Duration::from_hours(24));
        assert_eq!(usage.used(day_later), 1);
        usage.spend(day_later, 2).unwrap();
        assert_eq!(usage.spend(day_later, 2), Err(LimitSpent));
    }

    #[test]
    fn a_day_can_be_set() {
        let now: Timestamp = "2026-06-10T12:00:00.000Z".parse().unwrap();
        assert_eq!(Usage::of(7, now).used(now), 7);
        assert_eq!(Usage::of(0, now), Usage::default());
    }
}
