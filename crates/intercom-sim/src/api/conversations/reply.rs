//! `POST /conversations/{id}/reply` and `…/parts`: what is said, and what is done.

mod quick;

use serde_json::{Map, Value};

use super::action::Action;
use super::actions::{Beside, act, act_beside};
use super::{Call, admin, attachments, created_at, find, not_found, show};
use crate::answer::{Refusal, Reply};
use crate::conversation::{Assignee, Author};
use crate::html;
use crate::ids::{ConversationId, ObjectId};
use crate::world::World;

pub(super) fn reply(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let body = call.json()?;
    let id = target(world, id, &body)?;
    let is_given = |name: &str| {
        body.get(name)
            .and_then(Value::as_array)
            .is_some_and(|it| !it.is_empty())
    };
    let has_files = is_given("attachment_urls") || is_given("attachment_files");
    let text = body
        .get("body")
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
        .or(has_files.then_some(""))
        .ok_or_else(|| Refusal::missing("body must be given").at_field("body"));
    let message_type = body.get("message_type").and_then(Value::as_str);
    let by = body.get("type").and_then(Value::as_str);
    if matches!(
        message_type,
        Some("snoozed" | "open" | "close" | "assignment")
    ) {
        // Not described for this path; the vendor's clients up to their fifth version snooze here.
        return manage_one(world, call, id);
    }
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    let action = match (message_type, by) {
        (Some("note"), Some("admin")) => Action::Note(said(text?)),
        (Some("quick_reply"), Some("admin")) => Action::Offer(quick::offered(&body)?),
        // The schema has `comment` for the choice of a contact, the example `quick_reply`.
        (Some("quick_reply"), Some(_)) => Action::Pick(quick::picked(row, &body)?),
        (Some("comment"), Some(by)) if by != "admin" && body.contains_key("reply_options") => {
            Action::Pick(quick::picked(row, &body)?)
        }
        (Some("comment"), Some(_)) => Action::Comment(said(text?)),
        _ => {
            return Err(Refusal::invalid(
                "message_type or type is not one of a reply",
            ));
        }
    };
    let author = match by {
        Some("admin") => Author::Admin(admin(world, &body)?),
        Some("user" | "lead" | "contact") => Author::Contact(replying_contact(world, id, &body)?),
        _ => return Err(Refusal::invalid("type is not one of a reply").at_field("type")),
    };
    let app = world.options.client_id.clone();
    let created_at = created_at(&body)?;
    let attachments = attachments::taken(world, &body)?;
    let beside = Beside {
        attachments,
        created_at,
        app: Some(&app),
    };
    act_beside(world, call.at, (id, author), action, beside)?;
    show(world, call, id)
}

/// Words as a fragment; none are an empty one.
fn said(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        html::from_app(text)
    }
}

/// The conversation of a path; `last` is the one of the contact who replies that changed last. For a
/// teammate it is the one of all (UNVERIFIED).
fn target(world: &World, id: &str, body: &Map<String, Value>) -> Result<ConversationId, Refusal> {
    if id != "last" {
        return find(world, id);
    }
    let is_admins = body.get("type").and_then(Value::as_str) == Some("admin");
    let is_theirs = |contact: &ObjectId| is_named(world, *contact, body);
    let mut rows = world.conversations.latest_first();
    rows.find(|row| is_admins || row.contacts.iter().any(is_theirs))
        .map(|row| row.id)
        .ok_or_else(not_found)
}

fn replying_contact(
    world: &World,
    id: ConversationId,
    body: &Map<String, Value>,
) -> Result<ObjectId, Refusal> {
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    let mut contacts = row.contacts.iter().copied();
    contacts
        .find(|contact| is_named(world, *contact, body))
        .ok_or_else(Refusal::no_such_contact)
}

/// Whether a body names a contact by id, external id or email. Nothing that a blocked one says arrives.
fn is_named(world: &World, contact: ObjectId, body: &Map<String, Value>) -> bool {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let person = world.contacts.get(contact).filter(|row| !row.blocked);
    person.is_some_and(|person| {
        let email = text("email").map(str::to_lowercase);
        text("intercom_user_id").is_some_and(|id| id == person.id.to_string())
            || text("user_id").is_some_and(|id| Some(id) == person.external_id.as_deref())
            || email.is_some_and(|email| Some(email.as_str()) == person.email.as_deref())
    })
}

pub(super) fn manage(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?;
    manage_one(world, call, id)
}

fn manage_one(world: &mut World, call: &Call<'_>, id: ConversationId) -> Reply {
    let body = call.json()?;
    let author = Author::Admin(admin(world, &body)?);
    let text = body.get("body").and_then(Value::as_str).map(html::from_app);
    let action = match body.get("message_type").and_then(Value::as_str) {
        Some("close") => Action::Close(text),
        Some("open") => Action::Open,
        Some("snoozed") => {
            let until = body.get("snoozed_until").and_then(Value::as_i64);
            Action::Snooze(until.ok_or_else(|| Refusal::missing("snoozed_until must be given"))?)
        }
        Some("assignment") => Action::Assign(assignee(world, &body)?, text),
        _ => {
            return Err(Refusal::invalid(
                "message_type is not one of a conversation part",
            ));
        }
    };
    let app = world.options.client_id.clone();
    act(world, call.at, id, author, action, Some(&app))?;
    show(world, call, id)
}

fn assignee(world: &World, body: &Map<String, Value>) -> Result<Assignee, Refusal> {
    let id = match body.get("assignee_id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return Err(Refusal::missing("assignee_id must be given")),
    };
    if id == "0" {
        return Ok(Assignee::Nobody);
    }
    let not_found = || Refusal::not_found("assignee_not_found", "Assignee not found");
    if body.get("type").and_then(Value::as_str) == Some("team") {
        let team = world.teams.iter().find(|team| team.id.to_string() == id);
        return team
            .map(|team| Assignee::Team(team.id))
            .ok_or_else(not_found);
    }
    let admin = id.parse().ok().filter(|id| world.admin(*id).is_some());
    admin.map(Assignee::Admin).ok_or_else(not_found)
}
