//! One conversation as the visitor sees it.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;

use super::{BLOCKED, Visitor, find, is_blocked, nobody};
use crate::api::{self, Action};
use crate::conversation::{Author, Conversation, Part, PartType, State as Stands};
use crate::html;
use crate::ids::{ConversationId, ObjectId};
use crate::member::initials;
use crate::pages::{Form, moments, page, refused};
use crate::sim::Sim;
use crate::world::World;

/// Something said, to the visitor or by them.
struct Said {
    side: &'static str,
    author: String,
    initials: String,
    body: String,
    ago: String,
    exact: String,
}

#[derive(Template)]
#[template(path = "messenger_thread.html")]
struct ThreadPage {
    visitor: Visitor,
    action: String,
    said: Vec<Said>,
    is_closed: bool,
    typed: String,
    refusal: Option<String>,
}

/// Where a conversation of a visitor is.
pub(super) fn address(contact: ObjectId, id: ConversationId) -> String {
    format!("/messenger/{contact}/conversations/{id}")
}

/// The visitor and the conversation of an address, which must be theirs.
fn theirs(world: &World, contact: &str, id: &str) -> Option<(ObjectId, ConversationId)> {
    let contact = find(world, contact)?;
    let row = world.conversations.rows.get(&id.parse().ok()?)?;
    row.contacts.contains(&contact).then_some((contact, row.id))
}

fn gone() -> Response {
    let reason = "This conversation is not theirs, or it was deleted.";
    refused(
        StatusCode::NOT_FOUND,
        "No conversation",
        reason,
        "/messenger",
    )
}

/// `GET /messenger/{contact}/conversations/{id}`.
pub(in crate::pages) async fn show(
    State(sim): State<Sim>,
    Path((contact, id)): Path<(String, String)>,
) -> Response {
    let Some((contact, id)) = sim.look(|world| theirs(world, &contact, &id)) else {
        return gone();
    };
    match thread(&sim, contact, id) {
        Some(thread) => page(StatusCode::OK, &thread),
        None => gone(),
    }
}

fn thread(sim: &Sim, contact: ObjectId, id: ConversationId) -> Option<ThreadPage> {
    let now = sim.now().as_seconds();
    sim.look(|world| {
        let row = world.conversations.rows.get(&id)?;
        Some(ThreadPage {
            visitor: Visitor::of(world, world.contacts.get(contact)?),
            action: address(contact, id),
            said: said(world, row, contact, now),
            is_closed: row.state == Stands::Closed,
            typed: String::new(),
            refusal: None,
        })
    })
}

/// The first message and every part with words that is not internal.
fn said(world: &World, row: &Conversation, visitor: ObjectId, now: i64) -> Vec<Said> {
    let first = (row.source.author, row.source.body.as_str(), row.created_at);
    let seen = |part: &&Part| part.kind != PartType::Note;
    let parts = row.parts.iter().filter(seen).filter_map(|part| {
        let body = part.body.as_deref()?;
        Some((part.author, body, part.created_at))
    });
    std::iter::once(first)
        .chain(parts)
        .map(|(by, body, at)| {
            let author = by_name(world, by);
            Said {
                side: if by == Author::Contact(visitor) {
                    "me"
                } else {
                    "them"
                },
                initials: initials(&author),
                author,
                body: body.to_owned(),
                ago: moments::ago(at, now, &world.zone),
                exact: moments::exact(at, &world.zone),
            }
        })
        .collect()
}

fn by_name(world: &World, author: Author) -> String {
    match author {
        Author::Contact(id) => {
            let row = world.contacts.get(id);
            row.map_or("Somebody", |row| row.shown_name()).to_owned()
        }
        Author::Admin(id) => {
            let admin = world.admin(id);
            admin
                .map_or("The team", |admin| admin.name.as_str())
                .to_owned()
        }
        Author::Bot => "Operator".to_owned(),
    }
}

/// `POST /messenger/{contact}/conversations/{id}`: the visitor writes.
pub(in crate::pages) async fn reply(
    State(sim): State<Sim>,
    Path((contact, id)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    if sim.look(|world| find(world, &contact)).is_none() {
        return nobody();
    }
    let Some((contact, id)) = sim.look(|world| theirs(world, &contact, &id)) else {
        return gone();
    };
    let typed = form.get("body").unwrap_or_default().trim().to_owned();
    let written = if typed.is_empty() {
        Err("Write something first.".to_owned())
    } else if is_blocked(&sim, contact) {
        Err(BLOCKED.to_owned())
    } else {
        sim.change(|world, now, _| {
            let said = Action::Comment(html::from_text(&typed));
            api::act(world, now, id, Author::Contact(contact), said, None)
        })
        .map_err(|refusal| refusal.message)
    };
    match (written, thread(&sim, contact, id)) {
        (Ok(()), _) => Redirect::to(&address(contact, id)).into_response(),
        (Err(_), None) => gone(),
        (Err(refusal), Some(thread)) => {
            let again = ThreadPage {
                typed,
                refusal: Some(refusal),
                ..thread
            };
            page(StatusCode::BAD_REQUEST, &again)
        }
    }
}
