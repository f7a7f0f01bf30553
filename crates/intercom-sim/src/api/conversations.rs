//! `/conversations`: read, start, reply, note, close, open, snooze, assign.
//!
//! What the API can do, the inbox page does through the same two functions, [`start_conversation`]
//! and [`act`], so both tell the app the same.

mod actions;
pub(crate) mod attachments;
mod attributes;
mod participants;
mod redaction;
mod search;
mod tags;
#[cfg(test)]
mod tests;
mod update;

use serde_json::{Value, json};

use super::{Call, Version, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::conversation::{Assignee, Author, Conversation};
use crate::html;
use crate::ids::{AdminId, ConversationId, ObjectId};
use crate::search::{PageRequest, SortKey, page_links};
use crate::world::World;
use render::{DisplayAs, PartsShown};

use actions::act;
pub(crate) use actions::{Action, NewConversation, act_with, start_conversation, wake};
pub(crate) use tags::tag_part;

/// Conversations on a page, if nobody says otherwise.
const PER_PAGE_USUAL: u64 = 20;

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("GET", []) => list(world, call),
        ("POST", []) => start(world, call),
        (_, ["attributes", rest @ ..]) if call.version >= Version::V2_16 => {
            attributes::route(world, call, rest)
        }
        ("POST", ["search"]) => search::search(world, call),
        ("POST", ["redact"]) => redaction::redact(world, call),
        ("POST", [id, "customers"]) => participants::add(world, call, id),
        ("DELETE", [id, "customers", contact]) => participants::remove(world, call, id, contact),
        ("GET", [id]) => show(world, call, find(world, id)?),
        ("PUT", [id]) => update::update(world, call, id),
        // `last` stands for a conversation in a reply; nothing is deleted by it.
        ("DELETE", ["last"]) => Err(not_found()),
        ("DELETE", [id]) => delete(world, call, id),
        ("POST", [id, "reply"]) => reply(world, call, id),
        ("POST", [id, "parts"]) => manage(world, call, id),
        ("POST", [id, "tags"]) => tags::put_on(world, call, id),
        ("DELETE", [id, "tags", tag]) => tags::take_off(world, call, id, tag),
        _ => Err(Refusal::no_such_resource()),
    }
}

fn find(world: &World, id: &str) -> Result<ConversationId, Refusal> {
    let row = if id == "last" {
        world.conversations.latest_first().next()
    } else {
        let id = id.parse().ok();
        id.and_then(|id| world.conversations.get(id))
    };
    row.map(|row| row.id).ok_or_else(not_found)
}

fn not_found() -> Refusal {
    Refusal::not_found("conversation_not_found", "Conversation not found")
}

fn show(world: &World, call: &Call<'_>, id: ConversationId) -> Reply {
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    let display = match call.param("display_as") {
        Some("plaintext") => DisplayAs::Text,
        _ => DisplayAs::Html,
    };
    Ok(Answer::Ok(render::conversation(
        world,
        row,
        PartsShown::All,
        display,
        call.version,
    )))
}

fn list(world: &World, call: &Call<'_>) -> Reply {
    let request = PageRequest::parse(
        call.json_param("per_page").as_ref(),
        call.json_param("starting_after").as_ref(),
        PER_PAGE_USUAL,
        &Value::Null,
    )?;
    let after = after(&request);
    let rows = world.conversations.changed_before(after);
    let wanted = rows.take(request.per_page + 1).collect();
    let total = world.conversations.count();
    let key = |row: &Conversation| row.updated_at;
    Ok(page(world, call, &request, (wanted, total), key))
}

/// Where the page before ended.
fn after(request: &PageRequest) -> Option<(i64, ConversationId)> {
    let cursor = request.after.as_ref()?;
    let SortKey::Number(time) = cursor.0 else {
        return None;
    };
    Some((time, cursor.1.parse().ok()?))
}

