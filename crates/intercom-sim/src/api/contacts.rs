//! `/contacts`: create, read, update, archive, delete, merge.
//!
//! There is no upsert: a user who exists already answers 409, with the id only in the message.

mod lists;
mod nested;
mod search;

use std::sync::Arc;

use http::StatusCode;
use model::Timestamp;
use serde_json::{Map, Value, json};

use super::{Call, Version, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::{Contact, ContactEdit, Role};
use crate::ids::ObjectId;
use crate::world::World;

/// Whether a change is told to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announce {
    /// By webhook, as any change is.
    Told,
    /// Not at all: a lost webhook, on purpose.
    Silently,
}

pub(super) fn route(world: &mut World, call: &Call<'_>, first: &str, rest: &[&str]) -> Reply {
    let method = call.method.as_str();
    if first == "notes" {
        return nested::note(world, method, rest);
    }
    match (method, rest) {
        ("POST", []) => create(world, call),
        ("GET", []) => lists::list(world, call),
        ("POST", ["search"]) => search::search(world, call),
        ("POST", ["merge"]) => merge(world, call),
        ("GET", ["find_by_external_id", external_id]) => world
            .contacts
            .with_external_id(external_id)
            .find(|row| row.role == Role::User)
            .map(|row| render::answered(world, row, call.version))
            .ok_or_else(Refusal::no_such_contact),
        ("GET", [id]) => {
            let row = find(world, id, call.version)?;
            Ok(render::answered(world, &row, call.version))
        }
        ("PUT", [id]) => {
            let id = find(world, id, call.version)?.id;
            let row = edit_contact(world, call.at, id, &call.json()?, Announce::Told)?;
            Ok(render::answered(world, &row, call.version))
        }
        ("DELETE", [id]) => {
            let id = find(world, id, call.version)?.id;
            delete_contact(world, call.at, id).map(Answer::Ok)
        }
        ("POST", [id, verb @ ("archive" | "unarchive")]) => {
            let id = find(world, id, call.version)?.id;
            set_archived(world, call.at, id, *verb == "archive").map(Answer::Ok)
        }
        ("POST", [id, "block"]) => block(world, call, id),
        (_, [id, nested, rest @ ..]) => nested::route(world, call, id, nested, rest),
        _ => Err(Refusal::no_such_resource()),
    }
}

/// The contact of a path. A merged one answers 410 with its successor since 2.16, 404 before.
fn find(world: &World, id: &str, version: Version) -> Result<Arc<Contact>, Refusal> {
    let id: ObjectId = id.parse().map_err(|_| Refusal::no_such_contact())?;
    if let Some(row) = world.contacts.get(id) {
        return Ok(Arc::clone(row));
    }
    let Some(into) = world
        .contacts
        .successor(id)
        .filter(|_| version >= Version::V2_16)
    else {
        return Err(Refusal::no_such_contact());
    };
    let mut gone = Refusal::new(
        StatusCode::GONE,
        "contact_merged",
        "This contact has been merged into another contact",
    );
    gone.canonical = Some(format!("/contacts/{into}"));
    Err(gone)
}

fn create(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let row = create_contact(world, call.at, &body)?;
    Ok(render::answered(world, &row, call.version))
}

/// Creates a contact from the fields of a request.
fn create_contact(
    world: &mut World,
    at: Timestamp,
    body: &Map<String, Value>,
) -> Result<Arc<Contact>, Refusal> {
    let named = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    if !(named("email") || named("external_id") || named("role")) {
        return Err(Refusal::missing(
            "Either email, external_id or role must be given",
        ));
    }
    let edit = parse_edit(world, body)?;
    let number = world.next_number();
    let id = ObjectId::derived(world.seed, "created contact", number);
    let mut row = Contact::new(id, edit.role.unwrap_or(Role::User), at.as_seconds());
    edit.apply(&mut row);
    refuse_conflict(world, &row)?;
    world.contacts.put(row, at.as_seconds());
    let row = Arc::clone(world.contacts.get(id).expect("it was put there just now"));
    world.tell_created(&row, at);
    Ok(row)
}

fn parse_edit(world: &World, body: &Map<String, Value>) -> Result<ContactEdit, Refusal> {
    ContactEdit::parse(body, &world.attributes, |id| world.admin(id).is_some())
}

/// Changes the fields of a contact that a request mentions. A write that changes nothing moves no
/// `updated_at` and tells nothing.
pub(crate) fn edit_contact(
    world: &mut World,
    at: Timestamp,
    id: ObjectId,
    body: &Map<String, Value>,
    announce: Announce,
) -> Result<Arc<Contact>, Refusal> {
    let before = Arc::clone(
        world
            .contacts
            .get(id)
            .ok_or_else(Refusal::no_such_contact)?,
    );
    let edit = parse_edit(world, body)?;
    let mut row = Contact::clone(&before);
    edit.apply(&mut row);
    if row == *before {
        return Ok(before);
    }
    refuse_conflict(world, &row)?;
    Ok(replace(world, at, &before, row, announce))
}

/// Puts a changed row in place and tells what changed.
fn replace(
    world: &mut World,
    at: Timestamp,
    before: &Contact,
    mut row: Contact,
    announce: Announce,
) -> Arc<Contact> {
    let id = row.id;
    row.updated_at = at.as_seconds();
    world.contacts.put(row, at.as_seconds());
    let row = Arc::clone(world.contacts.get(id).expect("it was put there just now"));
    match announce {
        Announce::Silently => {}
        Announce::Told => world.tell_changed(before, &row, at),
    }
    row
}

