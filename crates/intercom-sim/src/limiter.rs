//! The rate limit: a budget for each window of ten seconds, with nothing carried over (REST API,
//! Rate Limiting).

use http::{HeaderMap, HeaderValue};

/// The length of a window.
const WINDOW_SECONDS: i64 = 10;

/// What is left of the present window.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    per_window: Option<u32>,
    window: i64,
    used: u32,
}

/// What the headers of an answer tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    limit: u32,
    remaining: u32,
    resets_at: i64,
}

impl Limiter {
    /// Sets the calls a minute; `None` is no limit.
    pub(crate) fn set_limit(&mut self, per_minute: Option<u32>) {
        self.per_window = per_minute.map(|calls| (calls / 6).max(1));
        self.used = 0;
    }

    /// Uses up one call. `Err` if none was left.
    pub(crate) fn spend(&mut self, now: i64) -> Result<Option<Allowance>, Allowance> {
        let Some(limit) = self.per_window else {
            return Ok(None);
        };
        let window = now.div_euclid(WINDOW_SECONDS);
        if window != self.window {
            self.window = window;
            self.used = 0;
        }
        let resets_at = (window + 1) * WINDOW_SECONDS;
        if self.used >= limit {
            return Err(Allowance {
                limit,
                remaining: 0,
                resets_at,
            });
        }
        self.used += 1;
        Ok(Some(Allowance {
            limit,
            remaining: limit - self.used,
            resets_at,
        }))
    }
}

impl Allowance {
    pub(crate) fn put_onto(self, headers: &mut HeaderMap) {
        headers.insert("x-ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(self.resets_at));
    }
}