/// A page of the rows that follow the page before, which are in descending order of `key` and id, and
/// of which one more than fits tells that there are more; with how many there are in all.
fn page(
    world: &World,
    call: &Call<'_>,
    request: &PageRequest,
    (mut rest, total): (Vec<&Conversation>, usize),
    key: impl Fn(&Conversation) -> i64,
) -> Answer {
    let has_more = rest.len() > request.per_page;
    rest.truncate(request.per_page);
    let next = rest
        .last()
        .filter(|_| has_more)
        .map(|last| request.next(SortKey::Number(key(last)), last.id.to_string(), total));
    let shown = |row: &&Conversation| {
        render::conversation(
            world,
            row,
            PartsShown::Omitted,
            DisplayAs::Html,
            call.version,
        )
    };
    let listed: Vec<Value> = rest.iter().map(shown).collect();
    Answer::Ok(json!({
        "type": "conversation.list", "conversations": listed, "total_count": total,
        "pages": page_links(request, total, next.as_ref()),
    }))
}

/// A contact starts a conversation. The answer is a *message* that names it.
fn start(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let from = body
        .get("from")
        .and_then(|from| from.get("id"))
        .and_then(Value::as_str);
    let contact: ObjectId = from
        .and_then(|id| id.parse().ok())
        .filter(|id| world.contacts.get(*id).is_some())
        .ok_or_else(Refusal::no_such_contact)?;
    let text = body
        .get("body")
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| Refusal::missing("body must be given"))?;
    let started = NewConversation {
        contact,
        body: html::from_text(text),
        url: None,
        attachments: attachments::taken(world, &body)?,
    };
    let id = start_conversation(world, call.at, started);
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    let kind = world
        .contacts
        .get(contact)
        .map_or("lead", |row| row.role.word());
    Ok(Answer::Ok(json!({
        "type": format!("{kind}_message"), "id": row.source.id.to_string(),
        "created_at": row.created_at, "body": text, "message_type": "inapp",
        "conversation_id": id.to_string(),
    })))
}

fn delete(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?;
    world.conversations.remove(id, call.now());
    let item = json!({ "type": "conversation", "conversation_id": id.to_string() });
    world.announce("conversation.deleted", item, call.at);
    Ok(Answer::Ok(
        json!({ "id": id.to_string(), "object": "conversation", "deleted": true }),
    ))
}

/// The admin that a body names, who must be a member.
fn admin(world: &World, body: &serde_json::Map<String, Value>) -> Result<AdminId, Refusal> {
    let id = match body.get("admin_id") {
        Some(Value::String(id)) => id.parse().ok(),
        Some(Value::Number(id)) => id.as_u64().map(AdminId),
        _ => return Err(Refusal::missing("admin_id must be given").at_field("admin_id")),
    };
    id.filter(|id| world.admin(*id).is_some())
        .ok_or_else(|| Refusal::not_found("admin_not_found", "Admin not found"))
}

fn reply(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?;
    let body = call.json()?;
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
        .ok_or_else(|| Refusal::missing("body must be given").at_field("body"))?;
    let message_type = body.get("message_type").and_then(Value::as_str);
    let action = match (message_type, body.get("type").and_then(Value::as_str)) {
        (Some("note"), Some("admin")) => Action::Note(said(text)),
        (Some("comment"), Some(_)) => Action::Comment(said(text)),
        _ => {
            return Err(Refusal::invalid(
                "message_type or type is not one of a reply",
            ));
        }
    };
    let author = match body.get("type").and_then(Value::as_str) {
        Some("admin") => Author::Admin(admin(world, &body)?),
        _ => Author::Contact(replying_contact(world, id, &body)?),
    };
    let app = world.options.client_id.clone();
    let attachments = attachments::taken(world, &body)?;
    act_with(
        world,
        call.at,
        (id, author),
        action,
        attachments,
        Some(&app),
    )?;
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

fn replying_contact(
    world: &World,
    id: ConversationId,
    body: &serde_json::Map<String, Value>,
) -> Result<ObjectId, Refusal> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    let is_named = |contact: &&ObjectId| {
        let Some(person) = world.contacts.get(**contact) else {
            return false;
        };
        text("intercom_user_id").is_some_and(|id| id == person.id.to_string())
            || text("user_id").is_some_and(|id| Some(id) == person.external_id.as_deref())
            || text("email")
                .is_some_and(|email| Some(email.to_lowercase().as_str()) == person.email.as_deref())
    };
    row.contacts
        .iter()
        .find(is_named)
        .copied()
        .ok_or_else(Refusal::no_such_contact)
}

fn manage(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?;
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

fn assignee(world: &World, body: &serde_json::Map<String, Value>) -> Result<Assignee, Refusal> {
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
