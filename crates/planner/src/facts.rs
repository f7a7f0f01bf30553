//! All that is known about one person at one instant. Plain data, cheap to write down in a test.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Link, PersonKey, Settings, Timestamp, ic, sf};

use crate::{Attribute, Team, Verdict};

/// What one run of one person sees.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The present, once for the whole run.
    pub observed_at: Timestamp,
    /// Who.
    pub person: PersonKey,
    /// Contacts that hold the key, in any order.
    pub contacts: Vec<Contact>,
    /// Records that hold the key and are not deleted; converted Leads included.
    pub records: Vec<Record>,
    /// The record that a teammate pinned for this person (M9), whatever its email is, unless it is
    /// deleted. One that holds the key is among `records` too.
    pub pinned: Option<Record>,
    /// Records that held the key when they were merged into another (M8).
    pub merged: Vec<sf::RecordId>,
    /// What converted and merged records became in the end (M2, M8): of `records`, `pinned`,
    /// `merged` and what `links` point to, as far as that is visible and not deleted.
    pub became: BTreeMap<sf::RecordId, sf::RecordId>,
    /// Those ends, each once.
    pub successors: Vec<Record>,
    /// Records that `links` point to and that are other persons' now: the contact or the record
    /// has another key since.
    pub elsewhere: BTreeSet<sf::RecordId>,
    /// Records among all of these that the integration user cannot see any more, although nobody
    /// said that they were deleted. They still count, with what they showed last.
    pub hidden: BTreeSet<sf::RecordId>,
    /// How many there are in truth, if so many share the key that not all of them were read (M0).
    pub crowd: Option<Crowd>,
    /// The verdict that the person is listed with, if it had no clear match so far.
    pub listed: Option<Verdict>,
    /// Stored links of `contacts`, at most one each, and of other contacts to `records`.
    pub links: Vec<Link>,
    /// Writes that failed and wait for a change.
    pub parked: Vec<Parked>,
    /// Attributes that the workspace does not let us write, because their name is taken by another
    /// type or by company data (A1). What they show is not among `Contact::attributes`.
    pub unusable: BTreeSet<Attribute>,
    /// Who is who on both sides (O1).
    pub team: Arc<Team>,
    /// The admin's choices.
    pub settings: Arc<Settings>,
}

/// How many share a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd {
    /// Contacts.
    pub contacts: u64,
    /// Records.
    pub records: u64,
}

/// An Intercom contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: ic::ContactId,
    /// Lead or user.
    pub role: ic::Role,
    /// Name as shown.
    pub name: Option<String>,
    /// Email as shown.
    pub email: Option<String>,
    /// Phone as shown.
    pub phone: Option<String>,
    /// Name of its company; read only where something waits for it (L5).
    pub company: Option<String>,
    /// The teammate who owns it.
    pub owner: Option<ic::TeammateId>,
    /// What its `SALESFORCE_…` attributes show; an empty one is absent.
    pub attributes: BTreeMap<Attribute, String>,
}

/// A Lead or a Salesforce contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A Lead, converted or not.
    Lead(Lead),
    /// A Salesforce contact.
    Contact(SfContact),
}

/// A Lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Its id.
    pub id: sf::LeadId,
    /// Full name.
    pub name: String,
    /// Last name; Salesforce requires one.
    pub last_name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Status; Salesforce requires one.
    pub status: Option<String>,
    /// Its owner, as far as the directory knows.
    pub owner: Option<Owner>,
    /// Whether it was converted: then it never counts as a Lead (M2).
    pub converted: bool,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A Salesforce contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SfContact {
    /// Its id.
    pub id: sf::ContactId,
    /// Full name.
    pub name: String,
    /// Email as shown.
    pub email: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Its owner, as far as the directory knows.
    pub owner: Option<Owner>,
    /// Its Account, if it has one that is visible.
    pub account: Option<Account>,
    /// It has an Account that the integration user may not see.
    pub account_hidden: bool,
    /// When it was created.
    pub created_at: Timestamp,
}

/// An Account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: sf::AccountId,
    /// Its name.
    pub name: String,
    /// Website as shown.
    pub website: Option<String>,
    /// Its owner.
    pub owner: Option<Owner>,
    /// Billing country.
    pub billing_country: Option<String>,
    /// Shipping country.
    pub shipping_country: Option<String>,
}

/// A Salesforce User or queue that owns something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Who.
    pub id: sf::OwnerId,
    /// Full name.
    pub name: String,
    /// Email; a queue has none that counts.
    pub email: Option<String>,
    /// Name of the role.
    pub role: Option<String>,
    /// Job title.
    pub title: Option<String>,
}

/// A write that failed and is not tried again until its values change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parked {
    /// The key of the operation that failed.
    pub key: i64,
}

impl Record {
    /// Its id.
    pub fn id(&self) -> sf::RecordId {
        match self {
            Self::Lead(lead) => sf::RecordId::Lead(lead.id),
            Self::Contact(contact) => sf::RecordId::Contact(contact.id),
        }
    }
}
