//! The form's edits on their way to the contact.

use intercom::ContactPatch;
use model::{ConnectionId, Lane, Reason, ic};
use store::{Absorption, Observed, Source};

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::projection;

impl Engine {
    /// Writes the teammate's edits to the contact (L1). Returns what to say if that failed.
    pub(super) async fn write_edits(
        &self,
        id: ConnectionId,
        clients: &Clients,
        contact: &ic::ContactId,
        edits: &ContactPatch,
    ) -> Result<Option<String>, EngineError> {
        if edits.is_empty() {
            return Ok(None);
        }
        self.inner.writes.begin(id, contact);
        let written = clients.intercom.update_contact(contact, edits).await;
        let now = self.now();
        let mut absorption = Absorption::new(Lane::Interactive, Reason::Click, now);
        let trouble = match written {
            Ok(shown) => {
                let row = projection::contact_row(&shown, now);
                let source = Source::Answer;
                absorption.contacts.push(Observed { row, source });
                None
            }
            Err(error) => {
                self.inner
                    .store
                    .mark_stale(id, std::slice::from_ref(contact), &[])
                    .await?;
                Some(format!(
                    "The changes could not be saved in Intercom, so nothing was created. {error}."
                ))
            }
        };
        let absorbed = self.inner.store.absorb(id, &absorption).await;
        self.inner.writes.settled(id, contact, self.now());
        absorbed?;
        Ok(trouble)
    }
}
