//! The other side of the inbox: what a visitor of the company's site sees and writes.
//!
//! Whoever opens it chooses whom to be: somebody new, who becomes a lead with the first message, or
//! any lead or user there is. Addresses name the person and the conversation, so that a bookmark or a
//! second window is the same visitor. Notes and other internal parts are never shown here.

mod thread;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{Method, StatusCode};
use model::Timestamp;
use serde_json::{Value, json};

use super::posted::{Posted, Said};
use super::{Form, attached, moments, page, people, refused};
use crate::answer::Refusal;
use crate::api::{self, NewConversation};
use crate::contact::{Contact, Role};
use crate::conversation::Conversation;
use crate::ids::ObjectId;
use crate::member::{Admin, initials};
use crate::message::Message;
use crate::sim::Sim;
use crate::world::World;

pub(super) use thread::{reply, show as thread};

/// People that are offered to be.
const OFFERED_MAX: usize = 8;
/// Conversations in the list of one visitor.
const LISTED_MAX: usize = 50;

/// A person to be.
struct Known {
    href: String,
    initials: String,
    name: String,
    email: String,
    role: &'static str,
}

/// Choosing whom to be.
#[derive(Template)]
#[template(path = "messenger_choice.html")]
struct ChoicePage {
    workspace: String,
    sought: String,
    known: Vec<Known>,
    typed: String,
    email: String,
    refusal: Option<String>,
}

/// A conversation in the visitor's list.
struct Entry {
    href: String,
    snippet: String,
    ago: String,
    exact: String,
    is_closed: bool,
}

/// A message of a teammate that can be answered.
struct Letter {
    action: String,
    author: String,
    initials: String,
    subject: Option<String>,
    body: String,
}

/// A visitor's own page.
#[derive(Template)]
#[template(path = "messenger_home.html")]
struct HomePage {
    visitor: Visitor,
    /// What teammates sent and nobody answered, the latest first.
    letters: Vec<Letter>,
    entries: Vec<Entry>,
    typed: String,
    refusal: Option<String>,
}

/// Who somebody is, on each of the visitor's pages.
struct Visitor {
    workspace: String,
    team: Vec<String>,
    href: String,
    profile: String,
    name: String,
    initials: String,
    role: &'static str,
    /// A lead without an address is asked for one.
    lacks_email: bool,
    /// Nothing that a blocked person writes arrives.
    is_blocked: bool,
}

impl Visitor {
    fn of(world: &World, row: &Contact) -> Self {
        let faces = world.admins.iter().take(3);
        Self {
            workspace: world.options.workspace_name.clone(),
            team: faces.map(Admin::initials).collect(),
            href: home(row.id),
            profile: format!("/inbox/contacts/{}", row.id),
            name: row.shown_name().to_owned(),
            initials: initials(row.shown_name()),
            role: row.role.word(),
            lacks_email: row.role == Role::Lead && row.email.is_none(),
            is_blocked: row.blocked,
        }
    }
}

fn home(contact: ObjectId) -> String {
    format!("/messenger/{contact}")
}

/// The person of an address.
fn find(world: &World, id: &str) -> Option<ObjectId> {
    let id = id.parse().ok()?;
    world.contacts.get(id).map(|row| row.id)
}

fn nobody() -> Response {
    let reason = "This person was deleted, or merged into another one.";
    refused(
        StatusCode::NOT_FOUND,
        "Nobody is here",
        reason,
        "/messenger",
    )
}

/// `GET /messenger`.
pub(super) async fn choose(State(sim): State<Sim>, RawQuery(query): RawQuery) -> Response {
    let form = Form::parse(query.unwrap_or_default().as_bytes());
    let sought = form.get("q").unwrap_or_default().trim().to_owned();
    page(StatusCode::OK, &choice(&sim, &sought))
}

