//! Conversations, as far as notes need them: a note is posted, and found again among the parts.

use model::Timestamp;
use model::ic::{ContactId, ConversationId, TeammateId};
use serde::Deserialize;
use serde_json::json;
use transport::Reply;

use crate::client::{Call, Client, json_body};
use crate::error::IntercomError;
use crate::wire;

mod href;

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Unique within the workspace.
    pub id: ConversationId,
    /// Who takes part, in Intercom's order.
    pub contact_ids: Vec<ContactId>,
    /// The teammate whom it is assigned to.
    pub assignee_id: Option<TeammateId>,
    /// The newest 500 parts, oldest first. The first message is not among them.
    pub parts: Vec<Part>,
    /// How many parts there are, also where more than 500.
    pub parts_total: u64,
}

/// Something that was said or happened in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Part {
    /// Unique within the workspace.
    #[serde(deserialize_with = "wire::id")]
    pub id: String,
    /// `comment`, `note`, `close` and some thirty more.
    #[serde(rename = "part_type")]
    pub kind: String,
    /// HTML; parts that only report a change have none.
    pub body: Option<String>,
    /// When it happened, to the second.
    #[serde(default, deserialize_with = "wire::instant")]
    pub created_at: Option<Timestamp>,
    /// Who did it.
    pub author: Option<Author>,
    /// The app that made the part through the API.
    pub app_package_code: Option<String>,
}

/// Who wrote a part.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Author {
    /// `admin`, `user`, `lead`, `bot` or `team`.
    #[serde(rename = "type")]
    pub kind: String,
    /// An id of that kind.
    #[serde(default, deserialize_with = "wire::optional_id")]
    pub id: Option<String>,
}

impl Conversation {
    /// Whether one of the notes among the parts has a link to `link`: how a note of ours is found
    /// again. Its HTML may have been written anew by Intercom, so nothing else of it is compared.
    pub fn has_note_with(&self, link: &str) -> bool {
        self.parts
            .iter()
            .filter(|part| part.is_note())
            .filter_map(|part| part.body.as_deref())
            .any(|html| href::targets(html).iter().any(|target| target == link))
    }
}

impl Part {
    /// Whether only teammates see it.
    fn is_note(&self) -> bool {
        matches!(self.kind.as_str(), "note" | "note_and_reopen")
    }
}

impl Client {
    /// A conversation with its parts.
    pub async fn conversation(&self, id: &ConversationId) -> Result<Conversation, IntercomError> {
        self.read(&Call::get(format!("/conversations/{id}")), conversation)
            .await
    }

    /// Adds an internal note in the name of `teammate` and returns the conversation with it. There
    /// is no key against repetition: after an unknown outcome look among the parts first.
    pub async fn add_note(
        &self,
        id: &ConversationId,
        teammate: &TeammateId,
        html: &str,
    ) -> Result<Conversation, IntercomError> {
        self.write(&note(id, teammate, html), conversation).await
    }
}

fn note(id: &ConversationId, teammate: &TeammateId, html: &str) -> Call {
    let body = json!({
        "message_type": "note",
        "type": "admin",
        "admin_id": teammate,
        "body": html,
    });
    Call::post(format!("/conversations/{id}/reply"), &body)
}

fn conversation(reply: &Reply) -> Result<Conversation, IntercomError> {
    let wire: WireConversation = json_body(reply)?;
    let parts = wire.conversation_parts;
    Ok(Conversation {
        id: wire.id,
        contact_ids: wire
            .contacts
            .contacts
            .into_iter()
            .map(|stub| stub.id)
            .collect(),
        assignee_id: wire.admin_assignee_id,
        parts_total: parts
            .total_count
            .unwrap_or(parts.conversation_parts.len() as u64),
        parts: parts.conversation_parts,
    })
}

#[derive(Deserialize)]
struct WireConversation {
    #[serde(deserialize_with = "wire::id")]
    id: ConversationId,
    #[serde(default, deserialize_with = "wire::or_default")]
    contacts: WireContacts,
    #[serde(default, deserialize_with = "wire::optional_id")]
    admin_assignee_id: Option<TeammateId>,
    conversation_parts: WireParts,
}

#[derive(Default, Deserialize)]
struct WireContacts {
    contacts: Vec<WireStub>,
}

#[derive(Deserialize)]
struct WireStub {
    #[serde(deserialize_with = "wire::id")]
    id: ContactId,
}

#[derive(Deserialize)]
struct WireParts {
    conversation_parts: Vec<Part>,
    total_count: Option<u64>,
}

#[cfg(test)]
mod tests;
