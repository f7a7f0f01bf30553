//! `GET /contacts`: everybody who is not archived, the one changed last first. Records that move
//! meanwhile can be seen twice or skipped, as with the vendor.

use std::sync::Arc;

use serde_json::Value;

use super::search::key_id;
use super::{Call, merges_shown, render};
use crate::answer::{Answer, Reply};
use crate::contact::{Contact, Order};
use crate::search::{PageRequest, SortKey, page_links};
use crate::world::World;

/// Contacts on a page, if nobody says otherwise.
pub(super) const PER_PAGE_USUAL: u64 = 50;

pub(super) fn list(world: &World, call: &Call<'_>) -> Reply {
    let request = PageRequest::parse(
        call.json_param("per_page").as_ref(),
        call.json_param("starting_after").as_ref(),
        PER_PAGE_USUAL,
        &Value::Null,
    )?;
    let from = (i64::MIN, crate::ids::ObjectId::LOWEST);
    let after = request.after.as_ref().and_then(key_id);
    let to = after.map_or(i64::MAX - 1, |(updated_at, _)| updated_at);
    let mut rows: Vec<&Arc<Contact>> = world
        .contacts
        .walk(Order::Updated, from, to)
        .rev()
        .filter(|row| !row.archived)
        .skip_while(|row| after.is_some_and(|after| (row.updated_at, row.id) >= after))
        .take(request.per_page + 1)
        .collect();
    let total = world.contacts.count();
    let has_more = rows.len() > request.per_page;
    rows.truncate(request.per_page);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|last| request.next(SortKey::Number(last.updated_at), last.id.to_string(), total));
    let pages = (total, page_links(&request, total, next.as_ref()));
    let rows = rows.iter().map(|row| &***row);
    Ok(Answer::written(&render::ContactList::of(
        world,
        rows,
        (call.version, merges_shown(call)),
        pages,
    )))
}
