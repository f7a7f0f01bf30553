//! Records that Salesforce does not show any more although nobody said that they were deleted
//! (invariant 7): they still count, and are listed until they show again or an admin decides.

use model::{ConnectionId, Subject, sf};

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
        let mut after = None;
        loop {
            let page = store
                .failures_of_cause(id, HIDDEN, after.as_ref(), LISTED)
                .await?;
            let Some(last) = page.last() else { break };
            after = Some((last.report.subject.clone(), last.report.digest));
            for failure in &page {
                let Subject::Record(record) = &failure.report.subject else {
                    continue;
                };
                let row = store.record(id, *record).await?;
                if row.is_none_or(|row| !row.hidden) {
                    store.clear_failures(id, &failure.report.subject).await?;
                }
            }
        }
        Ok(())
    }
}
