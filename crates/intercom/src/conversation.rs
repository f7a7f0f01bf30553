//! Conversations: what one is, with everything that was said and happened in it.
//!
//! Webhooks and card requests hold a part of a conversation at most, so what is rendered or judged
//! is always read by [`Client::conversation`]. The first message is in the source and never among
//! the parts; of those Intercom returns the newest 500.

mod action;
mod part;
mod search;
mod wire_form;

use model::Timestamp;
use model::ic::{ContactId, ConversationId, PartId, TagId, TeamId, TeammateId};

use crate::client::{Call, Client};
use crate::error::IntercomError;
use crate::html;
use crate::page::Unreadable;

pub use action::{Assignee, AttachmentUrls, TooManyAttachments};
pub use part::{Attachment, Author, AuthorKind, Nature, Part, PartKind};
pub use search::{ConversationPage, ConversationPages};

/// A conversation without its parts, as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationHead {
    /// Unique within the workspace.
    pub id: ConversationId,
    /// As somebody wrote it; entities may be in it.
    pub title: Option<String>,
    /// Whether somebody is to answer.
    pub state: ConversationState,
    /// When it began.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// Since when the contact waits for an answer.
    pub waiting_since: Option<Timestamp>,
    /// When it opens again by itself.
    pub snoozed_until: Option<Timestamp>,
    /// The teammate whom it is assigned to.
    pub assignee_id: Option<TeammateId>,
    /// The team that it is assigned to.
    pub team_id: Option<TeamId>,
    /// Who takes part, in Intercom's order.
    pub contact_ids: Vec<ContactId>,
    /// The tags on it.
    pub tag_ids: Vec<TagId>,
    /// How it began, and the first message. Webhooks of some topics leave it out.
    pub source: Option<Source>,
}

/// A conversation with its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// All but the parts.
    pub head: ConversationHead,
    /// The newest 500 parts, oldest first. The first message is not among them.
    pub parts: Vec<Part>,
    /// Parts that could not be read, in order; the others can.
    pub unreadable_parts: Vec<Gap>,
    /// How many parts there are, also where more than 500.
    pub parts_total: u64,
}

/// A part that could not be read, and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// How many of the parts that can be read come before it.
    pub behind: usize,
    /// What is known of it.
    pub part: Unreadable<PartId>,
}

/// Whether somebody is to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationState {
    /// Somebody is.
    Open,
    /// Later.
    Snoozed,
    /// Nobody is.
    Closed,
    /// What Intercom may add, by its name.
    Other(String),
}

/// How a conversation began, and its first message.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// `conversation`, `email`, `whatsapp` and others.
    pub kind: String,
    /// `customer_initiated`, `admin_initiated` and others.
    pub delivered_as: String,
    /// Of an email; empty otherwise.
    pub subject: String,
    /// The first message: HTML, empty if there is none.
    pub body: String,
    /// Who wrote it.
    pub author: Option<Author>,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// The page that the visitor was on.
    pub url: Option<String>,
    /// Somebody deleted the message; the body says so.
    pub redacted: bool,
}

impl Conversation {
    /// Whether one of the notes among the parts has a link to `link`: how a note of ours is found
    /// again. Its HTML may have been written anew by Intercom, so nothing else of it is compared.
    pub fn has_note_with(&self, link: &str) -> bool {
        self.parts
            .iter()
            .filter(|part| part.kind.nature() == Nature::Note)
            .filter_map(|part| part.body.as_deref())
            .any(|html| html::targets(html).iter().any(|target| target == link))
    }

    /// How many of the oldest parts Intercom does not return, and nobody can read any more.
    pub fn missing_parts(&self) -> u64 {
        let read = self.parts.len() + self.unreadable_parts.len();
        self.parts_total.saturating_sub(read as u64)
    }
}

impl Client {
    /// A conversation with its parts.
    pub async fn conversation(&self, id: &ConversationId) -> Result<Conversation, IntercomError> {
        let call = Call::get(format!("/conversations/{id}"));
        self.read(&call, wire_form::conversation).await
    }
}

/// A conversation as an answer would hold it.
#[cfg(test)]
pub(crate) fn read(json: &str) -> Conversation {
    let reply = transport::Reply {
        status: http::StatusCode::OK,
        headers: http::HeaderMap::new(),
        body: bytes::Bytes::copy_from_slice(json.as_bytes()),
    };
    wire_form::conversation(&reply).expect("the conversation is readable")
}

#[cfg(test)]
mod tests;
