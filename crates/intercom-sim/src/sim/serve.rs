//! The driver for people: a listener and a timer.
//!
//! It speaks to hyper itself and not through `axum::serve`, because a connection that is cut on
//! purpose must really close without an answer: hyper does so when the service fails.

use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::{HttpService, Sim};

impl Sim {
    /// Serves API, pages and controls on `listener` and sends what is due through `outbound`, until
    /// `shutdown` ends and the connections had their last answer.
    pub async fn serve(
        &self,
        listener: TcpListener,
        outbound: HttpService,
        shutdown: impl Future<Output = ()> + Send,
    ) -> std::io::Result<()> {
        self.connect(outbound);
        let (stop, stopping) = watch::channel(());
        let mut timer = JoinSet::new();
        timer.spawn(self.clone().keep_time());
        let mut connections = JoinSet::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                accepted = listener.accept() => {
                    match accepted {
                        Ok((stream, _)) => {
                            // Speed only: an answer does not wait for the one before to be acknowledged.
                            if let Err(error) = stream.set_nodelay(true) {
                                tracing::debug!(%error, "a connection gathers its writes");
                            }
                            connections.spawn(talk(self.service(), stream, stopping.clone()));
                        }
                        // A caller who left before being greeted, or a passing lack of sockets.
                        Err(error) => tracing::warn!(%error, "a connection was not accepted"),
                    }
                }
                Some(_) = connections.join_next() => {}
            }
        }
        drop(stop);
        while connections.join_next().await.is_some() {}
        Ok(())
    }
}

async fn talk(service: HttpService, stream: TcpStream, mut stopping: watch::Receiver<()>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let service = service.clone();
        async move {
            service
                .oneshot(request.map(Body::new))
                .await
                .map_err(std::io::Error::other)
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
