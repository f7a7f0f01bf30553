//! What can go wrong when Intercom is asked, one variant per outcome that a caller can act on.
//!
//! The status decides first and the code second, by the table of [`code`], because new codes may
//! appear at any time. A refusal is believed only if it is Intercom's own `error.list`: the 404 page of a proxy must not
//! look like a deleted contact.

mod code;

use std::time::Duration;

use http::StatusCode;
use http::header::LINK;
use model::ic::ContactId;
use serde::Deserialize;
use transport::{Reply, RetryWhen, Sent, TransportError, excerpt};

use crate::limiter;
use crate::wire;
use code::{Code, Meaning};

/// Why Intercom did not do, or did not say, what was asked. The vendor's words are for people.
#[derive(Debug, thiserror::Error)]
pub enum IntercomError {
    /// No complete answer arrived.
    #[error("Intercom could not be reached")]
    Transport(#[from] TransportError),
    /// 401: the token was revoked, the app removed or the workspace closed. Also a token that
    /// cannot stand in a header, with the code `token_malformed`.
    #[error("Intercom does not accept the access token ({code})")]
    Unauthorized {
        /// `unauthorized`, `token_revoked`, `token_suspended` …
        code: String,
    },
    /// 402, or 403 with `api_plan_restricted`: the workspace's plan does not include the API.
    #[error("the workspace's plan does not include the API")]
    PlanRestricted,
    /// 403: the app lacks a permission, or the teammate may not do this.
    #[error("Intercom forbids it: {message} ({code}{})", needed(permissions))]
    Forbidden {
        /// `forbidden` or `action_forbidden`.
        code: String,
        /// Names the missing scope.
        message: String,
        /// The permissions to tick, where Intercom lists them.
        permissions: Vec<String>,
    },
    /// 429, again and again: the window was used up by others each time it opened.
    #[error("Intercom's rate limit is used up")]
    RateLimited {
        /// Until the window ends.
        resets_in: Option<Duration>,
    },
    /// Another call is in the way, such as a scroll that is still open.
    #[error("Intercom is busy with another call: {message} ({code})")]
    Busy {
        /// `scroll_exists` or `retry_after`.
        code: String,
        /// What Intercom says.
        message: String,
        /// After that it is over at the latest, where that is documented.
        over_in: Option<Duration>,
    },
    /// 400 or 422: there may be no more of these until some are removed.
    #[error("Intercom takes no more of these: {message} ({code})")]
    Full {
        /// `custom_data_limit_reached` or `contact_company_limit_exceeded`.
        code: String,
        /// What Intercom says.
        message: String,
    },
    /// Custom attributes were to be written that the workspace does not have, and that the writer
    /// was not told to make. Nothing was written.
    #[error("the workspace has no attributes {}", names.join(", "))]
    UnknownAttributes {
        /// Their names.
        names: Vec<String>,
    },
    /// 404 with an error list: no such contact, company, conversation, teammate or attribute.
    #[error("Intercom has no such thing")]
    NotFound,
    /// 410: the contact became part of another one.
    #[error("the contact was merged into another")]
    Merged {
        /// The surviving contact, if the answer names it.
        into: Option<ContactId>,
    },
    /// 409: it exists already.
    #[error("it exists already in Intercom")]
    Conflict {
        /// The contact in the way, if the message names it.
        existing: Option<ContactId>,
        /// It is archived and must be unarchived before it can be updated.
        archived: bool,
    },
    /// 400, 405, 406, 415, 422 and every other refusal: the same request can only fail again.
    #[error("Intercom refuses it: {message} ({code})")]
    Invalid {
        /// `parameter_invalid`, `data_invalid` …
        code: String,
        /// What Intercom says.
        message: String,
        /// The parameter, if it is named.
        field: Option<String>,
    },
    /// 408 or 5xx.
    #[error("Intercom answers with status {status}")]
    Unavailable {
        /// The status.
        status: u16,
    },
    /// Success without a body, which happens now and then. Reads may be repeated.
    #[error("Intercom's answer is empty")]
    Empty,
    /// An answer of another shape than documented: a page of a proxy, JSON that was cut off.
    #[error("Intercom's answer (status {status}) is not understood: {why}")]
    UnexpectedAnswer {
        /// The status it came with.
        status: u16,
        /// What came instead, redacted.
        why: String,
    },
}

/// What is known about the effect of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Intercom cannot have seen it.
    NotSent,
    /// Intercom said no.
    Refused,
    /// It may have been carried out; look before repeating it.
    Unknown,
}

