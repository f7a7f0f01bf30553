//! Connections of browsers and vendors, one task each.
//!
//! It speaks to hyper itself and not through `axum::serve`, which waits for the head of a request
//! as long as a caller likes: connections that say nothing would use up the sockets.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

#[cfg(test)]
mod tests;

/// How long the head of a request may take, and the next one on a connection that stays open.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// Sockets that have run out come back when other connections end.
const PAUSE_WITHOUT_SOCKETS: Duration = Duration::from_secs(1);

/// Answers on `listener` until `soft`, and then what was asked before.
pub(super) async fn accept(listener: TcpListener, router: Router, soft: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = soft.cancelled() => break,
            Some(_) = connections.join_next() => {}
            (stream, peer) = accepted(&listener) => {
                connections.spawn(answer(stream, peer, router.clone(), soft.clone()));
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// The next connection, however long it takes until there can be one.
async fn accepted(listener: &TcpListener) -> (tokio::net::TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if has_left(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection was not accepted");
                tokio::time::sleep(PAUSE_WITHOUT_SOCKETS).await;
            }
        }
    }
}

/// The caller was gone before being greeted.
fn has_left(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

async fn answer<S>(stream: S, peer: SocketAddr, router: Router, soft: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = soft.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
