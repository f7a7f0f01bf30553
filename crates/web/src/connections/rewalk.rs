//! How far the walk over everybody is that follows changed settings.

use store::{Sweep, SweepState};

use crate::wording::{number, percent};

/// A walk that is under way.
pub(crate) struct RewalkView {
    pub(crate) done: u64,
    pub(crate) total: u64,
    pub(crate) words: String,
}

/// The walk, if one is under way.
pub(super) fn rewalk(sweep: Option<&Sweep>) -> Option<RewalkView> {
    let sweep = sweep?;
    match sweep.state {
        SweepState::Reading | SweepState::Reconciling => {}
        SweepState::Done | SweepState::Stopped | SweepState::Failed => return None,
    }
    // Contacts may come while it runs.
    let total = sweep
        .counts
        .contacts_to_walk
        .max(sweep.counts.contacts_walked)
        .max(1);
    let done = sweep.counts.contacts_walked;
    Some(RewalkView {
        done,
        total,
        words: format!(
            "Looking at everybody again, since settings or teammates changed: {} %, {} of {} \
             contacts.",
            percent(done, total),
            number(done),
            number(total)
        ),
    })
}
