//! `/data_attributes`.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Call, Version};
use crate::answer::{Answer, Refusal, Reply};
use crate::attribute::{Attribute, Model};
use crate::conversation::ConversationAttribute;
use crate::world::World;

/// Standard attributes of people, with their types (REST API, Data Attributes).
const CONTACT_STANDARD: [(&str, &str); 16] = [
    ("name", "string"),
    ("email", "string"),
    ("phone", "string"),
    ("role", "string"),
    ("external_id", "string"),
    ("owner_id", "integer"),
    ("created_at", "date"),
    ("updated_at", "date"),
    ("signed_up_at", "date"),
    ("last_seen_at", "date"),
    ("last_replied_at", "date"),
    ("last_contacted_at", "date"),
    ("unsubscribed_from_emails", "boolean"),
    ("location.city", "string"),
    ("location.country", "string"),
    ("location.region", "string"),
];

/// Standard attributes of companies.
const COMPANY_STANDARD: [(&str, &str); 9] = [
    ("name", "string"),
    ("company_id", "string"),
    ("website", "string"),
    ("industry", "string"),
    ("size", "integer"),
    ("monthly_spend", "float"),
    ("plan.name", "string"),
    ("created_at", "date"),
    ("last_request_at", "date"),
];

/// Standard attributes that an app may write.
const WRITABLE: [&str; 9] = [
    "name",
    "email",
    "phone",
    "external_id",
    "owner_id",
    "unsubscribed_from_emails",
    "website",
    "industry",
    "size",
];

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("GET", []) => list(world, call),
        ("POST", []) => {
            let created = world
                .attributes
                .create(&call.json()?, call.admin, call.now())?;
            Ok(Answer::Ok(created.render()))
        }
        ("PUT", [id]) => {
            let id = id.parse().unwrap_or_default();
            let in_use = &world.switches.attributes_in_use;
            let updated = world
                .attributes
                .update(id, &call.json()?, in_use, call.now())?;
            Ok(Answer::Ok(updated.render()))
        }
        _ => Err(Refusal::no_such_resource()),
    }
}

fn list(world: &World, call: &Call<'_>) -> Reply {
    let models = match call.param("model") {
        None => vec![Model::Contact, Model::Company],
        Some("contact") => vec![Model::Contact],
        Some("company") => vec![Model::Company],
        // Conversation attributes moved to an address of their own in 2.16.
        Some("conversation") if call.version < Version::V2_16 => {
            return Ok(of_conversations(world, call));
        }
        Some("conversation") => {
            return Err(not_listed(
                "model=conversation is no longer supported. Use GET /conversations/attributes \
                 instead",
            ));
        }
        Some(_) => {
            return Err(not_listed(
                "The Data Attribute model field must be either contact or company",
            ));
        }
    };
    let with_archived = call.param("include_archived") == Some("true");
    let mut listed = Vec::new();
    for model in models {
        let standard = match model {
            Model::Contact => CONTACT_STANDARD.as_slice(),
            Model::Company => COMPANY_STANDARD.as_slice(),
        };
        listed.extend(
            standard
                .iter()
                .map(|(name, data_type)| render(model, name, data_type)),
        );
        let custom = world.attributes.all().filter(|row| row.model == model);
        listed.extend(
            custom
                .filter(|row| with_archived || !row.archived)
                .map(Attribute::render),
        );
    }
    Ok(Answer::Ok(json!({ "type": "list", "data": listed })))
}

fn of_conversations(world: &World, call: &Call<'_>) -> Answer {
    let with_archived = call.param("include_archived") == Some("true");
    let rows = world.conversation_attributes.rows.values();
    let rows = rows.filter(|row| with_archived || !row.archived);
    let listed: Vec<Value> = rows
        .map(ConversationAttribute::render_as_data_attribute)
        .collect();
    Answer::Ok(json!({ "type": "list", "data": listed }))
}

fn not_listed(message: &str) -> Refusal {
    Refusal::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "parameter_invalid",
        message,
    )
}

/// A standard attribute: without an id, and with the dotted path as its full name.
fn render(model: Model, full_name: &str, data_type: &str) -> Value {
    let name = full_name.rsplit('.').next().unwrap_or(full_name);
    json!({
        "type": "data_attribute", "model": model, "name": name, "full_name": full_name,
        "label": name, "description": "", "data_type": data_type,
        "api_writable": WRITABLE.contains(&full_name), "messenger_writable": false,
        "ui_writable": WRITABLE.contains(&full_name), "custom": false, "archived": false,
    })
}
