//! Which workspace is joined to which org.

use serde::{Deserialize, Serialize};

/// A connection's number in the store: one workspace joined to one org.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionId(pub i64);

impl std::fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An org, by its 18-character id: what intents, budget, watcher and lease belong to.
pub type OrgKey = crate::sf::OrgId;
