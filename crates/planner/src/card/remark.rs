//! What is worth a sentence on the card beside the record itself: what became of a record, and
//! where Intercom and Salesforce differ on purpose.

use std::collections::BTreeSet;

use model::settings::AmbiguousContacts;
use model::{Link, sf};

use super::counted;
use crate::matching::sharing;
use crate::{Crowd, Facts, Match, OWNER, Record, plan, put_back};

/// M0: how many share the address, and what can be done about it.
pub(super) fn crowded(person: &Facts) -> String {
    let Crowd { contacts, records } = sharing(person);
    let what_helps = match person.crowd {
        Some(_) => "That is more than can be matched.",
        None => "Nothing is matched until an admin allows it in the settings.",
    };
    format!(
        "{} in Intercom and {} in Salesforce share this email address. {what_helps}",
        counted(contacts, "contact"),
        counted(records, "record"),
    )
}

/// All sentences about a person and its match, in the order in which they are read.
pub(super) fn remarks(person: &Facts, matched: &Match<'_>) -> Vec<String> {
    let several = [stale(person, matched), hidden(person, matched)];
    let mut remarks: Vec<String> = several.into_iter().flatten().collect();
    remarks.extend(matched.record().and_then(|_| owner_put_back(person)));
    remarks
}

/// C4: the Leads that were converted into this contact, by name.
pub(super) fn converted_from(person: &Facts, contact: sf::ContactId) -> Option<String> {
    let records = person.records.iter().chain(&person.pinned);
    let names: BTreeSet<&str> = records
        .filter_map(|record| match record {
            Record::Lead(lead) => Some(lead),
            Record::Contact(_) => None,
        })
        .filter(|lead| lead.converted)
        .filter(|lead| {
            let became = person.became.get(&sf::RecordId::Lead(lead.id));
            became == Some(&sf::RecordId::Contact(contact))
        })
        .map(|lead| lead.name.as_str())
        .collect();
    (!names.is_empty()).then(|| format!("lead {}", joined(names)))
}

/// M4, M5: whose values the contact shows while none is chosen, and whether they are kept current.
fn stale(person: &Facts, matched: &Match<'_>) -> Option<String> {
    match matched {
        Match::None | Match::Lead(_) | Match::Contact { .. } => return None,
        Match::ManyLeads(_) => {}
        Match::ManyContacts { .. } => match person.settings.matching.ambiguous_contacts {
            AmbiguousContacts::Nothing => {}
            AmbiguousContacts::WhatAgrees => {
                let agree = "Values in Intercom are kept current where all of them agree.";
                let written = person.settings.attributes.enabled;
                return written.then(|| agree.to_owned());
            }
        },
    }
    let shown = links(person).filter(|link| !link.base.0.is_empty());
    let names: BTreeSet<&str> = shown
        .filter(|link| matched.includes(link.record_id))
        .filter_map(|link| name(person, link.record_id))
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "The values in Intercom are those of {} and are not kept current.",
            joined(names)
        )
    })
}

/// M8: records of the match that Salesforce does not show any more.
fn hidden(person: &Facts, matched: &Match<'_>) -> Option<String> {
    let hidden = person.hidden.iter().filter(|id| matched.includes(**id));
    let names: BTreeSet<&str> = hidden.filter_map(|id| name(person, *id)).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Salesforce does not show {} any more; these are the values as last seen.",
            joined(names)
        )
    })
}

/// O5: the owner was changed in Intercom, and what came of it.
fn owner_put_back(person: &Facts) -> Option<String> {
    if !person.settings.ownership.maintain {
        return None;
    }
    let given_up = plan(person).given_up;
    if given_up.iter().any(|it| it.field == OWNER) {
        return Some(format!(
            "The owner follows Salesforce, but it was changed here again and again. After {} \
             changes within an hour it is left as it is until it changes in Salesforce.",
            put_back::PUT_BACKS_MAX
        ));
    }
    let recent = |link: &Link| put_back::recent(&link.put_backs, OWNER, person.observed_at);
    match links(person).map(recent).max()? {
        0 => None,
        1 => Some("The owner follows Salesforce: 1 change made here was put back.".to_owned()),
        many => Some(format!(
            "The owner follows Salesforce: {many} changes made here were put back."
        )),
    }
}

/// The links of the person's own contacts.
fn links(person: &Facts) -> impl Iterator<Item = &Link> {
    person.links.iter().filter(|link| {
        let mut contacts = person.contacts.iter();
        contacts.any(|contact| contact.id == link.contact_id)
    })
}

/// The name of a record that the person's facts hold.
fn name(person: &Facts, id: sf::RecordId) -> Option<&str> {
    let records = person.records.iter().chain(&person.pinned);
    let mut records = records.chain(&person.successors);
    records
        .find(|record| record.id() == id)
        .map(|record| match record {
            Record::Lead(lead) => lead.name.as_str(),
            Record::Contact(contact) => contact.name.as_str(),
        })
}

fn joined(names: BTreeSet<&str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(" and ")
}
