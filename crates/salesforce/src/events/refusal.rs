//! What a gRPC status means, decided by the code in the `error-code` trailer (Pub/Sub API, Handle
//! Errors). The gRPC status itself is only asked when there is no such code.

use std::time::Duration;

use tonic::{Code, Status};
use transport::TransportError;

use crate::SalesforceError;

/// Every code begins with this.
const PREFIX: &str = "sfdc.platform.eventbus.grpc.";

/// A look after this long costs little; the allowance of a day frees up bit by bit.
const ALLOCATION_PAUSE: Duration = Duration::from_hours(1);

/// Why a call of the Pub/Sub API failed.
#[derive(Debug)]
pub(super) enum Refused {
    /// The replay id is unknown, damaged or older than what is kept.
    Replay {
        /// Salesforce's words.
        why: String,
    },
    /// Anything else.
    Other(SalesforceError),
}

/// Sorts a status.
pub(super) fn refused(status: &Status) -> Refused {
    let code = status
        .metadata()
        .get("error-code")
        .and_then(|code| code.to_str().ok())
        .unwrap_or_default();
    let message = status.message().to_owned();
    let code = code.strip_prefix(PREFIX).unwrap_or(code);
    let named = || format!("{PREFIX}{code}");
    Refused::Other(match code {
        "subscription.fetch.replayid.corrupted"
        | "subscription.fetch.replayid.validation.failed" => {
            return Refused::Replay { why: message };
        }
        "service.auth.error" | "service.auth.headers.invalid" => SalesforceError::SessionExpired,
        "service.unavailable"
        | "subscription.internal.error"
        | "topic.api.unavailable"
        | "schema.api.unavailable" => SalesforceError::Busy {
            code: named(),
            message,
        },
        "service.protection.triggered"
        | "service.protection.stream.limit.triggered"
        | "concurrent.client.limit.exceeded" => SalesforceError::LimitExceeded {
            resets_in: None,
            message,
        },
        "subscription.limit.exceeded" => SalesforceError::LimitExceeded {
            resets_in: Some(ALLOCATION_PAUSE),
            message,
        },
        "service.tenant.license"
        | "topic.not.found"
        | "topic.meta.permission"
        | "subscription.topic.cannot.subscribe" => SalesforceError::AccessDenied {
            code: named(),
            message,
        },
        "" => by_status(status),
        _ => SalesforceError::Malformed {
            code: named(),
            message,
        },
    })
}

/// A failure that no part of Salesforce put a name to: the way to it, mostly.
fn by_status(status: &Status) -> SalesforceError {
    let code = format!("gRPC {:?}", status.code());
    let message = status.message().to_owned();
    match status.code() {
        Code::Unauthenticated => SalesforceError::SessionExpired,
        Code::PermissionDenied | Code::Unimplemented => {
            SalesforceError::AccessDenied { code, message }
        }
        Code::ResourceExhausted => SalesforceError::LimitExceeded {
            resets_in: None,
            message,
        },
        Code::NotFound => SalesforceError::NotFound { code, message },
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
            SalesforceError::Malformed { code, message }
        }
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::AlreadyExists
        | Code::Aborted
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => SalesforceError::Transport(TransportError::Broken {
            source: Box::new(status.clone()),
        }),
    }
}

#[cfg(test)]
mod tests;
