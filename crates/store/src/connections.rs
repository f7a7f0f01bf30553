//! Which workspace is joined to which org, and the sealed credentials of both.

use async_trait::async_trait;
use model::{ConnectionId, Settings, Timestamp, ic, sf};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// One of the two clouds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Intercom.
    Intercom,
    /// Salesforce.
    Salesforce,
}

/// Whether a connection works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// One side or both are not connected yet.
    Incomplete,
    /// Both sides are connected.
    Ready,
    /// An admin stopped it.
    Paused,
    /// A credential was refused; webhooks are still kept (E4).
    Reconnect {
        /// Whose credential.
        side: Side,
        /// The vendor's words.
        why: String,
    },
    /// The app was removed from the workspace; webhooks are dropped until Intercom is connected
    /// again (I6).
    Uninstalled,
}

/// A connection as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Its number.
    pub id: ConnectionId,
    /// Unique name, chosen by the admin; 1 to 64 characters of `[a-z0-9-]`.
    pub name: String,
    /// The org, once Salesforce is connected.
    pub org_id: Option<sf::OrgId>,
    /// The workspace, once Intercom is connected; unique.
    pub workspace_id: Option<ic::WorkspaceId>,
    /// Whether it works.
    pub state: ConnectionState,
    /// What is known of both sides that is not secret.
    pub profile: Profile,
    /// The admin's choices.
    pub settings: Settings,
    /// Rises by one with each change of the settings.
    pub settings_rev: i64,
}

/// What is known of both sides and is not secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// Of the workspace.
    pub intercom: Option<IntercomProfile>,
    /// Of the org.
    pub salesforce: Option<SalesforceProfile>,
}

/// What is known of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntercomProfile {
    /// Name of the configured Intercom app through which it was connected.
    pub app: String,
    /// Base of its REST API.
    pub api_url: String,
    /// The workspace's name.
    pub workspace_name: String,
    /// The teammate who connected it: the installer.
    pub installer: ic::TeammateId,
    /// The installer's name.
    pub installer_name: String,
    /// IANA time zone of the workspace, if told.
    pub timezone: Option<String>,
}

/// What is known of an org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesforceProfile {
    /// Base of its API; may change on refresh.
    pub instance_url: String,
    /// Where tokens are renewed.
    pub login_url: String,
    /// Whose token it is: the integration user.
    pub integration_user: sf::UserId,
    /// The org's name.
    pub org_name: String,
    /// Whether it is a sandbox.
    pub is_sandbox: bool,
}

/// What a new connection needs.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// Unique name.
    pub name: String,
    /// First settings.
    pub settings: Settings,
}

/// A credential that only the engine can open.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedCredential {
    /// Cipher text with nonce and key id.
    pub sealed: Vec<u8>,
    /// Rises by one with each change.
    pub rev: i64,
}

/// Connections and their credentials.
#[async_trait]
pub trait Connections: Send + Sync {
    /// Adds a connection in state `Incomplete`. `Taken` if the name exists.
    async fn create_connection(
        &self,
        new: &NewConnection,
        now: Timestamp,
    ) -> Result<Connection, StoreError>;

    /// All connections, by id.
    async fn connections(&self) -> Result<Vec<Connection>, StoreError>;

    /// One connection by number.
    async fn connection(&self, id: ConnectionId) -> Result<Option<Connection>, StoreError>;

    /// One connection by name.
    async fn connection_named(&self, name: &str) -> Result<Option<Connection>, StoreError>;

    /// The connection of a workspace.
    async fn connection_of_workspace(
        &self,
        workspace: &ic::WorkspaceId,
    ) -> Result<Option<Connection>, StoreError>;

    /// Replaces state, profile, org and workspace. `Taken` if another connection has the
    /// workspace, `Missing` if the connection was removed.
    async fn update_connection(&self, connection: &Connection) -> Result<(), StoreError>;

    /// Replaces the settings if their revision still is `expected_rev`, else `Conflict`. Returns
    /// the new revision.
    async fn put_settings(
        &self,
        id: ConnectionId,
        settings: &Settings,
        expected_rev: i64,
    ) -> Result<i64, StoreError>;

    /// The credential of one side.
    async fn credential(
        &self,
        id: ConnectionId,
        side: Side,
    ) -> Result<Option<SealedCredential>, StoreError>;

    /// Stores a credential durably. With `expected_rev` (None: there is none yet, or it does not
    /// matter) a compare-and-set: `Conflict` if another one came first. Returns the new revision.
    /// `Missing` if the connection does not exist.
    async fn put_credential(
        &self,
        id: ConnectionId,
        side: Side,
        sealed: &[u8],
        expected_rev: Option<i64>,
    ) -> Result<i64, StoreError>;
}
