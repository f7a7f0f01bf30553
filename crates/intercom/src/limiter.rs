//! Keeps within Intercom's rate limit: a window of ten seconds, whose size, rest and end are read
//! from the headers of every answer. Shared by all clones of a client.
//!
//! Before the first answer nothing is known and everything passes. After it, a request is admitted
//! only while the window has room for its lane, so a bulk read cannot use up what a teammate's
//! click will need. The machine's clock is not asked: the end of the window is counted from the
//! answer's own `Date`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{Lane, Timestamp};
use tokio::time::{Instant, sleep_until};
use transport::Reply;

/// Intercom's window. Assumed when an answer does not say when its window ends.
const WINDOW: Duration = Duration::from_secs(10);

/// No documented window is longer; a header that says so is not obeyed beyond this.
const WAIT_MAX: Duration = Duration::from_mins(1);

/// Headers count in whole seconds, so a window that "ends now" may have a second left.
const REFUSED_WAIT_MIN: Duration = Duration::from_secs(1);

/// The rate limit as the latest answer told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests per window.
    pub limit: u32,
    /// Requests left in it.
    pub remaining: u32,
    /// When the next window begins, by Intercom's clock.
    pub resets_at: Timestamp,
}

/// The limiter of one token.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    window: Mutex<Window>,
}

/// The present window, as far as it is known.
#[derive(Debug, Default)]
struct Window {
    told: Option<RateLimit>,
    /// Requests that may still be admitted before `ends`. At most what was told, and less by those
    /// that are on their way.
    left: u32,
    /// `None` until the first answer with headers, or the first refusal.
    ends: Option<Instant>,
    /// The window before it ran out here, and no answer of this one has come yet.
    presumed: bool,
}

impl Limiter {
    /// Waits until the window has room for a request of `lane`, and takes it.
    pub(crate) async fn admit(&self, lane: Lane) {
        // Bound first, so that the lock is released before the wait.
        loop {
            let admitted = self.window().admit(lane, Instant::now());
            match admitted {
                Ok(()) => return,
                Err(next_window) => sleep_until(next_window).await,
            }
        }
    }

    /// Learns from the headers of an answer, whatever its status.
    pub(crate) fn learn(&self, reply: &Reply) {
        if let Some(told) = told(reply) {
            self.window()
                .learn(told, Instant::now() + until_reset(reply));
        }
    }

    /// Closes the window after a `429` for the time that it names.
    pub(crate) fn close(&self, wait: Duration) {
        let mut window = self.window();
        window.left = 0;
        window.ends = Some(Instant::now() + wait.max(REFUSED_WAIT_MIN));
    }

    /// The limit as last told.
    pub(crate) fn headroom(&self) -> Option<RateLimit> {
        self.window().told
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn admit(&mut self, lane: Lane, now: Instant) -> Result<(), Instant> {
        let Some(ends) = self.ends else { return Ok(()) };
        let limit = self.told.map_or(u32::MAX, |told| told.limit);
        if now >= ends {
            self.left = limit;
            self.ends = Some(now + WINDOW);
            self.presumed = true;
        }
        if self.left > reserve(limit, lane) {
            self.left -= 1;
            Ok(())
        } else {
            Err(self.ends.unwrap_or(now + WINDOW))
        }
    }

    fn learn(&mut self, told: RateLimit, ends: Instant) {
        let known = self.told.map(|known| known.resets_at);
        // An answer that was overtaken by one of a later window.
        if known > Some(told.resets_at) {
            return;
        }
        if known == Some(told.resets_at) {
            // Without a `Date` each answer seems to begin a whole window; the first is right.
            self.ends = Some(self.ends.map_or(ends, |first| first.min(ends)));
            self.left = self.left.min(told.remaining);
        } else {
            // In a presumed window what is on its way was counted here, so the lower number is
            // the right one.
            let counted = if self.presumed { self.left } else { u32::MAX };
            self.left = counted.min(told.remaining);
            self.ends = Some(ends);
        }
        self.presumed = false;
        self.told = Some(told);
    }
}

/// What a lane must leave in the window for more urgent ones. Everything that waits for people may
/// use the last request; a bulk run leaves a fifth.
fn reserve(limit: u32, lane: Lane) -> u32 {
    match lane {
        Lane::Interactive => 0,
        Lane::Live => limit / 20,
        Lane::Repair => limit / 10,
        Lane::Bulk => limit / 5,
    }
}

/// How long the window of this answer still lasts, by its own headers.
pub(crate) fn until_reset(reply: &Reply) -> Duration {
    let retry_after = reply
        .header("retry-after")
        .and_then(|text| text.trim().parse().ok());
    let wait = retry_after.map(Duration::from_secs).or_else(|| {
        let resets_at = instant(reply, "x-ratelimit-reset")?;
        let sent_at = Timestamp::from_http_date(reply.header("date")?).ok()?;
        Some(resets_at.since(sent_at))
    });
    wait.unwrap_or(WINDOW).min(WAIT_MAX)
}

fn told(reply: &Reply) -> Option<RateLimit> {
    let number = |name| reply.header(name)?.trim().parse().ok();
    Some(RateLimit {
        limit: number("x-ratelimit-limit")?,
        remaining: number("x-ratelimit-remaining")?,
        resets_at: instant(reply, "x-ratelimit-reset")?,
    })
}

fn instant(reply: &Reply, header: &str) -> Option<Timestamp> {
    reply
        .header(header)?
        .trim()
        .parse()
        .ok()
        .map(Timestamp::from_seconds)
}

#[cfg(test)]
mod tests;
