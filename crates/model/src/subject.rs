//! What may need a look, and how urgently.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::{PersonKey, ic, sf};

/// Something that a signal can name. Often only an id is known, and the key may be about to change;
/// observing the subject resolves it to persons.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// An Intercom contact.
    Contact(ic::ContactId),
    /// A Lead or Salesforce contact.
    Record(sf::RecordId),
    /// An Account, whose dependants may have to follow.
    Account(sf::AccountId),
    /// A Salesforce User or queue, whose dependants may have to follow.
    Owner(sf::OwnerId),
    /// A conversation.
    Conversation(ic::ConversationId),
    /// A person whose key is known.
    Person(PersonKey),
    /// The connection itself: only failures are about it, it is never queued.
    Connection,
}

/// Why a subject may need a look. Never part of a signal's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A webhook came.
    Webhook,
    /// A poll saw it.
    Poll,
    /// A sweep walked past it.
    Sweep,
    /// A teammate clicked.
    Click,
    /// A timer was due: a retry, an intent to settle.
    Timer,
    /// Our own write needs a second look.
    FollowUp,
}

/// Who may need a look, and why. Equality and hashing ignore the reason: one subject, one slot.
#[derive(Debug, Clone)]
pub struct Signal {
    /// What to look at.
    pub subject: Subject,
    /// For the timeline only.
    pub reason: Reason,
}

impl PartialEq for Signal {
    fn eq(&self, other: &Self) -> bool {
        self.subject == other.subject
    }
}

impl Eq for Signal {}

impl Hash for Signal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.subject.hash(state);
    }
}

/// How urgent work is; lower is sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Somebody waits for it.
    Interactive,
    /// Something just changed.
    Live,
    /// Something is put right.
    Repair,
    /// First sync and other sweeps.
    Bulk,
}

impl Lane {
    /// The number by which the store orders lanes.
    pub const fn rank(self) -> i64 {
        match self {
            Self::Interactive => 0,
            Self::Live => 1,
            Self::Repair => 2,
            Self::Bulk => 3,
        }
    }

    /// The lane of a stored rank.
    pub const fn from_rank(rank: i64) -> Option<Self> {
        match rank {
            0 => Some(Self::Interactive),
            1 => Some(Self::Live),
            2 => Some(Self::Repair),
            3 => Some(Self::Bulk),
            _ => None,
        }
    }
}
