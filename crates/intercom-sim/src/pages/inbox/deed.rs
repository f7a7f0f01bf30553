//! What a teammate does in the open conversation.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;

use super::super::card::{self, CardView};
use super::super::posted::Posted;
use super::super::{not_found, page, shell};
use super::listing::Filter;
use super::{InboxPage, about, address, card_action, find, opened, snooze, thread};
use crate::api::{self, Action};
use crate::canvas::CardPlace;
use crate::conversation::Author;
use crate::ids::{AdminId, ConversationId};
use crate::sim::Sim;
use crate::world::World;
use model::Timestamp;

/// `POST /inbox/conversations/{id}/parts`: reply, note, close, reopen, assign, snooze.
pub(in crate::pages) async fn act(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    posted: Posted,
) -> Response {
    let Some(id) = find(&sim, &id) else {
        return not_found();
    };
    let filter = Filter::of_address(query.as_deref());
    let me = sim.look(|world| shell::me(world, &headers));
    let done = sim.change(|world, now, _| done(world, now, (id, me), &posted));
    match done {
        Ok(()) => Redirect::to(&address(id, filter.as_ref())).into_response(),
        Err(reason) => refused(&sim, (id, me), filter, &headers, (posted.typed(), reason)).await,
    }
}

/// Does what a form says, or tells why it cannot be done.
fn done(
    world: &mut World,
    now: Timestamp,
    (id, me): (ConversationId, AdminId),
    posted: &Posted,
) -> Result<(), String> {
    let deed = posted.form.get("deed").unwrap_or_default();
    let chosen = |name: &str| posted.form.get(name).unwrap_or_default();
    // Closing needs no words; what is written with it is said first.
    let is_silent = deed == "close" && posted.typed().is_empty() && posted.files.is_empty();
    let mut said = None;
    if matches!(deed, "reply" | "note" | "close") && !is_silent {
        match posted.refusal(world) {
            Some(reason) => return Err(reason.to_owned()),
            None => said = Some(posted.said(world)),
        }
    }
    let (body, attachments) = said.map_or((None, Vec::new()), |said| {
        (Some(said.body), said.attachments)
    });
    let action = match deed {
        "reply" => Action::Comment(body.unwrap_or_default()),
        "note" => Action::Note(body.unwrap_or_default()),
        "close" => Action::Close(body),
        "open" => Action::Open,
        "assign" => Action::Assign(thread::assignee(world, chosen("assignee")), None),
        "snooze" => {
            let until = snooze::until(chosen("until"), now.as_seconds(), &world.zone);
            Action::Snooze(until.ok_or("Choose how long to put it off.")?)
        }
        "prioritize" => {
            let priority = about::priority(chosen("priority"));
            Action::Prioritize(priority.ok_or("Choose how urgent it is.")?)
        }
        "tag" | "untag" => return tag(world, now, (id, me), deed, chosen("tag").trim()),
        _ => return Err("Nobody knows what was to be done.".to_owned()),
    };
    let me = Author::Admin(me);
    api::act_with(world, now, (id, me), action, attachments, None)
        .map_err(|refusal| refusal.message)
}

/// Puts a tag on, of a name that may be new, or takes one off.
fn tag(
    world: &mut World,
    now: Timestamp,
    (id, me): (ConversationId, AdminId),
    deed: &str,
    tag: &str,
) -> Result<(), String> {
    let by = json!({ "admin_id": me.to_string() });
    let path = format!("conversations/{id}/tags");
    let done = if deed == "untag" {
        world.done_by(me, now, (Method::DELETE, &format!("{path}/{tag}")), &by)
    } else {
        let named = world.done_by(me, now, (Method::POST, "tags"), &json!({ "name": tag }));
        named.and_then(|named| {
            let put = json!({ "id": named["id"], "admin_id": me.to_string() });
            world.done_by(me, now, (Method::POST, &path), &put)
        })
    };
    done.map(drop).map_err(|refusal| refusal.message)
}

/// The conversation again, with what was typed and why it was not sent.
async fn refused(
    sim: &Sim,
    (id, me): (ConversationId, AdminId),
    filter: Option<Filter>,
    headers: &HeaderMap,
    (typed, reason): (&str, String),
) -> Response {
    let place = CardPlace::Conversation(id);
    let action = card_action(id, filter.as_ref());
    let card: CardView = card::view(sim, place, me, action, true).await;
    let Some(mut again) = opened(sim, id, filter, headers, card) else {
        return not_found();
    };
    if let InboxPage {
        thread: Some(thread),
        ..
    } = &mut again
    {
        typed.clone_into(&mut thread.typed);
        thread.refusal = Some(reason);
    }
    page(StatusCode::BAD_REQUEST, &again)
}
