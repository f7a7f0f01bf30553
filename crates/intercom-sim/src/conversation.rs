//! Conversations: a first message (the *source*) and what followed it (the *parts*).

mod attribute;
mod priority;
mod rating;
mod statistics;
mod table;

use serde::{Deserialize, Serialize};

use crate::attribute::Values;
use crate::files::Attachment;
use crate::ids::{AdminId, ConversationId, ObjectId, PartId, TagId, TeamId};

pub(crate) use attribute::{
    AttributeChange, Choice, ConversationAttribute, ConversationAttributes, Kind,
};
pub use priority::Priority;
pub(crate) use rating::Rating;
pub use rating::Stars;
pub(crate) use statistics::Statistics;
pub(crate) use table::{Conversations, Deleted};

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Open,
    Closed,
    Snoozed,
}

impl State {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Snoozed => "snoozed",
        }
    }
}

/// Who wrote or did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Author {
    Contact(ObjectId),
    Admin(AdminId),
    /// The vendor's own bot, which is not among the admins.
    Bot,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartType {
    Comment,
    Note,
    Assignment,
    Close,
    Open,
    Snoozed,
    /// The time of a snooze is over.
    TimerUnsnooze,
    ParticipantAdded,
    ParticipantRemoved,
    /// A conversation attribute has another value, through the API.
    AttributeUpdated,
    PriorityChanged,
    RatingChanged,
    RatingRemarkAdded,
    /// Answers that a contact may choose from.
    QuickReply,
}

impl PartType {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Note => "note",
            Self::Assignment => "assignment",
            Self::Close => "close",
            Self::Open => "open",
            Self::Snoozed => "snoozed",
            Self::TimerUnsnooze => "timer_unsnooze",
            Self::ParticipantAdded => "participant_added",
            Self::ParticipantRemoved => "participant_removed",
            Self::QuickReply => "quick_reply",
            Self::RatingChanged => "conversation_rating_changed",
            Self::RatingRemarkAdded => "conversation_rating_remark_added",
            Self::PriorityChanged => "priority_changed",
            Self::AttributeUpdated => "conversation_attribute_updated_by_admin",
        }
    }
}

/// What a part tells beside its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Detail {
    /// A conversation attribute, its value and the one before.
    Attribute {
        name: String,
        value: Option<String>,
        previous: Option<String>,
    },
    /// Answers that are offered.
    Offered(Vec<QuickReply>),
    /// The uuid of the one that was taken.
    Picked(String),
}

/// An answer that a contact can give with a click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QuickReply {
    pub(crate) text: String,
    pub(crate) uuid: String,
}

/// How a conversation began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Channel {
    #[default]
    Messenger,
    Email,
}

/// A tag on a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AppliedTag {
    pub(crate) tag: TagId,
    /// In Unix seconds.
    pub(crate) at: i64,
    pub(crate) by: AdminId,
}

/// What stands in the place of words that were redacted.
pub(crate) const REDACTED: &str = "<p><i>This message was deleted</i></p>";

/// Whom an assignment names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Assignee {
    Nobody,
    Admin(AdminId),
    Team(TeamId),
}

/// One part of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) id: PartId,
    pub(crate) kind: PartType,
    /// An HTML fragment.
    pub(crate) body: Option<String>,
    pub(crate) author: Author,
    pub(crate) created_at: i64,
    pub(crate) assigned_to: Option<Assignee>,
    pub(crate) state: State,
    /// Set on parts that an app made.
    pub(crate) app_package_code: Option<String>,
    /// Its words were taken away for good.
    #[serde(default)]
    pub(crate) is_redacted: bool,
    #[serde(default)]
    pub(crate) attachments: Vec<Attachment>,
    /// They are on the conversation, too.
    #[serde(default)]
    pub(crate) tags: Vec<TagId>,
    /// Few parts have one.
    #[serde(default)]
    pub(crate) detail: Option<Box<Detail>>,
}

/// The message that started a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) id: PartId,
    #[serde(default)]
    pub(crate) channel: Channel,
    /// Emails have one.
    #[serde(default)]
    pub(crate) subject: Option<String>,
    /// An HTML fragment.
    pub(crate) body: String,
    pub(crate) author: Author,
    pub(crate) url: Option<String>,
    /// Its words were taken away for good.
    #[serde(default)]
    pub(crate) is_redacted: bool,
    #[serde(default)]
    pub(crate) attachments: Vec<Attachment>,
}

