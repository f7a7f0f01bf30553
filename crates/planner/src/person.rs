//! One person's plan: what each contact should show of Salesforce, and who owns it.

use std::collections::{BTreeMap, BTreeSet};

use model::settings::AmbiguousContacts;
use model::{Base, Change, How, Link, PersonKey, PutBacks, ic, sf};

use crate::attribute::{self, Desired};
use crate::matching::{Matched, counts, is_crowded, pinned, sharing, verdict};
use crate::plan::{Booking, Counts, GivenUp, Maintained};
use crate::put_back;
use crate::{
    Attribute, Contact, ContactWrite, Crowd, Facts, LinkChange, Match, Note, Operation, Plan, Rule,
    SfContact, Verdict, event, fill, ownership,
};

/// The name of the field pair of the owner.
pub const OWNER: &str = "owner";

/// Decides what to do about one person. Pure: the same facts give the same plan.
pub fn plan(facts: &Facts) -> Plan {
    let matched = verdict(facts);
    let counts = counts(facts, &matched);
    // Which of several records it is nobody asks while nobody in Intercom has their key.
    let asked = counts.contacts > 0;
    if asked && is_crowded(facts) {
        return crowded(facts, counts);
    }
    let verdict = if asked {
        matched.verdict()
    } else {
        Verdict::None
    };
    let mut plan = Plan {
        verdict,
        counts,
        operations: Vec::new(),
        notes: match_note(facts, &matched).into_iter().collect(),
        news: is_news(facts, verdict),
        given_up: Vec::new(),
    };
    plan.notes.extend(hidden_notes(facts));
    let record = matched.record();
    plan.notes
        .extend(record.and_then(|record| ownership::note(facts, record)));
    let mut contacts: Vec<&Contact> = facts.contacts.iter().collect();
    contacts.sort_by(|one, other| one.id.cmp(&other.id));
    for contact in contacts {
        let link = facts
            .links
            .iter()
            .find(|link| link.contact_id == contact.id);
        let operation = match (record, link) {
            (Some(record), link) => show(facts, contact, record, link, &mut plan),
            (None, link) => unclear(facts, contact, link, &matched, &mut plan),
        };
        plan.operations
            .extend(operation.and_then(|it| allowed(facts, it, &mut plan.notes)));
    }
    if let Some(fill) = record.and_then(|record| fill::fill(facts, record)) {
        let operation = Operation::Fill(fill);
        plan.operations
            .extend(allowed(facts, operation, &mut plan.notes));
    }
    plan
}

/// M0: too many share the key. Nothing is written until an admin allows it.
fn crowded(facts: &Facts, counts: Counts) -> Plan {
    let Crowd { contacts, records } = sharing(facts);
    let what_helps = match facts.crowd {
        Some(_) => ", more than can be allowed",
        None => "; nothing is written until that is allowed",
    };
    let text = format!("{contacts} contacts and {records} records share this key{what_helps}");
    Plan {
        verdict: Verdict::Crowded,
        counts,
        operations: Vec::new(),
        notes: vec![Note {
            rule: Rule::M0,
            text,
        }],
        news: is_news(facts, Verdict::Crowded),
        given_up: Vec::new(),
    }
}

/// A person that has no clear match, and had another verdict before, is told of.
fn is_news(facts: &Facts, verdict: Verdict) -> bool {
    match verdict {
        Verdict::None | Verdict::Lead | Verdict::Contact => false,
        Verdict::ManyLeads | Verdict::ManyContacts | Verdict::Crowded => {
            facts.listed != Some(verdict)
        }
    }
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

/// Records that cannot be seen any more, and still count (M8, invariant 7).
fn hidden_notes(facts: &Facts) -> impl Iterator<Item = Note> {
    facts.hidden.iter().map(|record| Note {
        rule: Rule::M8,
        text: format!("{record} cannot be seen any more; what it showed last still counts"),
    })
}

/// What a contact is to show, and the rules behind it.
struct Showing<'f> {
    contact: &'f Contact,
    /// The link to the record that is to be shown.
    link: Option<&'f Link>,
    booking: Booking,
    /// Why attributes are written.
    rule: Rule,
    /// Why the owner is.
    owner_rule: Rule,
    /// Why something is booked without a write.
    book_rule: Rule,
}

