//! What there is to tell, as it is written down until somebody was told.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Side, SweepCounts};

/// Something that the installer should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notice {
    /// When it happened.
    pub(super) at: Timestamp,
    pub(super) news: News,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum News {
    /// A sync is through.
    SyncDone {
        started_at: Timestamp,
        counts: SweepCounts,
    },
    /// A failure stopped a sync.
    SyncFailed {
        started_at: Timestamp,
        counts: SweepCounts,
        /// A sentence of ours.
        why: String,
        goes_on: GoesOn,
    },
    /// A side no longer accepts its credential.
    Reconnect { side: Side },
}

/// How an interrupted sync goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum GoesOn {
    /// Time helps.
    ByItself,
    /// Somebody has to look first.
    WhenStarted,
}

impl Notice {
    /// Unique within the connection, and the same however often the notice is sent.
    pub(super) fn name(&self) -> String {
        let at = self.at.as_millis();
        match &self.news {
            News::SyncDone { started_at, .. } => format!("sync-done-{}", started_at.as_millis()),
            News::SyncFailed { started_at, .. } => {
                format!("sync-failed-{}-{at}", started_at.as_millis())
            }
            News::Reconnect {
                side: Side::Intercom,
            } => format!("reconnect-intercom-{at}"),
            News::Reconnect {
                side: Side::Salesforce,
            } => format!("reconnect-salesforce-{at}"),
        }
    }

    /// Whether nobody needs to know `earlier` any more who knows this one.
    pub(super) fn replaces(&self, earlier: &Self) -> bool {
        match (&self.news, &earlier.news) {
            (
                News::SyncDone { .. } | News::SyncFailed { .. },
                News::SyncDone { .. } | News::SyncFailed { .. },
            ) => true,
            (News::Reconnect { side }, News::Reconnect { side: before }) => side == before,
            (News::SyncDone { .. } | News::SyncFailed { .. }, News::Reconnect { .. })
            | (News::Reconnect { .. }, News::SyncDone { .. } | News::SyncFailed { .. }) => false,
        }
    }

    /// Whether it asks for this side to be connected again.
    pub(super) fn asks_for(&self, wanted: Side) -> bool {
        match &self.news {
            News::Reconnect { side } => *side == wanted,
            News::SyncDone { .. } | News::SyncFailed { .. } => false,
        }
    }

    /// The rule that makes us tell it.
    pub(super) fn rule(&self) -> &'static str {
        match &self.news {
            News::SyncDone { .. } | News::SyncFailed { .. } => "I3",
            News::Reconnect { .. } => "E4",
        }
    }
}
