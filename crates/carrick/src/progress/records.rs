//! For programs: one JSON object a line. Field names are kept: scripts are built on them.

use std::time::Duration;

use engine::{Phase, Progress, SweepCounts};
use model::Timestamp;
use serde::Serialize;

/// Between two objects of one phase.
const EVERY: Duration = Duration::from_secs(1);

/// See the module's documentation.
#[derive(Default)]
pub(crate) struct Records {
    last: Option<(Phase, Timestamp)>,
}

/// How far a sync is.
#[derive(Serialize)]
struct Step {
    phase: &'static str,
    done: u64,
    total: Option<u64>,
    rate_per_second: f64,
    seconds_left: Option<u64>,
}

/// What a sync did.
#[derive(Serialize)]
pub(crate) struct Summary {
    contacts_read: u64,
    records_read: u64,
    persons: u64,
    linked: u64,
    ambiguous: u64,
    unmatched: u64,
    intercom_writes: u64,
    salesforce_writes: u64,
    intercom_calls: u64,
    salesforce_calls: u64,
    read_seconds: f64,
    reconcile_seconds: f64,
    /// Null where the operating system does not tell.
    peak_rss_bytes: Option<u64>,
    failed: u64,
    unreadable: u64,
}

impl Records {
    /// The line to print, if it is time for one.
    pub(super) fn next(&mut self, progress: &Progress) -> Option<String> {
        let is_due = match self.last {
            Some((phase, at)) => phase != progress.phase || progress.at.since(at) >= EVERY,
            None => true,
        };
        if !is_due {
            return None;
        }
        self.last = Some((progress.phase, progress.at));
        let step = Step {
            phase: match progress.phase {
                Phase::Idle => "idle",
                Phase::Reading => "reading",
                Phase::Reconciling => "reconciling",
                Phase::Done => "done",
                Phase::Stopped => "stopped",
                Phase::Failed => "failed",
            },
            done: progress.done,
            total: progress.total,
            rate_per_second: (progress.rate_per_second * 10.0).round() / 10.0,
            seconds_left: progress.seconds_left,
        };
        Some(serde_json::to_string(&step).expect("numbers and constant names"))
    }
}

impl Summary {
    /// The result, with the memory that it took at most.
    pub(crate) fn new(counts: &SweepCounts, peak_rss_bytes: Option<u64>) -> Self {
        Self {
            contacts_read: counts.contacts_read,
            records_read: counts.records_read,
            persons: counts.persons,
            linked: counts.linked,
            ambiguous: counts.ambiguous,
            unmatched: counts.unmatched,
            intercom_writes: counts.intercom_writes,
            salesforce_writes: counts.salesforce_writes,
            intercom_calls: counts.intercom_calls,
            salesforce_calls: counts.salesforce_calls,
            read_seconds: seconds(counts.read_ms),
            reconcile_seconds: seconds(counts.reconcile_ms),
            peak_rss_bytes,
            failed: counts.failed,
            unreadable: counts.unreadable,
        }
    }

    /// The line.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers")
    }
}

fn seconds(millis: u64) -> f64 {
    Duration::from_millis(millis).as_secs_f64()
}
