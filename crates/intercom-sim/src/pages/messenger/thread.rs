//! One conversation as the visitor sees it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use model::Timestamp;

use super::{Visitor, blocked, find, nobody, refusal};
use crate::api::{self, Action};
use crate::conversation::{Author, Conversation, Detail, QuickReply, Stars, State as Stands};
use crate::ids::{ConversationId, ObjectId};
use crate::member::initials;
use crate::pages::attached::{self, Attached};
use crate::pages::posted::{Posted, Said as PostedWords};
use crate::pages::{moments, page, refused};
use crate::sim::Sim;
use crate::world::World;

/// Something said, to the visitor or by them.
struct Said {
    side: &'static str,
    author: String,
    initials: String,
    body: String,
    files: Vec<Attached>,
    ago: String,
    exact: String,
}

#[derive(Template)]
#[template(path = "messenger_thread.html")]
struct ThreadPage {
    visitor: Visitor,
    action: String,
    said: Vec<Said>,
    /// Answers that can be given with a click.
    choices: Vec<QuickReply>,
    is_closed: bool,
    faces: Vec<Face>,
    typed: String,
    refusal: Option<String>,
}

/// One of the ratings that can be given.
struct Face {
    stars: u8,
    sign: &'static str,
    name: &'static str,
    is_chosen: bool,
}

const FACES: [(u8, &str, &str); 5] = [
    (1, "😠", "Terrible"),
    (2, "😞", "Bad"),
    (3, "😐", "OK"),
    (4, "😃", "Great"),
    (5, "😍", "Amazing"),
];

fn faces(row: &Conversation) -> Vec<Face> {
    let given = row.rating.as_ref().map(|rating| rating.stars.number());
    let face = |(stars, sign, name)| Face {
        stars,
        sign,
        name,
        is_chosen: given == Some(stars),
    };
    FACES.into_iter().map(face).collect()
}

/// The answers that were offered last, if the visitor has said nothing since.
fn choices(row: &Conversation, visitor: ObjectId) -> Vec<QuickReply> {
    let latest_first = row.parts.iter().rev();
    let since = latest_first.take_while(|part| part.author != Author::Contact(visitor));
    let offered = since.filter_map(|part| match part.detail.as_deref() {
        Some(Detail::Offered(replies)) => Some(replies.clone()),
        Some(Detail::Picked(_) | Detail::Attribute { .. }) | None => None,
    });
    offered.take(1).flatten().collect()
}

/// Where a conversation of a visitor is.
pub(super) fn address(contact: ObjectId, id: ConversationId) -> String {
    format!("/messenger/{contact}/conversations/{id}")
}

/// The visitor and the conversation of an address, which must be theirs.
fn theirs(world: &World, contact: &str, id: &str) -> Option<(ObjectId, ConversationId)> {
    let contact = find(world, contact)?;
    let row = world.conversations.get(id.parse().ok()?)?;
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
        let row = world.conversations.get(id)?;
        Some(ThreadPage {
            visitor: Visitor::of(world, world.contacts.get(contact)?),
            action: address(contact, id),
            said: said(world, row, contact, now),
            choices: choices(row, contact),
            faces: faces(row),
            is_closed: row.state == Stands::Closed,
            typed: String::new(),
            refusal: None,
        })
    })
}

/// The first message and every part that says something and is not internal.
fn said(world: &World, row: &Conversation, visitor: ObjectId, now: i64) -> Vec<Said> {
    let source = &row.source;
    let first = (
        source.author,
        source.body.as_str(),
        source.attachments.as_slice(),
    );
    let seen = row.parts.iter().filter(|part| !part.is_internal());
    let parts = seen.filter_map(|part| {
        let (body, files) = attached::said(part)?;
        Some(((part.author, body, files), part.created_at))
    });
    std::iter::once((first, row.created_at))
        .chain(parts)
        .map(|((by, body, files), at)| {
            let author = by_name(world, by);
            let is_me = by == Author::Contact(visitor);
            Said {
                side: if is_me { "me" } else { "them" },
                initials: initials(&author),
                author,
                body: attached::body(body),
                files: attached::attached(world, files),
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
    posted: Posted,
) -> Response {
    if sim.look(|world| find(world, &contact)).is_none() {
        return nobody();
    }
    let Some((contact, id)) = sim.look(|world| theirs(world, &contact, &id)) else {
        return gone();
    };
    let written = sim.change(|world, now, _| wrote(world, now, (id, contact), &posted));
    match (written, thread(&sim, contact, id)) {
        (Ok(()), _) => Redirect::to(&address(contact, id)).into_response(),
        (Err(_), None) => gone(),
        (Err(refusal), Some(thread)) => {
            let again = ThreadPage {
                typed: posted.typed().to_owned(),
                refusal: Some(refusal),
                ..thread
            };
            page(StatusCode::BAD_REQUEST, &again)
        }
    }
}

/// What a posted form does: rates, picks an answer, or says something.
fn wrote(
    world: &mut World,
    now: Timestamp,
    (id, contact): (ConversationId, ObjectId),
    posted: &Posted,
) -> Result<(), String> {
    if let Some(stars) = posted.form.get("stars") {
        let stars = stars.parse::<u8>().map_err(|_| "Choose a face.")?;
        let stars = Stars::try_from(stars)?;
        let remark = Some(posted.typed()).filter(|remark| !remark.is_empty());
        let remark = remark.map(str::to_owned);
        return api::rate(world, now, id, stars, remark).map_err(|refusal| refusal.message);
    }
    let by = (id, Author::Contact(contact));
    let (said, attachments) = if let Some(uuid) = posted.form.get("pick") {
        if let Some(reason) = blocked(world, contact) {
            return Err(reason.to_owned());
        }
        let row = world.conversations.get(id);
        let offered = row.and_then(|row| row.offered(uuid)).cloned();
        (
            Action::Pick(offered.ok_or("Nobody offered that.")?),
            Vec::new(),
        )
    } else {
        if let Some(reason) = refusal(world, contact, posted) {
            return Err(reason.to_owned());
        }
        let PostedWords { body, attachments } = posted.said(world);
        (Action::Comment(body), attachments)
    };
    api::act_with(world, now, by, said, attachments, None).map_err(|refusal| refusal.message)
}
