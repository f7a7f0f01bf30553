//! A conversation as JSON.

use serde_json::{Value, json};

use super::company as company_of;
use crate::api::Version;
use crate::api::conversations::attachments;
use crate::conversation::{
    AppliedTag, Assignee, Author, Channel, Conversation, Detail, Part, Rating, Statistics,
};
use crate::files;
use crate::html;
use crate::ids::{PartId, TeamId};
use crate::world::{Tag, World};

/// Parts that are returned at most; older ones cannot be had at all.
const PARTS_MAX: usize = 500;

/// Which parts an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartsShown {
    /// The newest 500.
    All,
    /// Webhooks show only the part that caused them (observed).
    Only(Option<PartId>),
    /// Lists and searches have no `conversation_parts`.
    Omitted,
}

/// The form of bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DisplayAs {
    /// As stored.
    Html,
    /// `display_as=plaintext`, and webhooks since 2.15.
    Text,
}

impl DisplayAs {
    /// How bodies look in webhooks of an app of this version.
    pub(crate) fn in_webhooks(version: Version) -> Self {
        if version < Version::V2_15 {
            Self::Html
        } else {
            Self::Text
        }
    }
}

/// A conversation with the parts that are wanted.
pub(crate) fn conversation(
    world: &World,
    row: &Conversation,
    parts: PartsShown,
    display: DisplayAs,
    version: Version,
) -> Value {
    let contacts: Vec<Value> = row
        .contacts
        .iter()
        .map(|id| {
            let external_id = world
                .contacts
                .get(*id)
                .and_then(|row| row.external_id.clone());
            json!({ "type": "contact", "id": id.to_string(), "external_id": external_id })
        })
        .collect();
    let teammates: Vec<Value> = row
        .teammates()
        .iter()
        .map(|id| json!({ "type": "admin", "id": id.to_string() }))
        .collect();
    let tags: Vec<Value> = row.tags.iter().map(|it| applied_tag(world, *it)).collect();
    let channel = match row.source.channel {
        Channel::Messenger => "messenger",
        Channel::Email => "email",
    };
    let mut shown = json!({
        "type": "conversation", "id": row.id.to_string(), "title": row.title,
        "created_at": row.created_at, "updated_at": row.updated_at,
        "waiting_since": row.waiting_since, "snoozed_until": row.snoozed_until,
        "open": row.state == crate::conversation::State::Open, "state": row.state.word(),
        "read": row.read, "priority": row.priority.word(version), "admin_assignee_id": row.admin,
        "team_assignee_id": row.team, "source": source(world, row, display),
        "contacts": { "type": "contact.list", "contacts": contacts },
        "teammates": { "type": "admin.list", "teammates": teammates },
        "tags": { "type": "tag.list", "tags": tags },
        "first_contact_reply": row.first_contact_reply().map(|at| json!({
            "created_at": at, "type": "conversation", "url": row.source.url,
        })),
        "custom_attributes": world.conversation_attributes.render(&row.attributes),
        "statistics": statistics(world, row),
        "conversation_rating": row.rating.as_deref().map(|it| rating(world, it)),
        "sla_applied": null,
        "linked_objects": { "type": "list", "data": [], "total_count": 0, "has_more": false },
        "topics": {}, "ticket": null, "ai_agent_participated": false, "ai_agent": null,
        "channel": { "initial": channel, "current": channel },
    });
    // Conversations know of companies since 2.15.
    if version >= Version::V2_15 {
        let company = row.company.and_then(|id| world.companies.get(id));
        shown["company"] = company.map_or(Value::Null, |row| company_of(world, row, version));
    }
    if parts != PartsShown::Omitted {
        shown["conversation_parts"] = part_list(world, row, parts, display);
    }
    shown
}

fn statistics(world: &World, row: &Conversation) -> Value {
    let team_name = |id: TeamId| {
        let team = world.teams.iter().find(|team| team.id == id);
        team.map(|team| team.name.clone())
    };
    Statistics::of(row).render(team_name)
}

fn rating(world: &World, rating: &Rating) -> Value {
    let contact = world.contacts.get(rating.contact);
    let external_id = contact.and_then(|row| row.external_id.clone());
    let mut shown = json!({
        "rating": rating.stars.number(), "remark": rating.remark.as_deref().unwrap_or_default(),
        "created_at": rating.created_at, "updated_at": rating.updated_at,
        "contact": {
            "type": "contact", "id": rating.contact.to_string(), "external_id": external_id,
        },
    });
    // Described as an object; what of nobody's conversation is there is UNVERIFIED.
    if let Some(id) = rating.teammate {
        shown["teammate"] = json!({ "type": "admin", "id": id.to_string() });
    }
    shown
}

/// A tag of a conversation, with who put it on and when.
pub(crate) fn applied_tag(world: &World, applied: AppliedTag) -> Value {
    let mut shown = world.tag(applied.tag).map_or(Value::Null, Tag::render);
    shown["applied_at"] = json!(applied.at);
    shown["applied_by"] = json!({ "type": "admin", "id": applied.by.to_string() });
    shown
}

