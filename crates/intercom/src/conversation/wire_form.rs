//! The vendor's spelling of conversations.

use model::Timestamp;
use model::ic::{ContactId, ConversationId, PartId, TagId, TeamId, TeammateId};
use serde::Deserialize;
use serde_json::value::RawValue;
use transport::Reply;

use super::{
    Assignee, Attachment, Author, AuthorKind, Conversation, ConversationHead, ConversationState,
    Gap, Part, PartKind, Source,
};
use crate::client::borrowed_body;
use crate::error::IntercomError;
use crate::page::row;
use crate::wire;

pub(super) fn conversation(reply: &Reply) -> Result<Conversation, IntercomError> {
    let head: ConversationHead = borrowed_body(reply)?;
    let wire: WireWithParts<'_> = borrowed_body(reply)?;
    let listed = wire.conversation_parts.conversation_parts;
    let total = wire.conversation_parts.total_count;
    let (mut parts, mut unreadable_parts) = (Vec::new(), Vec::new());
    let total = total.unwrap_or(listed.len() as u64);
    for part in listed {
        match row::<Part, PartId>(part) {
            Ok(part) => parts.push(part),
            Err(unreadable) => unreadable_parts.push(Gap {
                behind: parts.len(),
                part: unreadable,
            }),
        }
    }
    Ok(Conversation {
        head,
        parts,
        unreadable_parts,
        parts_total: total,
    })
}

#[derive(Deserialize)]
struct WireWithParts<'a> {
    #[serde(borrow)]
    conversation_parts: WireParts<'a>,
}

#[derive(Deserialize)]
struct WireParts<'a> {
    #[serde(borrow)]
    conversation_parts: Vec<&'a RawValue>,
    total_count: Option<u64>,
}

#[derive(Deserialize)]
struct WireHead {
    #[serde(deserialize_with = "wire::id")]
    id: ConversationId,
    title: Option<String>,
    state: Option<String>,
    open: Option<bool>,
    #[serde(default, deserialize_with = "wire::instant")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::instant")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::instant")]
    waiting_since: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::instant")]
    snoozed_until: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::optional_id")]
    admin_assignee_id: Option<TeammateId>,
    #[serde(default, deserialize_with = "wire::optional_id")]
    team_assignee_id: Option<TeamId>,
    #[serde(default, deserialize_with = "wire::or_default")]
    contacts: WireContacts,
    #[serde(default, deserialize_with = "wire::or_default")]
    tags: WireTags,
    source: Option<WireSource>,
}

#[derive(Default, Deserialize)]
struct WireContacts {
    #[serde(default, deserialize_with = "wire::or_default")]
    contacts: Vec<Stub<ContactId>>,
}

#[derive(Default, Deserialize)]
struct WireTags {
    #[serde(default, deserialize_with = "wire::or_default")]
    tags: Vec<Stub<TagId>>,
}

#[derive(Deserialize)]
#[serde(bound = "Id: std::str::FromStr<Err: std::fmt::Display>")]
struct Stub<Id> {
    #[serde(deserialize_with = "wire::id")]
    id: Id,
}

#[derive(Deserialize)]
struct WireSource {
    #[serde(rename = "type", default, deserialize_with = "wire::or_default")]
    kind: String,
    #[serde(default, deserialize_with = "wire::or_default")]
    delivered_as: String,
    #[serde(default, deserialize_with = "wire::or_default")]
    subject: String,
    #[serde(default, deserialize_with = "wire::or_default")]
    body: String,
    author: Option<WireAuthor>,
    #[serde(default)]
    attachments: serde_json::Value,
    url: Option<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    redacted: bool,
}

