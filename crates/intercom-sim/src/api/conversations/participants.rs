//! `/conversations/{id}/customers`: contacts join a conversation and leave it.

use http::StatusCode;
use model::Timestamp;
use serde_json::{Map, Value, json};

use super::actions::{Wordless, push};
use super::{Call, admin, find, not_found, show};
use crate::answer::{Refusal, Reply};
use crate::contact::Role;
use crate::conversation::{Author, Conversation, PartType};
use crate::ids::{ConversationId, ObjectId};
use crate::world::World;

/// Adds the person that the body names. Who is there already stays, without a part that tells so.
pub(super) fn add(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?;
    let body = call.json()?;
    let by = author(world, &body)?;
    let named = body.get("customer").and_then(Value::as_object);
    let contact = named
        .and_then(|named| contact(world, named))
        .ok_or_else(Refusal::no_such_contact)?;
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    if !row.contacts.contains(&contact) {
        let change = (PartType::ParticipantAdded, "conversation.contact.attached");
        changed(world, call, (id, contact), by, change)?;
    }
    show(world, call, id)
}

/// Removes a person, who must not be the last.
pub(super) fn remove(world: &mut World, call: &Call<'_>, id: &str, contact: &str) -> Reply {
    let id = find(world, id)?;
    let by = author(world, &call.json()?)?;
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    let contact = contact.parse().ok();
    let contact = contact
        .filter(|contact| row.contacts.contains(contact))
        .ok_or_else(Refusal::no_such_contact)?;
    if row.contacts.len() == 1 {
        return Err(Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "parameter_invalid",
            "Removing the last customer is not allowed",
        ));
    }
    let change = (
        PartType::ParticipantRemoved,
        "conversation.contact.detached",
    );
    changed(world, call, (id, contact), by, change)?;
    show(world, call, id)
}

/// Whoever does it: an admin, whose id the body must have.
fn author(world: &World, body: &Map<String, Value>) -> Result<Author, Refusal> {
    admin(world, body).map(Author::Admin)
}

/// The person of an id, an external id or an email.
fn contact(world: &World, named: &Map<String, Value>) -> Option<ObjectId> {
    let text = |name: &str| named.get(name).and_then(Value::as_str);
    if let Some(id) = text("intercom_user_id") {
        return world.contacts.get(id.parse().ok()?).map(|row| row.id);
    }
    if let Some(id) = text("user_id") {
        let mut users = world.contacts.with_external_id(id);
        return users.find(|row| row.role == Role::User).map(|row| row.id);
    }
    let email = text("email")?.to_lowercase();
    let found = world.contacts.with_email(&email).next();
    found.map(|row| row.id)
}

/// Keeps a conversation out of sight as long as all who are in it are blocked. What becomes of one
/// with others in it is an assumption (UNVERIFIED).
pub(crate) fn hide_or_show(world: &mut World, id: ConversationId, now: i64) {
    let Some(row) = world.conversations.get(id) else {
        return;
    };
    let is_blocked = |id: &ObjectId| world.contacts.get(*id).is_some_and(|row| row.blocked);
    let is_hidden = !row.contacts.is_empty() && row.contacts.iter().all(is_blocked);
    if row.is_archived != is_hidden {
        let hide = |row: &mut Conversation| row.is_archived = is_hidden;
        world.conversations.edit(id, now, hide);
    }
}

fn changed(
    world: &mut World,
    call: &Call<'_>,
    (id, contact): (ConversationId, ObjectId),
    author: Author,
    (kind, topic): (PartType, &str),
) -> Result<(), Refusal> {
    let app = world.options.client_id.clone();
    let begun = world.conversations.edit(id, call.now(), |row| {
        row.contacts.retain(|present| *present != contact);
        if kind == PartType::ParticipantAdded {
            row.contacts.push(contact);
        }
        row.created_at
    });
    let begun = begun.ok_or_else(not_found)?;
    hide_or_show(world, id, call.now());
    let change = Wordless {
        kind,
        author,
        detail: None,
        app: Some(&app),
    };
    push(world, call.at, id, change)?;
    tell(world, call.at, topic, (id, begun), contact);
    Ok(())
}

/// The item is not the usual conversation but a model of its own (observed in captured payloads).
fn tell(
    world: &mut World,
    at: Timestamp,
    topic: &str,
    (id, begun): (ConversationId, i64),
    contact: ObjectId,
) {
    let begun = jiff::Timestamp::from_second(begun).unwrap_or_default();
    let begun = begun.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    let item = json!({
        "conversation": {
            "parts": [], "options": {}, "model": { "id": id.0, "created_at": begun },
        },
        "contact": { "type": "contact", "id": contact.to_string() },
    });
    world.announce(topic, item, at);
}
