//! Events that apps reported about contacts, found by contact.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::ids::ObjectId;

/// Events that are remembered for all contacts together; the oldest are forgotten.
const EVENTS_MAX: usize = 100_000;

/// An event that an app reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TrackedEvent {
    pub(crate) id: String,
    pub(crate) contact: ObjectId,
    pub(crate) name: String,
    pub(crate) created_at: i64,
    pub(crate) metadata: Value,
}

/// All events of a workspace.
#[derive(Debug, Default)]
pub(crate) struct TrackedEvents {
    by_contact: BTreeMap<ObjectId, VecDeque<TrackedEvent>>,
    /// How often each name was used.
    names: BTreeMap<String, usize>,
    /// Whose event came when, the oldest first.
    arrivals: VecDeque<ObjectId>,
}

impl TrackedEvents {
    /// Events of a contact, in the order in which they were reported.
    pub(crate) fn of(&self, contact: ObjectId) -> impl DoubleEndedIterator<Item = &TrackedEvent> {
        self.by_contact.get(&contact).into_iter().flatten()
    }

    /// All events, by contact.
    pub(crate) fn all(&self) -> impl Iterator<Item = &TrackedEvent> {
        self.by_contact.values().flatten()
    }

    pub(crate) fn names(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    pub(crate) fn add(&mut self, event: TrackedEvent) {
        if self.arrivals.len() == EVENTS_MAX {
            self.forget_oldest();
        }
        *self.names.entry(event.name.clone()).or_default() += 1;
        self.arrivals.push_back(event.contact);
        let theirs = self.by_contact.entry(event.contact).or_default();
        theirs.push_back(event);
    }

    fn forget_oldest(&mut self) {
        let Some(contact) = self.arrivals.pop_front() else {
            return;
        };
        let Some(theirs) = self.by_contact.get_mut(&contact) else {
            return;
        };
        let oldest = theirs.pop_front();
        if theirs.is_empty() {
            self.by_contact.remove(&contact);
        }
        if let Some(oldest) = oldest {
            self.forget_name(&oldest.name);
        }
    }

    /// Forgets the events of a contact who is gone.
    pub(crate) fn remove(&mut self, contact: ObjectId) {
        let Some(theirs) = self.by_contact.remove(&contact) else {
            return;
        };
        self.arrivals.retain(|id| *id != contact);
        for event in theirs {
            self.forget_name(&event.name);
        }
    }

    fn forget_name(&mut self, name: &str) {
        if let Some(uses) = self.names.get_mut(name) {
            *uses -= 1;
            if *uses == 0 {
                self.names.remove(name);
            }
        }
    }

    /// Gives the events of one contact to another one.
    pub(crate) fn hand_over(&mut self, from: ObjectId, into: ObjectId) {
        let Some(theirs) = self.by_contact.remove(&from) else {
            return;
        };
        for arrival in self.arrivals.iter_mut().filter(|id| **id == from) {
            *arrival = into;
        }
        let moved = theirs.into_iter().map(|event| TrackedEvent {
            contact: into,
            ..event
        });
        self.by_contact.entry(into).or_default().extend(moved);
    }
}

impl Serialize for TrackedEvents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.all())
    }
}

impl<'de> Deserialize<'de> for TrackedEvents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut events = Self::default();
        for event in Vec::<TrackedEvent>::deserialize(deserializer)? {
            events.add(event);
        }
        Ok(events)
    }
}
