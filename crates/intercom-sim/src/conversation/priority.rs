//! How urgent a conversation is. No call of the API sets it: people do, and workflows.

use serde::{Deserialize, Serialize};

use crate::api::Version;

/// The five steps of 2.16.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Nobody said so: the usual.
    #[default]
    None,
    /// Can wait.
    Low,
    /// Between the two.
    Medium,
    /// What was the only priority before 2.16.
    High,
    /// Before all others.
    Urgent,
}

impl Priority {
    /// The word of a version. Before 2.16 there were two; that each step above none is the one is an
    /// assumption (UNVERIFIED).
    pub(crate) fn word(self, version: Version) -> &'static str {
        match self {
            Self::None if version < Version::V2_16 => "not_priority",
            Self::Low | Self::Medium | Self::High | Self::Urgent if version < Version::V2_16 => {
                "priority"
            }
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}
