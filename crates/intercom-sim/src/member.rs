//! Teammates (admins, in the API's words) and their teams.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ids::{AdminId, TeamId};

/// A teammate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Admin {
    pub(crate) id: AdminId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) job_title: String,
    /// Set while away.
    pub(crate) away: Option<Away>,
    pub(crate) teams: Vec<TeamId>,
}

/// How a teammate is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Away {
    /// Whether replies to their conversations go back to nobody.
    pub(crate) reassigns: bool,
    /// One of the workspace's reasons.
    pub(crate) reason: Option<u64>,
}

impl Admin {
    pub(crate) fn render(&self) -> Value {
        json!({
            "type": "admin", "id": self.id.to_string(), "name": self.name, "email": self.email,
            "job_title": self.job_title, "away_mode_enabled": self.away.is_some(),
            "away_mode_reassign": self.away.is_some_and(|away| away.reassigns),
            "away_status_reason_id": self.away.and_then(|away| away.reason),
            "has_inbox_seat": true, "team_ids": self.teams, "avatar": null,
        })
    }

    /// `Ada Lovelace` as `AL`.
    pub(crate) fn initials(&self) -> String {
        initials(&self.name)
    }
}

/// A team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Team {
    pub(crate) id: TeamId,
    pub(crate) name: String,
}

impl Team {
    pub(crate) fn render(&self, admins: &[Admin]) -> Value {
        let members: Vec<AdminId> = admins
            .iter()
            .filter(|admin| admin.teams.contains(&self.id))
            .map(|it| it.id)
            .collect();
        json!({
            "type": "team", "id": self.id.to_string(), "name": self.name, "admin_ids": members,
        })
    }
}

/// The first letters of the first two words, for a face without a picture.
pub(crate) fn initials(name: &str) -> String {
    let letters = name
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .take(2);
    letters.flat_map(char::to_uppercase).collect()
}
