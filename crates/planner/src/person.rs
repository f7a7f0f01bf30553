//! One person's plan: what each contact should show of Salesforce.

use std::collections::BTreeMap;

use model::{Base, How, Link, PersonKey};

use crate::attribute::{self, Desired};
use crate::matching::{Matched, is_crowded, pinned, verdict};
use crate::{
    Attribute, Contact, ContactWrite, Facts, LinkChange, Match, Note, Operation, Plan, Rule,
    Verdict,
};

/// Decides what to do about one person. Pure: the same facts give the same plan.
pub fn plan(facts: &Facts) -> Plan {
    if is_crowded(facts) {
        let text = format!(
            "{} contacts and {} records share this key; nothing is written until that is allowed",
            facts.contacts.len(),
            facts.records.len(),
        );
        return Plan {
            verdict: Verdict::Crowded,
            operations: Vec::new(),
            notes: vec![Note {
                rule: Rule::M0,
                text,
            }],
        };
    }
    let matched = verdict(facts);
    let mut plan = Plan {
        verdict: matched.verdict(),
        operations: Vec::new(),
        notes: match_note(facts, &matched).into_iter().collect(),
    };
    let mut contacts: Vec<&Contact> = facts.contacts.iter().collect();
    contacts.sort_by(|one, other| one.id.cmp(&other.id));
    for contact in contacts {
        let link = facts
            .links
            .iter()
            .find(|link| link.contact_id == contact.id);
        let operation = match (matched.record(), link) {
            (Some(record), link) => show(facts, contact, record, link),
            // What Salesforce showed stays while its record is among several (M4, M5).
            (None, Some(link)) if matched.includes(link.record_id) => None,
            (None, Some(link)) => Some(leave(facts, contact, link, &matched)),
            (None, None) => None,
        };
        plan.operations
            .extend(operation.and_then(|it| allowed(facts, it, &mut plan.notes)));
    }
    plan
}

/// What is to be told about the match itself.
fn match_note(facts: &Facts, matched: &Match<'_>) -> Option<Note> {
    let note = |rule, text: String| Some(Note { rule, text });
    if pinned(facts).is_some() {
        return note(Rule::M9, "pinned by a teammate".to_owned());
    }
    match matched {
        Match::None => match facts.person {
            PersonKey::Alone(_) => note(Rule::M0, "no email, so it matches nothing".to_owned()),
            PersonKey::Matched(_) => note(Rule::M1, "no record in Salesforce".to_owned()),
        },
        Match::Lead(_) => None,
        Match::Contact { leads, .. } if leads.is_empty() => None,
        Match::Contact { leads, .. } => note(
            Rule::M3,
            format!("the contact wins over {} lead(s)", leads.len()),
        ),
        Match::ManyLeads(leads) => note(
            Rule::M4,
            format!("{} leads match; none is chosen", leads.len()),
        ),
        Match::ManyContacts { contacts, .. } => note(
            Rule::M5,
            format!("{} contacts match; none is chosen", contacts.len()),
        ),
    }
}

