//! What clicks came to after their card had been answered: the teammate's next card shows it, so
//! that a form or a refusal is not lost because Salesforce was slow.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;

use model::{ConnectionId, Timestamp, ic};

use crate::create_lead::Creation;
use crate::engine::Engine;
use crate::error::EngineError;

/// An outcome that nobody came back for is forgotten after this.
const KEPT: Duration = Duration::from_mins(10);

/// Outcomes kept at most; the oldest goes first.
const KEPT_MAX: usize = 1000;

/// Whose click it was, and for whom.
pub(crate) type Clicked = (ConnectionId, ic::ContactId, ic::TeammateId);

/// An outcome that came too late.
pub(crate) struct Late {
    at: Timestamp,
    pub(super) typed: BTreeMap<String, String>,
    pub(super) outcome: Result<Creation, EngineError>,
}

impl Engine {
    /// Keeps an outcome that somebody has to see; what the card shows by itself is not kept.
    pub(super) fn keep_late(
        &self,
        clicked: Clicked,
        typed: BTreeMap<String, String>,
        outcome: Result<Creation, EngineError>,
    ) {
        let silent = match &outcome {
            Ok(Creation::Form(_) | Creation::Refused(_) | Creation::Duplicates { .. }) | Err(_) => {
                false
            }
            Ok(
                Creation::Matched | Creation::Created | Creation::UnderWay | Creation::NotConfirmed,
            ) => true,
        };
        if silent {
            return;
        }
        let at = self.now();
        let mut late = self
            .inner
            .late
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        late.retain(|_, it| at.since(it.at) < KEPT);
        if late.len() >= KEPT_MAX
            && let Some(oldest) = late
                .iter()
                .min_by_key(|(_, it)| it.at)
                .map(|(clicked, _)| clicked.clone())
        {
            late.remove(&oldest);
        }
        late.insert(clicked, Late { at, typed, outcome });
    }

    /// Takes what the teammate's last click came to, if it came too late.
    pub(super) fn take_late(&self, clicked: &Clicked) -> Option<Late> {
        let mut late = self
            .inner
            .late
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        late.remove(clicked)
            .filter(|it| self.now().since(it.at) < KEPT)
    }
}
