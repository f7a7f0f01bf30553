//! Which interrupted syncs go on by themselves (E2).

use std::time::Duration;

use model::ConnectionId;
use transport::RetryWhen;

use crate::engine::Engine;
use crate::error::EngineError;

/// A sync that failed for a passing reason is gone on with after this.
const AGAIN: Duration = Duration::from_mins(1);

impl Engine {
    /// Goes on with a sync that failed for a passing reason, when its time has come.
    pub(crate) async fn retry_sync(&self, id: ConnectionId) -> Result<(), EngineError> {
        if !self.takes_retry(id) {
            return Ok(());
        }
        match self.start_sync(id).await {
            Ok(()) | Err(EngineError::Busy) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// How long to wait before an interrupted sync is gone on with by itself; `None` if a person has to
/// look first.
pub(super) fn passing(error: &EngineError) -> Option<Duration> {
    let out_of_order = matches!(
        error,
        EngineError::Store(store::StoreError::Unavailable { .. })
    );
    let when = match error.of_vendor() {
        Some((_, when)) => when,
        None if out_of_order => RetryWhen::Later { not_before: None },
        None => return None,
    };
    match when {
        RetryWhen::Later { not_before } => Some(AGAIN.max(not_before.unwrap_or_default())),
        RetryWhen::Replanned => Some(AGAIN),
        RetryWhen::Reconnected | RetryWhen::Changed => None,
    }
}
