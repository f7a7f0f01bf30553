//! `DELETE /conversations/{id}`, and `GET /conversations/deleted` since 2.16: what is gone for good.

use serde_json::{Value, json};

use super::{Call, attachments, find};
use crate::answer::{Answer, Refusal, Reply};
use crate::api::paging::NumberedPage;
use crate::conversation::Deleted;
use crate::world::World;

/// Deleted conversations on a page, at most and if nobody says otherwise.
const PER_PAGE_MAX: usize = 60;
const PER_PAGE_USUAL: usize = 20;

/// Deletes a conversation with its files. There are no reports here that could keep its metrics.
pub(super) fn delete(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?;
    let are_metrics_retained = match call.param("retain_metrics") {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => {
            let words = "retain_metrics must be true or false";
            return Err(Refusal::invalid(words).at_field("retain_metrics"));
        }
    };
    if let Some(row) = world.conversations.remove(id, call.now()) {
        let source = (
            Some(row.source.body.clone()),
            row.source.attachments.clone(),
        );
        let parts = row.parts.iter();
        let parts = parts.map(|part| (part.body.clone(), part.attachments.clone()));
        let messages: Vec<_> = parts.chain([source]).collect();
        attachments::dropped(world, &messages);
    }
    world.conversations.deleted.push(Deleted {
        id,
        at: call.now(),
        are_metrics_retained,
    });
    let item = json!({ "type": "conversation", "conversation_id": id.to_string() });
    world.announce("conversation.deleted", item, call.at);
    Ok(Answer::Ok(
        json!({ "id": id.to_string(), "object": "conversation", "deleted": true }),
    ))
}

/// The one deleted last first, unless the call asks for the other order.
pub(super) fn list(world: &World, call: &Call<'_>) -> Reply {
    let page = NumberedPage::of_query(call, PER_PAGE_USUAL)?;
    if page.per_page > PER_PAGE_MAX {
        let words = format!("per_page must be between 1 and {PER_PAGE_MAX}");
        return Err(Refusal::invalid(words).at_field("per_page"));
    }
    let deleted = &world.conversations.deleted;
    let listed: Vec<Value> = match call.param("order") {
        None | Some("desc") => page.of(deleted.iter().rev()).map(render).collect(),
        Some("asc") => page.of(deleted.iter()).map(render).collect(),
        Some(_) => {
            let words = "order must be either asc or desc";
            return Err(Refusal::invalid(words).at_field("order"));
        }
    };
    let mut pages = page.addressed(deleted.len(), call);
    // The next page is in the same order.
    if let (Some(order), Some(next)) = (call.param("order"), pages["next"].as_str()) {
        pages["next"] = json!(format!("{next}&order={order}"));
    }
    Ok(Answer::Ok(json!({
        "type": "conversations.list", "conversations": listed, "total_count": deleted.len(),
        "pages": pages,
    })))
}

fn render(deleted: &Deleted) -> Value {
    json!({
        "type": "conversation", "id": deleted.id.to_string(),
        "metrics_retained": deleted.are_metrics_retained, "deleted_at": deleted.at,
    })
}