impl IntercomError {
    /// When the same wish has a chance.
    pub fn retry_when(&self) -> RetryWhen {
        match self {
            Self::Transport(_)
            | Self::Unavailable { .. }
            | Self::Empty
            | Self::UnexpectedAnswer { .. } => RetryWhen::Later { not_before: None },
            Self::RateLimited { resets_in: wait } | Self::Busy { over_in: wait, .. } => {
                RetryWhen::Later { not_before: *wait }
            }
            Self::NotFound | Self::Merged { .. } | Self::Conflict { .. } => RetryWhen::Replanned,
            Self::Unauthorized { .. } | Self::PlanRestricted => RetryWhen::Reconnected,
            Self::Forbidden { .. }
            | Self::Full { .. }
            | Self::UnknownAttributes { .. }
            | Self::Invalid { .. } => RetryWhen::Changed,
        }
    }

    /// What became of the request. A 5xx counts as unknown even with an error list in it: what
    /// fails half-way at Intercom may have left its first half behind.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Transport(error) => match error.outcome() {
                Sent::Never => Outcome::NotSent,
                Sent::Unknown => Outcome::Unknown,
            },
            Self::Unavailable { .. } | Self::Empty | Self::UnexpectedAnswer { .. } => {
                Outcome::Unknown
            }
            Self::Unauthorized { .. }
            | Self::PlanRestricted
            | Self::Forbidden { .. }
            | Self::RateLimited { .. }
            | Self::Busy { .. }
            | Self::Full { .. }
            | Self::UnknownAttributes { .. }
            | Self::NotFound
            | Self::Merged { .. }
            | Self::Conflict { .. }
            | Self::Invalid { .. } => Outcome::Refused,
        }
    }

    /// Whether a read may pass if it is repeated within seconds.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Transport(error) => match error {
                TransportError::NotSent { .. }
                | TransportError::TimedOut { .. }
                | TransportError::Broken { .. } => true,
                TransportError::TooLarge { .. } => false,
            },
            Self::Unavailable { .. } | Self::Empty => true,
            Self::Unauthorized { .. }
            | Self::PlanRestricted
            | Self::Forbidden { .. }
            | Self::RateLimited { .. }
            | Self::Busy { .. }
            | Self::Full { .. }
            | Self::UnknownAttributes { .. }
            | Self::NotFound
            | Self::Merged { .. }
            | Self::Conflict { .. }
            | Self::Invalid { .. }
            | Self::UnexpectedAnswer { .. } => false,
        }
    }

    /// An answer that came with `reply` and cannot be read. Its body is quoted only if it is not
    /// JSON, which would be about people; of `problem` no address or credential is kept.
    pub(crate) fn unexpected(reply: &Reply, problem: &str) -> Self {
        let json = matches!(reply.body.trim_ascii_start().first(), Some(b'{' | b'['));
        let problem = excerpt(problem.as_bytes());
        let why = if json {
            problem
        } else {
            let kind = reply.header("content-type").unwrap_or("no content type");
            format!("{problem}; {kind}: {}", excerpt(&reply.body))
        };
        Self::UnexpectedAnswer {
            status: reply.status.as_u16(),
            why,
        }
    }
}

/// The error that a reply of no success stands for.
pub(crate) fn refusal(reply: &Reply) -> IntercomError {
    let status = reply.status;
    match status {
        StatusCode::TOO_MANY_REQUESTS => {
            return IntercomError::RateLimited {
                resets_in: Some(limiter::until_reset(reply)),
            };
        }
        StatusCode::REQUEST_TIMEOUT => {
            return IntercomError::Unavailable {
                status: status.as_u16(),
            };
        }
        _ if status.is_server_error() => {
            return IntercomError::Unavailable {
                status: status.as_u16(),
            };
        }
        _ => {}
    }
    let listed = serde_json::from_slice::<ErrorList>(&reply.body).ok();
    let Some(first) = listed.and_then(|list| list.errors.into_iter().next()) else {
        return IntercomError::unexpected(reply, "a refusal without an error list");
    };
    sorted(reply, first)
}

