//! A placeholder that Salesforce still holds is replaced when the real value is known (L5).

use std::collections::BTreeMap;

use model::{How, sf};

use crate::lead::{cut, split_name};
use crate::matching::{Matched, verdict};
use crate::{Contact, Facts, Fill};

const LAST_NAME: &str = "LastName";
const FIRST_NAME: &str = "FirstName";
const COMPANY: &str = "Company";

/// Lengths of these standard fields, in UTF-16 units; they are the same in every org.
const LAST_NAME_MAX: usize = 80;
const FIRST_NAME_MAX: usize = 40;
const COMPANY_MAX: usize = 255;

/// What may replace placeholders on the Lead that one of the person's contacts was made into.
pub(crate) fn fill(facts: &Facts, record: Matched<'_>) -> Option<Fill> {
    let lead = match record {
        Matched::Lead(lead) => lead,
        Matched::Contact(_) => return None,
    };
    let contact = creator(facts, lead.id)?;
    let placeholder = facts.settings.leads.placeholder.as_str();
    let holds = |value: &Option<String>| value.as_deref() == Some(placeholder);
    let mut fields = BTreeMap::new();
    let mut unless_filled = BTreeMap::new();
    if holds(&lead.last_name)
        && let (first, Some(last)) = split_name(contact.name.as_deref())
    {
        fields.insert(LAST_NAME, cut(&last, LAST_NAME_MAX));
        unless_filled.extend(first.map(|first| (FIRST_NAME, cut(&first, FIRST_NAME_MAX))));
    }
    if holds(&lead.company)
        && let Some(company) = contact.company.as_deref().map(str::trim)
        && !company.is_empty()
    {
        fields.insert(COMPANY, cut(company, COMPANY_MAX));
    }
    // What is no news would be written for ever.
    fields.retain(|_, value| value != placeholder);
    (!fields.is_empty()).then(|| Fill {
        lead: lead.id,
        placeholder: placeholder.to_owned(),
        key: key(lead.id, &fields),
        fields,
        unless_filled,
    })
}

/// Whether a Lead that was created from `contact` waits for the name of its company, which is
/// only read then.
pub fn wants_company(facts: &Facts, contact: &Contact) -> bool {
    match verdict(facts).record() {
        Some(Matched::Lead(lead)) => {
            lead.company.as_deref() == Some(facts.settings.leads.placeholder.as_str())
                && creator(facts, lead.id).is_some_and(|creator| creator.id == contact.id)
        }
        Some(Matched::Contact(_)) | None => false,
    }
}

/// The first contact, in order of id, that the Lead was created from.
fn creator(facts: &Facts, lead: sf::LeadId) -> Option<&Contact> {
    let created = |contact: &&Contact| {
        facts.links.iter().any(|link| {
            link.contact_id == contact.id
                && link.how == How::Created
                && link.record_id == sf::RecordId::Lead(lead)
        })
    };
    let contacts = facts.contacts.iter().filter(created);
    contacts.min_by(|one, other| one.id.cmp(&other.id))
}

fn key(lead: sf::LeadId, fields: &BTreeMap<&'static str, String>) -> i64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    hasher.update(lead.as_str().as_bytes());
    for (field, value) in fields {
        hasher.update(field.as_bytes());
        // A byte that no text contains, so that no value can pass for a name.
        hasher.update(&[0xff]);
        hasher.update(value.as_bytes());
    }
    i64::from_ne_bytes(hasher.digest().to_ne_bytes())
}

#[cfg(test)]
mod tests;
