//! `POST /conversations/redact`: takes the words of a message away for good.

use http::StatusCode;
use serde_json::{Map, Value};

use super::{Call, attachments, show};
use crate::answer::{Refusal, Reply};
use crate::api::render::{self, DisplayAs, PartsShown};
use crate::conversation::{Author, Conversation, REDACTED};
use crate::files::Attachment;
use crate::ids::{ConversationId, PartId};
use crate::world::World;

/// What a request names.
enum Message {
    Source,
    Part(PartId),
}

/// The words of a message, and its files.
type Taken = (Option<String>, Vec<Attachment>);

pub(super) fn redact(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let id: ConversationId = named(&body, "conversation_id")
        .and_then(|id| id.parse().ok())
        .ok_or_else(not_there)?;
    let row = world.conversations.get(id).ok_or_else(not_there)?;
    let message = match body.get("type").and_then(Value::as_str) {
        Some("source") => {
            let is_named = named(&body, "source_id") == Some(row.source.id.to_string());
            is_named.then_some(Message::Source)
        }
        Some("conversation_part") => named(&body, "conversation_part_id")
            .and_then(|id| id.parse().ok())
            .map(Message::Part),
        _ => return Err(Refusal::invalid("type is not one of a message").at_field("type")),
    };
    let message = message.ok_or_else(not_there)?;
    let now = call.now();
    let taken = world.conversations.edit(id, now, |row| {
        let taken = take_away(row, &message)?;
        row.updated_at = now;
        Ok(taken)
    });
    let words = taken.ok_or_else(not_there)??;
    attachments::dropped(world, &[words]);
    let part = match message {
        Message::Source => None,
        Message::Part(part) => Some(part),
    };
    if let Some(part) = part {
        let item = part_of(world, id, part);
        world.announce("conversation_part.redacted", item, call.at);
    }
    show(world, call, id)
}

/// An id, which may be written as a number.
fn named(body: &Map<String, Value>, name: &str) -> Option<String> {
    match body.get(name)? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns the words and files. A part must have some, and a source a contact as its author.
fn take_away(row: &mut Conversation, message: &Message) -> Result<Taken, Refusal> {
    match message {
        Message::Source => {
            if !matches!(row.source.author, Author::Contact(_)) {
                return Err(not_redactable());
            }
            row.source.is_redacted = true;
            let body = std::mem::replace(&mut row.source.body, REDACTED.to_owned());
            Ok((Some(body), std::mem::take(&mut row.source.attachments)))
        }
        Message::Part(id) => {
            let part = row.parts.iter_mut().find(|part| part.id == *id);
            let part = part.ok_or_else(not_there)?;
            if part.body.is_none() && part.attachments.is_empty() {
                return Err(not_redactable());
            }
            part.is_redacted = true;
            let body = part.body.replace(REDACTED.to_owned());
            Ok((body, std::mem::take(&mut part.attachments)))
        }
    }
}

/// A part as the item of a webhook about it.
pub(super) fn part_of(world: &World, id: ConversationId, part: PartId) -> Value {
    let Some(row) = world.conversations.get(id) else {
        return Value::Null;
    };
    let version = world.app_version();
    let display = DisplayAs::in_webhooks(version);
    let parts = PartsShown::Only(Some(part));
    let mut whole = render::conversation(world, row, parts, display, version);
    whole["conversation_parts"]["conversation_parts"][0].take()
}

fn not_there() -> Refusal {
    Refusal::not_found(
        "conversation_part_or_message_not_found",
        "Conversation part or message not found",
    )
}

/// The status is UNVERIFIED; the code is documented.
fn not_redactable() -> Refusal {
    Refusal::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "conversation_part_not_redactable",
        "This message can't be redacted",
    )
}