/// The status decides where it says enough; 400, 403, 422 and what is not documented are told
/// apart by the code.
fn sorted(reply: &Reply, listed: ListedError) -> IntercomError {
    let meaning = match reply.status {
        StatusCode::UNAUTHORIZED => Meaning::Credential,
        StatusCode::PAYMENT_REQUIRED => Meaning::Plan,
        StatusCode::NOT_FOUND => Meaning::Gone,
        StatusCode::GONE => Meaning::MergedAway,
        StatusCode::CONFLICT => Meaning::Exists,
        StatusCode::FORBIDDEN if Code::named(&listed.code) == Some(Code::PlanRestricted) => {
            Meaning::Plan
        }
        StatusCode::FORBIDDEN => Meaning::Permission,
        _ => match Code::named(&listed.code).map_or(Meaning::Request, Code::meaning) {
            // Without its status such a code is about something else that the request names.
            Meaning::Gone | Meaning::MergedAway => Meaning::Request,
            meaning @ (Meaning::Request
            | Meaning::Credential
            | Meaning::Plan
            | Meaning::Permission
            | Meaning::Exists
            | Meaning::Full
            | Meaning::Busy(_)
            | Meaning::Down) => meaning,
        },
    };
    let ListedError {
        code,
        message,
        field,
        data,
    } = listed;
    match meaning {
        Meaning::Credential => IntercomError::Unauthorized { code },
        Meaning::Plan => IntercomError::PlanRestricted,
        Meaning::Permission => IntercomError::Forbidden {
            code,
            message,
            permissions: data.required_permissions,
        },
        Meaning::Gone => IntercomError::NotFound,
        Meaning::MergedAway => IntercomError::Merged {
            into: canonical_contact(reply),
        },
        Meaning::Exists => IntercomError::Conflict {
            existing: id_in_message(&message),
            archived: is_archived(&message),
        },
        Meaning::Full => IntercomError::Full { code, message },
        Meaning::Busy(over_in) => IntercomError::Busy {
            code,
            message,
            over_in,
        },
        // Where Intercom itself was at fault, its status said so.
        Meaning::Down | Meaning::Request => IntercomError::Invalid {
            code,
            message,
            field,
        },
    }
}

fn needed(permissions: &[String]) -> String {
    if permissions.is_empty() {
        String::new()
    } else {
        format!("; needs {}", permissions.join(", "))
    }
}

/// Reads `</contacts/{id}>; rel="canonical"`.
fn canonical_contact(reply: &Reply) -> Option<ContactId> {
    reply
        .headers
        .get_all(LINK)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter(|link| link.contains("rel=\"canonical\"") || link.contains("rel=canonical"))
        .find_map(|link| {
            let target = link.split_once('<')?.1.split_once('>')?.0;
            let (path, id) = target.rsplit_once('/')?;
            if path.ends_with("contacts") {
                id.parse().ok()
            } else {
                None
            }
        })
}

/// Reads `A contact matching those details already exists with id=5da6f18e…`: hexadecimal digits,
/// as all ids of contacts have, and nothing that goes on behind them.
fn id_in_message(message: &str) -> Option<ContactId> {
    let (_, rest) = message.split_once(" id=")?;
    let end = rest
        .find(|c: char| !matches!(c, '0'..='9' | 'a'..='f'))
        .unwrap_or(rest.len());
    let (id, behind) = rest.split_at(end);
    if behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_')) {
        return None;
    }
    id.parse().ok()
}

/// Reads `An archived contact matching …`.
fn is_archived(message: &str) -> bool {
    message.contains("archived contact")
}

#[derive(Deserialize)]
struct ErrorList {
    errors: Vec<ListedError>,
}

#[derive(Deserialize)]
struct ListedError {
    code: String,
    #[serde(default, deserialize_with = "wire::or_default")]
    message: String,
    field: Option<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    data: ErrorDetails,
}

#[derive(Default, Deserialize)]
struct ErrorDetails {
    #[serde(default, deserialize_with = "wire::or_default")]
    required_permissions: Vec<String>,
}

#[cfg(test)]
mod tests;