/// The contact shows the record (M2, M3, M9, A1).
fn show(
    facts: &Facts,
    contact: &Contact,
    record: Matched<'_>,
    link: Option<&Link>,
) -> Option<Operation> {
    let nothing = Base::default();
    let same_record = link.filter(|link| link.record_id == record.id());
    let known = same_record.map_or(&nothing, |link| &link.base);
    let enabled = facts.settings.attributes.enabled;
    let mut desired = if enabled {
        attribute::desired(record)
    } else {
        Desired::new()
    };
    desired.retain(|attribute, _| !facts.unusable.contains(attribute));
    let changes = if enabled {
        attribute::differences(&desired, contact, known)
    } else {
        BTreeMap::new()
    };
    let pinned = pinned(facts).is_some();
    let how = match (same_record.map(|link| link.how), pinned) {
        // Where the record comes from stays true, whatever is pinned.
        (Some(How::Created), _) => How::Created,
        (Some(How::Key | How::Pin) | None, true) => How::Pin,
        (Some(How::Key | How::Pin) | None, false) => How::Key,
    };
    let change = LinkChange::Set {
        record: record.id(),
        how,
        desired: desired.clone(),
    };
    if !changes.is_empty() {
        return Some(write(contact, changes, change, Rule::A1));
    }
    // A5: nothing differs. The books follow silently where a side changed its words.
    let agreed = if enabled {
        attribute::base(&desired, &contact.attributes)
    } else {
        known.clone()
    };
    let booked = same_record.is_some_and(|link| link.how == how && link.base == agreed);
    let rule = match (record, pinned) {
        (Matched::Lead(_) | Matched::Contact(_), true) => Rule::M9,
        (Matched::Lead(_), false) => Rule::M2,
        (Matched::Contact(_), false) => Rule::M3,
    };
    (!booked).then(|| Operation::Book {
        contact: contact.id.clone(),
        link: change,
        rule,
    })
}

/// The record left the person: what we had set is cleared, then the link goes. With attributes
/// switched off nothing is written, clearing included.
fn leave(facts: &Facts, contact: &Contact, link: &Link, matched: &Match<'_>) -> Operation {
    let change = LinkChange::Remove {
        record: link.record_id,
    };
    let rule = match matched {
        Match::None | Match::Lead(_) | Match::Contact { .. } => Rule::M1,
        Match::ManyLeads(_) => Rule::M4,
        Match::ManyContacts { .. } => Rule::M5,
    };
    let changes = if facts.settings.attributes.enabled {
        attribute::leftovers(contact, &link.base)
    } else {
        BTreeMap::new()
    };
    if changes.is_empty() {
        Operation::Book {
            contact: contact.id.clone(),
            link: change,
            rule,
        }
    } else {
        write(contact, changes, change, rule)
    }
}

fn write(
    contact: &Contact,
    changes: BTreeMap<Attribute, Option<String>>,
    link: LinkChange,
    rule: Rule,
) -> Operation {
    let expected = changes
        .keys()
        .map(|attribute| (*attribute, contact.attributes.get(attribute).cloned()))
        .collect();
    let key = write_key(contact, &changes);
    Operation::Write(ContactWrite {
        contact: contact.id.clone(),
        changes,
        expected,
        link,
        rule,
        key,
    })
}

/// The same values for the same contact have the same key, on every machine and in every release.
fn write_key(contact: &Contact, changes: &BTreeMap<Attribute, Option<String>>) -> i64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    hasher.update(contact.id.as_str().as_bytes());
    for (attribute, value) in changes {
        hasher.update(attribute.name().as_bytes());
        // Two bytes that no text contains, so that no value can pass for a name.
        hasher.update(if value.is_some() { &[0xff] } else { &[0xfe] });
        hasher.update(value.as_deref().unwrap_or_default().as_bytes());
    }
    i64::from_ne_bytes(hasher.digest().to_ne_bytes())
}

/// Holds back what is paused or parked, and says so.
fn allowed(facts: &Facts, operation: Operation, notes: &mut Vec<Note>) -> Option<Operation> {
    let write = match &operation {
        Operation::Book { .. } => return Some(operation),
        Operation::Write(write) => write,
    };
    if facts.settings.safety.pause_intercom_writes {
        let text = format!("writing to Intercom is paused; {} waits", write.contact);
        notes.push(Note {
            rule: Rule::S2,
            text,
        });
        return None;
    }
    if facts.parked.iter().any(|parked| parked.key == write.key) {
        let text = format!(
            "these values were refused for {} before; they wait for a change",
            write.contact
        );
        notes.push(Note {
            rule: Rule::E2,
            text,
        });
        return None;
    }
    Some(operation)
}

#[cfg(test)]
mod tests;
