//! What teammates did to the workspace itself, as its owners look it up.
//!
//! Only that somebody went away or came back is written down; the many other activities of the
//! vendor's list cannot happen here.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ids::AdminId;
use crate::member::{Admin, Away};

/// Activities that are remembered; the oldest are forgotten.
const ACTIVITIES_MAX: usize = 10_000;

/// The only type of activity there is.
pub(crate) const AWAY_MODE_CHANGE: &str = "admin_away_mode_change";

/// Somebody went away, or came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Activity {
    pub(crate) id: u64,
    /// In Unix seconds.
    pub(crate) at: i64,
    by: AdminId,
    name: String,
    email: String,
    away: Option<Away>,
}

impl Activity {
    /// The teammate as they are now.
    pub(crate) fn of_away_mode(id: u64, at: i64, admin: &Admin) -> Self {
        Self {
            id,
            at,
            by: admin.id,
            name: admin.name.clone(),
            email: admin.email.clone(),
            away: admin.away,
        }
    }

    pub(crate) fn render(&self) -> Value {
        let name = &self.name;
        let description = match self.away {
            Some(Away {
                reassigns: true, ..
            }) => {
                format!("{name} set their status to away and gives their replies to the team.")
            }
            Some(_) => format!("{name} set their status to away."),
            None => format!("{name} is active again."),
        };
        json!({
            "id": self.id.to_string(), "created_at": self.at, "activity_type": AWAY_MODE_CHANGE,
            "activity_description": description,
            "performed_by": {
                "type": "admin", "id": self.by.to_string(), "email": self.email,
                "ip": "127.0.0.1",
            },
            "metadata": {
                "away_mode": self.away.is_some(), "update_by": self.by,
                "update_by_name": name,
                "reassign_conversations": self.away.is_some_and(|away| away.reassigns),
            },
        })
    }
}

/// The activities of a workspace, the oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Activities(VecDeque<Activity>);

impl Activities {
    pub(crate) fn add(&mut self, activity: Activity) {
        if self.0.len() == ACTIVITIES_MAX {
            self.0.pop_front();
        }
        self.0.push_back(activity);
    }

    pub(crate) fn latest_first(&self) -> impl Iterator<Item = &Activity> {
        self.0.iter().rev()
    }
}
