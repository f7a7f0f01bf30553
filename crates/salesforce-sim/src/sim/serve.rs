//! Listening: plain HTTP, TLS, and TLS inside a proxy's tunnel; HTTP/1.1 and HTTP/2 on each.
//!
//! The plain listener may also stand in for a proxy: a client that is told to use it asks for a
//! tunnel to `login.salesforce.com:443`, and finds the org at the tunnel's end. Nothing is ever
//! sent on to the network.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body as HttpBody;
use futures_util::future::select_all;
use http::{Method, Request as HttpRequest, Response as HttpResponse, StatusCode};
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::{BoxError, service_fn};

use super::Sim;
use crate::fault::ConnectionCut;
use crate::tls::Identity;
use crate::world::World;

/// A handshake that takes longer is given up, so that it does not hold up the end.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// A socket on which an org can be reached.
pub struct Listener {
    socket: TcpListener,
    security: Security,
}

/// What is spoken on a socket.
#[derive(Clone)]
enum Security {
    /// HTTP, and where there is an identity, tunnels to the hosts that it names.
    Plain(Option<Identity>),
    /// HTTP in TLS.
    Tls(Identity),
}

/// Marks a request that came through TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OverTls;

/// Where a granted tunnel waits for its connection.
type Tunnel = Arc<Mutex<Option<OnUpgrade>>>;

impl Listener {
    /// Plain HTTP.
    pub fn plain(socket: TcpListener) -> Self {
        let security = Security::Plain(None);
        Self { socket, security }
    }

    /// Plain HTTP, and a stand-in for the proxy through which clients reach Salesforce.
    pub fn proxy(socket: TcpListener, identity: &Identity) -> Self {
        let security = Security::Plain(Some(identity.clone()));
        Self { socket, security }
    }

    /// TLS.
    pub fn tls(socket: TcpListener, identity: &Identity) -> Self {
        let security = Security::Tls(identity.clone());
        Self { socket, security }
    }

    async fn accept(&self) -> (io::Result<(TcpStream, SocketAddr)>, Security) {
        (self.socket.accept().await, self.security.clone())
    }
}

impl From<TcpListener> for Listener {
    fn from(socket: TcpListener) -> Self {
        Self::plain(socket)
    }
}

impl Sim {
    /// Serves connections until `shutdown` ends, then lets open ones finish.
    pub async fn serve(
        &self,
        listener: impl Into<Listener>,
        shutdown: impl Future<Output = ()>,
    ) -> io::Result<()> {
        self.serve_all(&[listener.into()], shutdown).await
    }

    /// [`Sim::serve`] on several sockets at once.
    pub async fn serve_all(
        &self,
        listeners: &[Listener],
        shutdown: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            let accepting = listeners.iter().map(|listener| Box::pin(listener.accept()));
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(_) = connections.join_next() => {}
                (accepted, _, _) = select_all(accepting) => {
                    let (Ok((stream, _)), security) = accepted else { continue };
                    // Speed only: an answer does not wait for the one before to be acknowledged.
                    if stream.set_nodelay(true).is_err() {
                        continue;
                    }
                    let sim = self.clone();
                    let watchers = [graceful.watcher(), graceful.watcher()];
                    connections.spawn(async move { sim.attend(stream, security, watchers).await });
                }
            }
        }
        // A subscription has no end of its own.
        self.with_world(World::cut_event_streams);
        graceful.shutdown().await;
        Ok(())
    }

    /// Serves one connection to its end.
    async fn attend(&self, stream: TcpStream, security: Security, watchers: [Watcher; 2]) {
        let [watcher, inside] = watchers;
        match security {
            Security::Tls(identity) => {
                drop(inside);
                self.attend_tls(stream, &identity, watcher).await;
            }
            Security::Plain(identity) => {
                let granted = Tunnel::default();
                let service = self.or_tunnel(identity.as_ref(), &granted);
                speak(TokioIo::new(stream), service, watcher).await;
                let tunnel = granted
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take();
                if let Some(identity) = identity
                    && let Some(tunnel) = tunnel
                    && let Ok(stream) = tunnel.await
                {
                    let stream = TokioIo::new(stream);
                    self.attend_tls(stream, &identity, inside).await;
                }
            }
        }
    }

    async fn attend_tls(
        &self,
        stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
        identity: &Identity,
        watcher: Watcher,
    ) {
        let handshake = TlsAcceptor::from(identity.config()).accept(stream);
        // A client that does not trust the authority ends here; it knows why.
        let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_MAX, handshake).await else {
            return;
        };
        let sim = self.clone();
        let service = service_fn(move |mut request: HttpRequest<Incoming>| {
            let sim = sim.clone();
            async move {
                request.extensions_mut().insert(OverTls);
                sim.call(request.map(HttpBody::new)).await
            }
        });
        speak(TokioIo::new(stream), service, watcher).await;
    }

    /// The org, which grants tunnels to the hosts that `identity` names, if there is one.
    fn or_tunnel(
        &self,
        identity: Option<&Identity>,
        granted: &Tunnel,
    ) -> impl tower::Service<
        HttpRequest<Incoming>,
        Response = HttpResponse<HttpBody>,
        Error = ConnectionCut,
        Future: Send,
    > + Clone
    + Send
    + use<> {
        let (sim, identity, granted) = (self.clone(), identity.cloned(), Arc::clone(granted));
        service_fn(move |mut request: HttpRequest<Incoming>| {
            let answered = (request.method() == Method::CONNECT).then(|| {
                let Some(identity) = &identity else {
                    return StatusCode::METHOD_NOT_ALLOWED;
                };
                if !identity.names(request.uri().host().unwrap_or_default()) {
                    return StatusCode::FORBIDDEN;
                }
                let upgrade = hyper::upgrade::on(&mut request);
                *granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(upgrade);
                StatusCode::OK
            });
            let sim = sim.clone();
            async move {
                let Some(status) = answered else {
                    return sim.call(request.map(HttpBody::new)).await;
                };
                let mut answer = HttpResponse::new(HttpBody::empty());
                *answer.status_mut() = status;
                Ok(answer)
            }
        })
    }
}

/// Speaks HTTP/1.1 or HTTP/2, whichever the client begins with.
async fn speak<I, S>(io: I, service: S, watcher: Watcher)
where
    I: Read + Write + Unpin + Send + 'static,
    S: tower::Service<
            HttpRequest<Incoming>,
            Response = HttpResponse<HttpBody>,
            Error = ConnectionCut,
            Future: Send,
        > + Clone
        + Send
        + 'static,
{
    // HTTP/2 runs each of its streams as a task of its own; they end with the connection.
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder.http2().timer(TokioTimer::new());
    let connection = builder.serve_connection_with_upgrades(io, TowerToHyperService::new(service));
    // A connection that fails was cut, by the client or on purpose.
    let _: Result<(), BoxError> = watcher.watch(connection).await;
}
