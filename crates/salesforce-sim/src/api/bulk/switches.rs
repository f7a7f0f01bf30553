//! How this org's Bulk API behaves, to be changed while it runs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::world::World;

/// What Bulk does, allows and refuses. Set by `PUT /_sim/bulk`, where keys that are left out stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkSwitches {
    /// How long a job runs, in milliseconds; nothing means as long as the options say.
    pub duration_ms: Option<u64>,
    /// So many of the next query jobs end as `Failed`.
    pub failing_queries: u32,
    /// What a failed query job says.
    pub failure: String,
    /// Whether the user may delete for good (the permission "Bulk API Hard Delete").
    pub may_hard_delete: bool,
    /// Query jobs that 24 hours allow.
    pub daily_query_jobs: u32,
}

impl Default for BulkSwitches {
    fn default() -> Self {
        Self {
            duration_ms: None,
            failing_queries: 0,
            failure: "Retried more than 20 times".to_owned(),
            may_hard_delete: false,
            daily_query_jobs: 10_000,
        }
    }
}

impl BulkSwitches {
    /// What the next query job says when it fails, if it is to fail.
    pub(super) fn next_failure(&mut self) -> Option<String> {
        self.failing_queries = self.failing_queries.checked_sub(1)?;
        Some(self.failure.clone())
    }
}

impl World {
    /// How long a job runs that is made now.
    pub(super) fn bulk_duration(&self) -> Duration {
        let switched = self.jobs.switches.duration_ms;
        switched.map_or(self.options.bulk_duration, Duration::from_millis)
    }
}
