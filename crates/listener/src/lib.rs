//! How a simulated cloud is reached: plain HTTP, TLS, and TLS inside a proxy's tunnel; HTTP/1.1 and
//! HTTP/2 on each.
//!
//! The plain socket may also stand in for a proxy: a client that is told to use it asks for a tunnel
//! to one of the vendor's hosts, and finds the twin at the tunnel's end. Nothing is ever sent on to
//! the network. A service that fails cuts its connection without an answer, which is how a twin
//! plays a broken wire.
//!
//! Must never know which cloud it serves: hosts and service are handed in.
#![deny(missing_docs)]

mod identity;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::select_all;
use http::{Method, Request, Response, StatusCode};
use hyper::body::{Body, Incoming};
use hyper::rt::{Read, Write};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::{BoxError, Service, ServiceExt as _, service_fn};

pub use identity::{Identity, IdentityError};

/// A handshake that takes longer is given up, so that it does not hold up the end.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// A socket on which a twin can be reached.
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

/// Marks a request that came through TLS, among its extensions.
#[derive(Debug, Clone, Copy)]
pub struct OverTls;

/// Where a granted tunnel waits for its connection.
type Tunnel = Arc<Mutex<Option<OnUpgrade>>>;

impl Listener {
    /// Plain HTTP.
    pub fn plain(socket: TcpListener) -> Self {
        let security = Security::Plain(None);
        Self { socket, security }
    }

    /// Plain HTTP, and a stand-in for the proxy through which clients reach the vendor.
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

/// What a twin is to a socket: a service of HTTP whose failure cuts the connection.
pub trait Twin<B>:
    Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: Send>
    + Clone
    + Send
    + 'static
{
}

impl<B, S> Twin<B> for S where
    S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// What a twin answers with. The default is an empty one.
pub trait AnswerBody: Body<Data: Send, Error: Into<BoxError>> + Default + Send + 'static {}

impl<B> AnswerBody for B where B: Body<Data: Send, Error: Into<BoxError>> + Default + Send + 'static {}

/// Serves connections on all sockets until `shutdown` ends, then calls `ending`, which must end
/// answers that have no end of their own, and lets open connections finish.
pub async fn serve<B: AnswerBody>(
    listeners: &[Listener],
    twin: impl Twin<B>,
    shutdown: impl Future<Output = ()>,
    ending: impl FnOnce(),
) {
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
                // A caller who left before being greeted, or a passing lack of sockets.
                let (Ok((stream, _)), security) = accepted else { continue };
                // Speed only: an answer does not wait for the one before to be acknowledged.
                if stream.set_nodelay(true).is_err() {
                    continue;
                }
                let watchers = [graceful.watcher(), graceful.watcher()];
                connections.spawn(attend(twin.clone(), stream, security, watchers));
            }
        }
    }
    ending();
    graceful.shutdown().await;
}

/// Serves one connection to its end.
async fn attend<B: AnswerBody>(
    twin: impl Twin<B>,
    stream: TcpStream,
    security: Security,
    watchers: [Watcher; 2],
) {
    let [watcher, inside] = watchers;
    match security {
        Security::Tls(identity) => {
            drop(inside);
            attend_tls(twin, stream, &identity, watcher).await;
        }
        Security::Plain(identity) => {
            let granted = Tunnel::default();
            let service = or_tunnel(twin.clone(), identity.as_ref(), &granted);
            speak(TokioIo::new(stream), service, watcher).await;
            let tunnel = granted
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some(identity) = identity
                && let Some(tunnel) = tunnel
                && let Ok(stream) = tunnel.await
            {
                attend_tls(twin, TokioIo::new(stream), &identity, inside).await;
            }
        }
    }
}

async fn attend_tls<B: AnswerBody>(
    twin: impl Twin<B>,
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    identity: &Identity,
    watcher: Watcher,
) {
    let handshake = TlsAcceptor::from(identity.config()).accept(stream);
    // A client that does not trust the authority ends here; it knows why.
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_MAX, handshake).await else {
        return;
    };
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(OverTls);
        twin.clone().oneshot(request)
    });
    speak(TokioIo::new(stream), service, watcher).await;
}

/// The twin, which grants tunnels to the hosts that `identity` names, if there is one.
fn or_tunnel<B: AnswerBody>(
    twin: impl Twin<B>,
    identity: Option<&Identity>,
    granted: &Tunnel,
) -> impl Twin<B> {
    let (identity, granted) = (identity.cloned(), Arc::clone(granted));
    service_fn(move |mut request: Request<Incoming>| {
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
        let twin = twin.clone();
        async move {
            let Some(status) = answered else {
                return twin.oneshot(request).await;
            };
            let mut answer = Response::new(B::default());
            *answer.status_mut() = status;
            Ok(answer)
        }
    })
}

/// Speaks HTTP/1.1 or HTTP/2, whichever the client begins with.
async fn speak<B: AnswerBody>(
    io: impl Read + Write + Unpin + Send + 'static,
    service: impl Twin<B>,
    watcher: Watcher,
) {
    // HTTP/2 runs each of its streams as a task of its own; they end with the connection.
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder.http2().timer(TokioTimer::new());
    let connection = builder.serve_connection_with_upgrades(io, TowerToHyperService::new(service));
    // A connection that fails was cut, by the client or on purpose.
    let _: Result<(), BoxError> = watcher.watch(connection).await;
}
