//! Which objects' changes are captured, and how their events are kept and delivered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::schema::Object;

/// Change Data Capture and the event bus as this org has them. Lengths of time are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ChangeEventOptions {
    /// The objects whose changes are captured. Nothing of other objects is captured, at no cost.
    pub entities: Vec<Object>,
    /// How many objects may be selected; an add-on licence lifts it.
    pub entities_max: usize,
    /// How long an event can be replayed.
    pub retention_ms: u64,
    /// How many events are kept at most; beyond that the oldest go as if they were too old.
    pub log_events_max: usize,
    /// A subscriber who waits for events hears from the bus at least this often.
    pub keepalive_ms: u64,
    /// A subscription that asks for nothing is closed after this time. UNVERIFIED.
    pub idle_close_ms: u64,
    /// Events delivered in twenty-four hours, each counted for every subscriber.
    pub delivery_allocation: u32,
    /// A transaction with more changes overflows; in an update each changed field is one.
    pub overflow_after: usize,
    /// An event that would be longer is a gap event.
    pub event_bytes_max: usize,
    /// Whether the same change of several records in one transaction is one event.
    pub merge_equal_changes: bool,
    /// Whether large texts are told as differences.
    pub diffs_of_large_texts: bool,
}

impl Default for ChangeEventOptions {
    fn default() -> Self {
        Self {
            entities: vec![Object::Lead, Object::Contact, Object::Account],
            entities_max: 5,
            retention_ms: 72 * 60 * 60 * 1_000,
            log_events_max: 200_000,
            keepalive_ms: 270_000,
            idle_close_ms: 60_000,
            delivery_allocation: 25_000,
            overflow_after: 100_000,
            event_bytes_max: 1_000_000,
            merge_equal_changes: true,
            diffs_of_large_texts: true,
        }
    }
}

impl ChangeEventOptions {
    pub(crate) fn retention(&self) -> Duration {
        Duration::from_millis(self.retention_ms)
    }

    pub(crate) fn keepalive(&self) -> Duration {
        Duration::from_millis(self.keepalive_ms)
    }

    pub(crate) fn idle_close(&self) -> Duration {
        Duration::from_millis(self.idle_close_ms)
    }

    /// What is wrong with the selection, if something is.
    pub(crate) fn fault(&self) -> Option<String> {
        if self.entities.len() > self.entities_max {
            let most = self.entities_max;
            return Some(format!("at most {most} objects can be selected"));
        }
        let other = self.entities.iter().find(|object| !supports(**object))?;
        Some(format!("{} has no change events", other.name()))
    }
}

/// Whether the vendor captures changes of that object.
pub(crate) fn supports(object: Object) -> bool {
    match object {
        Object::Account
        | Object::Case
        | Object::Contact
        | Object::Lead
        | Object::Opportunity
        | Object::OpportunityContactRole
        | Object::Task
        | Object::User => true,
        Object::AssignmentRule
        | Object::CaseComment
        | Object::Group
        | Object::Organization
        | Object::Setup(_)
        | Object::UserRole => false,
    }
}
