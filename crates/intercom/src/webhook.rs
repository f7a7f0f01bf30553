//! Webhooks: is it Intercom's, and what is it about.
//!
//! A notification may come twice, late, out of order or never, so it says *what may need a look*.
//! The contact that most topics carry is an observation on top. Payloads follow the API version
//! that the app has in the Developer Hub, not ours, and are read leniently; what cannot be a
//! snapshot is still a hint.

mod topic;

use aws_lc_rs::hmac;
use model::Timestamp;
use model::ic::{CompanyId, ContactId, ConversationId, WorkspaceId};
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;
use transport::Secret;

use crate::contact::Contact;
use crate::signature;
use crate::wire;

pub use crate::signature::SignatureError;
use topic::Family;
pub use topic::Topic;

/// A notification.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// The same when it is delivered again. Pings and read receipts have none.
    pub id: Option<String>,
    /// The workspace it comes from; one address serves all workspaces of an app.
    pub workspace_id: WorkspaceId,
    /// What happened.
    pub topic: Topic,
    /// When it happened, to the second.
    pub created_at: Option<Timestamp>,
    /// Whom or what it happened to.
    pub about: About,
}

/// What a notification names.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// A contact that is there.
    Contact {
        /// Its id.
        id: ContactId,
        /// How it looked then, if the payload holds all of it.
        snapshot: Option<Box<Contact>>,
    },
    /// A contact that can no longer be worked on.
    ContactGone {
        /// Its id.
        id: ContactId,
        /// What became of it.
        how: Gone,
    },
    /// A lead that became part of a user.
    ContactMerged {
        /// The lead, if the payload names it.
        from: Option<ContactId>,
        /// The user.
        into: ContactId,
        /// How the user looked then.
        snapshot: Option<Box<Contact>>,
    },
    /// A conversation. Payloads hold a part of it only, so it must be read.
    Conversation {
        /// Its id.
        id: ConversationId,
    },
    /// A company.
    Company {
        /// Its id.
        id: CompanyId,
    },
    /// The list of teammates, or one of them.
    Teammate,
    /// Nothing: Intercom tests the address.
    Ping,
    /// Something that is of no concern here.
    Other,
}

/// Why a contact is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// For good.
    Deleted,
    /// It may come back.
    Archived,
}

