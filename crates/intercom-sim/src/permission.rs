//! What an app may do in the workspaces that install it: ticked when the app is registered, never
//! asked for at consent (Setting up OAuth).

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::answer::Refusal;
use crate::switches::{PermissionRefusal, Switches};

/// A permission. The vendor shows labels, which are the docs here; of the names that errors use only
/// `read_conversations` is documented, the others follow its pattern (UNVERIFIED).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Read and list users and companies.
    ReadUsersAndCompanies,
    /// Read one user and one company.
    ReadOneUserAndOneCompany,
    /// Write users and companies.
    WriteUsersAndCompanies,
    /// Read tags.
    ReadTags,
    /// Write tags.
    WriteTags,
    /// Read conversations.
    ReadConversations,
    /// Write conversations.
    WriteConversations,
    /// Read events.
    ReadEvents,
    /// Write events.
    WriteEvents,
    /// Write data attributes.
    WriteDataAttributes,
    /// Read admins.
    ReadAdmins,
    /// Read one admin.
    ReadOneAdmin,
}

impl Permission {
    const fn word(self) -> &'static str {
        match self {
            Self::ReadUsersAndCompanies => "read_users_and_companies",
            Self::ReadOneUserAndOneCompany => "read_one_user_and_one_company",
            Self::WriteUsersAndCompanies => "write_users_and_companies",
            Self::ReadTags => "read_tags",
            Self::WriteTags => "write_tags",
            Self::ReadConversations => "read_conversations",
            Self::WriteConversations => "write_conversations",
            Self::ReadEvents => "read_events",
            Self::WriteEvents => "write_events",
            Self::WriteDataAttributes => "write_data_attributes",
            Self::ReadAdmins => "read_admins",
            Self::ReadOneAdmin => "read_one_admin",
        }
    }

    /// What a call needs. `/me` and the list of attributes are open to every token.
    fn needed(method: &Method, segments: &[&str]) -> Option<Self> {
        let reads = method == Method::GET;
        Some(match segments {
            ["contacts", _, "tags", ..] | ["tags", ..] if reads => Self::ReadTags,
            ["contacts", _, "tags", ..] | ["tags", ..] => Self::WriteTags,
            ["contacts", "search"] | ["companies", "list" | "scroll"] => {
                Self::ReadUsersAndCompanies
            }
            ["contacts" | "companies"] if reads => Self::ReadUsersAndCompanies,
            ["contacts" | "companies" | "notes" | "visitors", ..] if reads => {
                Self::ReadOneUserAndOneCompany
            }
            ["contacts" | "companies" | "visitors", ..] => Self::WriteUsersAndCompanies,
            ["conversations", "search"] => Self::ReadConversations,
            ["conversations", ..] if reads => Self::ReadConversations,
            ["conversations" | "messages", ..] => Self::WriteConversations,
            ["events", ..] if reads => Self::ReadEvents,
            ["events", ..] => Self::WriteEvents,
            ["data_attributes", ..] if !reads => Self::WriteDataAttributes,
            ["admins", "activity_logs" | "activity_log_event_types", ..] => Self::ReadAdmins,
            ["admins", _, ..] => Self::ReadOneAdmin,
            ["admins" | "teams", ..] => Self::ReadAdmins,
            _ => return None,
        })
    }
}

/// Refuses a call that the app is not permitted to make.
pub(crate) fn check(
    switches: &Switches,
    method: &Method,
    segments: &[&str],
) -> Result<(), Refusal> {
    let Some(needed) = Permission::needed(method, segments) else {
        return Ok(());
    };
    if !switches.missing_permissions.contains(&needed) {
        return Ok(());
    }
    let word = needed.word();
    let message = format!("The app is missing the permission {word}");
    Err(match switches.permission_refusal {
        PermissionRefusal::Forbidden => Refusal::new(StatusCode::FORBIDDEN, "forbidden", message),
        PermissionRefusal::ActionForbidden => {
            let mut refusal = Refusal::new(StatusCode::FORBIDDEN, "action_forbidden", message);
            refusal.required_permission = Some(word);
            refusal
        }
    })
}
