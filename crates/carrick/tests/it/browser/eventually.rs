//! Waiting for a level.

use std::time::Duration;

use tokio::time::Instant;

/// A first sync of a debug build on a busy machine takes seconds; this is far beyond.
const PATIENCE: Duration = Duration::from_mins(1);

const EVERY: Duration = Duration::from_millis(100);

/// What `look` sees as soon as it sees something. Fails after [`PATIENCE`], saying `what` was
/// waited for.
pub(super) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(
            Instant::now() < until,
            "not seen within {PATIENCE:?}: {what}"
        );
        // sleeps because: a page in another process tells nobody when it changes.
        tokio::time::sleep(EVERY).await;
    }
}
