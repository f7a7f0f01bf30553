//! `PUT /_sim/search`: how far the search index lags behind the records.

use std::time::Duration;

use serde::Deserialize;

use crate::world::World;

/// `{"lagMs": 30000}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Lag {
    pub(super) lag_ms: u64,
}

impl World {
    /// From now on search does not find a record until this long after its last write. Whole
    /// seconds count, as stamps have no more. A saved org forgets it.
    pub fn set_search_lag(&mut self, lag: Duration) {
        self.search_lag = lag;
    }
}
