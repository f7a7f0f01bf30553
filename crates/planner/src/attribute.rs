//! The attributes that Carrick keeps on contacts (A1, A2).

use std::collections::{BTreeMap, BTreeSet};

use model::{Base, sf};

use crate::matching::Matched;
use crate::{Contact, Owner, SfContact};

/// Longest value that Intercom stores in a string attribute, in characters. Whether a longer one
/// is cut or refused there is not documented, so it is cut here.
pub const VALUE_LENGTH_MAX: usize = 255;

/// One of the attributes of A1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// A Lead's status.
    Status,
    /// Job title.
    Title,
    /// The owner's id.
    OwnerId,
    /// The owner's name.
    OwnerName,
    /// The owner's email.
    OwnerEmail,
    /// The owner's role, else title.
    OwnerRole,
    /// The record's id.
    Id,
    /// `Lead` or `Contact`.
    ObjectType,
}

impl Attribute {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Status,
        Self::Title,
        Self::OwnerId,
        Self::OwnerName,
        Self::OwnerEmail,
        Self::OwnerRole,
        Self::Id,
        Self::ObjectType,
    ];

    /// The name in Intercom.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "SALESFORCE_STATUS",
            Self::Title => "SALESFORCE_TITLE",
            Self::OwnerId => "SALESFORCE_OWNER_ID",
            Self::OwnerName => "SALESFORCE_OWNER_NAME",
            Self::OwnerEmail => "SALESFORCE_OWNER_EMAIL",
            Self::OwnerRole => "SALESFORCE_OWNER_ROLE",
            Self::Id => "SALESFORCE_ID",
            Self::ObjectType => "SALESFORCE_OBJECT_TYPE",
        }
    }

    /// The description that teammates read in Intercom.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Status => "Status of the matched Salesforce lead. Kept current by Carrick.",
            Self::Title => {
                "Job title of the matched Salesforce lead or contact. Kept current by Carrick."
            }
            Self::OwnerId => "Salesforce id of the record's owner. Kept current by Carrick.",
            Self::OwnerName => {
                "Name of the record's owner in Salesforce, a person or a queue. Kept current by \
                 Carrick."
            }
            Self::OwnerEmail => {
                "Email of the record's owner in Salesforce. Kept current by Carrick."
            }
            Self::OwnerRole => {
                "Role, or else job title, of the record's owner in Salesforce. Kept current by \
                 Carrick."
            }
            Self::Id => "Id of the matched Salesforce lead or contact. Kept current by Carrick.",
            Self::ObjectType => {
                "Whether the matched Salesforce record is a Lead or a Contact. Kept current by \
                 Carrick."
            }
        }
    }

    /// The attribute of this name in Intercom.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|attribute| attribute.name() == name)
    }
}

/// What Salesforce has for each attribute; an attribute that is empty there is absent.
pub(crate) type Desired = BTreeMap<Attribute, String>;

/// What a contact should show of the record it matches (A1).
pub(crate) fn desired(record: Matched<'_>) -> Desired {
    let (status, title, owner, object) = match record {
        Matched::Lead(lead) => (
            lead.status.as_deref(),
            &lead.title,
            &lead.owner,
            sf::Object::Lead,
        ),
        Matched::Contact(contact) => (None, &contact.title, &contact.owner, sf::Object::Contact),
    };
    let mut desired = Desired::new();
    let mut set = |attribute, value: Option<&str>| {
        if let Some(text) = value.and_then(filled) {
            desired.insert(attribute, text.to_owned());
        }
    };
    set(Attribute::Status, status);
    set(Attribute::Title, title.as_deref());
    set(Attribute::Id, Some(record.id().as_str()));
    set(Attribute::ObjectType, Some(object.as_str()));
    if let Some(owner) = owner {
        set(Attribute::OwnerId, Some(owner.id.as_str()));
        set(Attribute::OwnerName, Some(&owner.name));
        set(Attribute::OwnerEmail, owner_email(owner));
        let role = owner.role.as_deref().and_then(filled);
        set(Attribute::OwnerRole, role.or(owner.title.as_deref()));
    }
    desired
}

/// The text without outer space; `None` if nothing is left.
fn filled(text: &str) -> Option<&str> {
    let trimmed = text.trim();
    (!trimmed.is_empty()).then_some(trimmed)
}

/// A queue gives name and id, no email (A1).
fn owner_email(owner: &Owner) -> Option<&str> {
    match owner.id {
        sf::OwnerId::User(_) => owner.email.as_deref(),
        sf::OwnerId::Queue(_) => None,
    }
}

/// The value as Intercom can hold it (A2).
fn fitted(value: &str) -> String {
    value.chars().take(VALUE_LENGTH_MAX).collect()
}

/// What has to be written so that `contact` shows `desired`: only differences (A5), and nothing
/// that Intercom is known to show in its own words since we sent just that (Q10). A value beside
/// an empty field is nobody's words for it: it is always cleared. What is outside `scope` is left
/// alone.
pub(crate) fn differences(
    desired: &Desired,
    contact: &Contact,
    base: &Base,
    scope: &BTreeSet<Attribute>,
) -> BTreeMap<Attribute, Option<String>> {
    let mut changes = BTreeMap::new();
    for attribute in scope.iter().copied() {
        let want = desired.get(&attribute);
        let shown = contact.attributes.get(&attribute);
        let agreed = want.is_some()
            && base.0.get(attribute.name()).is_some_and(|pair| {
                pair.salesforce.as_ref() == want && pair.intercom.as_ref() == shown
            });
        let fitted = want.map(|value| fitted(value));
        if !agreed && fitted.as_ref() != shown {
            changes.insert(attribute, fitted);
        }
    }
    changes
}

/// What several Salesforce contacts agree on, and for which attributes they do (M5).
pub(crate) fn agreed(contacts: &[&SfContact]) -> (Desired, BTreeSet<Attribute>) {
    let mut all = contacts.iter().map(|it| desired(Matched::Contact(it)));
    let first = all.next().unwrap_or_default();
    let mut same = BTreeSet::from(Attribute::ALL);
    for other in all {
        same.retain(|attribute| first.get(attribute) == other.get(attribute));
    }
    let mut agreed = first;
    agreed.retain(|attribute, _| same.contains(attribute));
    (agreed, same)
}

/// The attributes that we had set on a contact and that still show something (M1).
pub(crate) fn leftovers(contact: &Contact, base: &Base) -> BTreeMap<Attribute, Option<String>> {
    Attribute::ALL
        .into_iter()
        .filter(|attribute| contact.attributes.contains_key(attribute))
        .filter(|attribute| {
            base.0
                .get(attribute.name())
                .is_some_and(|pair| pair.salesforce.is_some())
        })
        .map(|attribute| (attribute, None))
        .collect()
}

/// What a contact shows after a write, as far as its base may know: for the changed attributes
/// what Intercom answered, for the others what they showed `before`, when the write was planned.
/// An edit of those that came between would otherwise pass for agreed and never be put right.
pub fn shown_after(
    changes: &BTreeMap<Attribute, Option<String>>,
    before: &BTreeMap<Attribute, String>,
    answer: &BTreeMap<Attribute, String>,
) -> BTreeMap<Attribute, String> {
    Attribute::ALL
        .into_iter()
        .filter_map(|attribute| {
            let source = if changes.contains_key(&attribute) {
                answer
            } else {
                before
            };
            Some((attribute, source.get(&attribute)?.clone()))
        })
        .collect()
}

#[cfg(test)]
mod tests;
