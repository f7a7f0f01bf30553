//! `/conversations`: read, start, reply, note, close, open, snooze, assign.
//!
//! What the API can do, the inbox page does through the same two functions, [`start_conversation`]
//! and [`act_with`], so both tell the app the same.

mod action;
mod actions;
pub(crate) mod attachments;
mod attributes;
mod deletion;
mod participants;
mod rating;
mod redaction;
mod reply;
mod search;
mod tags;
#[cfg(test)]
mod tests;
mod update;

use serde_json::{Value, json};

use super::{Call, Version, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::conversation::Conversation;
use crate::html;
use crate::ids::{AdminId, ConversationId, ObjectId};
use crate::search::{PageRequest, SortKey, page_links};
use crate::world::World;
use render::{DisplayAs, PartsShown};

pub(crate) use action::Action;
pub(crate) use actions::{
    NewConversation, act_with, begin, next_message, start_conversation, wake,
};
pub(crate) use participants::hide_or_show;
pub(crate) use rating::rate;
pub(crate) use tags::tag_part;

/// The last second of the year 9999: what is later was meant in other units.
const SECONDS_MAX: i64 = 253_402_300_799;
/// Conversations on a page, if nobody says otherwise.
const PER_PAGE_USUAL: u64 = 20;

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("GET", []) => list(world, call),
        ("POST", []) => start(world, call),
        (_, ["attributes", rest @ ..]) if call.version >= Version::V2_16 => {
            attributes::route(world, call, rest)
        }
        ("GET", ["deleted"]) if call.version >= Version::V2_16 => deletion::list(world, call),
        ("POST", ["search"]) => search::search(world, call),
        ("POST", ["redact"]) => redaction::redact(world, call),
        ("POST", [id, "customers"]) => participants::add(world, call, id),
        ("DELETE", [id, "customers", contact]) => participants::remove(world, call, id, contact),
        ("GET", [id]) => show(world, call, find(world, id)?),
        ("PUT", [id]) => update::update(world, call, id),
        ("DELETE", [id]) => deletion::delete(world, call, id),
        ("POST", [id, "reply"]) => reply::reply(world, call, id),
        ("POST", [id, "parts"]) => reply::manage(world, call, id),
        // Not described any more, but called by the vendor's clients (before the sixth version with
        // `/parts`). There are no rules here, so that nobody is assigned by them.
        ("POST", [id, "run_assignment_rules"] | [id, "run_assignment_rules", "parts"]) => {
            show(world, call, find(world, id)?)
        }
        ("POST", [id, "tags"]) => tags::put_on(world, call, id),
        ("DELETE", [id, "tags", tag]) => tags::take_off(world, call, id, tag),
        _ => Err(Refusal::no_such_resource()),
    }
}

fn find(world: &World, id: &str) -> Result<ConversationId, Refusal> {
    let id = id.parse().ok();
    let row = id.and_then(|id| world.conversations.get(id));
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
pub(super) fn start(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let from = body
        .get("from")
        .and_then(|from| from.get("id"))
        .and_then(Value::as_str);
    let contact: ObjectId = from
        .and_then(|id| id.parse().ok())
        .filter(|id| world.contacts.get(*id).is_some_and(|row| !row.blocked))
        .ok_or_else(Refusal::no_such_contact)?;
    let text = body
        .get("body")
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| Refusal::missing("body must be given"))?;
    let started = NewConversation {
        contact,
        body: html::from_text(text),
        // Only `/messages` says where the contact was.
        url: body
            .get("referer")
            .and_then(Value::as_str)
            .map(str::to_owned),
        created_at: created_at(&body)?,
        attachments: attachments::taken(world, &body)?,
    };
    let id = start_conversation(world, call.at, started);
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    // The description calls it so whether a user or a lead wrote it.
    Ok(Answer::Ok(json!({
        "type": "user_message", "id": row.source.id.to_string(), "created_at": row.created_at,
        "body": text, "message_type": "inapp", "conversation_id": id.to_string(),
    })))
}

/// When something was said, if the body tells: it may have been elsewhere.
fn created_at(body: &serde_json::Map<String, Value>) -> Result<Option<i64>, Refusal> {
    let wrong = || Refusal::invalid("created_at must be a UNIX timestamp").at_field("created_at");
    match body.get("created_at") {
        None | Some(Value::Null) => Ok(None),
        Some(time) => {
            let seconds = time.as_i64().filter(|it| (0..=SECONDS_MAX).contains(it));
            seconds.map(Some).ok_or_else(wrong)
        }
    }
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
