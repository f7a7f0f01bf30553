//! `/events`: what an app tells about people. Accepted with 202 and an empty body, even when it is a
//! twin of one that is known.

mod metadata;
mod summaries;

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::{Call, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::{Contact, Role};
use crate::ids::{ObjectId, derived_uuid};
use crate::tracked::TrackedEvent;
use crate::world::World;

/// Different names of events in a workspace.
const NAMES_MAX: usize = 120;
/// How far back events are listed.
const LISTED_SECONDS: i64 = 90 * 24 * 3600;
/// Events on a page, at most and if nobody says otherwise.
const PER_PAGE_MAX: usize = 150;
const PER_PAGE_USUAL: usize = 50;

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("POST", []) => track(world, call),
        ("GET", []) => read(world, call),
        ("POST", ["summaries"]) => summaries::import(world, call),
        _ => Err(Refusal::no_such_resource()),
    }
}

fn track(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let name = text("event_name")
        .filter(|name| !name.trim().is_empty())
        .ok_or_else(|| Refusal::missing("event_name must be given").at_field("event_name"))?;
    let created_at = body
        .get("created_at")
        .ok_or_else(|| Refusal::missing("created_at must be given").at_field("created_at"))?
        .as_i64()
        .ok_or_else(|| {
            Refusal::invalid("created_at must be a Unix timestamp").at_field("created_at")
        })?;
    let contact = person(world, text("id"), text("user_id"), text("email"))?.id;
    let metadata = metadata::parse(call.body)?;
    // Twins within one second are dropped, and answered as if they were not.
    let is_twin = world
        .events
        .of(contact)
        .any(|event| event.name == name && event.created_at == created_at);
    if is_twin {
        return Ok(Answer::Empty(StatusCode::ACCEPTED));
    }
    refuse_new_name(world, name)?;
    let number = world.next_number();
    let event = TrackedEvent {
        id: derived_uuid(world.seed, "event", number),
        contact,
        name: name.to_owned(),
        created_at,
        metadata,
    };
    world.tell_event(&event, call.at);
    world.events.add(event);
    Ok(Answer::Empty(StatusCode::ACCEPTED))
}

/// Refuses one name too many. The limit is documented, the error is not (UNVERIFIED).
fn refuse_new_name(world: &World, name: &str) -> Result<(), Refusal> {
    if world.events.names() < NAMES_MAX || world.events.has_name(name) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "The workspace has {NAMES_MAX} event names already"
    )))
}

/// The person an event is about: by Intercom's id, or a user by the app's own id or by email.
fn person<'a>(
    world: &'a World,
    id: Option<&str>,
    user_id: Option<&str>,
    email: Option<&str>,
) -> Result<&'a Contact, Refusal> {
    let is_user = |row: &&'a Arc<Contact>| row.role == Role::User;
    let found = match (id, user_id, email) {
        (Some(id), ..) => id
            .parse()
            .ok()
            .and_then(|id: ObjectId| world.contacts.get(id)),
        (None, Some(user_id), _) => world.contacts.with_external_id(user_id).find(is_user),
        (None, None, Some(email)) => {
            let email = email.trim().to_lowercase();
            world.contacts.with_email(&email).find(is_user)
        }
        (None, None, None) => return Err(Refusal::missing("id, user_id or email must be given")),
    };
    found.map(|row| &**row).ok_or_else(Refusal::no_such_contact)
}

fn read(world: &World, call: &Call<'_>) -> Reply {
    match call.param("type") {
        Some("user") => {}
        Some(_) => return Err(Refusal::invalid("type must be user").at_field("type")),
        None => return Err(Refusal::missing("type must be given").at_field("type")),
    }
    let (id, user_id) = (call.param("intercom_user_id"), call.param("user_id"));
    let row = person(world, id, user_id, call.param("email"))?;
    if call.param("summary") == Some("true") {
        return Ok(summaries::of(world, row));
    }
    list(world, call, row)
}

/// The events of the last 90 days, the latest first. `before` names the event after which the page
/// begins.
fn list(world: &World, call: &Call<'_>, row: &Contact) -> Reply {
    let per_page = match call.param("per_page") {
        None => PER_PAGE_USUAL,
        Some(digits) => digits
            .parse()
            .ok()
            .filter(|count| (1..=PER_PAGE_MAX).contains(count))
            .ok_or_else(|| {
                Refusal::invalid(format!("per_page must be between 1 and {PER_PAGE_MAX}"))
                    .at_field("per_page")
            })?,
    };
    let mut theirs: Vec<&TrackedEvent> = world
        .events
        .of(row.id)
        .rev()
        .filter(|event| event.created_at >= call.now() - LISTED_SECONDS)
        .collect();
    // Stable: of the same second, the one that was reported later comes first.
    theirs.sort_by_key(|event| std::cmp::Reverse(event.created_at));
    let from = match call.param("before") {
        None => 0,
        Some(before) => {
            let place = theirs.iter().position(|event| event.id == before);
            place.map_or(theirs.len(), |place| place + 1)
        }
    };
    let page = &theirs[from..(from + per_page).min(theirs.len())];
    let mut pages = json!({});
    if let Some(last) = page.last().filter(|_| from + page.len() < theirs.len()) {
        let id = row.id;
        pages["next"] = json!(format!(
            "{}?type=user&intercom_user_id={id}&per_page={per_page}&before={}",
            call.address, last.id
        ));
    }
    let events: Vec<Value> = page
        .iter()
        .map(|event| render::event(world, event))
        .collect();
    Ok(Answer::Ok(json!({
        "type": "event.list", "events": events, "pages": pages, "email": row.email,
        "intercom_user_id": row.id.to_string(), "user_id": row.external_id,
    })))
}
