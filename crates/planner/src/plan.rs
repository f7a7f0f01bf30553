//! What a run is to do, and why it does not do more.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::{Base, BasePair, Change, How, PutBacks, Timestamp, ic, sf};

use crate::event::Announcement;
use crate::person::OWNER;
use crate::{Attribute, Verdict};

/// What to do about one person. No operations: converged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The verdict on the match.
    pub verdict: Verdict,
    /// How many there are of each, for the list of persons without a clear match.
    pub counts: Counts,
    /// At most one per contact, by contact id, then at most one per record.
    pub operations: Vec<Operation>,
    /// Why something was not done.
    pub notes: Vec<Note>,
    /// The verdict is news: the notes belong on the timeline even if there is nothing to do.
    pub news: bool,
    /// Fields that stay as somebody else set them, because we put them back too often (O5).
    pub given_up: Vec<GivenUp>,
}

/// How many share a person's key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Intercom contacts.
    pub contacts: u64,
    /// Leads that are not converted. Of a crowd that was not read, all records.
    pub leads: u64,
    /// Salesforce contacts.
    pub sf_contacts: u64,
}

/// A field that somebody else keeps changing (O5, invariant 8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// Whose.
    pub contact: ic::ContactId,
    /// The name of the field pair.
    pub field: &'static str,
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
    /// Replace a placeholder of ours in Salesforce.
    Fill(Fill),
}

/// What to set or clear on a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactWrite {
    /// The contact.
    pub contact: ic::ContactId,
    /// Exact values of attributes; `None` clears.
    pub changes: BTreeMap<Attribute, Option<String>>,
    /// The owner (O2).
    pub owner: Change<ic::TeammateId>,
    /// What the mirror has to show for the changed attributes at sending: otherwise plan anew.
    pub expected: BTreeMap<Attribute, Option<String>>,
    /// The same for the owner, if that changes.
    pub expected_owner: Option<ic::TeammateId>,
    /// Fields that are put back: somebody changed them in Intercom.
    pub put_back: Vec<&'static str>,
    /// What to book afterwards; Intercom's half of the base is [`crate::attribute::shown_after`].
    pub link: LinkChange,
    /// Why.
    pub rule: Rule,
    /// Why the owner changes, where it does.
    pub owner_rule: Option<Rule>,
    /// The same write has the same key: its failure is parked under it.
    pub key: i64,
}

/// What changes in the books about a contact's link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkChange {
    /// The contact shows this record.
    Set(Box<Booking>),
    /// It no longer shows this one.
    Remove {
        /// The record.
        record: sf::RecordId,
    },
}

/// What is booked of a contact that shows a record. [`Booking::base`] makes the base of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// The record.
    pub record: sf::RecordId,
    /// How the link comes about.
    pub how: How,
    /// Salesforce's half of the base.
    pub desired: BTreeMap<Attribute, String>,
    /// The attributes that the plan decides about, empty ones included.
    pub scope: BTreeSet<Attribute>,
    /// The owner that Salesforce asks for, where that is maintained.
    pub owner: Maintained,
    /// Pairs that stay as they are booked, because this plan leaves their fields alone.
    pub keep: Base,
    /// What is to be told as an event (A3), in the same transaction.
    pub announce: Vec<Announcement>,
    /// When the last event was dated.
    pub announced: Option<Timestamp>,
    /// What was put back of late.
    pub put_backs: PutBacks,
}

/// Whether Salesforce decides about a contact's owner, and what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Maintained {
    /// It does not.
    #[default]
    No,
    /// Nobody.
    Nobody,
    /// This teammate.
    Teammate(ic::TeammateId),
}

impl Maintained {
    /// What has to change for a contact that `shown` owns.
    pub(crate) fn change(&self, shown: Option<&ic::TeammateId>) -> Change<ic::TeammateId> {
        match self {
            Self::No => Change::Keep,
            Self::Nobody if shown.is_none() => Change::Keep,
            Self::Nobody => Change::Clear,
            Self::Teammate(id) if shown == Some(id) => Change::Keep,
            Self::Teammate(id) => Change::Set(id.clone()),
        }
    }

    fn id(&self) -> Option<&ic::TeammateId> {
        match self {
            Self::No | Self::Nobody => None,
            Self::Teammate(id) => Some(id),
        }
    }
}

impl Booking {
    /// The base once Intercom shows these attributes and this owner: a pair for every field that is
    /// set on either side, and for a maintained owner in any case.
    pub fn base(
        &self,
        shown: &BTreeMap<Attribute, String>,
        owner: Option<&ic::TeammateId>,
    ) -> Base {
        let mut base = self.keep.clone();
        for attribute in &self.scope {
            let pair = BasePair {
                salesforce: self.desired.get(attribute).cloned(),
                intercom: shown.get(attribute).cloned(),
            };
            if pair != BasePair::default() {
                base.0.insert(attribute.name().to_owned(), pair);
            }
        }
        match &self.owner {
            Maintained::No => {}
            Maintained::Nobody | Maintained::Teammate(_) => {
                let pair = BasePair {
                    salesforce: self.owner.id().map(ToString::to_string),
                    intercom: owner.map(ToString::to_string),
                };
                base.0.insert(OWNER.to_owned(), pair);
            }
        }
        base
    }

    /// What Salesforce asks for in a field, by the name of the field pair.
    pub(crate) fn asks(&self, field: &str) -> Option<&str> {
        match Attribute::named(field) {
            Some(attribute) => self.desired.get(&attribute).map(String::as_str),
            None => self.owner.id().map(ic::TeammateId::as_str),
        }
    }
}

/// A placeholder in Salesforce gives way to the value that is known now (L5). The record is read
/// again before: where it shows something else, nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// The Lead.
    pub lead: sf::LeadId,
    /// The placeholder that has to stand there still.
    pub placeholder: String,
    /// API names of fields and what they get. A field of `unless_filled` only if it is empty.
    pub fields: BTreeMap<&'static str, String>,
    /// Fields that did not hold the placeholder.
    pub unless_filled: BTreeMap<&'static str, String>,
    /// The same write has the same key.
    pub key: i64,
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
    /// Merged and deleted records.
    M8,
    /// A teammate pinned the record.
    M9,
    /// Attributes are kept current.
    A1,
    /// Changes are told as events.
    A3,
    /// Only differences are written.
    A5,
    /// A linked contact's owner follows Salesforce.
    O2,
    /// An Account's owner without a teammate clears the owner.
    O3,
    /// A record's owner without a teammate gives way to the fallback.
    O4,
    /// What was set by hand is put back.
    O5,
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
