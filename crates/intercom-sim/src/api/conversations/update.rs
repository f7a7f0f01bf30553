//! `PUT /conversations/{id}`: title, read, attributes, company. All is checked before anything is
//! written.

use model::Change;
use serde_json::{Map, Value};

use super::actions::{Wordless, push, tell, tell_read};
use super::{Call, Version, find, not_found, show};
use crate::answer::{Refusal, Reply};
use crate::attribute::{flag, text};
use crate::conversation::{AttributeChange, Author, Detail, PartType};
use crate::ids::{ConversationId, ObjectId};
use crate::world::World;

/// What a body asks for.
struct Update {
    read: Option<bool>,
    title: Change<String>,
    attributes: Vec<AttributeChange>,
    company: Change<ObjectId>,
}

pub(super) fn update(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?;
    let asked = asked(world, &call.json()?, call.version)?;
    let now = call.now();
    let became = world.conversations.edit(id, now, |row| {
        let before = (row.read, row.title.clone(), row.company);
        row.read = asked.read.unwrap_or(row.read);
        row.title = after(asked.title, row.title.take());
        row.company = after(asked.company, row.company);
        if (row.read, &row.title, row.company) != (before.0, &before.1, before.2) {
            row.updated_at = now;
        }
        (row.read && !before.0, row.company != before.2)
    });
    let (is_read_now, is_of_another) = became.ok_or_else(not_found)?;
    for change in asked.attributes {
        write(world, call, id, change)?;
    }
    if is_read_now {
        tell_read(world, call.at, id);
    }
    // Webhooks know of companies since 2.15.
    if is_of_another && world.app_version() >= Version::V2_15 {
        tell(world, call.at, id, "conversation.company.updated", None);
    }
    show(world, call, id)
}

/// A member after the write.
fn after<T>(change: Change<T>, present: Option<T>) -> Option<T> {
    match change {
        Change::Keep => present,
        Change::Clear => None,
        Change::Set(value) => Some(value),
    }
}

fn asked(world: &World, body: &Map<String, Value>, version: Version) -> Result<Update, Refusal> {
    let nullable = |name: &str| {
        Ok(match text(body, name)? {
            Some(text) => Change::Set(text),
            None if body.contains_key(name) => Change::Clear,
            None => Change::Keep,
        })
    };
    let attributes = match body.get("custom_attributes") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(written)) => world.conversation_attributes.changes(written)?,
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            let words = "custom_attributes must be an object";
            return Err(Refusal::invalid(words).at_field("custom_attributes"));
        }
    };
    let company = match nullable("company_id")? {
        // Conversations know of companies since 2.15.
        Change::Set(id) if version >= Version::V2_15 => Change::Set(company(world, &id)?),
        Change::Clear if version >= Version::V2_15 => Change::Clear,
        Change::Keep | Change::Clear | Change::Set(_) => Change::Keep,
    };
    Ok(Update {
        read: flag(body, "read")?,
        title: nullable("title")?,
        attributes,
        company,
    })
}

fn company(world: &World, id: &str) -> Result<ObjectId, Refusal> {
    let row = id.parse().ok().and_then(|id| world.companies.get(id));
    let row = row.ok_or_else(|| Refusal::not_found("company_not_found", "Company Not Found"))?;
    Ok(row.id)
}

/// Writes one value, as a part of its own. In the description's example the parts are the bot's.
fn write(
    world: &mut World,
    call: &Call<'_>,
    id: ConversationId,
    change: AttributeChange,
) -> Result<(), Refusal> {
    let attributes = &world.conversation_attributes;
    let written = world.conversations.edit(id, call.now(), |row| {
        let previous = attributes.shown(&row.attributes, change.id);
        row.attributes.apply(&[(change.id, change.value)]);
        (previous, attributes.shown(&row.attributes, change.id))
    });
    let (previous, value) = written.ok_or_else(not_found)?;
    if value == previous {
        return Ok(());
    }
    let told = |value: Option<Value>| value.map(as_text);
    let detail = Detail::Attribute {
        name: change.name,
        value: told(value),
        previous: told(previous),
    };
    let app = world.options.client_id.clone();
    let change = Wordless {
        kind: PartType::AttributeUpdated,
        author: Author::Bot,
        detail: Some(detail),
        app: Some(&app),
    };
    push(world, call.at, id, change).map(|_| ())
}

/// A value as a text, as `event_details` have it.
fn as_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        plain @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => plain.to_string(),
    }
}
