//! Events that apps reported about contacts, found by contact.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};

use serde::ser::SerializeStruct as _;
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

/// How often something happened, and when first and last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) count: u64,
    pub(crate) first: i64,
    pub(crate) last: i64,
}

impl Summary {
    pub(crate) const NONE: Self = Self {
        count: 0,
        first: i64::MAX,
        last: i64::MIN,
    };

    pub(crate) fn once(at: i64) -> Self {
        Self {
            count: 1,
            first: at,
            last: at,
        }
    }

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }
}

/// All events of a workspace.
#[derive(Debug, Default)]
pub(crate) struct TrackedEvents {
    /// Summaries that apps brought from elsewhere, by contact and name.
    imported: BTreeMap<ObjectId, BTreeMap<String, Summary>>,
    by_contact: BTreeMap<ObjectId, VecDeque<TrackedEvent>>,
    /// How often each name is in use.
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

    /// All events, the first that came first.
    fn as_they_came(&self) -> impl Iterator<Item = &TrackedEvent> {
        let mut left: BTreeMap<ObjectId, _> = self
            .by_contact
            .iter()
            .map(|(contact, theirs)| (*contact, theirs.iter()))
            .collect();
        let arrivals = self.arrivals.iter();
        arrivals.filter_map(move |contact| left.get_mut(contact)?.next())
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

    /// The summaries that were brought from elsewhere, by name.
    pub(crate) fn imported(&self, contact: ObjectId) -> impl Iterator<Item = (&str, Summary)> {
        let theirs = self.imported.get(&contact).into_iter().flatten();
        theirs.map(|(name, summary)| (name.as_str(), *summary))
    }

    /// Brings a summary from elsewhere; one of the same name is replaced.
    pub(crate) fn import(&mut self, contact: ObjectId, name: String, summary: Summary) {
        let theirs = self.imported.entry(contact).or_default();
        if theirs.insert(name.clone(), summary).is_none() {
            *self.names.entry(name).or_default() += 1;
        }
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
        for name in self.imported.remove(&contact).unwrap_or_default().keys() {
            self.forget_name(name);
        }
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
        for (name, summary) in self.imported.remove(&from).unwrap_or_default() {
            let both = self
                .imported
                .get(&into)
                .and_then(|theirs| theirs.get(&name))
                .map(|present| present.and(summary));
            if both.is_some() {
                self.forget_name(&name);
            }
            let theirs = self.imported.entry(into).or_default();
            theirs.insert(name, both.unwrap_or(summary));
        }
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
        let events: Vec<&TrackedEvent> = self.as_they_came().collect();
        let mut saved = serializer.serialize_struct("TrackedEvents", 2)?;
        saved.serialize_field("events", &events)?;
        saved.serialize_field("imported", &self.imported)?;
        saved.end()
    }
}

impl<'de> Deserialize<'de> for TrackedEvents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Saved {
            events: Vec<TrackedEvent>,
            imported: BTreeMap<ObjectId, BTreeMap<String, Summary>>,
        }

        let saved = Saved::deserialize(deserializer)?;
        let mut events = Self::default();
        for event in saved.events {
            events.add(event);
        }
        for (contact, summaries) in saved.imported {
            for (name, summary) in summaries {
                events.import(contact, name, summary);
            }
        }
        Ok(events)
    }
}
