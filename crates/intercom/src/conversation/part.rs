//! The parts of a conversation: what was said, and what happened.

use model::Timestamp;
use model::ic::{PartId, TeamId, TeammateId};

use super::Assignee;

/// Something that was said or happened in a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Unique within the workspace.
    pub id: PartId,
    /// What kind of thing.
    pub kind: PartKind,
    /// HTML; parts that only report a change mostly have none.
    pub body: Option<String>,
    /// When it happened, to the second.
    pub created_at: Option<Timestamp>,
    /// Who did it.
    pub author: Option<Author>,
    /// Whom the conversation was assigned to, by parts that assign.
    pub assigned_to: Option<Assignee>,
    /// What came with it, also without a body.
    pub attachments: Vec<Attachment>,
    /// Somebody deleted the message; the body says so.
    pub redacted: bool,
    /// The app that made the part through the API.
    pub app_package_code: Option<String>,
}

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// What they are.
    pub kind: AuthorKind,
    /// An id of that kind.
    pub id: Option<String>,
    /// As Intercom shows it; entities may be in it.
    pub name: Option<String>,
    /// Bots have one that nobody reads.
    pub email: Option<String>,
}

/// What an author is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorKind {
    /// A lead or an Intercom user.
    Contact,
    /// Somebody who has not said anything before.
    Visitor,
    /// A teammate.
    Teammate,
    /// Fin, Operator or another bot.
    Bot,
    /// A team.
    Team,
    /// What Intercom may add, by its name.
    Other(String),
}

/// A file that came with a message. Its address is signed, different each time, and expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// As the sender called it; empty if that cannot be read.
    pub name: String,
    /// Where it can be fetched for half an hour.
    pub url: Option<String>,
    /// The media type.
    pub content_type: Option<String>,
    /// Its size.
    pub bytes: Option<u64>,
}

/// What a part is, if one asks who is to see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Somebody said something to somebody.
    Message,
    /// A teammate said something that only teammates see.
    Note,
    /// Something happened. It may carry a message all the same.
    Event,
}

macro_rules! part_kinds {
    ($($name:ident = $text:literal, $nature:ident, $words:literal;)+) => {
        /// What kind of part it is: those that are documented or were observed.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum PartKind {
            $(
                #[doc = concat!("`", $text, "`")]
                $name,
            )+
            /// What Intercom may add, by its name.
            Other(String),
        }

        impl PartKind {
            /// The kind of this name.
            pub fn named(text: &str) -> Self {
                match text {
                    $($text => Self::$name,)+
                    other => Self::Other(other.to_owned()),
                }
            }

            /// Who is to see it.
            pub fn nature(&self) -> Nature {
                match self {
                    $(Self::$name => Nature::$nature,)+
                    Self::Other(_) => Nature::Event,
                }
            }

            /// What happened, in words that follow the author's name.
            pub fn words(&self) -> String {
                match self {
                    $(Self::$name => $words.to_owned(),)+
                    Self::Other(name) => name.replace('_', " "),
                }
            }
        }
    };
}

part_kinds! {
    Comment = "comment", Message, "wrote";
    QuickReply = "quick_reply", Message, "chose a reply";
    Note = "note", Note, "noted";
    NoteAndReopen = "note_and_reopen", Note, "noted and reopened";
    Assignment = "assignment", Event, "assigned the conversation";
    Close = "close", Event, "closed the conversation";
    Open = "open", Event, "reopened the conversation";
    AssignAndReopen = "assign_and_reopen", Event, "assigned and reopened the conversation";
    AssignAndUnsnooze = "assign_and_unsnooze", Event, "assigned and unsnoozed the conversation";
    AwayModeAssignment = "away_mode_assignment", Event, "was away and passed the conversation on";
    DefaultAssignment = "default_assignment", Event, "assigned the conversation by default";
    MessageStrategyAssignment = "message_strategy_assignment", Event, "assigned the conversation";
    Snoozed = "snoozed", Event, "snoozed the conversation";
    Unsnoozed = "unsnoozed", Event, "unsnoozed the conversation";
    TimerUnsnooze = "timer_unsnooze", Event, "unsnoozed the conversation in due time";
    ParticipantAdded = "participant_added", Event, "added a participant";
    ParticipantRemoved = "participant_removed", Event, "removed a participant";
    RatingChanged = "conversation_rating_changed", Event, "rated the conversation";
    RatingRemarkAdded = "conversation_rating_remark_added", Event, "remarked on the rating";
    PriorityChanged = "priority_changed", Event, "changed the priority";
    Merged = "merged_primary_conversation", Event, "merged another conversation into this one";
    LanguageDetected = "language_detection_details", Event, "detected the language";
    AttributeUpdatedByAdmin = "conversation_attribute_updated_by_admin", Event,
        "updated an attribute";
    AttributeUpdatedByUser = "conversation_attribute_updated_by_user", Event,
        "updated an attribute";
    AttributeUpdatedByWorkflow = "conversation_attribute_updated_by_workflow", Event,
        "updated an attribute";
    TagsUpdated = "conversation_tags_updated", Event, "changed the tags";
    SlaAppliedByRule = "conversation_sla_applied_by_rule", Event, "applied a service level";
    SlaAppliedByWorkflow = "conversation_sla_applied_by_workflow", Event, "applied a service level";
    SlaTargetMissed = "conversation_sla_target_missed", Event, "missed a service level";
    SlaTargetPaused = "conversation_sla_target_paused", Event, "paused a service level";
    SlaTargetUnpaused = "conversation_sla_target_unpaused", Event, "resumed a service level";
    SlaTargetRemoved = "conversation_sla_target_removed", Event, "removed a service level";
    CustomActionStarted = "custom_action_started", Event, "started an action";
    CustomActionFinished = "custom_action_finished", Event, "finished an action";
    WorkflowEvent = "operator_workflow_event", Event, "ran a workflow";
    TicketStateUpdated = "ticket_state_updated_by_admin", Event, "changed the ticket's state";
    TicketAttributeUpdated = "ticket_attribute_updated_by_admin", Event,
        "updated an attribute of the ticket";
    CallSummary = "call_summary", Event, "summed up a call";
    ReplyTimeExpectation = "channel_and_reply_time_expectation", Event, "told when to expect a reply";
}

impl AuthorKind {
    pub(super) fn named(text: &str) -> Self {
        match text {
            "user" | "lead" | "contact" => Self::Contact,
            "visitor" => Self::Visitor,
            "admin" => Self::Teammate,
            "bot" => Self::Bot,
            "team" => Self::Team,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Assignee {
    /// Reads `{type, id}`; an assignment to nobody has a type of its own, or the id `0`.
    pub(super) fn shown(kind: &str, id: Option<&str>) -> Option<Self> {
        match (kind, id) {
            ("nobody_admin", _) | (_, Some("0")) => Some(Self::Nobody),
            ("admin" | "bot", Some(id)) => id.parse::<TeammateId>().ok().map(Self::Teammate),
            ("team", Some(id)) => id.parse::<TeamId>().ok().map(Self::Team),
            (_, None | Some(_)) => None,
        }
    }
}
