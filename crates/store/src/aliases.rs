//! Ids that were replaced: by a merge on either side, or by the conversion of a Lead (M8).

use async_trait::async_trait;
use model::{ConnectionId, ic, sf};

use crate::StoreError;

/// What stands for an id that is no more. Aliases are written with the rows that tell of them, and
/// outlive these: the loser of a merge is purged, what pointed to it still has to arrive. A record
/// that comes back by itself (undeleted) drops its alias.
#[async_trait]
pub trait Aliases: Send + Sync {
    /// What a merged or converted record became, over up to ten steps; `None` if it was not
    /// replaced.
    async fn record_alias(
        &self,
        connection: ConnectionId,
        old: sf::RecordId,
    ) -> Result<Option<sf::RecordId>, StoreError>;

    /// Into which contact one was merged, as `record_alias`.
    async fn contact_alias(
        &self,
        connection: ConnectionId,
        old: &ic::ContactId,
    ) -> Result<Option<ic::ContactId>, StoreError>;
}
