//! What can go wrong when Intercom is asked, one variant per outcome that a caller can act on.
//!
//! The status decides first and the code second, because new codes may appear at any time. A
//! refusal is believed only if it is Intercom's own `error.list`: the 404 page of a proxy must not
//! look like a deleted contact.

use std::time::Duration;

use http::StatusCode;
use http::header::LINK;
use model::ic::ContactId;
use serde::Deserialize;
use transport::{Reply, RetryWhen, Sent, TransportError, excerpt};

use crate::limiter;
use crate::wire;

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
    #[error("Intercom forbids it: {message} ({code})")]
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
            Self::RateLimited { resets_in } => RetryWhen::Later {
                not_before: *resets_in,
            },
            Self::NotFound | Self::Merged { .. } | Self::Conflict { .. } => RetryWhen::Replanned,
            Self::Unauthorized { .. } | Self::PlanRestricted => RetryWhen::Reconnected,
            Self::Forbidden { .. } | Self::Invalid { .. } => RetryWhen::Changed,
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

fn sorted(reply: &Reply, listed: ListedError) -> IntercomError {
    let ListedError {
        code,
        message,
        field,
        data,
    } = listed;
    match reply.status {
        StatusCode::UNAUTHORIZED => IntercomError::Unauthorized { code },
        StatusCode::PAYMENT_REQUIRED => IntercomError::PlanRestricted,
        StatusCode::FORBIDDEN if code == "api_plan_restricted" => IntercomError::PlanRestricted,
        StatusCode::FORBIDDEN => IntercomError::Forbidden {
            code,
            message,
            permissions: data.required_permissions,
        },
        StatusCode::NOT_FOUND => IntercomError::NotFound,
        StatusCode::GONE => IntercomError::Merged {
            into: canonical_contact(reply),
        },
        StatusCode::CONFLICT => IntercomError::Conflict {
            existing: id_in_message(&message),
            archived: message.contains("archived"),
        },
        _ if code == "retry_after" => IntercomError::RateLimited { resets_in: None },
        _ => IntercomError::Invalid {
            code,
            message,
            field,
        },
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

/// Reads `A contact matching those details already exists with id=5da6f18e…`.
fn id_in_message(message: &str) -> Option<ContactId> {
    let (_, rest) = message.split_once("id=")?;
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
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
