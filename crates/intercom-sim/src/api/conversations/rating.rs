//! Ratings. No call of the API gives one: contacts do, in the Messenger.

use model::Timestamp;

use super::actions::{Wordless, push, tell};
use super::not_found;
use crate::answer::Refusal;
use crate::conversation::{Author, PartType, Rating, Stars};
use crate::ids::ConversationId;
use crate::world::World;

/// The first contact of a conversation rates it, with or without a remark, and the app is told. Another
/// time the rating is another one; a remark stays until there is a new one.
pub(crate) fn rate(
    world: &mut World,
    at: Timestamp,
    id: ConversationId,
    stars: Stars,
    remark: Option<String>,
) -> Result<(), Refusal> {
    let now = at.as_seconds();
    let row = world.conversations.get(id).ok_or_else(not_found)?;
    let contact = row.contacts.first().copied();
    let contact = contact.ok_or_else(Refusal::no_such_contact)?;
    let has_remark = remark.is_some();
    world.conversations.edit(id, now, |row| {
        let before = row.rating.take();
        row.rating = Some(Box::new(Rating {
            stars,
            created_at: before.as_ref().map_or(now, |before| before.created_at),
            remark: remark.or(before.and_then(|before| before.remark)),
            updated_at: now,
            contact,
            teammate: row.admin,
        }));
    });
    let kinds = [
        Some(PartType::RatingChanged),
        has_remark.then_some(PartType::RatingRemarkAdded),
    ];
    for kind in kinds.into_iter().flatten() {
        let part = Wordless {
            kind,
            author: Author::Contact(contact),
            detail: None,
            app: None,
        };
        push(world, at, id, part)?;
    }
    tell(world, at, id, "conversation.rating.added", None);
    Ok(())
}
