//! Which record a person is (M0–M5, M9).

use model::{PersonKey, sf};

use crate::{Facts, Lead, Record, SfContact};

/// The verdict on a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match<'f> {
    /// No record with the key, or no key (M0, M1).
    None,
    /// One Lead, no Salesforce contact (M2), or the Lead that a teammate pinned (M9).
    Lead(&'f Lead),
    /// One Salesforce contact; it wins over any Leads (M3). Or the one that a teammate pinned (M9).
    Contact {
        /// The one.
        contact: &'f SfContact,
        /// The Leads of the key beside it, oldest first.
        leads: Vec<&'f Lead>,
    },
    /// No Salesforce contact and several Leads, oldest first (M4).
    ManyLeads(Vec<&'f Lead>),
    /// Several Salesforce contacts (M5).
    ManyContacts {
        /// The contacts, oldest first.
        contacts: Vec<&'f SfContact>,
        /// The Leads beside them, oldest first.
        leads: Vec<&'f Lead>,
    },
}

/// The kind of a match, without its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// See [`Match::None`].
    None,
    /// See [`Match::Lead`].
    Lead,
    /// See [`Match::Contact`].
    Contact,
    /// See [`Match::ManyLeads`].
    ManyLeads,
    /// See [`Match::ManyContacts`].
    ManyContacts,
    /// So many share the key that nothing is written until an admin allows it (M0).
    Crowded,
}

/// The one record of an unambiguous match.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Matched<'f> {
    Lead(&'f Lead),
    Contact(&'f SfContact),
}

impl Matched<'_> {
    pub(crate) fn id(self) -> sf::RecordId {
        match self {
            Self::Lead(lead) => sf::RecordId::Lead(lead.id),
            Self::Contact(contact) => sf::RecordId::Contact(contact.id),
        }
    }
}

impl<'f> Match<'f> {
    /// The one record, unless there is none or several.
    pub(crate) fn record(&self) -> Option<Matched<'f>> {
        match self {
            Self::Lead(lead) => Some(Matched::Lead(lead)),
            Self::Contact { contact, .. } => Some(Matched::Contact(contact)),
            Self::None | Self::ManyLeads(_) | Self::ManyContacts { .. } => None,
        }
    }

    /// Its kind.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::None => Verdict::None,
            Self::Lead(_) => Verdict::Lead,
            Self::Contact { .. } => Verdict::Contact,
            Self::ManyLeads(_) => Verdict::ManyLeads,
            Self::ManyContacts { .. } => Verdict::ManyContacts,
        }
    }

    /// Whether `id` is one of its records.
    pub(crate) fn includes(&self, id: sf::RecordId) -> bool {
        let among = |contacts: &[&SfContact], leads: &[&Lead]| match id {
            sf::RecordId::Contact(id) => contacts.iter().any(|contact| contact.id == id),
            sf::RecordId::Lead(id) => leads.iter().any(|lead| lead.id == id),
        };
        match self {
            Self::None => false,
            Self::Lead(lead) => among(&[], &[lead]),
            Self::Contact { contact, leads } => among(&[contact], leads),
            Self::ManyLeads(leads) => among(&[], leads),
            Self::ManyContacts { contacts, leads } => among(contacts, leads),
        }
    }
}

/// Which record the person is. Leads and contacts are ordered by creation, then id.
pub fn verdict(facts: &Facts) -> Match<'_> {
    match facts.person {
        PersonKey::Alone(_) => return Match::None,
        PersonKey::Matched(_) => {}
    }
    let mut leads: Vec<&Lead> = Vec::new();
    let mut contacts: Vec<&SfContact> = Vec::new();
    for record in &facts.records {
        match record {
            Record::Lead(lead) if lead.converted => {}
            Record::Lead(lead) => leads.push(lead),
            Record::Contact(contact) => contacts.push(contact),
        }
    }
    leads.sort_by_key(|lead| (lead.created_at, lead.id));
    match pinned(facts) {
        Some(Matched::Contact(contact)) => return Match::Contact { contact, leads },
        Some(Matched::Lead(lead)) => return Match::Lead(lead),
        None => {}
    }
    if contacts.is_empty() {
        contacts = converted_into(facts);
    }
    contacts.sort_by_key(|contact| (contact.created_at, contact.id));
    // Two converted Leads may have become the same contact.
    contacts.dedup_by_key(|contact| contact.id);
    match (contacts.as_slice(), leads.as_slice()) {
        ([], []) => Match::None,
        ([], [lead]) => Match::Lead(lead),
        ([], _) => Match::ManyLeads(leads),
        ([contact], _) => Match::Contact { contact, leads },
        _ => Match::ManyContacts { contacts, leads },
    }
}

/// The record that a teammate's pin makes the match (M9). A pinned Lead that was converted stands
/// for the contact that it became; if that one cannot be seen, the pin counts for nothing, and
/// neither does it without a key (M0).
pub(crate) fn pinned(facts: &Facts) -> Option<Matched<'_>> {
    facts.person.key()?;
    match facts.pinned.as_ref()? {
        Record::Contact(contact) => Some(Matched::Contact(contact)),
        Record::Lead(lead) if lead.converted => {
            let mut successors = facts.successors.iter();
            let contact = successors.find(|contact| lead.became == Some(contact.id));
            contact.map(Matched::Contact)
        }
        Record::Lead(lead) => Some(Matched::Lead(lead)),
    }
}

/// A converted Lead stands for the Salesforce contact that it became, whatever that one's email
/// is; one that holds the key itself wins over it (M2).
fn converted_into(facts: &Facts) -> Vec<&SfContact> {
    let became = |id: sf::ContactId| {
        facts.records.iter().any(|record| match record {
            Record::Lead(lead) => lead.converted && lead.became == Some(id),
            Record::Contact(_) => false,
        })
    };
    facts
        .successors
        .iter()
        .filter(|contact| became(contact.id))
        .collect()
}

/// Whether more contacts or records share the key than the settings allow (M0).
pub(crate) fn is_crowded(facts: &Facts) -> bool {
    let over = |count: usize, most: u32| usize::try_from(most).is_ok_and(|most| count > most);
    over(
        facts.contacts.len(),
        facts.settings.matching.crowded_contacts,
    ) || over(facts.records.len(), facts.settings.matching.crowded_records)
}

#[cfg(test)]
mod tests;
