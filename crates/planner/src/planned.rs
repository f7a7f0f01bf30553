//! The whole plan of a text, printed: text in, text out, for the tests of every rule.

use std::collections::BTreeMap;

use model::{Change, Link, ic};

use crate::plan::Maintained;
use crate::world::{attributes, bare, facts, short};
use crate::{
    Announcement, Attribute, Booking, ContactWrite, Facts, Fill, LinkChange, Note, Operation, Plan,
    Record, attribute, person, plan,
};

/// The plan for the person of a text. On the way: the order of the facts decides nothing, and the
/// plan, once executed, leaves nothing to do, even where Intercom shows what was sent in words of
/// its own (Q10).
pub(crate) fn planned(text: &str) -> String {
    let facts = facts(text);
    let made = plan(&facts);
    let mut backwards = facts.clone();
    backwards.contacts.reverse();
    backwards.records.reverse();
    backwards.links.reverse();
    backwards.merged.reverse();
    backwards.successors.reverse();
    assert_eq!(plan(&backwards), made);
    let obedient: fn(&str) -> String = str::to_owned;
    for answers in [obedient, str::to_lowercase] {
        let left = plan(&executed(facts.clone(), &made, answers)).operations;
        assert_eq!(
            left,
            Vec::new(),
            "executed, the plan leaves something to do"
        );
    }
    print(&made)
}

/// The facts after the plan, as an executor leaves them whose Intercom `answers` in its own words.
pub(crate) fn executed(mut facts: Facts, plan: &Plan, answers: fn(&str) -> String) -> Facts {
    facts.listed = Some(plan.verdict);
    for operation in &plan.operations {
        match operation {
            Operation::Write(write) => {
                let mut held = facts.contacts.iter_mut();
                let contact = held.find(|contact| contact.id == write.contact).unwrap();
                let before = contact.attributes.clone();
                for (attribute, value) in &write.changes {
                    match value {
                        Some(value) => contact.attributes.insert(*attribute, answers(value)),
                        None => contact.attributes.remove(attribute),
                    };
                }
                match &write.owner {
                    Change::Keep => {}
                    Change::Clear => contact.owner = None,
                    Change::Set(owner) => contact.owner = Some(owner.clone()),
                }
                let shown = attribute::shown_after(&write.changes, &before, &contact.attributes);
                let owner = contact.owner.clone();
                book(
                    &mut facts,
                    &write.contact,
                    &write.link,
                    &shown,
                    owner.as_ref(),
                );
            }
            Operation::Book {
                contact,
                link,
                rule: _,
            } => {
                let mut held = facts.contacts.iter();
                let shown = held.find(|it| it.id == *contact).unwrap().clone();
                book(
                    &mut facts,
                    contact,
                    link,
                    &shown.attributes,
                    shown.owner.as_ref(),
                );
            }
            Operation::Fill(fill) => {
                for record in &mut facts.records {
                    filled(record, fill);
                }
            }
        }
    }
    facts
}

fn filled(record: &mut Record, fill: &Fill) {
    match record {
        Record::Lead(lead) if lead.id == fill.lead => {
            let value = |field| fill.fields.get(field).cloned();
            lead.last_name = value("LastName").or(lead.last_name.take());
            lead.company = value("Company").or(lead.company.take());
        }
        Record::Lead(_) | Record::Contact(_) => {}
    }
}

fn book(
    facts: &mut Facts,
    id: &ic::ContactId,
    change: &LinkChange,
    shown: &BTreeMap<Attribute, String>,
    owner: Option<&ic::TeammateId>,
) {
    facts.links.retain(|link| link.contact_id != *id);
    match change {
        LinkChange::Remove { record: _ } => {}
        LinkChange::Set(booking) => facts.links.push(Link {
            contact_id: id.clone(),
            record_id: booking.record,
            since: facts.observed_at,
            how: booking.how,
            base: booking.base(shown, owner),
            announced: booking.announced,
            put_backs: booking.put_backs.clone(),
        }),
    }
}

/// What a plan books for its contacts.
pub(crate) fn bookings(plan: &Plan) -> impl Iterator<Item = &Booking> {
    let links = plan
        .operations
        .iter()
        .filter_map(|operation| match operation {
            Operation::Write(write) => Some(&write.link),
            Operation::Book { link, .. } => Some(link),
            Operation::Fill(_) => None,
        });
    links.filter_map(|link| match link {
        LinkChange::Set(booking) => Some(&**booking),
        LinkChange::Remove { .. } => None,
    })
}

