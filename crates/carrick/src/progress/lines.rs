//! In a pipe or a file: a line when something begins, and then now and then.

use std::time::Duration;

use engine::{Phase, Progress};
use model::Timestamp;

use super::{is_under_way, words};

/// Between two lines of one phase.
const EVERY: Duration = Duration::from_secs(5);

/// See the module's documentation.
#[derive(Default)]
pub(crate) struct Lines {
    last: Option<(Phase, Timestamp)>,
}

impl Lines {
    /// The line to print, if it is time for one.
    pub(super) fn next(&mut self, progress: &Progress) -> Option<String> {
        let is_due = match self.last {
            Some((phase, at)) => phase != progress.phase || progress.at.since(at) >= EVERY,
            None => true,
        };
        if !is_due || !is_under_way(progress.phase) {
            return None;
        }
        self.last = Some((progress.phase, progress.at));
        Some(format!(
            "{}: {}",
            words::activity(progress.phase),
            words::position(progress)
        ))
    }
}
