//! Which record a person is (M0–M5, M9).

use model::{PersonKey, sf};

use crate::{Counts, Crowd, Facts, Lead, Record, SfContact};

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
        contacts = heirs(facts).filter_map(contact).collect();
    }
    if contacts.is_empty() && leads.is_empty() {
        leads = heirs(facts).filter_map(open_lead).collect();
        leads.sort_by_key(|lead| (lead.created_at, lead.id));
    }
    contacts.sort_by_key(|contact| (contact.created_at, contact.id));
    // Two records may have become the same one.
    contacts.dedup_by_key(|contact| contact.id);
    leads.dedup_by_key(|lead| lead.id);
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
            let end = facts.became.get(&sf::RecordId::Lead(lead.id))?;
            let mut ends = facts.successors.iter();
            contact(ends.find(|record| record.id() == *end)?).map(Matched::Contact)
        }
        Record::Lead(lead) => Some(Matched::Lead(lead)),
    }
}

/// What records with the key became, whatever the email of that is: a converted Lead stands for
/// its contact (M2), a record that was merged away for the one that it was merged into (M8). One
/// that holds the key itself wins over both.
fn heirs(facts: &Facts) -> impl Iterator<Item = &Record> {
    let converted = facts.records.iter().filter_map(|record| match record {
        Record::Lead(lead) => lead.converted.then_some(record.id()),
        Record::Contact(_) => None,
    });
    let ends: Vec<sf::RecordId> = converted
        .chain(facts.merged.iter().copied())
        .filter_map(|id| facts.became.get(&id).copied())
        .collect();
    facts
        .successors
        .iter()
        .filter(move |record| ends.contains(&record.id()))
}

fn contact(record: &Record) -> Option<&SfContact> {
    match record {
        Record::Contact(contact) => Some(contact),
        Record::Lead(_) => None,
    }
}

fn open_lead(record: &Record) -> Option<&Lead> {
    match record {
        Record::Lead(lead) => (!lead.converted).then_some(lead),
        Record::Contact(_) => None,
    }
}

/// How many share the key.
pub(crate) fn counts(facts: &Facts, matched: &Match<'_>) -> Counts {
    let contacts = facts.contacts.len() as u64;
    if let Some(crowd) = facts.crowd {
        return Counts {
            contacts: crowd.contacts,
            leads: crowd.records,
            sf_contacts: 0,
        };
    }
    let (leads, sf_contacts) = match matched {
        Match::None => (0, 0),
        Match::Lead(_) => (1, 0),
        Match::Contact { leads, .. } => (leads.len(), 1),
        Match::ManyLeads(leads) => (leads.len(), 0),
        Match::ManyContacts { contacts, leads } => (leads.len(), contacts.len()),
    };
    Counts {
        contacts,
        leads: leads as u64,
        sf_contacts: sf_contacts as u64,
    }
}

/// Whether more contacts or records share the key than the settings allow, and no admin allowed
/// this one (M0). One that more share than are ever read cannot be allowed.
pub(crate) fn is_crowded(facts: &Facts) -> bool {
    if facts.crowd.is_some() {
        return true;
    }
    let settings = &facts.settings.matching;
    let allowed = facts.person.key();
    if allowed.is_some_and(|key| settings.crowded_allowed.contains(key)) {
        return false;
    }
    let Crowd { contacts, records } = sharing(facts);
    contacts > u64::from(settings.crowded_contacts) || records > u64::from(settings.crowded_records)
}

/// How many share the key, converted Leads included.
pub(crate) fn sharing(facts: &Facts) -> Crowd {
    facts.crowd.unwrap_or(Crowd {
        contacts: facts.contacts.len() as u64,
        records: facts.records.len() as u64,
    })
}

#[cfg(test)]
mod tests;
