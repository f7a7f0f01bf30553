//! Keeps within Intercom's rate limit: a window of ten seconds, whose size, rest and end are read
//! from the headers of every answer. Shared by all clones of a client.
//!
//! What a window may still take is its size, less what was admitted to it here, less what others
//! were seen to use. A request that is under way when a window ends may be counted in the old one
//! or in the new one; it is charged to the new one until its answer says otherwise. So a client
//! that is alone meets no refusal, and one that is not adapts with every answer.
//!
//! Of the requests that wait, only the first of each lane is awake; it is admitted in the order of
//! arrival and wakes the next. The machine's clock is not asked: the end of a window is counted
//! from the answer's own `Date`, and if that is wrong, the answers show it and the end moves.

mod window;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{Lane, Timestamp};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use transport::Reply;

use window::{WINDOW, Window};

/// No documented window is longer, and no clocks are known to be further apart; a header that says
/// so is not obeyed.
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
    turns: Turns,
    /// There may be room that those who sleep do not know of.
    roomier: Notify,
}

/// Who of a lane is next. Fair: in the order of arrival.
#[derive(Debug, Default)]
struct Turns {
    interactive: tokio::sync::Mutex<()>,
    live: tokio::sync::Mutex<()>,
    repair: tokio::sync::Mutex<()>,
    bulk: tokio::sync::Mutex<()>,
}

/// Leave to send one request. Dropped without an answer, the request may have been counted.
#[must_use = "a request that is not on its way any more makes room for others"]
pub(crate) struct Admission<'a> {
    limiter: &'a Limiter,
    generation: u64,
}

impl Limiter {
    /// Waits until the window has room for a request of `lane`, and takes it.
    pub(crate) async fn admit(&self, lane: Lane) -> Admission<'_> {
        let _turn = self.turns.of(lane).lock().await;
        loop {
            // Listens before it looks, so that no answer in between is missed.
            let mut roomier = std::pin::pin!(self.roomier.notified());
            roomier.as_mut().enable();
            let admitted = self.window().admit(lane, Instant::now());
            match admitted {
                Ok(generation) => {
                    return Admission {
                        limiter: self,
                        generation,
                    };
                }
                // Whichever comes first: what follows is the same.
                Err(opens) => drop(timeout_at(opens, roomier).await),
            }
        }
    }

    /// Closes the window after a `429` for the time that it names.
    pub(crate) fn close(&self, wait: Duration) {
        let until = Instant::now() + wait.max(REFUSED_WAIT_MIN);
        self.window().close(until);
    }

    /// The limit as last told.
    pub(crate) fn headroom(&self) -> Option<RateLimit> {
        self.window().told()
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission<'_> {
    /// Learns from the headers of the request's answer, whatever its status.
    pub(crate) fn answered(self, reply: &Reply) {
        let now = Instant::now();
        let generation = self.generation;
        let limiter = self.limiter;
        // The request is not on its way any more, which the window has to know first.
        drop(self);
        let told = told(reply);
        limiter
            .window()
            .learn(generation, told, now, until_reset(reply));
        limiter.roomier.notify_waiters();
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        self.limiter.window().landed();
        self.limiter.roomier.notify_waiters();
    }
}

impl Turns {
    fn of(&self, lane: Lane) -> &tokio::sync::Mutex<()> {
        match lane {
            Lane::Interactive => &self.interactive,
            Lane::Live => &self.live,
            Lane::Repair => &self.repair,
            Lane::Bulk => &self.bulk,
        }
    }
}

/// How long the window of this answer still lasts, by its own headers.
pub(crate) fn until_reset(reply: &Reply) -> Duration {
    let retry_after = reply
        .header("retry-after")
        .and_then(|text| text.trim().parse().ok());
    let wait = retry_after.map(Duration::from_secs).or_else(|| {
        let rest = reset(reply)?.since(sent_at(reply)?);
        Some(rest)
    });
    wait.unwrap_or(WINDOW).min(WAIT_MAX)
}

fn told(reply: &Reply) -> Option<RateLimit> {
    let number = |name| reply.header(name)?.trim().parse().ok();
    let limit: u32 = number("x-ratelimit-limit")?;
    Some(RateLimit {
        // With none at all nobody would ever ask again whether that has changed.
        limit: limit.max(1),
        remaining: number("x-ratelimit-remaining")?,
        resets_at: reset(reply)?,
    })
}

/// When the window ends, if that is possible: no window ends long before or after its answer. One
/// that is given in milliseconds, say, tells nothing.
fn reset(reply: &Reply) -> Option<Timestamp> {
    let text = reply.header("x-ratelimit-reset")?;
    let reset = Timestamp::from_seconds(text.trim().parse().ok()?);
    let is_near = |sent: Timestamp| reset.since(sent).max(sent.since(reset)) <= WAIT_MAX;
    sent_at(reply).is_none_or(is_near).then_some(reset)
}

fn sent_at(reply: &Reply) -> Option<Timestamp> {
    Timestamp::from_http_date(reply.header("date")?).ok()
}

#[cfg(test)]
mod tests;
