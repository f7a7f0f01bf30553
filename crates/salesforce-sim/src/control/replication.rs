//! `POST /_sim/replication/forget`: the log of deletions loses its old entries.

use model::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::schema::Object;
use crate::world::World;

/// `{"object": "Lead", "before": "2026-06-01T00:00:00Z"}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Forgetting {
    pub(super) object: Object,
    #[serde(deserialize_with = "instant")]
    pub(super) before: Timestamp,
}

fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(D::Error::custom)
}

impl World {
    /// Forgets purged records of `object` that were deleted before `before`, as the vendor's
    /// nightly clean-up does. From now on nobody may ask for deletions of the time up to the last
    /// one of them.
    pub fn forget_purged(&mut self, object: Object, before: Timestamp) {
        self.records.purged.forget(object, before);
    }
}
