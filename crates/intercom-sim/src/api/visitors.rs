//! `/visitors`: read one, change one, and convert one into a contact.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Call;
use super::contacts::{Announce, create_contact, edit_contact, shown};
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::{Contact, Role};
use crate::ids::ObjectId;
use crate::visitor::Visitor;
use crate::world::World;

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("GET", []) => {
            let user_id = call
                .param("user_id")
                .ok_or_else(|| Refusal::missing("user_id must be given").at_field("user_id"))?;
            let visitor = world.visitors.with_user_id(user_id);
            let visitor = visitor.ok_or_else(no_such_visitor)?;
            Ok(Answer::Ok(render(world, visitor)))
        }
        ("PUT", []) => update(world, call),
        ("POST", ["convert"]) => convert(world, call),
        _ => Err(Refusal::no_such_resource()),
    }
}

fn no_such_visitor() -> Refusal {
    Refusal::not_found("not_found", "Visitor Not Found")
}

/// The visitor whom `id` or `user_id` names.
fn named(world: &World, fields: &Map<String, Value>) -> Result<Visitor, Refusal> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let found = match (text("id"), text("user_id")) {
        (Some(id), _) => id.parse().ok().and_then(|id| world.visitors.with_id(id)),
        (None, Some(user_id)) => world.visitors.with_user_id(user_id),
        (None, None) => return Err(Refusal::missing("id or user_id must be given")),
    };
    found.cloned().ok_or_else(no_such_visitor)
}

fn update(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let mut visitor = named(world, &body)?;
    match body.get("name") {
        None => {}
        Some(Value::String(name)) => visitor.name = Some(name.clone()),
        Some(_) => return Err(Refusal::invalid("name must be a string").at_field("name")),
    }
    visitor.updated_at = call.now();
    let answer = render(world, &visitor);
    world.visitors.put(visitor);
    Ok(Answer::Ok(answer))
}

/// The visitor becomes the contact that `user` names, or a new one with these identifiers.
fn convert(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let role = match body.get("type").and_then(Value::as_str) {
        Some("user") => Role::User,
        Some("lead") => Role::Lead,
        _ => return Err(Refusal::invalid("type must be either lead or user").at_field("type")),
    };
    let part = |name: &str| {
        let fields = body.get(name).and_then(Value::as_object);
        fields.ok_or_else(|| Refusal::missing(format!("{name} must be given")).at_field(name))
    };
    let (visitor, user) = (named(world, part("visitor")?)?, part("user")?);
    let existing = contact(world, role, user)?;
    let name = visitor.name.as_deref();
    let row = match existing {
        None => {
            let mut fields =
                json!({ "role": role.word(), "name": name, "email": user.get("email") });
            fields["external_id"] = json!(user.get("user_id"));
            let fields = fields.as_object().cloned().unwrap_or_default();
            create_contact(world, call.at, &fields)?
        }
        Some(row) if row.name.is_none() && name.is_some() => {
            let fields = Map::from_iter([("name".to_owned(), json!(name))]);
            edit_contact(world, call.at, row.id, &fields, Announce::Told)?
        }
        Some(row) => row,
    };
    world.visitors.remove(&visitor.user_id);
    Ok(shown(world, call, &row))
}

/// The contact that the identifiers name: by `id`, or a user by `user_id` or by email.
fn contact(
    world: &World,
    role: Role,
    fields: &Map<String, Value>,
) -> Result<Option<Arc<Contact>>, Refusal> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if let Some(id) = text("id") {
        let found = id
            .parse()
            .ok()
            .and_then(|id: ObjectId| world.contacts.get(id));
        return found
            .map(|row| Some(Arc::clone(row)))
            .ok_or_else(Refusal::no_such_contact);
    }
    if role == Role::Lead {
        return Ok(None);
    }
    let is_user = |row: &&Arc<Contact>| row.role == Role::User;
    let by_user_id =
        text("user_id").and_then(|id| world.contacts.with_external_id(id).find(is_user));
    let email = text("email").map(|email| email.trim().to_lowercase());
    let by_email = || email.and_then(|email| world.contacts.with_email(&email).find(is_user));
    Ok(by_user_id.or_else(by_email).map(Arc::clone))
}

fn render(world: &World, visitor: &Visitor) -> Value {
    json!({
        "type": "visitor", "id": visitor.id.to_string(), "user_id": visitor.user_id,
        "anonymous": true, "email": "", "phone": null, "name": visitor.name,
        "pseudonym": visitor.pseudonym(), "app_id": world.workspace,
        "avatar": { "type": "avatar", "image_url": null },
        "companies": { "type": "company.list", "companies": [] }, "location_data": {},
        "last_request_at": null, "created_at": visitor.created_at,
        "remote_created_at": visitor.created_at, "signed_up_at": visitor.created_at,
        "updated_at": visitor.updated_at, "session_count": 0,
        "social_profiles": { "type": "social_profile.list", "social_profiles": [] },
        "owner_id": null, "unsubscribed_from_emails": false, "marked_email_as_spam": false,
        "has_hard_bounced": false, "tags": { "type": "tag.list", "tags": [] },
        "segments": { "type": "segment.list", "segments": [] }, "custom_attributes": {},
        "referrer": null, "utm_campaign": null, "utm_content": null, "utm_medium": null,
        "utm_source": null, "utm_term": null, "do_not_track": null,
    })
}
