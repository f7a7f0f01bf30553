//! `/events`: what an app tells about people. Accepted with 202 and an empty body.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Call, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::Role;
use crate::ids::{ObjectId, derived_uuid};
use crate::tracked::TrackedEvent;
use crate::world::World;

/// Metadata keys of an event; later ones are passed over.
const METADATA_KEYS_MAX: usize = 10;
/// Different names of events in a workspace.
const NAMES_MAX: usize = 120;
/// How far back events are listed.
const LISTED_SECONDS: i64 = 90 * 24 * 3600;

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("POST", []) => track(world, call),
        ("GET", []) => list(world, call),
        _ => Err(Refusal::no_such_resource()),
    }
}

fn track(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let name = text("event_name")
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Refusal::missing("event_name must be given"))?;
    let created_at = body
        .get("created_at")
        .and_then(Value::as_i64)
        .ok_or_else(|| Refusal::missing("created_at must be given"))?;
    let contact = person(world, text("id"), text("user_id"), text("email"))?;
    // Twins within one second are dropped, and answered as if they were not.
    let is_twin = world
        .events
        .of(contact)
        .any(|event| event.name == name && event.created_at == created_at);
    if is_twin {
        return Ok(Answer::Empty(StatusCode::ACCEPTED));
    }
    if world.events.names() >= NAMES_MAX && !world.events.has_name(name) {
        return Err(Refusal::invalid(
            "The workspace has as many event names as it may have",
        ));
    }
    let metadata = match body.get("metadata") {
        Some(Value::Object(keys)) => Value::Object(
            keys.clone()
                .into_iter()
                .take(METADATA_KEYS_MAX)
                .collect::<Map<_, _>>(),
        ),
        _ => json!({}),
    };
    let name = name.to_owned();
    let number = world.next_number();
    let id = derived_uuid(world.seed, "event", number);
    let event = TrackedEvent {
        id,
        contact,
        name,
        created_at,
        metadata,
    };
    world.tell_event(&event, call.at);
    world.events.add(event);
    Ok(Answer::Empty(StatusCode::ACCEPTED))
}

/// The person an event is about: by Intercom's id, by the app's own, or by email.
fn person(
    world: &World,
    id: Option<&str>,
    user_id: Option<&str>,
    email: Option<&str>,
) -> Result<ObjectId, Refusal> {
    let is_user = |row: &&std::sync::Arc<crate::contact::Contact>| row.role == Role::User;
    let row = match (id, user_id, email) {
        (Some(id), ..) => id.parse().ok().and_then(|id| world.contacts.get(id)),
        (None, Some(user_id), _) => world.contacts.with_external_id(user_id).find(is_user),
        (None, None, Some(email)) => {
            let email = email.to_lowercase();
            let found = world
                .contacts
                .with_email(&email)
                .find(is_user)
                .map(|row| row.id);
            return found.ok_or_else(Refusal::no_such_contact);
        }
        (None, None, None) => return Err(Refusal::missing("id, user_id or email must be given")),
    };
    row.map(|row| row.id).ok_or_else(Refusal::no_such_contact)
}

fn list(world: &World, call: &Call<'_>) -> Reply {
    let (id, user_id) = (call.param("intercom_user_id"), call.param("user_id"));
    let contact = person(world, id, user_id, call.param("email"))?;
    let shown = world
        .events
        .of(contact)
        .rev()
        .filter(|event| event.created_at >= call.now() - LISTED_SECONDS);
    let events: Vec<Value> = shown.map(|event| render::event(world, event)).collect();
    Ok(Answer::Ok(
        json!({ "type": "event.list", "events": events, "pages": {} }),
    ))
}
