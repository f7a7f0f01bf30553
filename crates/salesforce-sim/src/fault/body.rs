//! Answers on their way out: at once, slowly, or not to their end.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body as HttpBody;
use bytes::Bytes;
use futures_util::stream;
use http::Response as HttpResponse;
use http::header::{self, HeaderValue};

use super::{Action, ConnectionCut, Cut};
use crate::answer::{Body, Response};

/// Where a body of unknown length is cut, unless the fault says so.
const CUT_AFTER_BYTES: usize = 1_024;

/// The pieces of a body on their way.
struct Pieces {
    rest: Box<dyn Iterator<Item = Bytes> + Send>,
    /// Bytes until the cut.
    left: Option<usize>,
    pause: Duration,
}

/// The answer with a body that can be sent, as slowly and as far as `action` wants.
pub(crate) fn sent(response: Response, action: &Action) -> HttpResponse<HttpBody> {
    let is_cut = action.cut == Some(Cut::Body);
    if !is_cut && action.trickle.is_none() {
        return response.map(|body| match body {
            Body::Full(bytes) => HttpBody::from(bytes),
            Body::Chunks(chunks) => {
                HttpBody::from_stream(stream::iter(chunks.map(Ok::<_, Infallible>)))
            }
        });
    }
    let (mut head, body) = response.into_parts();
    let length = match &body {
        Body::Full(bytes) => Some(bytes.len()),
        Body::Chunks(_) => None,
    };
    if let Some(length) = length.filter(|length| *length > 0) {
        // What was promised is what a client can miss something by.
        head.headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    let middle = length.map_or(CUT_AFTER_BYTES, |length| length / 2);
    let pieces = Pieces {
        rest: in_pieces(body, action.trickle.map_or(usize::MAX, |slow| slow.bytes)),
        left: is_cut.then(|| action.cut_after_bytes.unwrap_or(middle)),
        pause: Duration::from_millis(action.trickle.map_or(0, |slow| slow.every_ms)),
    };
    let body = stream::unfold(Some(pieces), |pieces| async move { pieces?.next().await });
    HttpResponse::from_parts(head, HttpBody::from_stream(body))
}

impl Pieces {
    async fn next(mut self) -> Option<(Result<Bytes, ConnectionCut>, Option<Self>)> {
        if self.left == Some(0) {
            return Some((Err(ConnectionCut), None));
        }
        let mut piece = self.rest.next()?;
        if !self.pause.is_zero() {
            tokio::time::sleep(self.pause).await;
        }
        if let Some(left) = &mut self.left {
            piece.truncate(*left);
            *left -= piece.len();
        }
        Some((Ok(piece), Some(self)))
    }
}

/// The body in pieces of at most `bytes`.
fn in_pieces(body: Body, bytes: usize) -> Box<dyn Iterator<Item = Bytes> + Send> {
    let whole: Box<dyn Iterator<Item = Bytes> + Send> = match body {
        Body::Full(bytes) => Box::new(std::iter::once(bytes)),
        Body::Chunks(chunks) => chunks,
    };
    let bytes = bytes.max(1);
    Box::new(whole.flat_map(move |mut rest| {
        std::iter::from_fn(move || {
            let piece = rest.split_to(bytes.min(rest.len()));
            (!piece.is_empty()).then_some(piece)
        })
    }))
}
