//! Tags of conversations and of their parts: who put them on, and when.

use model::Timestamp;
use serde_json::{Map, Value};

use super::redaction::part_of;
use super::{Call, admin, find, not_found};
use crate::answer::{Answer, Refusal, Reply};
use crate::api::render;
use crate::conversation::AppliedTag;
use crate::ids::{AdminId, ConversationId, PartId, TagId};
use crate::world::World;

/// `POST /conversations/{id}/tags`. What is on already stays as it was put on.
pub(super) fn put_on(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?;
    let body = call.json()?;
    let tag = match body.get("id") {
        Some(Value::String(tag)) => tag.parse().ok(),
        Some(Value::Number(tag)) => tag.as_u64().map(TagId),
        _ => return Err(Refusal::missing("id must be given").at_field("id")),
    };
    let applied = applied(world, call, (tag, &body))?;
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    let there = row.tags.iter().find(|there| there.tag == applied.tag);
    let shown = there.copied().unwrap_or(applied);
    if there.is_none() {
        world.conversations.edit(id, call.now(), |row| {
            row.tags.push(applied);
            row.updated_at = applied.at;
        });
    }
    Ok(Answer::Ok(render::applied_tag(world, shown)))
}

/// `DELETE /conversations/{id}/tags/{tag}`: off its parts as well.
pub(super) fn take_off(world: &mut World, call: &Call<'_>, id: &str, tag: &str) -> Reply {
    let id = find(world, id)?;
    let applied = applied(world, call, (tag.parse().ok(), &call.json()?))?;
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    let mut there = row.tags.iter().filter(|there| there.tag == applied.tag);
    let removed = there.next().copied().ok_or_else(tag_not_found)?;
    world.conversations.edit(id, call.now(), |row| {
        row.tags.retain(|there| *there != removed);
        for part in &mut row.parts {
            part.tags.retain(|there| *there != removed.tag);
        }
        row.updated_at = call.now();
    });
    Ok(Answer::Ok(render::applied_tag(world, removed)))
}

/// Puts a tag on one part, and so on its conversation, and tells the app. No call of the API does so.
pub(crate) fn tag_part(
    world: &mut World,
    at: Timestamp,
    (id, part): (ConversationId, PartId),
    tag: TagId,
    by: AdminId,
) -> Result<(), Refusal> {
    world.tag(tag).ok_or_else(tag_not_found)?;
    let now = at.as_seconds();
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    let mut parts = row.parts.iter();
    let tagged = parts.find(|it| it.id == part).ok_or_else(not_found)?;
    if tagged.tags.contains(&tag) {
        return Ok(());
    }
    world.conversations.edit(id, now, |row| {
        let mut parts = row.parts.iter_mut();
        if let Some(tagged) = parts.find(|it| it.id == part) {
            tagged.tags.push(tag);
        }
        if row.tags.iter().all(|there| there.tag != tag) {
            row.tags.push(AppliedTag { tag, at: now, by });
        }
        row.updated_at = now;
    });
    let item = part_of(world, id, part);
    world.announce("conversation_part.tag.created", item, at);
    Ok(())
}

/// The tag that a call names, as the teammate of its body puts it on now.
fn applied(
    world: &World,
    call: &Call<'_>,
    (tag, body): (Option<TagId>, &Map<String, Value>),
) -> Result<AppliedTag, Refusal> {
    let by = admin(world, body)?;
    let tag = tag.and_then(|tag| world.tag(tag));
    Ok(AppliedTag {
        tag: tag.ok_or_else(tag_not_found)?.id,
        at: call.now(),
        by,
    })
}

fn tag_not_found() -> Refusal {
    Refusal::not_found("tag_not_found", "Tag not found")
}
