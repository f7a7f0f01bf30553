//! When to try again: the answer every error owes to the engine, and the one place where a call is
//! repeated at once. Only reads are; a write is repeated by the engine's next run, which looks
//! first.

use std::future::Future;
use std::time::Duration;

use model::Entropy;

/// When the run that met an error has a chance to get further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryWhen {
    /// By itself, after a while.
    Later {
        /// The other side said how long at least.
        not_before: Option<Duration>,
    },
    /// After the person was observed and planned again: what we knew is out of date.
    Replanned,
    /// After somebody reconnected the vendor; the whole connection pauses.
    Reconnected,
    /// After data, mapping or metadata changed; the same request can only fail again.
    Changed,
}

/// How often a read is repeated. Three cover a dropped connection and a short restart; anything
/// longer is the engine's business, which can show it to people.
const REPEATS_MAX: usize = 3;

/// The first pause; each next one is four times as long. In all at most 8 s, jitter included, which
/// a person waiting for a page still bears.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The pauses between the attempts of one read, drawn before the first attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses([Duration; REPEATS_MAX]);

impl Pauses {
    /// Draws pauses of 250 ms, 1 s and 4 s, each longer or shorter by up to a half, so that
    /// clients that failed together do not come back together.
    pub fn drawn_from(entropy: &mut dyn Entropy) -> Self {
        let mut middle = FIRST_PAUSE;
        Self(std::array::from_fn(|_| {
            let percent = 50 + entropy.below(101);
            let pause = middle * percent / 100;
            middle *= 4;
            pause
        }))
    }
}

/// Makes `attempt`, and repeats it after each of `pauses` while it fails in a way that `passing`
/// calls temporary. The last error is returned. For reads only.
pub async fn read_with_retry<T, E, Attempt>(
    pauses: Pauses,
    mut attempt: impl FnMut() -> Attempt,
    passing: impl Fn(&E) -> bool,
) -> Result<T, E>
where
    Attempt: Future<Output = Result<T, E>>,
{
    for pause in pauses.0 {
        match attempt().await {
            Err(error) if passing(&error) => tokio::time::sleep(pause).await,
            settled => return settled,
        }
    }
    attempt().await
}

#[cfg(test)]
mod tests;
