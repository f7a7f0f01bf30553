//! Teammates, whom the API calls admins, and the workspace that a token belongs to.

use model::ic::{TeammateId, WorkspaceId};
use serde::Deserialize;
use transport::Reply;

use crate::client::{Call, Client, json_body};
use crate::error::IntercomError;
use crate::wire;

/// A teammate. Bots write in conversations but are not among them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Teammate {
    /// Unique within the workspace.
    #[serde(deserialize_with = "wire::id")]
    pub id: TeammateId,
    /// The full name; empty if Intercom shows none.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub name: String,
    /// The address that the teammate signs in with.
    pub email: Option<String>,
    /// Whether they set themselves away.
    #[serde(
        default,
        rename = "away_mode_enabled",
        deserialize_with = "wire::or_default"
    )]
    pub away: bool,
    /// As they wrote it.
    pub job_title: Option<String>,
    /// Whether conversations can be assigned to them.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub has_inbox_seat: bool,
}

/// Whose token it is, and of which workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// Who authorised the app.
    pub teammate: Teammate,
    /// `app_id` of webhooks and `workspace_id` of card requests.
    pub workspace_id: WorkspaceId,
    /// The workspace's name.
    pub workspace_name: String,
    /// `US`, `EU` or `AU`, in Intercom's spelling; read it as a [`crate::Region`].
    pub region: Option<String>,
    /// The time zone by which search compares dates.
    pub timezone: Option<String>,
    /// Whether the teammate proved their address. False if Intercom does not say.
    pub email_verified: bool,
}

impl Client {
    /// Whose token this is.
    pub async fn me(&self) -> Result<Me, IntercomError> {
        self.read(&Call::get("/me".to_owned()), me).await
    }

    /// All teammates of the workspace, whoever is away included. One who was deleted is not listed
    /// any more.
    pub async fn teammates(&self) -> Result<Vec<Teammate>, IntercomError> {
        self.read(&Call::get("/admins".to_owned()), teammates).await
    }
}

fn me(reply: &Reply) -> Result<Me, IntercomError> {
    let wire: WireMe = json_body(reply)?;
    Ok(Me {
        teammate: wire.teammate,
        workspace_id: wire.app.id_code,
        workspace_name: wire.app.name,
        region: wire.app.region,
        timezone: wire.app.timezone,
        email_verified: wire.email_verified,
    })
}

fn teammates(reply: &Reply) -> Result<Vec<Teammate>, IntercomError> {
    json_body(reply).map(|list: WireTeammates| list.admins)
}

#[derive(Deserialize)]
struct WireMe {
    #[serde(flatten)]
    teammate: Teammate,
    #[serde(default, deserialize_with = "wire::or_default")]
    email_verified: bool,
    app: WireApp,
}

#[derive(Deserialize)]
struct WireApp {
    #[serde(deserialize_with = "wire::id")]
    id_code: WorkspaceId,
    #[serde(default, deserialize_with = "wire::or_default")]
    name: String,
    region: Option<String>,
    timezone: Option<String>,
}

#[derive(Deserialize)]
struct WireTeammates {
    admins: Vec<Teammate>,
}