fn choice(sim: &Sim, sought: &str) -> ChoicePage {
    sim.look(|world| {
        let known = people::found_by(world, sought, OFFERED_MAX)
            .into_iter()
            .map(|row| Known {
                href: home(row.id),
                initials: initials(row.shown_name()),
                name: row.shown_name().to_owned(),
                email: row.email.as_deref().unwrap_or_default().to_owned(),
                role: row.role.word(),
            });
        ChoicePage {
            workspace: world.options.workspace_name.clone(),
            sought: sought.to_owned(),
            known: known.collect(),
            typed: String::new(),
            email: String::new(),
            refusal: None,
        }
    })
}

/// `POST /messenger`: somebody new writes, and is a lead from then on.
pub(super) async fn arrive(State(sim): State<Sim>, posted: Posted) -> Response {
    let email = posted.form.get("email").unwrap_or_default().trim();
    let started = sim.change(|world, now, _| {
        if let Some(reason) = posted.refusal(world) {
            return Err(reason.to_owned());
        }
        let contact = become_lead(world, now, email).map_err(|refusal| refusal.message)?;
        Ok(start(world, now, contact, &posted))
    });
    match started {
        Ok(href) => Redirect::to(&href).into_response(),
        Err(refusal) => {
            let again = ChoicePage {
                typed: posted.typed().to_owned(),
                email: email.to_owned(),
                refusal: Some(refusal),
                ..choice(&sim, "")
            };
            page(StatusCode::BAD_REQUEST, &again)
        }
    }
}

/// A visitor has no teammate behind them; what a lead is made with is the same as by the API.
fn become_lead(world: &mut World, now: Timestamp, email: &str) -> Result<ObjectId, Refusal> {
    let mut fields = json!({ "role": "lead" });
    if !email.is_empty() {
        fields["email"] = json!(email);
    }
    let made = by_api(world, now, (Method::POST, "contacts"), &fields)?;
    let id = made["id"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Refusal::invalid("the contact was not made"))
}

fn by_api(
    world: &mut World,
    now: Timestamp,
    call: (Method, &str),
    fields: &Value,
) -> Result<Value, Refusal> {
    let anybody = world.admins.first().map(|admin| admin.id);
    world.done_by(anybody.unwrap_or_default(), now, call, fields)
}

/// Starts a conversation; gives its address.
fn start(world: &mut World, now: Timestamp, contact: ObjectId, posted: &Posted) -> String {
    let site = posted.form.get("page").map(str::trim);
    let site = site.filter(|site| !site.is_empty());
    let Said { body, attachments } = posted.said(world);
    let started = NewConversation {
        contact,
        body,
        url: site.map(str::to_owned),
        attachments,
        created_at: None,
    };
    let id = api::start_conversation(world, now, started);
    thread::address(contact, id)
}

/// `GET /messenger/{contact}`: the conversations of one visitor, and a place to begin another.
pub(super) async fn show(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    match sim.look(|world| find(world, &id)) {
        Some(contact) => page(StatusCode::OK, &own_page(&sim, contact)),
        None => nobody(),
    }
}

fn own_page(sim: &Sim, contact: ObjectId) -> HomePage {
    let now = sim.now().as_seconds();
    sim.look(|world| {
        let gone = Contact::new(contact, Role::Lead, now);
        let row = world.contacts.get(contact).map_or(&gone, |row| &**row);
        let theirs = world.conversations.latest_first();
        let theirs = theirs.filter(|talk| talk.contacts.contains(&contact));
        HomePage {
            visitor: Visitor::of(world, row),
            letters: letters(world, contact),
            entries: theirs
                .take(LISTED_MAX)
                .map(|talk| entry(world, talk, contact, now))
                .collect(),
            typed: String::new(),
            refusal: None,
        }
    })
}

