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
    let when = match error {
        EngineError::Salesforce(error) => error.retry_when(),
        EngineError::Intercom(error) => error.retry_when(),
        EngineError::Store(store::StoreError::Unavailable { .. }) => {
            RetryWhen::Later { not_before: None }
        }
        EngineError::Store(_)
        | EngineError::Seal(_)
        | EngineError::NoSuchConnection
        | EngineError::NotConnected { .. }
        | EngineError::Reconnect { .. }
        | EngineError::Busy
        | EngineError::Stopped
        | EngineError::NameTaken
        | EngineError::BadName
        | EngineError::WorkspaceTaken
        | EngineError::UnknownState
        | EngineError::OtherPlace { .. }
        | EngineError::NoSuchApp(_)
        | EngineError::Brake(_) => return None,
    };
    match when {
        RetryWhen::Later { not_before } => Some(AGAIN.max(not_before.unwrap_or_default())),
        RetryWhen::Replanned => Some(AGAIN),
        RetryWhen::Reconnected | RetryWhen::Changed => None,
    }
}