/// The contact shows the record (M2, M3, M9, A1), and its owner follows (O2).
fn show(
    facts: &Facts,
    contact: &Contact,
    record: Matched<'_>,
    link: Option<&Link>,
    plan: &mut Plan,
) -> Option<Operation> {
    let same_record = link.filter(|link| link.record_id == record.id());
    let pinned = pinned(facts).is_some();
    let how = match (same_record.map(|link| link.how), pinned) {
        // Where the record comes from stays true, whatever is pinned.
        (Some(How::Created), _) => How::Created,
        (Some(How::Key | How::Pin) | None, true) => How::Pin,
        (Some(How::Key | How::Pin) | None, false) => How::Key,
    };
    let (desired, scope) = wanted(facts, attribute::desired(record), Attribute::ALL.into());
    let ownership = ownership::of(facts, record);
    let announcement = event::announce(facts, link, record, how, &desired);
    let told = announcement.as_ref().map(|it| it.at);
    let showing = Showing {
        contact,
        link: same_record,
        booking: Booking {
            record: record.id(),
            how,
            desired,
            scope,
            owner: ownership.owner,
            keep: Base::default(),
            announced: told.or(link.and_then(|link| link.announced)),
            announce: announcement.into_iter().collect(),
            put_backs: PutBacks::default(),
        },
        rule: Rule::A1,
        owner_rule: ownership.rule,
        book_rule: match (record, pinned) {
            (Matched::Lead(_) | Matched::Contact(_), true) => Rule::M9,
            (Matched::Lead(_), false) => Rule::M2,
            (Matched::Contact(_), false) => Rule::M3,
        },
    };
    follow(facts, showing, BTreeMap::new(), plan)
}

/// What A1 asks for, and for which attributes it asks at all.
fn wanted(
    facts: &Facts,
    mut desired: Desired,
    mut scope: BTreeSet<Attribute>,
) -> (Desired, BTreeSet<Attribute>) {
    if !facts.settings.attributes.enabled {
        return (Desired::new(), BTreeSet::new());
    }
    scope.retain(|attribute| !facts.unusable.contains(attribute));
    desired.retain(|attribute, _| scope.contains(attribute));
    (desired, scope)
}

/// Writes what differs, together with `besides`, or books what changed without a write (A5).
fn follow(
    facts: &Facts,
    showing: Showing<'_>,
    besides: BTreeMap<Attribute, Option<String>>,
    plan: &mut Plan,
) -> Option<Operation> {
    let Showing {
        contact,
        link,
        mut booking,
        rule,
        owner_rule,
        book_rule,
    } = showing;
    let nothing = Base::default();
    let known = link.map_or(&nothing, |link| &link.base);
    let mut changes = attribute::differences(&booking.desired, contact, known, &booking.scope);
    let mut owner = booking.owner.change(contact.owner.as_ref());
    let put_back = put_back::put_backs(facts, link, &mut booking, &mut changes, &mut owner);
    for field in put_back.given_up {
        plan.notes.push(Note {
            rule: Rule::O5,
            text: format!(
                "{field} of contact {} was put back {} times within an hour; something else keeps \
                 changing it, so it stays",
                contact.id,
                put_back::PUT_BACKS_MAX
            ),
        });
        plan.given_up.push(GivenUp {
            contact: contact.id.clone(),
            field,
        });
    }
    keep_the_rest(facts, known, &mut booking);
    changes.extend(besides);
    let link_change = |booking| LinkChange::Set(Box::new(booking));
    if changes.is_empty() && owner.is_keep() {
        let booked = link.is_some_and(|link| {
            link.how == booking.how
                && link.put_backs == booking.put_backs
                && link.base == booking.base(&contact.attributes, contact.owner.as_ref())
        });
        return (!booked).then(|| Operation::Book {
            contact: contact.id.clone(),
            link: link_change(booking),
            rule: book_rule,
        });
    }
    let rule = if changes.is_empty() { owner_rule } else { rule };
    let owner_rule = (!owner.is_keep()).then_some(owner_rule);
    Some(Operation::Write(ContactWrite {
        owner_rule,
        put_back: put_back.now,
        ..write(contact, changes, owner, link_change(booking), rule)
    }))
}

/// Pairs of fields that the plan leaves alone stay as they are booked. An owner that is not
/// maintained any more is forgotten.
fn keep_the_rest(facts: &Facts, known: &Base, booking: &mut Booking) {
    let left_alone = |field: &str| match Attribute::named(field) {
        Some(attribute) => !booking.scope.contains(&attribute),
        None => booking.owner == Maintained::No && facts.settings.ownership.maintain,
    };
    booking.keep.0 = (known.0.iter())
        .filter(|(field, _)| left_alone(field))
        .map(|(field, pair)| (field.clone(), pair.clone()))
        .collect();
}

/// The contact matches no record, or several.
fn unclear(
    facts: &Facts,
    contact: &Contact,
    link: Option<&Link>,
    matched: &Match<'_>,
    plan: &mut Plan,
) -> Option<Operation> {
    if let Match::ManyContacts { contacts, .. } = matched {
        match facts.settings.matching.ambiguous_contacts {
            AmbiguousContacts::WhatAgrees => {
                return show_what_agrees(facts, contact, link, matched, contacts, plan);
            }
            AmbiguousContacts::Nothing => {}
        }
    }
    let link = link?;
    if !matched.includes(link.record_id) {
        return Some(leave(facts, contact, link, matched));
    }
    // What Salesforce showed stays while its record is among several.
    plan.notes.push(Note {
        rule: rule_of(matched),
        text: format!(
            "what contact {} shows is of {} and is not kept current",
            contact.id, link.record_id
        ),
    });
    None
}

