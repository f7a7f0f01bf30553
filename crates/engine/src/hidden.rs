//! Records that Salesforce does not show any more although nobody said that they were deleted
//! (invariant 7): they still count, and are listed until they show again or an admin decides.

use model::{ConnectionId, Subject, sf};
use store::FailureReport;

use crate::engine::Engine;
use crate::error::EngineError;

/// The cause under which they are listed.
pub(crate) const HIDDEN: &str = "m8.hidden";

/// Failures looked through in one turn.
const LISTED: u32 = 1_000;

impl Engine {
    /// An admin says that a record which cannot be seen any more is deleted. False if it shows, or
    /// is known as deleted.
    pub async fn forget_hidden(
        &self,
        id: ConnectionId,
        record: sf::RecordId,
    ) -> Result<bool, EngineError> {
        let store = &self.inner.store;
        let forgotten = store.forget_hidden(id, record, self.now()).await?;
        store.clear_failures(id, &Subject::Record(record)).await?;
        self.inner.wake.notify_waiters();
        Ok(forgotten)
    }

    /// What shows again is not listed any more.
    pub(crate) async fn unlist_seen(&self, id: ConnectionId) -> Result<(), EngineError> {
        let store = &self.inner.store;
        for failure in store.failures(id, LISTED).await? {
            let FailureReport { subject, cause, .. } = &failure.report;
            let (Subject::Record(record), HIDDEN) = (subject, cause.as_str()) else {
                continue;
            };
            if store
                .record(id, *record)
                .await?
                .is_none_or(|row| !row.hidden)
            {
                store.clear_failures(id, subject).await?;
            }
        }
        Ok(())
    }
}