/// Why a body is no notification.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Not JSON, or without workspace or topic.
    #[error("the body is not a notification")]
    NotANotification(#[source] serde_json::Error),
    /// Not JSON, or without a workspace.
    #[error("the body is not an uninstall notice")]
    NotANotice(#[source] serde_json::Error),
    /// The topic promises a contact, company or conversation, and no id of one is there.
    #[error("the notification {} names nobody", topic.as_str())]
    NobodyNamed {
        /// The workspace it comes from.
        workspace_id: WorkspaceId,
        /// The topic.
        topic: Topic,
    },
}

/// Reads the notice that the app was removed from a workspace, whose signature
/// [`crate::canvas::verify`] has checked. It is no notification: the workspace is all it holds.
pub fn uninstalled_workspace(body: &[u8]) -> Result<WorkspaceId, WebhookError> {
    let notice: Uninstalled = object(body).map_err(WebhookError::NotANotice)?;
    Ok(notice.app_id)
}

/// Checks the value of the `X-Hub-Signature` header against the raw body. The body must not have
/// been parsed and written again: pings come pretty-printed.
pub fn verify(secret: &Secret, header: Option<&str>, body: &[u8]) -> Result<(), SignatureError> {
    let header = header.ok_or(SignatureError::Missing)?;
    let digits = header
        .strip_prefix("sha1=")
        .ok_or(SignatureError::Malformed)?;
    signature::verify(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret, digits, body)
}

/// Reads a body whose signature was verified.
pub fn parse(body: &[u8]) -> Result<Notification, WebhookError> {
    let envelope: Envelope<'_> = object(body).map_err(WebhookError::NotANotification)?;
    let topic = Topic::from(envelope.topic);
    let item = envelope
        .data
        .and_then(|data| data.item)
        .map_or("{}", RawValue::get);
    let Some(about) = about(&topic, item) else {
        let workspace_id = envelope.app_id;
        return Err(WebhookError::NobodyNamed {
            workspace_id,
            topic,
        });
    };
    Ok(Notification {
        id: envelope
            .id
            .and_then(|id| serde_json::from_str(id.get()).ok()),
        workspace_id: envelope.app_id,
        topic,
        created_at: envelope.created_at.and_then(moment),
        about,
    })
}

/// `None` if the topic is about something that `item` does not name.
fn about(topic: &Topic, item: &str) -> Option<About> {
    match topic.family() {
        Family::Contact => contact(item),
        Family::ContactGone(how) => {
            let id = read::<Named<ContactId>>(item)?.id;
            Some(About::ContactGone { id, how })
        }
        Family::ContactMerged => {
            let from = read::<MergedFrom>(item).map(|item| item.merged_from.id);
            let into = read::<Named<ContactId>>(item)?.id;
            Some(About::ContactMerged {
                from,
                into,
                snapshot: snapshot(item),
            })
        }
        Family::ContactInside => contact(read::<HoldsContact<'_>>(item)?.contact.get()),
        Family::Company => {
            let id = read::<Named<CompanyId>>(item)?.id;
            Some(About::Company { id })
        }
        Family::Conversation => conversation(item).map(|id| About::Conversation { id }),
        Family::Teammate => Some(About::Teammate),
        Family::Ping => Some(About::Ping),
        Family::Other => Some(About::Other),
    }
}

fn contact(item: &str) -> Option<About> {
    let marks: Marked = read(item)?;
    Some(if marks.deleted {
        About::ContactGone {
            id: marks.id,
            how: Gone::Deleted,
        }
    } else if marks.archived {
        About::ContactGone {
            id: marks.id,
            how: Gone::Archived,
        }
    } else {
        About::Contact {
            id: marks.id,
            snapshot: snapshot(item),
        }
    })
}

fn snapshot(item: &str) -> Option<Box<Contact>> {
    read(item).map(Box::new)
}

/// The item is the conversation, or names it, or wraps the vendor's own model of it.
fn conversation(item: &str) -> Option<ConversationId> {
    read::<ConversationNamed>(item)
        .map(|item| item.conversation_id)
        .or_else(|| Some(read::<WrappedConversation>(item)?.conversation.model.id))
        .or_else(|| Some(read::<HoldsConversation>(item)?.conversation.id))
        .or_else(|| Some(read::<Named<ConversationId>>(item)?.id))
}

fn read<'a, T: Deserialize<'a>>(item: &'a str) -> Option<T> {
    object(item.as_bytes()).ok()
}

/// Reads an object. A list would do for a struct as well, member by member, but nobody means that.
fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> serde_json::Result<T> {
    if json.trim_ascii_start().starts_with(b"[") {
        return Err(serde_json::Error::custom("a list is no object"));
    }
    serde_json::from_slice(json)
}

fn moment(at: &RawValue) -> Option<Timestamp> {
    serde_json::from_str::<Moment>(at.get()).ok()?.0
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(deserialize_with = "wire::id")]
    app_id: WorkspaceId,
    #[serde(default, borrow)]
    id: Option<&'a RawValue>,
    topic: String,
    #[serde(default, borrow)]
    created_at: Option<&'a RawValue>,
    #[serde(default, borrow)]
    data: Option<EventData<'a>>,
}

#[derive(Deserialize)]
struct Uninstalled {
    #[serde(deserialize_with = "wire::id")]
    app_id: WorkspaceId,
}

/// When a notification was written. One without a readable time is still worth its hint.
#[derive(Deserialize)]
struct Moment(#[serde(deserialize_with = "wire::instant")] Option<Timestamp>);

#[derive(Deserialize)]
struct EventData<'a> {
    #[serde(default, borrow)]
    item: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(bound = "T: std::str::FromStr<Err: std::fmt::Display>")]
struct Named<T> {
    #[serde(deserialize_with = "wire::id")]
    id: T,
}

#[derive(Deserialize)]
struct Marked {
    #[serde(deserialize_with = "wire::id")]
    id: ContactId,
    #[serde(default, deserialize_with = "wire::or_default")]
    deleted: bool,
    #[serde(default, deserialize_with = "wire::or_default")]
    archived: bool,
}

#[derive(Deserialize)]
struct MergedFrom {
    merged_from: Named<ContactId>,
}

#[derive(Deserialize)]
struct HoldsContact<'a> {
    #[serde(borrow)]
    contact: &'a RawValue,
}

#[derive(Deserialize)]
struct ConversationNamed {
    #[serde(deserialize_with = "wire::id")]
    conversation_id: ConversationId,
}

#[derive(Deserialize)]
struct HoldsConversation {
    conversation: Named<ConversationId>,
}

#[derive(Deserialize)]
struct WrappedConversation {
    conversation: WrappedModel,
}

#[derive(Deserialize)]
struct WrappedModel {
    model: Named<ConversationId>,
}

#[cfg(test)]
mod tests;