/// A conversation. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Conversation {
    pub(crate) id: ConversationId,
    pub(crate) title: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) waiting_since: Option<i64>,
    pub(crate) snoozed_until: Option<i64>,
    pub(crate) state: State,
    pub(crate) read: bool,
    #[serde(default)]
    pub(crate) priority: Priority,
    pub(crate) admin: Option<AdminId>,
    pub(crate) team: Option<TeamId>,
    pub(crate) source: Source,
    pub(crate) contacts: Vec<ObjectId>,
    pub(crate) parts: Vec<Part>,
    pub(crate) tags: Vec<AppliedTag>,
    #[serde(default)]
    pub(crate) attributes: Values,
    #[serde(default)]
    pub(crate) company: Option<ObjectId>,
    #[serde(default)]
    pub(crate) rating: Option<Box<Rating>>,
    /// Out of lists, search and the inbox: whoever had it was blocked.
    #[serde(default)]
    pub(crate) is_archived: bool,
}

impl Part {
    /// Only the team sees it.
    pub(crate) fn is_internal(&self) -> bool {
        self.kind == PartType::Note
    }
}

impl Conversation {
    /// A conversation that its first message begins. A contact waits for an answer.
    pub(crate) fn begun(
        id: ConversationId,
        created_at: i64,
        contacts: Vec<ObjectId>,
        source: Source,
    ) -> Self {
        Self {
            id,
            title: None,
            created_at,
            updated_at: created_at,
            waiting_since: matches!(source.author, Author::Contact(_)).then_some(created_at),
            snoozed_until: None,
            state: State::Open,
            read: false,
            priority: Priority::None,
            admin: None,
            team: None,
            source,
            contacts,
            parts: Vec::new(),
            tags: Vec::new(),
            attributes: Values::default(),
            company: None,
            rating: None,
            is_archived: false,
        }
    }

    /// The last message that the contact can see, as its words and its files; notes and state
    /// changes are passed over.
    pub(crate) fn last_message(&self) -> (&str, &[Attachment]) {
        let seen = self.parts.iter().rev().filter(|part| !part.is_internal());
        let mut said = seen.filter(|part| part.body.is_some() || !part.attachments.is_empty());
        said.next()
            .map_or((&self.source.body, &self.source.attachments), |part| {
                (part.body.as_deref().unwrap_or_default(), &part.attachments)
            })
    }

    /// When a contact first said something.
    pub(crate) fn first_contact_reply(&self) -> Option<i64> {
        if matches!(self.source.author, Author::Contact(_)) {
            return Some(self.created_at);
        }
        let mut parts = self.parts.iter();
        let said = |part: &&Part| {
            matches!(part.author, Author::Contact(_)) && part.kind == PartType::Comment
        };
        parts.find(said).map(|part| part.created_at)
    }

    /// An answer that was offered, by its uuid.
    pub(crate) fn offered(&self, uuid: &str) -> Option<&QuickReply> {
        let details = self.parts.iter().filter_map(|part| part.detail.as_deref());
        let mut offered = details.flat_map(|detail| match detail {
            Detail::Offered(replies) => replies.as_slice(),
            Detail::Picked(_) | Detail::Attribute { .. } => &[],
        });
        offered.find(|reply| reply.uuid == uuid)
    }

    /// Whether a contact takes part or has said something.
    pub(crate) fn involves(&self, contact: ObjectId) -> bool {
        let said = Author::Contact(contact);
        let mut parts = self.parts.iter();
        self.contacts.contains(&contact)
            || self.source.author == said
            || parts.any(|part| part.author == said)
    }

    /// What one contact said and took part in is another one's from now on.
    pub(crate) fn hand_over(&mut self, from: ObjectId, into: ObjectId) {
        if self.contacts.contains(&into) {
            self.contacts.retain(|id| *id != from);
        }
        for contact in &mut self.contacts {
            if *contact == from {
                *contact = into;
            }
        }
        if let Some(rating) = self.rating.as_mut().filter(|it| it.contact == from) {
            rating.contact = into;
        }
        let authors = self.parts.iter_mut().map(|part| &mut part.author);
        for author in authors.chain([&mut self.source.author]) {
            if *author == Author::Contact(from) {
                *author = Author::Contact(into);
            }
        }
    }

    /// The admins who wrote something or are assigned, each once.
    pub(crate) fn teammates(&self) -> Vec<AdminId> {
        let authors = self.parts.iter().filter_map(|part| match part.author {
            Author::Admin(id) => Some(id),
            Author::Contact(_) | Author::Bot => None,
        });
        let mut admins: Vec<AdminId> = authors.chain(self.admin).collect();
        admins.sort_unstable();
        admins.dedup();
        admins
    }
}
