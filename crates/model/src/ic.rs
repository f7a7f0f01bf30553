//! Intercom's ids. They are unique within one workspace only.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An id must be 1 to 64 characters of `[0-9A-Za-z_-]`, or it cannot stand in a URL path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an Intercom {kind} id")]
pub struct InvalidId {
    kind: &'static str,
    text: String,
}

/// Longest id accepted; Intercom's own are 24 characters or fewer.
const ID_LENGTH_MAX: usize = 64;

macro_rules! intercom_ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The id as Intercom writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let fits = !text.is_empty()
                    && text.len() <= ID_LENGTH_MAX
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
                if fits {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidId { kind: $kind, text: text.to_owned() })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

intercom_ids! {
    /// A contact, of role lead or user.
    ContactId = "contact",
    /// A company.
    CompanyId = "company",
    /// A tag, of contacts, companies and conversations alike.
    TagId = "tag",
    /// A team of teammates.
    TeamId = "team",
    /// A note on a contact.
    NoteId = "note",
    /// A conversation.
    ConversationId = "conversation",
    /// A part of a conversation.
    PartId = "conversation part",
    /// A teammate, whom the API calls an admin.
    TeammateId = "admin",
    /// A workspace: `app.id_code` of `/me`, `app_id` of webhooks, `workspace_id` of the card.
    WorkspaceId = "workspace",
}

/// What a contact is to Intercom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Anonymous or only known by an email.
    Lead,
    /// Identified by the customer's own id or email.
    User,
}