fn letters(world: &World, contact: ObjectId) -> Vec<Letter> {
    let sent = world.messages.rows.values().rev();
    let sent = sent.filter(|message| message.to.contains(&contact));
    let letter = |message: &Message| {
        let admin = world.admin(message.admin);
        let author = admin.map_or("The team", |admin| admin.name.as_str());
        Letter {
            action: format!("{}/messages/{}", home(contact), message.id),
            author: author.to_owned(),
            initials: initials(author),
            subject: message
                .subject
                .clone()
                .filter(|subject| !subject.is_empty()),
            body: attached::body(&message.body),
        }
    };
    sent.take(LISTED_MAX).map(letter).collect()
}

fn entry(world: &World, row: &Conversation, contact: ObjectId, now: i64) -> Entry {
    Entry {
        href: thread::address(contact, row.id),
        snippet: attached::last_words(world, row),
        ago: moments::ago(row.updated_at, now, &world.zone),
        exact: moments::exact(row.updated_at, &world.zone),
        is_closed: row.state == crate::conversation::State::Closed,
    }
}

/// `POST /messenger/{contact}`: begins a conversation.
pub(super) async fn begin(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let Some(contact) = sim.look(|world| find(world, &id)) else {
        return nobody();
    };
    let begun = sim.change(|world, now, _| match refusal(world, contact, &posted) {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(start(world, now, contact, &posted)),
    });
    match begun {
        Ok(href) => Redirect::to(&href).into_response(),
        Err(refusal) => {
            let again = HomePage {
                typed: posted.typed().to_owned(),
                refusal: Some(refusal),
                ..own_page(&sim, contact)
            };
            page(StatusCode::BAD_REQUEST, &again)
        }
    }
}

/// Why a known person's message does not arrive, if so.
fn refusal(world: &World, contact: ObjectId, posted: &Posted) -> Option<&'static str> {
    blocked(world, contact).or_else(|| posted.refusal(world))
}

/// Why nothing of a person arrives, if so.
fn blocked(world: &World, contact: ObjectId) -> Option<&'static str> {
    let is_blocked = world.contacts.get(contact).is_none_or(|row| row.blocked);
    is_blocked.then_some("This person was blocked: nothing that they write arrives.")
}

/// `POST /messenger/{contact}/messages/{message}`: answers what a teammate sent, and so begins a
/// conversation.
pub(super) async fn answer(
    State(sim): State<Sim>,
    Path((id, message)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    let Some(contact) = sim.look(|world| find(world, &id)) else {
        return nobody();
    };
    let typed = form.get("body").unwrap_or_default().trim();
    let answered = sim.change(|world, now, _| {
        if let Some(reason) = blocked(world, contact) {
            return Err(reason.to_owned());
        }
        if typed.is_empty() {
            return Err("Write something first.".to_owned());
        }
        let message = message.parse().map_err(|_| "There is no such message.")?;
        let answered = api::answer_message(world, now, (message, contact), typed);
        answered.map_err(|_| "This message was answered, or taken back.".to_owned())
    });
    match answered {
        Ok(conversation) => Redirect::to(&thread::address(contact, conversation)).into_response(),
        Err(refusal) => {
            let again = HomePage {
                refusal: Some(refusal),
                ..own_page(&sim, contact)
            };
            page(StatusCode::BAD_REQUEST, &again)
        }
    }
}

/// `POST /messenger/{contact}/email`: leaves an address.
pub(super) async fn leave_email(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    let Some(contact) = sim.look(|world| find(world, &id)) else {
        return nobody();
    };
    let fields = json!({ "email": form.get("email").unwrap_or_default().trim() });
    let path = format!("contacts/{contact}");
    let left = sim.change(|world, now, _| by_api(world, now, (Method::PUT, &path), &fields));
    let own = home(contact);
    let back = form.get("back").filter(|back| back.starts_with(&own));
    let back = back.unwrap_or(&own);
    match left {
        Ok(_) => Redirect::to(back).into_response(),
        Err(refusal) => refused(
            StatusCode::BAD_REQUEST,
            "The address was not taken",
            &refusal.message,
            back,
        ),
    }
}
