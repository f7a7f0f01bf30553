//! Teams of teammates, to which conversations can be assigned.

use model::ic::{TeamId, TeammateId};
use serde::Deserialize;
use transport::Reply;

use crate::client::{Call, Client, json_body};
use crate::error::IntercomError;
use crate::wire;

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Unique within the workspace.
    pub id: TeamId,
    /// The name.
    pub name: String,
    /// Who is in it.
    pub members: Vec<TeammateId>,
}

impl Client {
    /// All teams of the workspace.
    pub async fn teams(&self) -> Result<Vec<Team>, IntercomError> {
        self.read(&Call::get("/teams".to_owned()), teams).await
    }
}

fn teams(reply: &Reply) -> Result<Vec<Team>, IntercomError> {
    json_body(reply).map(|list: WireTeams| list.teams.into_iter().map(Team::from).collect())
}

#[derive(Deserialize)]
struct WireTeams {
    teams: Vec<WireTeam>,
}

#[derive(Deserialize)]
struct WireTeam {
    #[serde(deserialize_with = "wire::id")]
    id: TeamId,
    #[serde(default, deserialize_with = "wire::or_default")]
    name: String,
    #[serde(default, deserialize_with = "wire::or_default")]
    admin_ids: Vec<Member>,
}

/// Numbers here, texts elsewhere.
#[derive(Deserialize)]
#[serde(transparent)]
struct Member {
    #[serde(deserialize_with = "wire::id")]
    id: TeammateId,
}

impl From<WireTeam> for Team {
    fn from(wire: WireTeam) -> Self {
        let members = wire.admin_ids.into_iter().map(|member| member.id);
        Self {
            id: wire.id,
            name: wire.name,
            members: members.collect(),
        }
    }
}
