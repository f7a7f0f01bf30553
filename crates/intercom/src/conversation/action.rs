//! What a teammate can do in a conversation. Each answer is the conversation after it.
//!
//! There is no key against repetition: after an unknown outcome the conversation is read before
//! anything is sent again.

use model::Timestamp;
use model::ic::{ConversationId, TeamId, TeammateId};
use serde::Serialize;
use url::Url;

use super::{Conversation, wire_form};
use crate::client::{Call, Client};
use crate::error::IntercomError;

/// Whom a conversation belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// A teammate, or the bot that stands for one.
    Teammate(TeammateId),
    /// A team.
    Team(TeamId),
    /// Nobody.
    Nobody,
}

/// At most ten addresses of files that Intercom fetches and attaches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AttachmentUrls(Vec<Url>);

/// More files than one message takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{count} files are more than one message takes")]
pub struct TooManyAttachments {
    /// How many there were.
    pub count: usize,
}

impl AttachmentUrls {
    /// The most that one message takes.
    pub const COUNT_MAX: usize = 10;

    /// Checks their number.
    pub fn new(urls: Vec<Url>) -> Result<Self, TooManyAttachments> {
        let count = urls.len();
        if count <= Self::COUNT_MAX {
            Ok(Self(urls))
        } else {
            Err(TooManyAttachments { count })
        }
    }
}

impl Client {
    /// Answers in the name of `teammate`, for the contact to read.
    pub async fn reply(
        &self,
        id: &ConversationId,
        teammate: &TeammateId,
        text: &str,
        attachments: &AttachmentUrls,
    ) -> Result<Conversation, IntercomError> {
        let reply = WireAction {
            body: Some(text),
            attachment_urls: Some(attachments).filter(|urls| !urls.0.is_empty()),
            ..WireAction::by(teammate, "comment")
        };
        self.act(&format!("/conversations/{id}/reply"), &reply)
            .await
    }

    /// Adds an internal note in the name of `teammate`.
    pub async fn add_note(
        &self,
        id: &ConversationId,
        teammate: &TeammateId,
        html: &str,
    ) -> Result<Conversation, IntercomError> {
        let note = WireAction {
            body: Some(html),
            ..WireAction::by(teammate, "note")
        };
        self.act(&format!("/conversations/{id}/reply"), &note).await
    }

    /// Closes a conversation, with a last word if there is one.
    pub async fn close_conversation(
        &self,
        id: &ConversationId,
        teammate: &TeammateId,
        last_word: Option<&str>,
    ) -> Result<Conversation, IntercomError> {
        let close = WireAction {
            body: last_word,
            ..WireAction::by(teammate, "close")
        };
        self.manage(id, &close).await
    }

    /// Opens a closed or snoozed conversation.
    pub async fn open_conversation(
        &self,
        id: &ConversationId,
        teammate: &TeammateId,
    ) -> Result<Conversation, IntercomError> {
        let open = WireAction {
            kind: None,
            ..WireAction::by(teammate, "open")
        };
        self.manage(id, &open).await
    }

    /// Snoozes a conversation until an instant, to the second.
    pub async fn snooze_conversation(
        &self,
        id: &ConversationId,
        teammate: &TeammateId,
        until: Timestamp,
    ) -> Result<Conversation, IntercomError> {
        let snooze = WireAction {
            kind: None,
            snoozed_until: Some(until.as_seconds()),
            ..WireAction::by(teammate, "snoozed")
        };
        self.manage(id, &snooze).await
    }

    /// Assigns a conversation to `assignee`, in the name of `teammate`.
    pub async fn assign_conversation(
        &self,
        id: &ConversationId,
        teammate: &TeammateId,
        assignee: &Assignee,
    ) -> Result<Conversation, IntercomError> {
        let (kind, assignee) = match assignee {
            Assignee::Teammate(assignee) => ("admin", assignee.as_str()),
            Assignee::Team(team) => ("team", team.as_str()),
            Assignee::Nobody => ("admin", "0"),
        };
        let assign = WireAction {
            kind: Some(kind),
            assignee_id: Some(assignee),
            ..WireAction::by(teammate, "assignment")
        };
        self.manage(id, &assign).await
    }

    async fn manage(
        &self,
        id: &ConversationId,
        action: &WireAction<'_>,
    ) -> Result<Conversation, IntercomError> {
        self.act(&format!("/conversations/{id}/parts"), action)
            .await
    }

    async fn act(
        &self,
        path: &str,
        action: &WireAction<'_>,
    ) -> Result<Conversation, IntercomError> {
        self.write(&Call::post(path, action), wire_form::conversation)
            .await
    }
}

/// The vendor's spelling. `type` is who acts, but what is assigned to in assignments, and nothing
/// where a conversation is opened or snoozed.
#[derive(Serialize)]
struct WireAction<'a> {
    message_type: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    admin_id: &'a TeammateId,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment_urls: Option<&'a AttachmentUrls>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snoozed_until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee_id: Option<&'a str>,
}

impl<'a> WireAction<'a> {
    fn by(teammate: &'a TeammateId, message_type: &'static str) -> Self {
        Self {
            message_type,
            kind: Some("admin"),
            admin_id: teammate,
            body: None,
            attachment_urls: None,
            snoozed_until: None,
            assignee_id: None,
        }
    }
}