/// M5: attributes whose value is the same on all of them are written, and booked with the link to
/// the record that the contact showed before, as long as it is of the person, else to the oldest.
fn show_what_agrees(
    facts: &Facts,
    contact: &Contact,
    link: Option<&Link>,
    matched: &Match<'_>,
    contacts: &[&SfContact],
    plan: &mut Plan,
) -> Option<Operation> {
    let same_record = link.filter(|link| matched.includes(link.record_id));
    let oldest = contacts.first()?;
    let record = same_record.map_or(sf::RecordId::Contact(oldest.id), |link| link.record_id);
    let (agreed, scope) = attribute::agreed(contacts);
    let (desired, scope) = wanted(facts, agreed, scope);
    // Of a record that left the person nothing stays.
    let mut besides = match (link, same_record) {
        (Some(link), None) if facts.settings.attributes.enabled => {
            attribute::leftovers(contact, &link.base)
        }
        (Some(_) | None, _) => BTreeMap::new(),
    };
    besides.retain(|attribute, _| !scope.contains(attribute));
    let showing = Showing {
        contact,
        link: same_record,
        booking: Booking {
            record,
            how: same_record.map_or(How::Key, |link| link.how),
            desired,
            scope,
            owner: Maintained::No,
            keep: Base::default(),
            announced: link.and_then(|link| link.announced),
            announce: Vec::new(),
            put_backs: PutBacks::default(),
        },
        rule: Rule::M5,
        owner_rule: Rule::M5,
        book_rule: Rule::M5,
    };
    follow(facts, showing, besides, plan)
}

/// The record left the person: what we had set is cleared, then the link goes. With attributes
/// switched off nothing is written, clearing included. The owner stays (M1).
fn leave(facts: &Facts, contact: &Contact, link: &Link, matched: &Match<'_>) -> Operation {
    let change = LinkChange::Remove {
        record: link.record_id,
    };
    let rule = rule_of(matched);
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
        Operation::Write(write(contact, changes, Change::Keep, change, rule))
    }
}

/// The rule of a match that shows a contact nothing.
fn rule_of(matched: &Match<'_>) -> Rule {
    match matched {
        Match::None | Match::Lead(_) | Match::Contact { .. } => Rule::M1,
        Match::ManyLeads(_) => Rule::M4,
        Match::ManyContacts { .. } => Rule::M5,
    }
}

fn write(
    contact: &Contact,
    changes: BTreeMap<Attribute, Option<String>>,
    owner: Change<ic::TeammateId>,
    link: LinkChange,
    rule: Rule,
) -> ContactWrite {
    let expected = changes
        .keys()
        .map(|attribute| (*attribute, contact.attributes.get(attribute).cloned()))
        .collect();
    ContactWrite {
        contact: contact.id.clone(),
        key: write_key(&contact.id, &changes, &owner),
        expected,
        expected_owner: contact.owner.clone().filter(|_| !owner.is_keep()),
        changes,
        owner,
        put_back: Vec::new(),
        link,
        rule,
        owner_rule: None,
    }
}

/// The same values for the same contact have the same key, on every machine and in every release.
pub(crate) fn write_key(
    contact: &ic::ContactId,
    changes: &BTreeMap<Attribute, Option<String>>,
    owner: &Change<ic::TeammateId>,
) -> i64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    hasher.update(contact.as_str().as_bytes());
    let mut add = |name: &str, value: Option<&str>| {
        hasher.update(name.as_bytes());
        // Two bytes that no text contains, so that no value can pass for a name.
        hasher.update(if value.is_some() { &[0xff] } else { &[0xfe] });
        hasher.update(value.unwrap_or_default().as_bytes());
    };
    for (attribute, value) in changes {
        add(attribute.name(), value.as_deref());
    }
    match owner {
        Change::Keep => {}
        Change::Clear => add(OWNER, None),
        Change::Set(teammate) => add(OWNER, Some(teammate.as_str())),
    }
    i64::from_ne_bytes(hasher.digest().to_ne_bytes())
}

/// Holds back what is paused or parked, and says so.
fn allowed(facts: &Facts, operation: Operation, notes: &mut Vec<Note>) -> Option<Operation> {
    let (paused, key, whom) = match &operation {
        Operation::Book { .. } => return Some(operation),
        Operation::Write(write) => (
            facts
                .settings
                .safety
                .pause_intercom_writes
                .then_some("Intercom"),
            write.key,
            write.contact.to_string(),
        ),
        Operation::Fill(fill) => (
            facts
                .settings
                .safety
                .pause_salesforce_writes
                .then_some("Salesforce"),
            fill.key,
            fill.lead.to_string(),
        ),
    };
    let mut note = |rule, text: String| notes.push(Note { rule, text });
    if let Some(side) = paused {
        note(
            Rule::S2,
            format!("writing to {side} is paused; {whom} waits"),
        );
        return None;
    }
    if facts.parked.iter().any(|parked| parked.key == key) {
        note(
            Rule::E2,
            format!("these values were refused for {whom} before; they wait for a change"),
        );
        return None;
    }
    Some(operation)
}

#[cfg(test)]
mod tests;