/// Users are unique by external id and by email; leads are not (observed).
fn refuse_conflict(world: &World, row: &Contact) -> Result<(), Refusal> {
    if row.role == Role::Lead {
        return Ok(());
    }
    let in_the_way = |other: &&Arc<Contact>| other.role == Role::User && other.id != row.id;
    let by_external_id = row.external_id.as_deref().and_then(|external_id| {
        world
            .contacts
            .with_external_id(external_id)
            .find(in_the_way)
    });
    let by_email = || {
        row.email
            .as_deref()
            .and_then(|email| world.contacts.with_email(email).find(in_the_way))
    };
    let Some(existing) = by_external_id.or_else(by_email) else {
        return Ok(());
    };
    let which = if existing.archived {
        "An archived contact"
    } else {
        "A contact"
    };
    Err(Refusal::conflict(format!(
        "{which} matching those details already exists with id={}",
        existing.id
    )))
}

/// Deletes a contact for good, and says so as the API does.
pub(crate) fn delete_contact(
    world: &mut World,
    at: Timestamp,
    id: ObjectId,
) -> Result<Value, Refusal> {
    let row = known(world, id)?;
    for company in &row.companies {
        world.companies.members.remove(&(*company, row.id));
    }
    world.contacts.remove(row.id, at.as_seconds());
    world.tell_deleted(row.id, at);
    let id = row.id.to_string();
    Ok(json!({
        "type": "contact", "id": id, "external_id": row.external_id, "deleted": true,
    }))
}

/// The contact with that id, if there is one now.
fn known(world: &World, id: ObjectId) -> Result<Arc<Contact>, Refusal> {
    let row = world.contacts.get(id).map(Arc::clone);
    row.ok_or_else(Refusal::no_such_contact)
}

/// Puts a contact into the archive or takes it out, and says so as the API does.
pub(crate) fn set_archived(
    world: &mut World,
    at: Timestamp,
    id: ObjectId,
    archived: bool,
) -> Result<Value, Refusal> {
    let before = known(world, id)?;
    let minimal = json!({
        "type": "contact", "id": before.id.to_string(), "external_id": before.external_id,
        "archived": archived,
    });
    if before.archived != archived {
        let row = Contact {
            archived,
            ..Contact::clone(&before)
        };
        let row = replace(world, at, &before, row, Announce::Silently);
        if archived {
            world.tell_archived(&row, at);
        } else {
            world.tell_unarchived(&row, at);
        }
    }
    Ok(minimal)
}

fn block(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let before = find(world, id, call.version)?;
    let row = Contact {
        blocked: true,
        archived: true,
        ..Contact::clone(&before)
    };
    replace(world, call.at, &before, row, Announce::Silently);
    Ok(Answer::Ok(json!({
        "type": "contact", "id": before.id.to_string(), "external_id": before.external_id,
        "blocked": true,
    })))
}

/// Merges a lead into a user. The lead is gone from lists and search; its conversations, notes,
/// events, tags and companies go along.
fn merge(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let named = |name: &str| {
        let id = body.get(name).and_then(Value::as_str);
        id.ok_or_else(|| Refusal::missing(format!("{name} must be given")))
    };
    let from = find(world, named("from")?, call.version)?;
    let into = find(world, named("into")?, call.version)?;
    refuse_merge(&from, &into)?;
    let are_alike = (from.email.is_some() && from.email == into.email)
        || (from.phone.is_some() && from.phone == into.phone);
    let is_forced = body
        .get("skip_duplicate_validation")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    if call.version >= Version::V2_16 && !are_alike && !is_forced {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "invalid_merge",
            "The contacts have no email or phone in common",
        ));
    }
    let row = merge_contacts(world, call.at, from.id, into.id)?;
    Ok(render::answered(world, &row, call.version))
}

/// Merges a lead into a user and tells so.
pub(crate) fn merge_contacts(
    world: &mut World,
    at: Timestamp,
    from: ObjectId,
    into: ObjectId,
) -> Result<Arc<Contact>, Refusal> {
    let (from, into) = (known(world, from)?, known(world, into)?);
    refuse_merge(&from, &into)?;
    let row = merge_rows(world, at, &from, &into);
    world.tell_merged(from.id, &row, at);
    Ok(row)
}

fn refuse_merge(from: &Contact, into: &Contact) -> Result<(), Refusal> {
    if from.role == Role::Lead && into.role == Role::User {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::BAD_REQUEST,
        "invalid_merge",
        "A lead is merged into a user",
    ))
}

fn merge_rows(world: &mut World, at: Timestamp, from: &Contact, into: &Contact) -> Arc<Contact> {
    for company in &from.companies {
        world.companies.members.remove(&(*company, from.id));
        world.companies.members.insert((*company, into.id));
    }
    for conversation in world.conversations.rows.values_mut() {
        for contact in &mut conversation.contacts {
            if *contact == from.id {
                *contact = into.id;
            }
        }
    }
    let mut row = into.clone();
    for (mine, theirs) in [(&mut row.phone, &from.phone), (&mut row.email, &from.email)] {
        if mine.is_none() {
            mine.clone_from(theirs);
        }
    }
    row.companies.extend(&from.companies);
    row.companies.sort_unstable();
    row.companies.dedup();
    row.tags.extend(&from.tags);
    row.tags.sort_unstable();
    row.tags.dedup();
    row.notes.extend(&from.notes);
    for note in &mut world.notes {
        if note.contact == from.id {
            note.contact = into.id;
        }
    }
    world.events.hand_over(from.id, into.id);
    world
        .contacts
        .remove_merged(from.id, into.id, at.as_seconds());
    replace(world, at, into, row, Announce::Silently)
}
