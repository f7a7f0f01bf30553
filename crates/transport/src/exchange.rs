//! One request and its answer, within bounds.

use std::future::Future;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{BoxStream, StreamExt, try_unfold};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::{Body, HttpService, TransportError};

/// How long an answer may take and how much of it is held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the call until the last byte of the answer.
    pub timeout: Duration,
    /// The longest body accepted.
    pub body_bytes_max: usize,
}

/// A complete answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status line's code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Reply {
    /// A header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Sends `request` once and reads the whole answer. Never repeats anything.
///
/// Dropping the future closes the connection; what the other side does with the request then is
/// unknown, as after [`TransportError::TimedOut`].
pub async fn send(
    service: &HttpService,
    request: Request<Bytes>,
    limits: Limits,
) -> Result<Reply, TransportError> {
    let exchange = async {
        let response = ask(service, request).await?;
        complete(response, limits.body_bytes_max).await
    };
    within(limits.timeout, exchange).await
}

/// Reads the whole body of an answer that [`open`] returned; the time allowed starts now.
pub async fn receive(response: Response<Body>, limits: Limits) -> Result<Reply, TransportError> {
    within(limits.timeout, complete(response, limits.body_bytes_max)).await
}

/// Sends `request`, whose body may be a stream, once and returns as soon as the head of the answer
/// is there; its body is still on the way. Read it with [`receive`] or [`chunks`].
pub async fn open(
    service: &HttpService,
    request: Request<impl Into<Body>>,
    head_timeout: Duration,
) -> Result<Response<Body>, TransportError> {
    within(head_timeout, ask(service, request)).await
}

/// The body's pieces as they arrive. Nothing is read ahead of the consumer, so a slow one slows
/// the sender down. Ends with an error if a piece keeps the reader waiting for `idle_timeout`, or
/// if the body is cut off.
pub fn chunks(
    body: Body,
    idle_timeout: Duration,
) -> BoxStream<'static, Result<Bytes, TransportError>> {
    try_unfold(body, move |mut body| async move {
        let piece = within(idle_timeout, next_piece(&mut body)).await?;
        Ok(piece.map(|piece| (piece, body)))
    })
    .boxed()
}

async fn ask(
    service: &HttpService,
    request: Request<impl Into<Body>>,
) -> Result<Response<Body>, TransportError> {
    let request = request.map(Into::into);
    service
        .clone()
        .oneshot(request)
        .await
        .map_err(TransportError::of_service)
}

async fn complete(response: Response<Body>, bytes_max: usize) -> Result<Reply, TransportError> {
    let (head, mut body) = response.into_parts();
    let mut whole = BytesMut::new();
    while let Some(piece) = next_piece(&mut body).await? {
        if piece.len() > bytes_max - whole.len() {
            return Err(TransportError::TooLarge {
                limit_bytes: bytes_max,
            });
        }
        whole.extend_from_slice(&piece);
    }
    Ok(Reply {
        status: head.status,
        headers: head.headers,
        body: whole.freeze(),
    })
}

/// The next piece of data; trailers are passed over.
async fn next_piece(body: &mut Body) -> Result<Option<Bytes>, TransportError> {
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.map_err(TransportError::of_body)?.into_data() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}

async fn within<T>(
    allowed: Duration,
    work: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    match tokio::time::timeout(allowed, work).await {
        Ok(result) => result,
        Err(_elapsed) => Err(TransportError::TimedOut { after: allowed }),
    }
}
