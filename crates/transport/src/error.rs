//! What can go wrong between a request and its answer.

use std::time::Duration;

use hyper_util::client::legacy;

/// An error of any type, as services return it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// No usable answer arrived. An answer that says no, with whatever status, is not an error here.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The connection was never opened (name not found, refused, TLS refused, no connection
    /// within the connect timeout). Nothing was sent: any request may be repeated.
    #[error("the connection could not be opened")]
    NotSent {
        /// What the connector says.
        source: BoxError,
    },
    /// No complete answer within the time allowed.
    #[error("no answer within {} s", after.as_secs_f32())]
    TimedOut {
        /// The time allowed.
        after: Duration,
    },
    /// The connection was opened and then failed: reset, closed early, answer cut off.
    #[error("the connection broke before the answer was complete")]
    Broken {
        /// What the connection says.
        source: BoxError,
    },
    /// The answer is longer than what the caller is prepared to hold in memory.
    #[error("the answer is longer than {limit_bytes} bytes")]
    TooLarge {
        /// The length allowed.
        limit_bytes: usize,
    },
}

/// What a [`TransportError`] says about the effect of the request at the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// The other side cannot have seen the request.
    Never,
    /// It may have been carried out, once.
    Unknown,
}

impl TransportError {
    /// Whether the other side may have carried the request out.
    pub fn outcome(&self) -> Sent {
        match self {
            Self::NotSent { .. } => Sent::Never,
            Self::TimedOut { .. } | Self::Broken { .. } | Self::TooLarge { .. } => Sent::Unknown,
        }
    }

    /// Sorts the error of a service that was asked for an answer.
    pub(crate) fn of_service(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => *ours,
            Err(other) => {
                let opened = other
                    .downcast_ref::<legacy::Error>()
                    .is_none_or(|e| !e.is_connect());
                if opened {
                    Self::Broken { source: other }
                } else {
                    Self::NotSent { source: other }
                }
            }
        }
    }

    /// Sorts the error of a body that was being read: its request went out long ago.
    pub(crate) fn of_body(error: axum_core::Error) -> Self {
        match error.into_inner().downcast::<Self>() {
            Ok(ours) => *ours,
            Err(source) => Self::Broken { source },
        }
    }
}
