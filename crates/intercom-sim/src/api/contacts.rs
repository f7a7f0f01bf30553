//! `/contacts`: create, read, update, archive, delete, merge.
//!
//! There is no upsert: a user who exists already answers 409, with the id only in the message.

mod lists;
mod merge;
mod nested;
mod search;

use std::sync::Arc;

use http::StatusCode;
use model::Timestamp;
use serde_json::{Map, Value, json};

use super::render::{MergesShown, ShownContact};
use super::{Call, Version, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::{Contact, ContactEdit, Role};
use crate::ids::ObjectId;
use crate::world::World;

pub(super) use merge::render_merge;
pub(crate) use merge::{MergeRule, merge_contacts};

/// Whether a change is told to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announce {
    /// By webhook, as any change is.
    Told,
    /// Not at all: a lost webhook, on purpose.
    Silently,
}

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("POST", []) => create(world, call),
        ("GET", []) => lists::list(world, call),
        ("POST", ["search"]) => search::search(world, call),
        ("POST", ["merge"]) => merge::merge(world, call),
        ("GET", ["find_by_external_id", external_id]) => {
            let row = find_by_external_id(world, external_id, call.version)?;
            Ok(shown(world, call, &row))
        }
        ("GET", [id]) => {
            let row = find(world, id, call.version)?;
            Ok(shown(world, call, &row))
        }
        ("PUT", [id]) => {
            let id = find(world, id, call.version)?.id;
            let body = writable(call)?;
            let row = edit_contact(world, call.at, id, &body, Announce::Told)?;
            Ok(shown(world, call, &row))
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
        ("GET", [id, "merge_history"]) if call.version >= Version::V2_16 => {
            merge::history(world, call, id)
        }
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
    Err(absent(world, id, version))
}

/// The user whom the app calls so. Who was called so and became part of another one answers as by id.
fn find_by_external_id(
    world: &World,
    external_id: &str,
    version: Version,
) -> Result<Arc<Contact>, Refusal> {
    let mut rows = world.contacts.with_external_id(external_id);
    if let Some(row) = rows.find(|row| row.role == Role::User) {
        return Ok(Arc::clone(row));
    }
    let merged = world.contacts.merges().with_external_id(external_id);
    let absent = |id| absent(world, id, version);
    Err(merged.map_or_else(Refusal::no_such_contact, absent))
}

/// Why a contact is not there.
fn absent(world: &World, id: ObjectId, version: Version) -> Refusal {
    let merges = world.contacts.merges();
    if version < Version::V2_16 || !merges.has(id) {
        return Refusal::no_such_contact();
    }
    let mut gone = Refusal::new(
        StatusCode::GONE,
        "contact_merged",
        "This contact has been merged. See the 'Link' header for the canonical contact.",
    );
    let canonical = merges.successor(id);
    gone.canonical = canonical.map(|into| format!("/contacts/{into}"));
    gone
}

fn create(world: &mut World, call: &Call<'_>) -> Reply {
    let row = create_contact(world, call.at, &writable(call)?)?;
    Ok(shown(world, call, &row))
}

/// A contact as the answer to a call, with its merges if the call asks for them.
pub(super) fn shown(world: &World, call: &Call<'_>, row: &Contact) -> Answer {
    Answer::written(&ShownContact {
        world,
        row,
        version: call.version,
        merges: merges_shown(call),
    })
}

/// Merges are told since 2.16, to those who ask.
fn merges_shown(call: &Call<'_>) -> MergesShown {
    let is_asked = call.param("include_merge_history") == Some("true");
    if is_asked && call.version >= Version::V2_16 {
        MergesShown::OfUsers
    } else {
        MergesShown::None
    }
}

/// The body of a write. Since 2.16 it may say that the email was verified, and then it must hold the
/// email; nothing shows afterwards what was said.
fn writable(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let body = call.json()?;
    if call.version < Version::V2_16 {
        return Ok(body);
    }
    match body.get("email_verified") {
        None | Some(Value::Null) => Ok(body),
        Some(Value::Bool(_)) if body.get("email").is_some_and(Value::is_string) => Ok(body),
        Some(Value::Bool(_)) => Err(Refusal::invalid(
            "email_verified must be given together with an email",
        )
        .at_field("email_verified")),
        Some(_) => {
            Err(Refusal::invalid("email_verified must be a boolean").at_field("email_verified"))
        }
    }
}

/// Creates a contact from the fields of a request.
pub(super) fn create_contact(
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
pub(crate) fn replace(
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
    if existing.blocked {
        return Err(not_restorable());
    }
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
        world.companies.detach(*company, row.id);
    }
    world.notes.remove(&row.notes);
    world.events.remove(row.id);
    world.subscriptions.remove(row.id);
    world.messages.forget(row.id);
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
    if before.blocked && !archived {
        return Err(not_restorable());
    }
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

/// A blocked contact neither comes back nor is made anew. The code is documented, its status is not
/// (UNVERIFIED).
fn not_restorable() -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "not_restorable",
        "The contact was blocked and cannot be restored",
    )
}

/// A blocked contact goes into the archive for good, with the conversations that were with nobody
/// else (description of the call). That the archiving is told, and that conversations are not, is an
/// assumption (UNVERIFIED).
fn block(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let before = find(world, id, call.version)?;
    let row = Contact {
        blocked: true,
        archived: true,
        ..Contact::clone(&before)
    };
    let row = replace(world, call.at, &before, row, Announce::Silently);
    if !before.archived {
        world.tell_archived(&row, call.at);
    }
    let talks = world.conversations.all();
    let theirs = talks.filter(|talk| talk.contacts.contains(&row.id));
    let theirs: Vec<_> = theirs.map(|talk| talk.id).collect();
    for id in theirs {
        super::conversations::hide_or_show(world, id, call.now());
    }
    Ok(Answer::Ok(json!({
        "type": "contact", "id": before.id.to_string(), "external_id": before.external_id,
        "blocked": true,
    })))
}
