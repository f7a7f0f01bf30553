//! Over a real socket: answers, the timer, cuts, and an orderly end.

use std::sync::Arc;

use intercom_sim::{Cut, Fault, HttpService, Sim};
use model::SystemClock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tower::service_fn;

use crate::town::{TOKEN, options};

async fn exchange(address: std::net::SocketAddr, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: sim\r\nconnection: close\r\n\
         authorization: Bearer {TOKEN}\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_server_answers_sends_webhooks_cuts_and_ends() {
    let sim = Sim::new(options(), Arc::new(SystemClock), 7);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let app = HttpService::new(service_fn(
        move |request: http::Request<axum::body::Body>| {
            arrived.send(request.uri().path().to_owned()).unwrap();
            async { Ok(http::Response::new(axum::body::Body::empty())) }
        },
    ));
    let (stop, stopped) = oneshot::channel::<()>();
    let server = {
        let sim = sim.clone();
        tokio::spawn(async move {
            sim.serve(listener, app, async { drop(stopped.await) })
                .await;
        })
    };

    let answer = exchange(address, "GET", "/me", "").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let answer = exchange(address, "POST", "/contacts", r#"{"role":"lead"}"#).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(arrivals.recv().await.as_deref(), Some("/webhooks"));

    sim.add_fault(Fault {
        cut: Some(Cut::After),
        ..Fault::default()
    });
    assert_eq!(
        exchange(address, "GET", "/me", "").await,
        "",
        "closed without an answer"
    );
    assert_eq!(sim.calls().len(), 3, "and yet it was carried out");

    drop(stop);
    server.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
