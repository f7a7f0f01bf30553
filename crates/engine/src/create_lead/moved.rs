//! A creation whose contact was merged into another one while it was under way (M8).
//!
//! The wish moves to the survivor's email. What it created, or still creates, has the email that
//! was typed, so the survivor's key alone would not find it.

use model::{ConnectionId, MatchKey, ic};
use store::RecordRow;

use crate::engine::Engine;
use crate::error::EngineError;

use super::Payload;

impl Engine {
    /// The contact itself, or the one into which it was merged.
    pub(super) async fn survivor(
        &self,
        id: ConnectionId,
        contact: &ic::ContactId,
    ) -> Result<ic::ContactId, EngineError> {
        let survivor = self.inner.store.contact_alias(id, contact).await?;
        Ok(survivor.unwrap_or_else(|| contact.clone()))
    }

    /// Pins what was created for whoever survived, in the name of who asked for it.
    pub(super) async fn keep_for_survivor(
        &self,
        id: ConnectionId,
        key: &MatchKey,
        row: &RecordRow,
        by: &str,
    ) -> Result<(), EngineError> {
        let (store, now) = (&self.inner.store, self.now());
        store.put_pin(id, key, row, by, now).await?;
        let line = format!(
            "M9 {} was pinned, since its contact was merged into this one",
            row.id
        );
        self.tell_pin(id, key, line).await
    }
}

/// The record, if the wish moved to `key` and the record does not have it.
pub(super) fn beside(key: &MatchKey, wish: &Payload, row: &RecordRow) -> Option<RecordRow> {
    let typed = wish.fields.get("Email").map(String::as_str);
    let typed = typed.and_then(MatchKey::from_email);
    let moved = typed.is_some_and(|typed| typed != *key);
    let found = row.key.as_ref() == Some(key);
    (moved && !found && !row.gone).then(|| row.clone())
}
