//! Who can own things: Salesforce Users and queues, Intercom teammates.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{ConnectionId, Timestamp};
use store::DirectoryKind;

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::projection;

/// An owner whom nobody knows makes the directory be read again, but not more often than this: the
/// integration user may not be allowed to see everybody.
const STRANGER_PAUSE: Duration = Duration::from_mins(1);

impl Engine {
    /// Reads Users, queues and teammates; whoever hangs on a changed owner becomes due (O5).
    pub(crate) async fn refresh_directory(
        &self,
        id: ConnectionId,
        clients: &Clients,
    ) -> Result<(), EngineError> {
        self.refresh_owners(id, clients).await?;
        self.refresh_teammates(id, clients).await?;
        // Logins count too: they decide who of several Users a teammate is.
        self.pulse(id, |pulse| pulse.directory_rev += 1);
        self.unlist_seen(id).await?;
        self.look_for_fallback(id).await
    }

    async fn refresh_teammates(
        &self,
        id: ConnectionId,
        clients: &Clients,
    ) -> Result<(), EngineError> {
        let teammates = clients.intercom.teammates().await?;
        if teammates.is_empty() {
            // Somebody's token was used to ask.
            tracing::warn!(connection.id = %id, "a workspace without teammates is not believed");
            return Ok(());
        }
        let rows: Vec<_> = teammates.iter().map(projection::teammate_row).collect();
        self.inner
            .store
            .put_directory(id, &[DirectoryKind::Teammate], &rows, self.now())
            .await?;
        Ok(())
    }

    async fn refresh_owners(&self, id: ConnectionId, clients: &Clients) -> Result<(), EngineError> {
        let now = self.now();
        let users = clients.salesforce.users().await?;
        let queues = clients.salesforce.queues().await?;
        // A User is never deleted: one who is not shown any more, or whose row cannot be read, is
        // as they were (invariant 7). Half the colleagues would lose their contacts otherwise.
        let unseen = self.inner.store.directory(id, DirectoryKind::User).await?;
        let seen: BTreeSet<String> = users.iter().map(|user| user.id.to_string()).collect();
        let unseen = unseen.into_iter().filter(|row| !seen.contains(&row.id));
        let rows: Vec<_> = users
            .iter()
            .map(projection::user_row)
            .chain(unseen)
            .chain(queues.iter().map(projection::queue_row))
            .collect();
        let kinds = [DirectoryKind::User, DirectoryKind::Queue];
        self.inner
            .store
            .put_directory(id, &kinds, &rows, now)
            .await?;
        self.pulse(id, |pulse| {
            pulse.owners_read_at = Some(now);
            pulse.directory_rev += 1;
        });
        Ok(())
    }

    /// Reads the owners again because something that was seen at `seen_at` is owned by somebody
    /// unknown: at once if the directory is older than that, since a stranger has no teammate and
    /// the contact would lose its owner for a moment (O3). False if there was no need to.
    pub(crate) async fn refresh_owners_if_due(
        &self,
        id: ConnectionId,
        clients: &Clients,
        seen_at: Timestamp,
    ) -> Result<bool, EngineError> {
        let now = self.now();
        let mut due = false;
        self.pulse(id, |pulse| {
            due = pulse
                .owners_read_at
                .is_none_or(|at| at < seen_at || now.since(at) >= STRANGER_PAUSE);
        });
        if due {
            self.refresh_owners(id, clients).await?;
        }
        Ok(due)
    }
}
