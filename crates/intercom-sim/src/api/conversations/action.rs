//! What somebody can do in a conversation, and what becomes of it.

use crate::conversation::{
    Assignee, Author, Conversation, Detail, PartType, Priority, QuickReply, State,
};
use crate::html;

/// What somebody does in a conversation. Bodies are HTML fragments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Comment(String),
    Note(String),
    Close(Option<String>),
    Open,
    /// Until an instant in Unix seconds.
    Snooze(i64),
    /// The end of a snooze.
    Wake,
    Assign(Assignee, Option<String>),
    Prioritize(Priority),
    /// A teammate offers answers.
    Offer(Vec<QuickReply>),
    /// A contact takes one.
    Pick(QuickReply),
}

impl Action {
    /// Whom it names, if it assigns.
    pub(super) fn assigned_to(&self) -> Option<Assignee> {
        match self {
            Self::Assign(assignee, _) => Some(*assignee),
            Self::Comment(_)
            | Self::Note(_)
            | Self::Close(_)
            | Self::Open
            | Self::Snooze(_)
            | Self::Wake
            | Self::Prioritize(_)
            | Self::Offer(_)
            | Self::Pick(_) => None,
        }
    }

    /// What its part tells beside the words.
    pub(super) fn detail(&self) -> Option<Detail> {
        match self {
            Self::Offer(replies) => Some(Detail::Offered(replies.clone())),
            Self::Pick(reply) => Some(Detail::Picked(reply.uuid.clone())),
            Self::Comment(_)
            | Self::Note(_)
            | Self::Close(_)
            | Self::Open
            | Self::Snooze(_)
            | Self::Wake
            | Self::Prioritize(_)
            | Self::Assign(..) => None,
        }
    }

    /// Does it; gives the kind of its part, the words, and the topic that tells it.
    pub(super) fn apply(
        self,
        row: &mut Conversation,
        now: i64,
        author: Author,
    ) -> (PartType, Option<String>, &'static str) {
        match (self, author) {
            (Self::Comment(body), Author::Contact(_)) => {
                row.state = State::Open;
                row.snoozed_until = None;
                row.read = true;
                row.waiting_since.get_or_insert(now);
                (PartType::Comment, Some(body), "conversation.user.replied")
            }
            (Self::Comment(body), Author::Admin(_)) => {
                row.waiting_since = None;
                row.read = false;
                (PartType::Comment, Some(body), "conversation.admin.replied")
            }
            (Self::Comment(body), Author::Bot) => (
                PartType::Comment,
                Some(body),
                "conversation.operator.replied",
            ),
            (Self::Offer(_), _) => {
                row.waiting_since = None;
                row.read = false;
                (PartType::QuickReply, None, "conversation.admin.replied")
            }
            (Self::Pick(reply), _) => {
                Self::Comment(html::from_text(&reply.text)).apply(row, now, author)
            }
            (Self::Note(body), _) => (PartType::Note, Some(body), "conversation.admin.noted"),
            (Self::Close(body), _) => {
                row.state = State::Closed;
                row.snoozed_until = None;
                row.waiting_since = None;
                (PartType::Close, body, "conversation.admin.closed")
            }
            (Self::Open, _) => {
                row.state = State::Open;
                row.snoozed_until = None;
                (PartType::Open, None, "conversation.admin.opened")
            }
            (Self::Snooze(until), _) => {
                row.state = State::Snoozed;
                row.snoozed_until = Some(until);
                (PartType::Snoozed, None, "conversation.admin.snoozed")
            }
            (Self::Wake, _) => {
                row.state = State::Open;
                row.snoozed_until = None;
                (
                    PartType::TimerUnsnooze,
                    None,
                    "conversation.admin.unsnoozed",
                )
            }
            (Self::Prioritize(priority), _) => {
                row.priority = priority;
                (
                    PartType::PriorityChanged,
                    None,
                    "conversation.priority.updated",
                )
            }
            (Self::Assign(assignee, body), _) => {
                match assignee {
                    Assignee::Nobody => (row.admin, row.team) = (None, None),
                    Assignee::Admin(id) => row.admin = Some(id),
                    Assignee::Team(id) => row.team = Some(id),
                }
                (PartType::Assignment, body, "conversation.admin.assigned")
            }
        }
    }
}
