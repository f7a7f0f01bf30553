//! The present window, as far as it is known, and what it may still take. No waiting, no locks.

use std::time::Duration;

use model::Lane;
use tokio::time::Instant;

use super::{RateLimit, WAIT_MAX};

/// Intercom's window. Assumed when an answer does not say when its window ends.
pub(super) const WINDOW: Duration = Duration::from_secs(10);

/// Requests on their way at once before the first answer has told anything.
const UNTOLD_MAX: u32 = 64;

/// Requests that are admitted to a window that is only presumed to have begun, until an answer
/// confirms it; this share of the limit if that is more.
const PROBES_MIN: u32 = 10;
const PROBES_SHARE: u32 = 20;

/// How much later the next windows are presumed to end after one was found to end later than its
/// answers had told.
const LATENESS_STEP: Duration = Duration::from_secs(1);

/// The present window. It is turned when its end has passed or an answer tells of a later one.
#[derive(Debug, Default)]
pub(super) struct Window {
    told: Option<RateLimit>,
    /// `None` until the first answer with headers, or the first refusal.
    ends: Option<Instant>,
    /// Nothing is admitted before, whatever the window says.
    closed_until: Option<Instant>,
    /// Counts the turns.
    generation: u64,
    /// The window before it ran out here, and no answer of this one has come yet.
    presumed: bool,
    /// Requests admitted since the turn.
    admitted: u32,
    /// Those, and those that were under way at the turn and may be counted in this window.
    charged: u32,
    /// Requests of this window that are not ours, as far as they were seen.
    others: u32,
    on_their_way: u32,
    /// Some request was answered, with headers or without.
    answered: bool,
    /// How much longer windows last than their answers tell.
    lateness: Duration,
}

impl Window {
    /// Takes room for a request of `lane`. `Err` says when to ask again unless an answer comes
    /// before.
    pub(super) fn admit(&mut self, lane: Lane, now: Instant) -> Result<u64, Instant> {
        if let Some(until) = self.closed_until {
            if now < until {
                return Err(until);
            }
            self.closed_until = None;
        }
        let Some(ends) = self.ends else {
            return if self.answered || self.on_their_way < UNTOLD_MAX {
                Ok(self.take())
            } else {
                Err(now + WINDOW)
            };
        };
        if now >= ends {
            self.turn(now + WINDOW);
            self.presumed = true;
        }
        let ends = self.ends.unwrap_or(now + WINDOW);
        let size = self.size();
        let room = self.room();
        let share = share(size, lane);
        if room > remaining_share(share, ends - now) {
            Ok(self.take())
        } else {
            Err(opens(room, share, ends).max(now + Duration::from_millis(1)))
        }
    }

    /// Learns what the answer to a request of `generation` told: `lasts` is how long its window
    /// still is.
    pub(super) fn learn(
        &mut self,
        generation: u64,
        told: Option<RateLimit>,
        now: Instant,
        lasts: Duration,
    ) {
        self.answered = true;
        let Some(told) = told else {
            // Nothing can be learned about this window, so there is nothing to wait for.
            self.presumed &= generation != self.generation;
            return;
        };
        let ends = now + lasts + self.lateness;
        let known = self.told.map(|known| known.resets_at);
        // A request of this window cannot be counted in one that ended long before it: what is
        // known was never true.
        let is_false = generation == self.generation
            && known.is_some_and(|known| known.since(told.resets_at) > WAIT_MAX);
        let known = known.filter(|_| !is_false);
        if known > Some(told.resets_at) {
            self.counted_before(generation);
        } else if known < Some(told.resets_at) {
            if !self.presumed {
                self.turn(ends);
                // The request itself: it is not on its way any more.
                self.charged += 1;
            }
            self.presumed = false;
            self.ends = Some(ends);
            self.told = Some(told);
            self.see(told);
        } else if !self.presumed {
            // Without a `Date` each answer seems to begin a whole window; the first is right.
            self.ends = Some(self.ends.map_or(ends, |first| first.min(ends)));
            self.told = Some(told);
            self.see(told);
        } else if generation < self.generation {
            self.counted_before(generation);
        } else {
            self.turned_too_early(told, now);
        }
    }

    /// A request is not on its way any more.
    pub(super) fn landed(&mut self) {
        self.on_their_way = self.on_their_way.saturating_sub(1);
    }

    /// Admits nothing before `until`.
    pub(super) fn close(&mut self, until: Instant) {
        self.closed_until = self.closed_until.max(Some(until));
        self.ends.get_or_insert(until);
    }

    pub(super) fn told(&self) -> Option<RateLimit> {
        self.told
    }

    fn take(&mut self) -> u64 {
        self.admitted += 1;
        self.charged += 1;
        self.on_their_way += 1;
        self.generation
    }

    fn turn(&mut self, ends: Instant) {
        self.generation += 1;
        self.ends = Some(ends);
        self.admitted = 0;
        self.charged = self.on_their_way;
        self.others = 0;
    }

    /// A request that was charged to this window turns out to be one of an earlier one.
    fn counted_before(&mut self, generation: u64) {
        if generation < self.generation {
            self.charged = self.charged.saturating_sub(1);
        }
    }

    /// A request that was admitted after the turn was counted before it: the old window lasts, and
    /// its answers had told too early an end.
    fn turned_too_early(&mut self, told: RateLimit, now: Instant) {
        self.presumed = false;
        self.lateness = (self.lateness + LATENESS_STEP).min(WINDOW);
        self.ends = Some(now + LATENESS_STEP);
        self.told = Some(told);
        self.charged = self.on_their_way;
        self.others = told.limit.saturating_sub(told.remaining);
    }

    /// Sees how much of this window is used, by whomever.
    fn see(&mut self, told: RateLimit) {
        let used = told.limit.saturating_sub(told.remaining);
        self.others = self.others.max(used.saturating_sub(self.charged));
    }

    /// How many requests the window is for, as far as it is known to have begun.
    fn size(&self) -> u32 {
        let limit = self.told.map_or(u32::MAX, |told| told.limit);
        if self.presumed {
            limit.min(PROBES_MIN.max(limit / PROBES_SHARE))
        } else {
            limit
        }
    }

    fn room(&self) -> u32 {
        let limit = self.told.map_or(u32::MAX, |told| told.limit);
        let left = limit.saturating_sub(self.charged.saturating_add(self.others));
        if self.presumed {
            left.min(self.size().saturating_sub(self.admitted))
        } else {
            left
        }
    }
}

/// What a lane must leave in a window of `size` for more urgent ones, at its beginning. Everything
/// that waits for people may use the last request; a bulk run leaves a fifth.
fn share(size: u32, lane: Lane) -> u32 {
    match lane {
        Lane::Interactive => 0,
        Lane::Live => size / 20,
        Lane::Repair => size / 10,
        Lane::Bulk => size / 5,
    }
}

/// What of it is kept until the window's end: the closer that is, the shorter would somebody urgent
/// have to wait, so in the end nothing is left unused.
fn remaining_share(share: u32, rest: Duration) -> u32 {
    let kept = u128::from(share) * rest.min(WINDOW).as_millis() / WINDOW.as_millis();
    u32::try_from(kept).unwrap_or(u32::MAX)
}

/// When a share that is kept has shrunk so far that `room` is more.
fn opens(room: u32, share: u32, ends: Instant) -> Instant {
    if room == 0 || share == 0 {
        return ends;
    }
    let rest = (u128::from(room) * WINDOW.as_millis() - 1) / u128::from(share);
    let rest = Duration::from_millis(u64::try_from(rest).unwrap_or(u64::MAX));
    ends.checked_sub(rest).unwrap_or(ends)
}
