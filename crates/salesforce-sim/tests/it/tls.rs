//! Reaching the org: TLS, HTTP/2, tunnels, and the hosts that clients have built in.

use std::sync::Arc;

use axum::body::Body;
use http::{Request, Version};
use http_body_util::BodyExt as _;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use listener::{Identity, Listener};
use model::ManualClock;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use salesforce_sim::Sim;
use serde_json::Value as Json;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use crate::world::{empty, noon};

/// An org behind a listener.
struct Served {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Served {
    async fn by(listener: impl FnOnce(TcpListener) -> Listener) -> Self {
        let clock = ManualClock::at(noon());
        let sim = Sim::new(empty(), Arc::new(clock), 7);
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let listener = listener(socket);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = async move { sim.serve(listener, async { drop(stopped.await) }).await };
        Self {
            address,
            stop,
            server: tokio::spawn(serving),
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.server.await.unwrap();
    }
}

fn identity() -> Identity {
    salesforce_sim::identity(["twin.internal".to_owned()]).unwrap()
}

/// A client that trusts the identity's authority and nobody else.
fn trusting(identity: &Identity, protocols: &[&str]) -> TlsConnector {
    let authority = CertificateDer::from_pem_slice(identity.authority_pem().as_bytes()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols
        .iter()
        .map(|protocol| protocol.as_bytes().to_vec())
        .collect();
    TlsConnector::from(Arc::new(config))
}

fn name(host: &str) -> ServerName<'static> {
    ServerName::try_from(host.to_owned()).unwrap()
}

fn refresh(uri: &str, host: &str) -> Request<Body> {
    let mut request = Request::post(uri)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(
            "grant_type=refresh_token&refresh_token=refresh&client_id=carrick-consumer-key",
        ))
        .unwrap();
    if !host.is_empty() {
        request.headers_mut().insert("host", host.parse().unwrap());
    }
    request
}

async fn json(response: http::Response<hyper::body::Incoming>) -> Json {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

async fn over_http1<S>(stream: S, request: Request<Body>) -> http::Response<hyper::body::Incoming>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender.send_request(request).await.unwrap()
}

async fn over_http2<S>(stream: S, request: Request<Body>) -> http::Response<hyper::body::Incoming>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.unwrap();
    tokio::spawn(connection);
    sender.send_request(request).await.unwrap()
}

#[tokio::test]
async fn one_plain_socket_takes_http1_and_http2_that_nobody_announced() {
    let org = Served::by(Listener::plain).await;
    let request = refresh("/services/oauth2/token", "na1.salesforce.com");
    let first = over_http1(org.connect().await, request).await;
    assert_eq!(first.version(), Version::HTTP_11);
    assert_eq!(
        json(first).await["instance_url"],
        "http://na1.salesforce.com"
    );
    let uri = format!("http://{}/services/oauth2/token", org.address);
    let second = over_http2(org.connect().await, refresh(&uri, "")).await;
    assert_eq!(second.version(), Version::HTTP_2);
    let body = json(second).await;
    assert_eq!(body["instance_url"], format!("http://{}", org.address));
    org.end().await;
}

#[tokio::test]
async fn through_tls_the_org_is_at_the_host_that_was_asked_for() {
    let identity = identity();
    let org = Served::by(|socket| Listener::tls(socket, &identity)).await;
    for host in [
        "localhost",
        "127.0.0.1",
        "login.salesforce.com",
        "test.salesforce.com",
        "acme.my.salesforce.com",
        "acme--dev.sandbox.my.salesforce.com",
        "api.pubsub.salesforce.com",
        "twin.internal",
    ] {
        let tls = trusting(&identity, &[]).connect(name(host), org.connect().await);
        let request = refresh("/services/oauth2/token", &format!("{host}:8443"));
        let body = json(over_http1(tls.await.unwrap(), request).await).await;
        assert_eq!(body["instance_url"], format!("https://{host}:8443"));
        let id = body["id"].as_str().unwrap();
        assert!(
            id.starts_with(&format!("https://{host}:8443/id/00D5e0000000001")),
            "{id}"
        );
    }
    for host in ["example.com", "evil.login.salesforce.com.example"] {
        let tls = trusting(&identity, &[]).connect(name(host), org.connect().await);
        assert!(tls.await.is_err(), "{host}");
    }
    org.end().await;
}

