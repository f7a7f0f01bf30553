//! The real client against sockets on the loopback address.

use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use transport::{HttpService, Limits, NetworkOptions, Proxy, Reach, Sent, TransportError};

const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(20),
    body_bytes_max: 1024,
};

fn directly() -> HttpService {
    transport::network(NetworkOptions {
        proxy: Proxy::Direct,
        reach: Reach::PublicAndLoopback,
        ..NetworkOptions::default()
    })
}

fn asking(uri: String) -> Request<Bytes> {
    Request::get(uri).body(Bytes::new()).unwrap()
}

/// Accepts one connection, reads one request head, writes `answer`, hangs up; yields the head.
async fn answering_once(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let head = head_of(&mut socket).await;
        socket.write_all(answer.as_bytes()).await.unwrap();
        head
    });
    (address, served)
}

async fn head_of(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

#[tokio::test]
async fn an_answer_comes_through_whole() {
    let (address, served) =
        answering_once("HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok").await;
    let reply = transport::send(
        &directly(),
        asking(format!("http://{address}/a?b=c")),
        LIMITS,
    )
    .await
    .unwrap();
    assert_eq!(
        (reply.status.as_u16(), reply.body.as_ref()),
        (201, b"ok".as_slice())
    );
    assert_eq!(reply.header("content-length"), Some("2"));
    assert!(served.await.unwrap().starts_with("GET /a?b=c HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_refused_connection_was_never_sent() {
    let address = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let error = transport::send(&directly(), asking(format!("http://{address}/")), LIMITS)
        .await
        .unwrap_err();
    assert!(matches!(error, TransportError::NotSent { .. }), "{error:?}");
    assert_eq!(error.outcome(), Sent::Never);
}

#[tokio::test]
async fn a_failed_tls_handshake_was_never_sent() {
    let (address, served) = answering_plainly().await;
    let error = transport::send(&directly(), asking(format!("https://{address}/")), LIMITS)
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Sent::Never, "{error:?}");
    served.await.unwrap();
}

/// Answers a TLS greeting with something that is not TLS.
async fn answering_plainly() -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.read_u8().await.unwrap();
        socket
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
    });
    (address, served)
}

#[tokio::test]
async fn a_connection_closed_after_the_request_leaves_the_outcome_unknown() {
    let (address, served) = answering_once("").await;
    let error = transport::send(&directly(), asking(format!("http://{address}/")), LIMITS)
        .await
        .unwrap_err();
    assert!(matches!(error, TransportError::Broken { .. }), "{error:?}");
    assert_eq!(error.outcome(), Sent::Unknown);
    served.await.unwrap();
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_an_error_and_not_a_short_body() {
    let cut_off = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    let (address, _served) = answering_once(cut_off).await;
    let error = transport::send(&directly(), asking(format!("http://{address}/")), LIMITS)
        .await
        .unwrap_err();
    assert!(matches!(error, TransportError::Broken { .. }), "{error:?}");

    let (address, _served) = answering_once(cut_off).await;
    let response = transport::open(
        &directly(),
        asking(format!("http://{address}/")),
        LIMITS.timeout,
    )
    .await
    .unwrap();
    let pieces = transport::chunks(response.into_body(), LIMITS.timeout);
    let error = pieces.try_collect::<Vec<Bytes>>().await.unwrap_err();
    assert!(matches!(error, TransportError::Broken { .. }), "{error:?}");
}

#[tokio::test]
async fn https_goes_through_the_proxy_by_connect_and_its_refusal_was_never_sent() {
    let (proxy, served) = answering_once("HTTP/1.1 403 Forbidden\r\n\r\n").await;
    let uri = format!("http://ada:secret@{proxy}").parse().unwrap();
    let service = transport::network(NetworkOptions {
        proxy: Proxy::Through(uri),
        ..NetworkOptions::default()
    });
    let error = transport::send(&service, asking("https://vendor.test/x".to_owned()), LIMITS)
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Sent::Never, "{error:?}");
    let head = served.await.unwrap().to_lowercase();
    assert!(
        head.starts_with("connect vendor.test:443 http/1.1\r\n"),
        "{head}"
    );
    // base64 of `ada:secret`, in lower case as the whole head is here.
    assert!(
        head.contains("proxy-authorization: basic ywrhonnly3jlda==\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn plain_http_passes_the_proxy_by() {
    let (address, served) = answering_once("HTTP/1.1 204 No Content\r\n\r\n").await;
    let nobody = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let service = transport::network(NetworkOptions {
        proxy: Proxy::Through(format!("http://{nobody}").parse().unwrap()),
        reach: Reach::PublicAndLoopback,
        ..NetworkOptions::default()
    });
    let reply = transport::send(&service, asking(format!("http://{address}/")), LIMITS)
        .await
        .unwrap();
    assert_eq!(reply.status.as_u16(), 204);
    served.await.unwrap();
}

#[tokio::test]
async fn an_address_of_the_machines_own_network_is_not_dialled() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let service = transport::network(NetworkOptions {
        proxy: Proxy::Direct,
        ..NetworkOptions::default()
    });
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"] {
        for scheme in ["http", "https"] {
            let request = asking(format!("{scheme}://{host}:{port}/"));
            let error = transport::send(&service, request, LIMITS)
                .await
                .unwrap_err();
            assert_eq!(error.outcome(), Sent::Never, "{host}: {error:?}");
        }
    }
    let nobody_came = tokio::time::timeout(Duration::from_millis(1), listener.accept()).await;
    assert!(nobody_came.is_err());
}
