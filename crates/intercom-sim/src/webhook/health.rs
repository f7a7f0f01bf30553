//! What a receiver's answers do to its subscription (Webhook Notifications, delivery and retries).
//!
//! Errors in a row pause it, a week of them suspends it, 410 disables it, 429 slows it down. A
//! success ends a row of errors.

use std::collections::VecDeque;
use std::time::Duration;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::options::AppKind;

/// More errors in a row than this, within [`ERRORS_WITHIN`], pause deliveries.
const ERRORS_MAX: usize = 1_000;
const ERRORS_WITHIN: Duration = Duration::from_mins(15);
/// How long a pause lasts. What becomes due meanwhile is dropped.
const PAUSE: Duration = Duration::from_mins(15);
/// Errors for longer than this suspend the subscription of a private app.
const SUSPENDED_AFTER: Duration = Duration::from_hours(7 * 24);
/// The first 429 holds everything back so long, and each later one twice as long as the one before.
const THROTTLE_FIRST: Duration = Duration::from_mins(1);
/// The longest wait after a 429, and how long a notification may be held back by several.
pub(super) const THROTTLE_MAX: Duration = Duration::from_hours(2);

/// Whether anything is sent at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is.
    #[default]
    Live,
    /// The receiver answered 410.
    Disabled,
    /// The receiver of a private app failed for more than seven days.
    Suspended,
}

/// How the receiver has done of late.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Health {
    pub(super) standing: Standing,
    /// The latest errors in a row, at most one more than are allowed.
    errors: VecDeque<Timestamp>,
    failing_since: Option<Timestamp>,
    pub(super) paused_until: Option<Timestamp>,
    pub(super) held_until: Option<Timestamp>,
    throttle: Duration,
}

impl Health {
    pub(super) fn succeeded(&mut self, now: Timestamp) {
        self.errors.clear();
        self.failing_since = None;
        // A success that was on its way when the receiver asked for patience does not end the wait.
        if !self.is_held(now) {
            self.throttle = Duration::ZERO;
            self.held_until = None;
        }
    }

    pub(super) fn failed(&mut self, now: Timestamp, app: AppKind) {
        let since = *self.failing_since.get_or_insert(now);
        let may_be_suspended = match app {
            AppKind::Private => true,
            AppKind::Public => false,
        };
        if may_be_suspended && now.since(since) > SUSPENDED_AFTER {
            self.standing = Standing::Suspended;
        }
        if self.is_paused(now) {
            return;
        }
        self.errors.push_back(now);
        if self.errors.len() > ERRORS_MAX + 1 {
            self.errors.pop_front();
        }
        let first = self.errors.front().copied().unwrap_or(now);
        if self.errors.len() > ERRORS_MAX && now.since(first) <= ERRORS_WITHIN {
            self.paused_until = Some(now.plus(PAUSE));
            self.errors.clear();
        }
    }

    /// The receiver answered 429. Those that were on their way together count once.
    pub(super) fn asked_for_patience(&mut self, now: Timestamp) {
        if !self.is_held(now) {
            self.throttle = (self.throttle * 2).clamp(THROTTLE_FIRST, THROTTLE_MAX);
            self.held_until = Some(now.plus(self.throttle));
        }
    }

    pub(super) fn gone(&mut self) {
        self.standing = Standing::Disabled;
    }

    pub(super) fn is_paused(&self, now: Timestamp) -> bool {
        self.paused_until.is_some_and(|until| now < until)
    }

    pub(super) fn is_held(&self, now: Timestamp) -> bool {
        self.held_until.is_some_and(|until| now < until)
    }

    /// Errors in a row since the last success or pause.
    pub(super) fn errors_in_a_row(&self) -> usize {
        self.errors.len()
    }
}