/// One line for the verdict, each operation, event and note. Values read `before>after`.
pub(crate) fn print(plan: &Plan) -> String {
    let Plan {
        verdict,
        counts: _,
        operations,
        notes,
        news: _,
        given_up: _,
    } = plan;
    let operations = operations.iter().map(|operation| match operation {
        Operation::Book {
            contact,
            link,
            rule,
        } => {
            format!("{rule} {contact}: book {}", print_link(link))
        }
        Operation::Write(write) => print_write(write),
        Operation::Fill(fill) => print_fill(fill),
    });
    let notes = notes
        .iter()
        .map(|Note { rule, text }| format!("note {rule}: {}", shortened(text)));
    let lines = std::iter::once(format!("{verdict:?}"))
        .chain(operations)
        .chain(notes);
    lines.collect::<Vec<_>>().join("\n")
}

/// A text with the ids in it in their short form.
fn shortened(text: &str) -> String {
    text.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

/// The name of a field pair without what all attributes begin with.
fn without_prefix(field: &str) -> &str {
    field.trim_start_matches("SALESFORCE_")
}

fn print_fill(fill: &Fill) -> String {
    let Fill {
        lead,
        placeholder,
        fields,
        unless_filled,
        key: _,
    } = fill;
    let lead = short(lead.as_str());
    format!("L5 {lead}: fill {fields:?} for {placeholder:?}, and {unless_filled:?} if empty")
}

fn print_write(write: &ContactWrite) -> String {
    let ContactWrite {
        contact,
        changes,
        owner,
        expected,
        expected_owner,
        put_back,
        link,
        rule,
        owner_rule,
        key,
    } = write;
    assert_eq!(
        *key,
        person::write_key(contact, changes, owner),
        "the key follows from the values"
    );
    let shown: Vec<_> = expected.keys().collect();
    assert_eq!(
        shown,
        changes.keys().collect::<Vec<_>>(),
        "each change has what it replaces"
    );
    let value = |value: &Option<String>| value.as_deref().map_or("-".to_owned(), short);
    let change = |(attribute, to): (&Attribute, &Option<String>)| {
        format!(
            "{}={}>{}",
            bare(*attribute),
            value(&expected[attribute]),
            value(to)
        )
    };
    let mut lines: Vec<String> = changes.iter().map(change).collect();
    let was = expected_owner.as_ref().map_or("-", ic::TeammateId::as_str);
    match (owner, owner_rule) {
        (Change::Keep, None) => assert_eq!(*expected_owner, None),
        (Change::Clear, Some(rule)) => lines.push(format!("owner={was}>- ({rule})")),
        (Change::Set(owner), Some(rule)) => lines.push(format!("owner={was}>{owner} ({rule})")),
        (Change::Keep, Some(_)) | (Change::Clear | Change::Set(_), None) => {
            panic!("an owner changes by a rule")
        }
    }
    if !put_back.is_empty() {
        let fields: Vec<_> = put_back.iter().map(|field| without_prefix(field)).collect();
        lines.push(format!("putting back {}", fields.join(" ")));
    }
    format!(
        "{rule} {contact}: write {}; book {}",
        lines.join(" "),
        print_link(link)
    )
}

fn print_link(link: &LinkChange) -> String {
    match link {
        LinkChange::Set(booking) => print_booking(booking),
        LinkChange::Remove { record } => format!("no {}", short(record.as_str())),
    }
}

fn print_booking(booking: &Booking) -> String {
    let Booking {
        record,
        how,
        desired,
        scope: _,
        owner,
        keep,
        announce,
        announced: _,
        put_backs,
    } = booking;
    let mut words = vec![short(record.as_str()), format!("by {how:?}")];
    words.extend((!desired.is_empty()).then(|| attributes(desired)));
    match owner {
        Maintained::No => {}
        Maintained::Nobody => words.push("owner=-".to_owned()),
        Maintained::Teammate(id) => words.push(format!("owner={id}")),
    }
    let kept: Vec<_> = keep.0.keys().map(|field| without_prefix(field)).collect();
    let mut parts = vec![words.join(" ")];
    parts.extend((!kept.is_empty()).then(|| format!("keeping {}", kept.join(" "))));
    for (field, times) in &put_backs.0 {
        parts.push(format!(
            "{} put back {}x",
            without_prefix(field),
            times.len()
        ));
    }
    parts.extend(
        announce
            .iter()
            .map(|event| format!("tell {}", print_event(event))),
    );
    parts.join(", ")
}

pub(crate) fn print_event(event: &Announcement) -> String {
    let Announcement {
        contact,
        event,
        from,
        to,
        record,
        at,
    } = event;
    let record = short(record.as_str());
    format!(
        "{contact} {event:?} {from}>{to} of {record} at {}",
        at.as_seconds()
    )
}
