//! Setting the org's rules, all of them or some.

use serde_json::{Map, Value as Json};

use crate::error::ApiError;
use crate::records::{Fields, Rules};
use crate::seed;
use crate::world::World;

use super::Refused;

impl World {
    /// Changes the org's rules for writing, unless they name what is not there. The rows of the
    /// assignment rules follow.
    pub fn set_rules(&mut self, rules: Rules) -> Result<(), Refused> {
        self.records.check_rules(&rules)?;
        let author = self.rep_author();
        let present = &self.records.rules;
        let lead = (present.lead_assignment, rules.lead_assignment);
        let case = (present.case_assignment, rules.case_assignment);
        for (row, (was_active, is_active)) in [
            (seed::assignment_rule(), lead),
            (seed::case_assignment_rule(), case),
        ] {
            if is_active != was_active {
                let active = Fields::from_iter([("Active".to_owned(), is_active.into())]);
                self.records.administer(row, &active, author)?;
            }
        }
        self.records.rules = rules;
        Ok(())
    }

    /// Changes the rules that are given, and leaves the others.
    pub(super) fn merge_rules(&mut self, given: Map<String, Json>) -> Result<Json, Refused> {
        let unreadable = |error: serde_json::Error| ApiError::json_parser(&error);
        let mut rules = serde_json::to_value(self.rules()).map_err(unreadable)?;
        for (key, value) in given {
            rules[key] = value;
        }
        let rules = serde_json::from_value(rules).map_err(unreadable)?;
        self.set_rules(rules)?;
        Ok(Json::Bool(true))
    }
}
