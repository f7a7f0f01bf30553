//! How many events may still be taken today. The org's allowance of deliveries is shared by
//! everybody who listens, so a mass update of 30,000 records could use all of it up; this keeps our
//! part of it bounded.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The window that the allowance is counted over.
const WINDOW: Duration = Duration::from_hours(24);

/// Deliveries of this much time are counted together.
const SLOT: Duration = Duration::from_mins(10);

/// Our share of the org's deliveries of 24 hours.
///
/// It counts what this process took; after a restart it begins anew, and Salesforce's own refusal
/// is the last word.
#[derive(Debug)]
pub struct Budget {
    per_day: u32,
    taken: VecDeque<(Instant, u32)>,
}

impl Budget {
    /// At most `per_day` events in any 24 hours.
    pub fn of(per_day: u32) -> Self {
        Self {
            per_day,
            taken: VecDeque::new(),
        }
    }

    /// Notes that `events` were delivered at `now`.
    pub(super) fn take(&mut self, now: Instant, events: u32) {
        match self.taken.back_mut() {
            Some((began, count)) if now.duration_since(*began) < SLOT => *count += events,
            Some(_) | None => self.taken.push_back((now, events)),
        }
    }

    /// How many events may be asked for at `now`.
    pub(super) fn left(&mut self, now: Instant) -> u32 {
        // A slot counts until its youngest delivery is out of the window.
        while let Some((began, _)) = self.taken.front()
            && now.duration_since(*began) >= WINDOW + SLOT
        {
            self.taken.pop_front();
        }
        let taken: u32 = self.taken.iter().map(|(_, count)| count).sum();
        self.per_day.saturating_sub(taken)
    }

    /// When the oldest deliveries leave the window, from `now` on.
    pub(super) fn frees_in(&self, now: Instant) -> Duration {
        self.taken.front().map_or(WINDOW, |(began, _)| {
            (*began + WINDOW + SLOT).duration_since(now)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn deliveries_of_the_last_day_count() {
        let mut budget = Budget::of(100);
        let morning = Instant::now();
        budget.take(morning, 60);
        budget.take(morning + Duration::from_mins(5), 10);
        assert_eq!(budget.left(morning + Duration::from_mins(6)), 30);
        budget.take(morning + Duration::from_hours(12), 40);
        assert_eq!(budget.left(morning + Duration::from_hours(12)), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn they_are_free_again_when_the_youngest_of_a_slot_is_a_day_old() {
        let mut budget = Budget::of(100);
        let morning = Instant::now();
        budget.take(morning, 100);
        let evening = morning + Duration::from_hours(24) + Duration::from_mins(9);
        assert_eq!(budget.left(evening), 0);
        assert_eq!(budget.frees_in(evening), Duration::from_mins(1));
        assert_eq!(budget.left(evening + Duration::from_mins(1)), 100);
    }
}
