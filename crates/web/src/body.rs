//! The whole body of a vendor's call as raw bytes, within bounds: signatures are over bytes, and
//! are checked before anything is parsed.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// Intercom documents no limit; its largest conversations stay well below this.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Intercom gives up on a webhook after 5 s, so nobody waits for the end of a slower body.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyProblem {
    TooLarge,
    TooSlow,
    Broken,
}

/// Reads a body to its end.
pub(crate) async fn whole(body: Body) -> Result<Bytes, BodyProblem> {
    match tokio::time::timeout(READ_TIMEOUT, to_bytes(body, BODY_BYTES_MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(BodyProblem::TooLarge),
        Ok(Err(_)) => Err(BodyProblem::Broken),
        Err(_) => Err(BodyProblem::TooSlow),
    }
}

/// The value of a signature's header, for the check that is made over the whole body. A value that is
/// not text cannot be a signature, and of two nobody says which one counts: both are empty, which is
/// refused as malformed.
pub(crate) fn signature<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    let only = values.next().is_none();
    Some(first.to_str().ok().filter(|_| only).unwrap_or_default())
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = inner.source();
    }
    false
}

impl IntoResponse for BodyProblem {
    fn into_response(self) -> Response {
        match self {
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body has more than 1 MB, which is not taken.",
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "The body did not arrive within 5 seconds.",
            ),
            Self::Broken => (
                StatusCode::BAD_REQUEST,
                "The body broke off before its end.",
            ),
        }
        .into_response()
    }
}
