//! `GET`, `PUT /_sim/bulk`: how the Bulk API behaves.

use serde_json::{Value as Json, json};

use crate::api::BulkSwitches;
use crate::world::World;

use super::Refused;

impl World {
    /// How the Bulk API behaves.
    pub fn bulk_switches(&self) -> &BulkSwitches {
        &self.jobs.switches
    }

    /// Changes how the Bulk API behaves towards jobs that are made from now on.
    pub fn set_bulk_switches(&mut self, switches: BulkSwitches) {
        self.jobs.switches = switches;
    }

    /// Changes the switches that `given` names.
    pub(super) fn merge_bulk_switches(&mut self, given: &Json) -> Result<Json, Refused> {
        let refused = |message: String| Refused {
            code: "JSON_PARSER_ERROR".to_owned(),
            message,
        };
        let given = given
            .as_object()
            .ok_or_else(|| refused("the switches are a JSON object".to_owned()))?;
        let mut merged = json!(self.jobs.switches);
        for (name, value) in given {
            merged[name] = value.clone();
        }
        let switches =
            serde_json::from_value(merged).map_err(|error| refused(error.to_string()))?;
        self.set_bulk_switches(switches);
        Ok(json!(self.jobs.switches))
    }
}
