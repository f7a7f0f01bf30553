//! The one real HTTP client of the program: TLS by rustls with the roots of Mozilla's list, through
//! the proxy that the operator's environment names. Calls go over HTTP/1.1, where each has a
//! connection of its own; streams in both directions need HTTP/2.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::TryFutureExt;
use http::Uri;
use http::uri::Scheme;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tower::timeout::Timeout;
use tower::{Service, ServiceExt};

use crate::{Body, BoxError, HttpService};

mod reach;

use reach::GuardedResolver;
pub use reach::Reach;

/// An idle connection is given up after this long: before the load balancers in front of the
/// vendors close it, which could hit a request that is just being sent.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// How often an HTTP/2 connection that says nothing is asked for a sign of life, and how long it
/// may take. Some networks forget a silent connection within a minute.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// How the network is reached.
#[derive(Debug, Clone)]
pub struct NetworkOptions {
    /// For name, TCP, proxy and TLS together. What takes longer was *never sent*.
    pub connect_timeout: Duration,
    /// Whom to ask for a way out.
    pub proxy: Proxy,
    /// Which addresses may be dialled directly.
    pub reach: Reach,
}

impl Default for NetworkOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            proxy: Proxy::FromEnvironment,
            reach: Reach::Public,
        }
    }
}

/// Which proxy https requests go through, by `CONNECT`. The proxy itself is spoken to in plain
/// http, as all of them are. Requests in plain http always go directly: they are only ever made to
/// a loopback address, by the operator's explicit permission.
#[derive(Debug, Clone)]
pub enum Proxy {
    /// As `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in either case.
    FromEnvironment,
    /// This one, for every host.
    Through(Uri),
    /// None.
    Direct,
}

/// The service that asks the network. Clones share one pool of connections.
///
/// A pooled connection that closed before a byte of a request was written is replaced without a
/// word; that is the only repetition below this seam, and it cannot send anything twice.
pub fn network(options: NetworkOptions) -> HttpService {
    over(options, Protocol::Http1)
}

/// As [`network`], for streams in both directions: HTTP/2 alone, also without TLS to a loopback
/// address. One connection carries all streams to a host.
pub fn network_http2(options: NetworkOptions) -> HttpService {
    over(options, Protocol::Http2)
}

#[derive(Debug, Clone, Copy)]
enum Protocol {
    Http1,
    Http2,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one real client, which everything else shares"
)]
fn over(options: NetworkOptions, protocol: Protocol) -> HttpService {
    let proxies = match options.proxy {
        Proxy::FromEnvironment => Some(Matcher::from_env()),
        Proxy::Through(uri) => Some(Matcher::builder().https(uri.to_string()).build()),
        Proxy::Direct => None,
    };
    let connector = with_tls(Dialer::new(proxies, options.reach), protocol);
    let connector = Timeout::new(connector, options.connect_timeout);
    let connector = ServiceExt::<Uri>::map_future(connector, Box::pin);
    let mut builder = Client::builder(TokioExecutor::new());
    builder
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT);
    if matches!(protocol, Protocol::Http2) {
        builder
            .http2_only(true)
            .timer(TokioTimer::new())
            .http2_keep_alive_interval(PING_INTERVAL)
            .http2_keep_alive_timeout(PING_TIMEOUT);
    }
    let client = builder.build::<_, Body>(connector);
    HttpService::new(
        client
            .map_response(|response| response.map(Body::new))
            .map_err(BoxError::from),
    )
}

/// The provider is handed over explicitly, so that no other crate's choice of a process-wide one
/// can make this panic.
fn with_tls(dialer: Dialer, protocol: Protocol) -> HttpsConnector<Dialer> {
    let builder = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::aws_lc_rs::default_provider())
        .expect("aws-lc-rs offers the default protocol versions")
        .https_or_http();
    match protocol {
        Protocol::Http1 => builder.enable_http1().wrap_connector(dialer),
        Protocol::Http2 => builder.enable_http2().wrap_connector(dialer),
    }
}

/// Opens TCP connections, directly or through a proxy.
#[derive(Clone)]
struct Dialer {
    direct: HttpConnector<GuardedResolver>,
    reach: Reach,
    to_proxy: HttpConnector,
    proxies: Option<Arc<Matcher>>,
}

impl Dialer {
    fn new(proxies: Option<Matcher>, reach: Reach) -> Self {
        let mut direct = HttpConnector::new_with_resolver(GuardedResolver::new(reach));
        // TLS is laid over the connection by the connector around this one.
        direct.enforce_http(false);
        direct.set_nodelay(true);
        let mut to_proxy = HttpConnector::new();
        to_proxy.set_nodelay(true);
        Self {
            direct,
            reach,
            to_proxy,
            proxies: proxies.map(Arc::new),
        }
    }
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let proxy = self
            .proxies
            .as_ref()
            .filter(|_| to.scheme() == Some(&Scheme::HTTPS))
            .and_then(|proxies| proxies.intercept(&to));
        let Some(proxy) = proxy else {
            if let Err(refused) = self.reach.check(&to) {
                return Box::pin(async move { Err(refused.into()) });
            }
            return Box::pin(self.direct.clone().oneshot(to).err_into());
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.to_proxy.clone());
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        Box::pin(tunnel.oneshot(to).err_into())
    }
}
