//! The Pub/Sub API over a real socket, which it shares with REST.

use axum::body::Body as HttpBody;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tower::service_fn;

use super::{LEADS, org};
use crate::bus_client::{Bus, Channel, EARLIEST, LATEST, code, fetch};
use crate::world::ada;

/// A connection that speaks HTTP/2 from its first byte.
async fn connected(address: std::net::SocketAddr) -> Channel {
    let stream = TcpStream::connect(address).await.unwrap();
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (sender, connection) = handshake.await.unwrap();
    tokio::spawn(connection);
    Channel::new(service_fn(
        move |mut request: http::Request<tonic::body::Body>| {
            let path = request.uri().path();
            *request.uri_mut() = format!("http://{address}{path}").parse().unwrap();
            let mut sender = sender.clone();
            async move {
                let answer = sender.send_request(request).await?;
                Ok(answer.map(HttpBody::new))
            }
        },
    ))
}

#[tokio::test]
async fn grpc_and_rest_share_a_socket() {
    let (sim, _, _) = org();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = sim.clone();
    let serving = tokio::spawn(async move {
        server
            .serve(listener, async move { drop(stopped.await) })
            .await;
    });
    let bus = Bus::over(connected(address).await, &sim);
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 1)).await.unwrap();
    let body = ada().to_string();
    let request = format!(
        "POST /services/data/v67.0/sobjects/Lead HTTP/1.1\r\nHost: org\r\n\
         Authorization: Bearer token\r\nContent-Type: application/json\r\n\
         Sforce-Call-Options: client=Rest\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut rest = TcpStream::connect(address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut rest, request.as_bytes())
        .await
        .unwrap();
    let answer = stream.answer().await;
    let told = bus.read(&answer.events[0]).await;
    assert_eq!(told["Name"]["LastName"], "Lovelace");
    assert_eq!(
        told["ChangeEventHeader"]["changeOrigin"],
        "com/salesforce/api/rest/67.0;client=Rest"
    );
    // The end of the server is the end of its streams.
    stream.ask(fetch(LEADS, LATEST, 1));
    drop(rest);
    stop.send(()).unwrap();
    assert_eq!(code(&stream.refusal().await), "service.unavailable");
    drop((stream, bus));
    serving.await.unwrap();
}