#[derive(Deserialize)]
struct WireAuthor {
    #[serde(rename = "type", default, deserialize_with = "wire::or_default")]
    kind: String,
    #[serde(default, deserialize_with = "wire::optional_id")]
    id: Option<String>,
    name: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
struct WirePart {
    #[serde(deserialize_with = "wire::id")]
    id: PartId,
    part_type: String,
    body: Option<String>,
    #[serde(default, deserialize_with = "wire::instant")]
    created_at: Option<Timestamp>,
    author: Option<WireAuthor>,
    assigned_to: Option<WireAssignee>,
    #[serde(default)]
    attachments: serde_json::Value,
    #[serde(default, deserialize_with = "wire::or_default")]
    redacted: bool,
    app_package_code: Option<String>,
}

#[derive(Deserialize)]
struct WireAssignee {
    #[serde(rename = "type", default, deserialize_with = "wire::or_default")]
    kind: String,
    #[serde(default, deserialize_with = "wire::optional_text")]
    id: Option<String>,
}

impl From<WireHead> for ConversationHead {
    fn from(wire: WireHead) -> Self {
        let state = match (wire.state.as_deref(), wire.open) {
            (Some("open"), _) | (None, Some(true)) => ConversationState::Open,
            (Some("snoozed"), _) => ConversationState::Snoozed,
            (Some("closed"), _) | (None, Some(false)) => ConversationState::Closed,
            (Some(other), _) => ConversationState::Other(other.to_owned()),
            (None, None) => ConversationState::Other(String::new()),
        };
        Self {
            id: wire.id,
            title: wire.title.filter(|title| !title.is_empty()),
            state,
            created_at: wire.created_at,
            updated_at: wire.updated_at,
            waiting_since: wire.waiting_since,
            snoozed_until: wire.snoozed_until,
            assignee_id: wire.admin_assignee_id,
            team_id: wire.team_assignee_id,
            contact_ids: wire.contacts.contacts.into_iter().map(|it| it.id).collect(),
            tag_ids: wire.tags.tags.into_iter().map(|it| it.id).collect(),
            source: wire.source.map(Source::from),
        }
    }
}

impl<'de> Deserialize<'de> for ConversationHead {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        WireHead::deserialize(deserializer).map(Self::from)
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = WirePart::deserialize(deserializer)?;
        Ok(Self {
            id: wire.id,
            kind: PartKind::named(&wire.part_type),
            body: wire.body.filter(|body| !body.is_empty()),
            created_at: wire.created_at,
            author: wire.author.map(Author::from),
            assigned_to: wire
                .assigned_to
                .and_then(|it| Assignee::shown(&it.kind, it.id.as_deref())),
            attachments: attachments(wire.attachments),
            redacted: wire.redacted,
            app_package_code: wire.app_package_code,
        })
    }
}

impl From<WireSource> for Source {
    fn from(wire: WireSource) -> Self {
        Self {
            kind: wire.kind,
            delivered_as: wire.delivered_as,
            subject: wire.subject,
            body: wire.body,
            author: wire.author.map(Author::from),
            attachments: attachments(wire.attachments),
            url: wire.url,
            redacted: wire.redacted,
        }
    }
}

impl From<WireAuthor> for Author {
    fn from(wire: WireAuthor) -> Self {
        Self {
            kind: AuthorKind::named(&wire.kind),
            id: wire.id,
            name: wire.name,
            email: wire.email,
        }
    }
}

/// Whatever an attachment looks like, it is one: what cannot be read of it is unknown.
fn attachments(listed: serde_json::Value) -> Vec<Attachment> {
    let rows = match listed {
        serde_json::Value::Null => Vec::new(),
        serde_json::Value::Array(rows) => rows,
        odd => vec![odd],
    };
    let attachments = rows.into_iter().map(|row| {
        let text = |name: &str| row.get(name)?.as_str().map(str::to_owned);
        Attachment {
            name: text("name").unwrap_or_default(),
            url: text("url"),
            content_type: text("content_type"),
            bytes: row.get("filesize").and_then(serde_json::Value::as_u64),
        }
    });
    attachments.collect()
}
