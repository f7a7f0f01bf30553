//! The topics of API 2.x. Which of them an app receives is ticked in the Developer Hub.

use super::Gone;

/// What the item of a topic is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// A contact.
    Contact,
    /// A contact of which little more than the id is left.
    ContactGone(Gone),
    /// The surviving contact, with the one that went into it.
    ContactMerged,
    /// Something else with a contact in it: a tag, a subscription, a company's attachment.
    ContactInside,
    /// A company.
    Company,
    /// A conversation, or something of one.
    Conversation,
    /// A teammate.
    Teammate,
    /// The test of the address.
    Ping,
    /// Of no concern.
    Other,
}

macro_rules! topics {
    ($($name:ident = $text:literal => $family:expr,)+) => {
        /// What happened.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Topic {
            $(#[doc = concat!("`", $text, "`")] $name,)+
            /// A topic that is not used, or that Intercom added since.
            Other(String),
        }

        impl Topic {
            /// The topics that are understood, in the order of the documentation.
            pub const KNOWN: &[Self] = &[$(Self::$name),+];

            /// Intercom's spelling.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)+
                    Self::Other(text) => text,
                }
            }

            pub(super) fn family(&self) -> Family {
                match self {
                    $(Self::$name => $family,)+
                    Self::Other(_) => Family::Other,
                }
            }
        }

        impl From<String> for Topic {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$name,)+
                    _ => Self::Other(text),
                }
            }
        }
    };
}

topics! {
    ContactUserCreated = "contact.user.created" => Family::Contact,
    ContactLeadCreated = "contact.lead.created" => Family::Contact,
    ContactUserUpdated = "contact.user.updated" => Family::Contact,
    ContactLeadUpdated = "contact.lead.updated" => Family::Contact,
    ContactLeadSignedUp = "contact.lead.signed_up" => Family::Contact,
    ContactLeadAddedEmail = "contact.lead.added_email" => Family::Contact,
    ContactEmailUpdated = "contact.email.updated" => Family::Contact,
    ContactMerged = "contact.merged" => Family::ContactMerged,
    ContactArchived = "contact.archived" => Family::ContactGone(Gone::Archived),
    ContactUnarchive = "contact.unarchive" => Family::Contact,
    ContactDeleted = "contact.deleted" => Family::ContactGone(Gone::Deleted),
    ContactSubscribed = "contact.subscribed" => Family::ContactInside,
    ContactUnsubscribed = "contact.unsubscribed" => Family::ContactInside,
    ContactUserTagCreated = "contact.user.tag.created" => Family::ContactInside,
    ContactUserTagDeleted = "contact.user.tag.deleted" => Family::ContactInside,
    ContactLeadTagCreated = "contact.lead.tag.created" => Family::ContactInside,
    ContactLeadTagDeleted = "contact.lead.tag.deleted" => Family::ContactInside,
    CompanyCreated = "company.created" => Family::Company,
    CompanyUpdated = "company.updated" => Family::Company,
    CompanyDeleted = "company.deleted" => Family::Company,
    CompanyContactAttached = "company.contact.attached" => Family::ContactInside,
    CompanyContactDetached = "company.contact.detached" => Family::ContactInside,
    ConversationUserCreated = "conversation.user.created" => Family::Conversation,
    ConversationUserReplied = "conversation.user.replied" => Family::Conversation,
    ConversationAdminReplied = "conversation.admin.replied" => Family::Conversation,
    ConversationAdminNoted = "conversation.admin.noted" => Family::Conversation,
    ConversationAdminClosed = "conversation.admin.closed" => Family::Conversation,
    ConversationAdminOpened = "conversation.admin.opened" => Family::Conversation,
    ConversationAdminAssigned = "conversation.admin.assigned" => Family::Conversation,
    ConversationAdminOpenAssigned = "conversation.admin.open.assigned" => Family::Conversation,
    ConversationAdminSnoozed = "conversation.admin.snoozed" => Family::Conversation,
    ConversationAdminUnsnoozed = "conversation.admin.unsnoozed" => Family::Conversation,
    ConversationAdminSingleCreated = "conversation.admin.single.created" => Family::Conversation,
    ConversationOperatorReplied = "conversation.operator.replied" => Family::Conversation,
    ConversationPriorityUpdated = "conversation.priority.updated" => Family::Conversation,
    ConversationRatingAdded = "conversation.rating.added" => Family::Conversation,
    ConversationCompanyUpdated = "conversation.company.updated" => Family::Conversation,
    ConversationDeleted = "conversation.deleted" => Family::Conversation,
    ConversationContactAttached = "conversation.contact.attached" => Family::Conversation,
    ConversationContactDetached = "conversation.contact.detached" => Family::Conversation,
    AdminAddedToWorkspace = "admin.added_to_workspace" => Family::Teammate,
    AdminRemovedFromWorkspace = "admin.removed_from_workspace" => Family::Teammate,
    AdminAwayModeUpdated = "admin.away_mode_updated" => Family::Teammate,
    Ping = "ping" => Family::Ping,
}