#[tokio::test]
async fn tls_offers_http2_and_takes_http1() {
    let identity = identity();
    let org = Served::by(|socket| Listener::tls(socket, &identity)).await;
    let connector = trusting(&identity, &["h2", "http/1.1"]);
    let tls = connector.connect(name("localhost"), org.connect().await);
    let tls = tls.await.unwrap();
    assert_eq!(tls.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let request = refresh("https://localhost:8443/services/oauth2/token", "");
    let body = json(over_http2(tls, request).await).await;
    assert_eq!(body["instance_url"], "https://localhost:8443");
    let connector = trusting(&identity, &["http/1.1"]);
    let tls = connector.connect(name("localhost"), org.connect().await);
    let chosen = tls
        .await
        .unwrap()
        .get_ref()
        .1
        .alpn_protocol()
        .map(<[u8]>::to_vec);
    assert_eq!(chosen.as_deref(), Some(&b"http/1.1"[..]));
    org.end().await;
}

#[tokio::test]
async fn whoever_trusts_another_authority_is_not_served() {
    let org = Served::by(|socket| Listener::tls(socket, &identity())).await;
    let tls = trusting(&identity(), &[]).connect(name("localhost"), org.connect().await);
    assert!(tls.await.is_err());
    let mut plain = org.connect().await;
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).await.unwrap();
    assert!(
        !answer.starts_with(b"HTTP"),
        "no plain HTTP on a TLS socket"
    );
    org.end().await;
}

/// Asks a proxy for a tunnel; gives the stream and the status.
async fn tunnel(org: &Served, to: &str) -> (TcpStream, String) {
    let mut stream = org.connect().await;
    let ask = format!("CONNECT {to} HTTP/1.1\r\nhost: {to}\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let status = head.lines().next().unwrap().to_owned();
    (stream, status)
}

#[tokio::test]
async fn a_tunnel_to_the_login_host_ends_at_the_org() {
    let identity = identity();
    let org = Served::by(|socket| Listener::proxy(socket, &identity)).await;
    let (stream, status) = tunnel(&org, "login.salesforce.com:443").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    let tls = trusting(&identity, &[]).connect(name("login.salesforce.com"), stream);
    let request = refresh("/services/oauth2/token", "login.salesforce.com");
    let body = json(over_http1(tls.await.unwrap(), request).await).await;
    assert_eq!(body["instance_url"], "https://login.salesforce.com");
    let (_, status) = tunnel(&org, "example.com:443").await;
    assert_eq!(status, "HTTP/1.1 403 Forbidden");
    // The same socket answers calls as ever, also those that are sent as to a proxy.
    let request = refresh(
        "http://login.salesforce.com/services/oauth2/token",
        "login.salesforce.com",
    );
    let body = json(over_http1(org.connect().await, request).await).await;
    assert_eq!(body["instance_url"], "http://login.salesforce.com");
    org.end().await;
}

#[tokio::test]
async fn a_plain_listener_grants_no_tunnels() {
    let org = Served::by(Listener::plain).await;
    let (_, status) = tunnel(&org, "login.salesforce.com:443").await;
    assert_eq!(status, "HTTP/1.1 405 Method Not Allowed");
    org.end().await;
}

#[tokio::test]
async fn an_unknown_grpc_method_is_unimplemented_and_its_body_is_not_read() {
    let org = Served::by(Listener::plain).await;
    let (_keep_open, never_ends) = tokio::io::duplex(64);
    let body = Body::from_stream(futures_util::stream::unfold(
        never_ends,
        async |mut open| {
            let byte = open.read_u8().await.ok()?;
            Some((Ok::<_, std::io::Error>(vec![byte]), open))
        },
    ));
    let request = Request::post(format!("http://{}/no.Such/Method", org.address))
        .header("content-type", "application/grpc+proto")
        .body(body)
        .unwrap();
    let response = over_http2(org.connect().await, request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["grpc-status"], "12");
    assert_eq!(response.headers()["content-type"], "application/grpc");
    org.end().await;
}
