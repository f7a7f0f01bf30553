//! Visitors: people who looked at the site and said nothing yet. They are in no list and no search;
//! a visitor becomes a contact, or part of one, when somebody converts it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::ObjectId;

/// A visitor. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Visitor {
    pub(crate) id: ObjectId,
    /// What the site knows the visitor by.
    pub(crate) user_id: String,
    pub(crate) name: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Visitor {
    /// What people call somebody without a name.
    pub(crate) fn pseudonym(&self) -> String {
        const COLOURS: [&str; 6] = ["Amber", "Blue", "Coral", "Green", "Olive", "Violet"];
        const THINGS: [&str; 6] = ["Anchor", "Drum", "Kite", "Lamp", "Suitcase", "Teapot"];
        let digits = self.id.to_string();
        let drawn = |from: usize| {
            let digit = digits.get(from..=from).unwrap_or_default();
            usize::from_str_radix(digit, 16).unwrap_or(0) % COLOURS.len()
        };
        format!("{} {}", COLOURS[drawn(0)], THINGS[drawn(1)])
    }
}

/// All visitors of a workspace, by what the site knows them by.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Visitors(BTreeMap<String, Visitor>);

impl Visitors {
    pub(crate) fn with_user_id(&self, user_id: &str) -> Option<&Visitor> {
        self.0.get(user_id)
    }

    pub(crate) fn with_id(&self, id: ObjectId) -> Option<&Visitor> {
        self.0.values().find(|visitor| visitor.id == id)
    }

    /// Adds or replaces a visitor.
    pub(crate) fn put(&mut self, visitor: Visitor) {
        self.0.insert(visitor.user_id.clone(), visitor);
    }

    pub(crate) fn remove(&mut self, user_id: &str) {
        self.0.remove(user_id);
    }
}
