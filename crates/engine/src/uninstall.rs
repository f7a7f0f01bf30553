//! The app was removed from a workspace, and Intercom says so (I6): work stops at once, and what is
//! still delivered for the workspace is dropped. The connection and what is stored stay, until
//! somebody connects Intercom again.

use intercom::{canvas, webhook};
use model::ConnectionId;
use model::ic::WorkspaceId;
use store::{ConnectionState, StoreError};

use crate::engine::Engine;

/// Why nothing is asked of Intercom any more.
pub(crate) const WHY: &str = "the app was removed from the workspace";

/// What became of an uninstall notice; each has its answer in HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uninstalled {
    /// The connection of the workspace has stopped, now or before; 200.
    Stopped,
    /// Intercom still takes our token: the notice is about an earlier installation; 200.
    StillInstalled,
    /// No connection has this workspace through this app; 200.
    UnknownWorkspace,
    /// No such app is configured; 404.
    UnknownApp,
    /// The signature is missing or wrong; 401.
    BadSignature,
    /// Signed, but it names no workspace; 400.
    Unreadable(String),
    /// It could not be stored; 503.
    Unavailable,
}

impl Engine {
    /// Takes the notice that the Intercom app `app` was removed from a workspace. It is signed as
    /// card requests are. Nothing in it says when it was sent, so that one which comes again, or
    /// late, is believed only if Intercom does not take our token any more.
    pub async fn uninstalled(
        &self,
        app: &str,
        signature: Option<&str>,
        body: &[u8],
    ) -> Uninstalled {
        let Some(found) = self.intercom_app(app) else {
            return Uninstalled::UnknownApp;
        };
        if let Err(error) = canvas::verify(&found.client_secret, signature, body) {
            tracing::warn!(%error, "an uninstall notice was refused");
            return Uninstalled::BadSignature;
        }
        let workspace = match webhook::uninstalled_workspace(body) {
            Ok(workspace) => workspace,
            Err(error) => return Uninstalled::Unreadable(error.to_string()),
        };
        let stopped = async {
            let store = &self.inner.store;
            let through_this_app = |connection: &store::Connection| {
                let profile = connection.profile.intercom.as_ref();
                profile.is_some_and(|profile| profile.app == app)
            };
            let known = store.connection_of_workspace(&workspace).await?;
            let Some(connection) = known.filter(through_this_app) else {
                return Ok(Uninstalled::UnknownWorkspace);
            };
            if connection.state == ConnectionState::Uninstalled {
                return Ok(Uninstalled::Stopped);
            }
            // Whoever connects meanwhile has a token that was taken just now.
            let _turn = self.inner.connecting.lock().await;
            if self.is_installed_at(connection.id, &workspace).await {
                tracing::info!(connection.id = %connection.id, "a stale uninstall notice was passed over");
                return Ok(Uninstalled::StillInstalled);
            }
            let known = store.connection_of_workspace(&workspace).await?;
            let Some(mut connection) = known.filter(through_this_app) else {
                return Ok(Uninstalled::UnknownWorkspace);
            };
            connection.state = ConnectionState::Uninstalled;
            store.update_connection(&connection).await?;
            self.forget_clients(connection.id);
            let entry = self.connection_entry(format!("stopped: {WHY}"), "I6");
            store.append(connection.id, &[entry]).await?;
            Ok::<_, StoreError>(Uninstalled::Stopped)
        };
        stopped.await.unwrap_or_else(|error| {
            tracing::error!(%error, "an uninstall notice was not stored");
            Uninstalled::Unavailable
        })
    }

    /// Whether Intercom itself says that our token is one of this workspace. An outage says
    /// nothing, and then the notice counts.
    async fn is_installed_at(&self, id: ConnectionId, workspace: &WorkspaceId) -> bool {
        let Ok(clients) = self.clients(id).await else {
            return false;
        };
        let me = clients.intercom.me().await;
        me.is_ok_and(|me| me.workspace_id == *workspace)
    }
}
