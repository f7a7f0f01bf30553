//! `POST /messages`: a teammate writes to contacts, or a contact begins a conversation.
//!
//! What a teammate writes is a conversation only once somebody answers, unless the call asks for one
//! at once. WhatsApp is not connected here.

use http::StatusCode;
use model::Timestamp;
use serde_json::{Map, Value, json};

use super::Call;
use super::conversations::{self, Action, act_with, begin, next_message};
use crate::answer::{Answer, Refusal, Reply};
use crate::attribute::{flag, text};
use crate::contact::{Contact, Role};
use crate::conversation::{Author, Channel};
use crate::html;
use crate::ids::{AdminId, ConversationId, ObjectId, PartId};
use crate::message::Message;
use crate::world::World;

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("POST", []) => create(world, call),
        _ => Err(Refusal::no_such_resource()),
    }
}

fn create(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let from = body
        .get("from")
        .ok_or_else(|| Refusal::missing("from must be given").at_field("from"))?;
    match from.get("type").and_then(Value::as_str) {
        Some("admin") => send(world, call, (&body, from)),
        Some("user" | "lead" | "contact") => conversations::start(world, call),
        _ => Err(Refusal::invalid("from has a type that is none").at_field("from")),
    }
}

fn send(world: &mut World, call: &Call<'_>, (body, from): (&Map<String, Value>, &Value)) -> Reply {
    let channel = channel(body)?;
    let said = text(body, "body")?.filter(|said| !said.trim().is_empty());
    let said = said.ok_or_else(|| Refusal::invalid("Body is required").at_field("body"))?;
    let subject = text(body, "subject")?;
    if channel == Channel::Email && subject.as_deref().is_none_or(str::is_empty) {
        return Err(Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "parameter_not_found",
            "No subject supplied for email message",
        ));
    }
    let admin = sender(world, from)?;
    let to = recipients(world, body)?;
    let is_begun = flag(body, "create_conversation_without_contact_reply")?.unwrap_or(false);
    let owner = world.admin(admin).map(crate::member::Admin::render);
    let message = Message {
        id: next_message(world),
        admin,
        channel,
        subject: subject.clone(),
        body: html::from_app(&said),
        to,
    };
    let mut shown = json!({
        "type": "admin_message", "id": message.id.to_string(), "created_at": call.now(),
        "subject": subject.unwrap_or_default(), "body": said, "owner": owner,
        "message_type": match channel { Channel::Messenger => "inapp", Channel::Email => "email" },
    });
    if is_begun {
        let id = begin(world, call.at, message.into_source(), SENT);
        shown["conversation_id"] = json!(id.to_string());
    } else {
        note_the_contacts(world, call.now(), &message.to);
        world.messages.rows.insert(message.id, message);
    }
    Ok(Answer::Ok(shown))
}

/// A teammate began a conversation.
const SENT: &str = "conversation.admin.single.created";

/// The schema has `in_app`, its alternatives `inapp`, and its example `conversation`.
fn channel(body: &Map<String, Value>) -> Result<Channel, Refusal> {
    let refuse = |words: &str| Err(Refusal::invalid(words).at_field("message_type"));
    match text(body, "message_type")?.as_deref() {
        Some("inapp" | "in_app" | "conversation") => Ok(Channel::Messenger),
        Some("email") => Ok(Channel::Email),
        Some("whatsapp") => refuse("WhatsApp is not connected to this workspace"),
        Some(_) => refuse("message_type is not one of a message"),
        None => Err(Refusal::missing("message_type must be given").at_field("message_type")),
    }
}

fn sender(world: &World, from: &Value) -> Result<AdminId, Refusal> {
    let id = match from.get("id") {
        Some(Value::String(id)) => id.parse().ok(),
        Some(Value::Number(id)) => id.as_u64().map(AdminId),
        _ => None,
    };
    id.filter(|id| world.admin(*id).is_some())
        .ok_or_else(|| Refusal::not_found("admin_not_found", "Admin not found"))
}

/// Everybody of `to` and `cc`, each once; a blind copy joins no conversation.
fn recipients(world: &World, body: &Map<String, Value>) -> Result<Vec<ObjectId>, Refusal> {
    let mut all = Vec::new();
    for name in ["to", "cc", "bcc"] {
        let named = match body.get(name) {
            Some(Value::Array(many)) => many.as_slice(),
            Some(one @ Value::Object(_)) => std::slice::from_ref(one),
            None | Some(Value::Null) => &[],
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                return Err(Refusal::invalid(format!("{name} must name contacts")).at_field(name));
            }
        };
        if named.is_empty() && name == "to" {
            return Err(Refusal::missing("to must be given").at_field("to"));
        }
        for one in named {
            let id = recipient(world, one).ok_or_else(Refusal::no_such_contact)?;
            if name != "bcc" && !all.contains(&id) {
                all.push(id);
            }
        }
    }
    Ok(all)
}

/// A contact by id, by external id or by email.
fn recipient(world: &World, named: &Value) -> Option<ObjectId> {
    let text = |name: &str| named.get(name).and_then(Value::as_str);
    let row = if let Some(id) = text("id") {
        world.contacts.get(id.parse().ok()?)
    } else if let Some(id) = text("user_id") {
        let mut users = world.contacts.with_external_id(id);
        users.find(|row| row.role == Role::User)
    } else {
        let email = text("email")?.to_lowercase();
        world.contacts.with_email(&email).next()
    };
    row.filter(|row| !row.archived).map(|row| row.id)
}

fn note_the_contacts(world: &mut World, now: i64, to: &[ObjectId]) {
    for id in to {
        let row = world.contacts.get(*id).map(|row| Contact::clone(row));
        if let Some(mut row) = row {
            row.last_contacted_at = Some(now);
            row.updated_at = now;
            world.contacts.put(row, now);
        }
    }
}

/// A contact answers a message that a teammate sent: from now on it is a conversation. That it is told
/// as the teammate's beginning and the contact's reply is an assumption (UNVERIFIED).
pub(crate) fn answer_message(
    world: &mut World,
    at: Timestamp,
    (message, contact): (PartId, ObjectId),
    words: &str,
) -> Result<ConversationId, Refusal> {
    let sent = world.messages.rows.get(&message);
    let sent = sent.filter(|sent| sent.to.contains(&contact));
    let sent = sent.cloned().ok_or_else(Refusal::no_such_resource)?;
    let row = world.contacts.get(contact);
    if row.is_none_or(|row| row.blocked) {
        return Err(Refusal::no_such_contact());
    }
    world.messages.rows.remove(&message);
    let id = begin(world, at, sent.into_source(), SENT);
    let said = Action::Comment(html::from_text(words));
    let author = Author::Contact(contact);
    act_with(world, at, (id, author), said, Vec::new(), None)?;
    Ok(id)
}
