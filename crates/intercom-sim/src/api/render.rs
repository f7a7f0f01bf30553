//! Rows as the JSON that the API and the webhooks show.

mod conversation;

use serde_json::{Value, json};

use super::Version;
use crate::company::Company;
use crate::contact::Contact;
use crate::ids::AdminId;
use crate::world::World;

pub(crate) use conversation::{DisplayAs, PartsShown, conversation};

/// Stubs that are nested in an answer; the rest is behind `url`.
const STUBS_MAX: usize = 10;

/// A contact. Every key is always there, nulls are explicit.
pub(crate) fn contact(world: &World, row: &Contact, version: Version) -> Value {
    let id = row.id.to_string();
    let domain = row
        .email
        .as_deref()
        .and_then(|email| email.rsplit('@').next());
    let mut shown = json!({
        "type": "contact", "id": id, "workspace_id": world.workspace,
        "external_id": row.external_id, "role": row.role.word(), "email": row.email,
        "email_domain": domain, "phone": row.phone, "formatted_phone": row.phone,
        "name": row.name, "avatar": avatar(row), "owner_id": owner(row.owner, version),
        "social_profiles": { "type": "list", "data": [] }, "has_hard_bounced": false,
        "marked_email_as_spam": false,
        "unsubscribed_from_emails": row.unsubscribed_from_emails, "created_at": row.created_at,
        "updated_at": row.updated_at, "signed_up_at": row.signed_up_at,
        "last_seen_at": row.last_seen_at, "last_replied_at": row.last_replied_at,
        "last_contacted_at": row.last_contacted_at, "last_email_opened_at": null,
        "last_email_clicked_at": null, "language_override": row.language, "browser": null,
        "browser_version": null, "browser_language": null, "os": null,
        "location": location(world, row),
        "custom_attributes": world.attributes.render(&row.custom),
        "tags": stubs("tag", "tags", &id, &row.tags),
        "notes": stubs("note", "notes", &id, &row.notes),
        "companies": stubs("company", "companies", &id, &row.companies),
        "opted_out_subscription_types": stubs::<AdminId>("subscription", "subscriptions", &id, &[]),
        "opted_in_subscription_types": stubs::<AdminId>("subscription", "subscriptions", &id, &[]),
        "sms_consent": false, "unsubscribed_from_sms": false, "enabled_push_messaging": null,
    });
    // Facts about a visit and about devices, which nobody in this workspace left.
    for name in [
        "utm_campaign",
        "utm_content",
        "utm_medium",
        "utm_source",
        "utm_term",
        "referrer",
    ] {
        shown[name] = Value::Null;
    }
    for platform in ["android", "ios"] {
        for fact in [
            "app_name",
            "app_version",
            "device",
            "os_version",
            "sdk_version",
            "last_seen_at",
        ] {
            shown[format!("{platform}_{fact}")] = Value::Null;
        }
    }
    shown
}

fn avatar(row: &Contact) -> Value {
    row.avatar.as_deref().map_or(
        Value::Null,
        |url| json!({ "type": "avatar", "image_url": url }),
    )
}

/// Owner ids are texts since 2.16, integers before.
fn owner(owner: Option<AdminId>, version: Version) -> Value {
    match owner {
        None => Value::Null,
        Some(id) if version >= Version::V2_16 => json!(id.to_string()),
        Some(id) => json!(id),
    }
}

fn location(world: &World, row: &Contact) -> Value {
    let place = row.place.and_then(|at| world.places.get(usize::from(at)));
    json!({
        "type": "location", "country": place.map(|place| &place.country), "region": null,
        "city": place.map(|place| &place.city),
        "country_code": place.map(|place| &place.country_code),
        "continent_code": place.map(|place| &place.continent_code),
    })
}

fn stubs<I: std::fmt::Display>(kind: &str, plural: &str, contact: &str, ids: &[I]) -> Value {
    let data: Vec<Value> = ids
        .iter()
        .take(STUBS_MAX)
        .map(|id| json!({ "type": kind, "id": id.to_string(), "url": format!("/{plural}/{id}") }))
        .collect();
    json!({
        "type": "list", "data": data, "url": format!("/contacts/{contact}/{plural}"),
        "total_count": ids.len(), "has_more": ids.len() > STUBS_MAX,
    })
}

/// A company.
pub(crate) fn company(world: &World, row: &Company) -> Value {
    let plan = row.plan.as_deref().map_or_else(
        || json!({}),
        |name| json!({ "type": "plan", "id": name, "name": name }),
    );
    json!({
        "type": "company", "id": row.id.to_string(), "app_id": world.workspace,
        "company_id": row.own_id, "name": row.name, "plan": plan,
        "remote_created_at": row.remote_created_at, "created_at": row.created_at,
        "updated_at": row.updated_at, "last_request_at": row.last_request_at, "size": row.size,
        "website": row.website, "industry": row.industry, "monthly_spend": row.monthly_spend,
        "session_count": 0, "user_count": world.companies.contacts_of(row.id).count(),
        "custom_attributes": world.attributes.render(&row.custom),
        "tags": { "type": "tag.list", "tags": [] },
        "segments": { "type": "segment.list", "segments": [] },
        "notes": { "type": "note.list", "notes": [] },
    })
}
