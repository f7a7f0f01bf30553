//! Kinds of messages that people subscribe to or not, and what each person chose.
//!
//! Who chose nothing is in no list; most people choose nothing, so the choices are kept beside the
//! contacts and not in their rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ids::ObjectId;

/// What a person said about a kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Consent {
    OptIn,
    OptOut,
}

impl Consent {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::OptIn => "opt_in",
            Self::OptOut => "opt_out",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "opt_in" => Some(Self::OptIn),
            "opt_out" => Some(Self::OptOut),
            _ => None,
        }
    }
}

/// A kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SubscriptionType {
    pub(crate) id: u64,
    name: &'static str,
    description: &'static str,
    /// Those to be opted out of are sent to everybody else.
    consent: Consent,
    content: &'static str,
}

/// The kinds that this workspace has.
pub(crate) const TYPES: [SubscriptionType; 2] = [
    SubscriptionType {
        id: 91,
        name: "Newsletter",
        description: "What is new, once a month",
        consent: Consent::OptOut,
        content: "email",
    },
    SubscriptionType {
        id: 93,
        name: "Text messages",
        description: "Reminders by text message",
        consent: Consent::OptIn,
        content: "sms_message",
    },
];

impl SubscriptionType {
    pub(crate) fn with_id(id: &str) -> Option<Self> {
        TYPES.into_iter().find(|known| known.id.to_string() == id)
    }

    pub(crate) fn render(self) -> Value {
        let words = json!({ "name": self.name, "description": self.description, "locale": "en" });
        json!({
            "type": "subscription", "id": self.id.to_string(), "state": "live",
            "consent_type": self.consent.word(), "default_translation": words,
            "translations": [words], "content_types": [self.content],
        })
    }
}

/// What people chose, by person.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Subscriptions(BTreeMap<ObjectId, BTreeMap<u64, Consent>>);

impl Subscriptions {
    /// What a person chose, by the id of the kind.
    pub(crate) fn of(&self, contact: ObjectId) -> impl Iterator<Item = (u64, Consent)> + '_ {
        let chosen = self.0.get(&contact).into_iter().flatten();
        chosen.map(|(id, consent)| (*id, *consent))
    }

    /// What everybody chose.
    pub(crate) fn all(&self) -> impl Iterator<Item = (ObjectId, u64, Consent)> + '_ {
        let chosen = self.0.keys().map(|contact| (*contact, self.of(*contact)));
        chosen.flat_map(|(contact, chosen)| chosen.map(move |(id, said)| (contact, id, said)))
    }

    /// The kinds about which a person said so.
    pub(crate) fn chosen(&self, contact: ObjectId, consent: Consent) -> Vec<u64> {
        let chosen = self.of(contact).filter(|(_, said)| *said == consent);
        chosen.map(|(id, _)| id).collect()
    }

    pub(crate) fn choose(&mut self, contact: ObjectId, id: u64, consent: Consent) {
        self.0.entry(contact).or_default().insert(id, consent);
    }

    /// Takes a choice back.
    pub(crate) fn forget(&mut self, contact: ObjectId, id: u64) {
        if let Some(chosen) = self.0.get_mut(&contact) {
            chosen.remove(&id);
            if chosen.is_empty() {
                self.0.remove(&contact);
            }
        }
    }

    /// Forgets somebody who is gone.
    pub(crate) fn remove(&mut self, contact: ObjectId) {
        self.0.remove(&contact);
    }
}
