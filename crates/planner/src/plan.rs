//! What a run is to do, and why it does not do more.

use std::collections::BTreeMap;
use std::fmt;

use model::{How, ic, sf};

use crate::{Attribute, Verdict};

/// What to do about one person. No operations: converged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The verdict on the match.
    pub verdict: Verdict,
    /// At most one per contact, by contact id.
    pub operations: Vec<Operation>,
    /// Why something was not done.
    pub notes: Vec<Note>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Write to Intercom, then book what it shows back.
    Write(ContactWrite),
    /// Nothing to write: only our own books change. Intercom's half of the base is what the facts
    /// of this plan showed, not what the mirror shows by now.
    Book {
        /// The contact.
        contact: ic::ContactId,
        /// What changes in the books.
        link: LinkChange,
        /// Why.
        rule: Rule,
    },
}

/// Attributes to set or clear on a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactWrite {
    /// The contact.
    pub contact: ic::ContactId,
    /// Exact values; `None` clears.
    pub changes: BTreeMap<Attribute, Option<String>>,
    /// What the mirror has to show for the changed attributes at sending: otherwise plan anew.
    pub expected: BTreeMap<Attribute, Option<String>>,
    /// What to book afterwards; Intercom's half of the base is [`crate::attribute::shown_after`].
    pub link: LinkChange,
    /// Why.
    pub rule: Rule,
    /// The same write has the same key: its failure is parked under it.
    pub key: i64,
}

/// What changes in the books about a contact's link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkChange {
    /// The contact shows this record.
    Set {
        /// The record.
        record: sf::RecordId,
        /// How the link comes about.
        how: How,
        /// Salesforce's half of the base.
        desired: BTreeMap<Attribute, String>,
    },
    /// It no longer shows this one.
    Remove {
        /// The record.
        record: sf::RecordId,
    },
}

/// Why something was not done, or deserves to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The rule that decided.
    pub rule: Rule,
    /// What it decided, for people.
    pub text: String,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// A rule of the behaviour book. Its id is printed wherever its effect is explained.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* $name,)+
        }

        impl Rule {
            /// Its id.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }
        }
    };
}

rules! {
    /// No key, no person; crowded keys.
    M0,
    /// No record with the key.
    M1,
    /// One Lead.
    M2,
    /// One Salesforce contact.
    M3,
    /// Several Leads.
    M4,
    /// Several Salesforce contacts.
    M5,
    /// A teammate pinned the record.
    M9,
    /// Attributes are kept current.
    A1,
    /// Only differences are written.
    A5,
    /// A write that failed waits for a change.
    E2,
    /// Writing is paused.
    S2,
    /// The form.
    L1,
    /// Without an email there is no lead.
    L2,
    /// What is written.
    L3,
    /// The lead source.
    L4,
    /// What Salesforce requires and nothing supplies.
    L5,
    /// Creating never makes a duplicate.
    L6,
    /// The contact is linked at once.
    L8,
    /// Who owns a created Lead.
    O6,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