fn part_list(world: &World, row: &Conversation, parts: PartsShown, display: DisplayAs) -> Value {
    let chosen: Vec<&Part> = match parts {
        PartsShown::Omitted => Vec::new(),
        PartsShown::All => row.parts[row.parts.len().saturating_sub(PARTS_MAX)..]
            .iter()
            .collect(),
        PartsShown::Only(id) => row
            .parts
            .iter()
            .filter(|part| Some(part.id) == id)
            .collect(),
    };
    let total = if parts == PartsShown::All {
        row.parts.len()
    } else {
        chosen.len()
    };
    let rendered: Vec<Value> = chosen.iter().map(|row| part(world, row, display)).collect();
    json!({
        "type": "conversation_part.list", "total_count": total, "conversation_parts": rendered,
    })
}

fn body(world: &World, fragment: &str, display: DisplayAs) -> String {
    let fragment = files::with_addresses(fragment, |id| world.file_address(id));
    match display {
        DisplayAs::Html => fragment.into_owned(),
        DisplayAs::Text => html::to_text(&fragment),
    }
}

fn source(world: &World, row: &Conversation, display: DisplayAs) -> Value {
    let delivered_as = match row.source.author {
        Author::Contact(_) => "customer_initiated",
        Author::Admin(_) => "admin_initiated",
        Author::Bot => "operator_initiated",
    };
    json!({
        "type": source_type(row), "id": row.source.id.to_string(), "delivered_as": delivered_as,
        "subject": row.source.subject.as_deref().unwrap_or_default(),
        "body": body(world, &row.source.body, display),
        "author": author(world, row.source.author),
        "attachments": attachments::shown(world, &row.source.attachments), "url": row.source.url,
        "redacted": row.source.is_redacted,
    })
}

/// The word for where a conversation came from.
pub(crate) fn source_type(row: &Conversation) -> &'static str {
    match row.source.channel {
        Channel::Messenger => "conversation",
        Channel::Email => "email",
    }
}

fn part(world: &World, row: &Part, display: DisplayAs) -> Value {
    let tags = row.tags.iter().filter_map(|id| world.tag(*id));
    let tags: Vec<Value> = tags.map(Tag::render).collect();
    json!({
        "type": "conversation_part", "id": row.id.to_string(), "part_type": row.kind.word(),
        "body": row.body.as_deref().map(|fragment| body(world, fragment, display)),
        "created_at": row.created_at, "updated_at": row.created_at, "notified_at": row.created_at,
        "assigned_to": row.assigned_to.map(assignee), "author": author(world, row.author),
        "attachments": attachments::shown(world, &row.attachments), "external_id": null,
        "redacted": row.is_redacted, "email_message_metadata": null,
        "metadata": row.detail.as_deref().map_or_else(|| json!({}), metadata),
        "state": row.state.word(), "tags": tags,
        "event_details": row.detail.as_deref().and_then(event_details),
        "app_package_code": row.app_package_code,
    })
}

/// What happened to an attribute.
fn event_details(detail: &Detail) -> Option<Value> {
    match detail {
        Detail::Attribute {
            name,
            value,
            previous,
        } => Some(json!({
            "attribute": { "name": name }, "value": { "name": value, "previous": previous },
        })),
        Detail::Offered(_) | Detail::Picked(_) => None,
    }
}

/// The answers that were offered, or the one that was taken.
fn metadata(detail: &Detail) -> Value {
    match detail {
        Detail::Attribute { .. } => json!({}),
        Detail::Offered(replies) => json!({ "quick_reply_options": replies }),
        Detail::Picked(uuid) => json!({ "quick_reply_uuid": uuid }),
    }
}

fn assignee(assignee: Assignee) -> Value {
    match assignee {
        Assignee::Nobody => json!({ "type": "nobody_admin", "id": null }),
        Assignee::Admin(id) => json!({ "type": "admin", "id": id.to_string() }),
        Assignee::Team(id) => json!({ "type": "team", "id": id.to_string() }),
    }
}

/// An author. People appear by their role (observed), not as `contact`.
fn author(world: &World, author: Author) -> Value {
    match author {
        Author::Contact(id) => {
            let row = world.contacts.get(id);
            json!({
                "type": row.map_or("lead", |row| row.role.word()), "id": id.to_string(),
                "name": row.and_then(|row| row.name.clone()),
                "email": row.and_then(|row| row.email.clone()),
            })
        }
        Author::Admin(id) => {
            let row = world.admin(id);
            json!({
                "type": "admin", "id": id.to_string(), "name": row.map(|row| &row.name),
                "email": row.map(|row| &row.email),
            })
        }
        Author::Bot => json!({
            "type": "bot", "id": "0", "name": "Operator",
            "email": format!("operator+{}@intercom.io", world.workspace),
        }),
    }
}
