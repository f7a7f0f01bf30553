use std::sync::Arc;

use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::*;

/// A caller, connected to `router`.
fn connected(router: Router, soft: &CancellationToken) -> DuplexStream {
    let (caller, stream) = duplex(4096);
    let peer = "192.0.2.7:4711".parse().unwrap();
    tokio::spawn(answer(stream, peer, router, soft.clone()));
    caller
}

/// All that comes until the connection is closed.
async fn rest(mut caller: DuplexStream) -> String {
    let mut text = String::new();
    let reading = caller.read_to_string(&mut text);
    let read = tokio::time::timeout(Duration::from_mins(10), reading).await;
    read.expect("the connection is closed").unwrap();
    text
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_is_not_waited_for() {
    for begun in ["", "GET / HTTP/1.1\r\nhos"] {
        let mut caller = connected(Router::new(), &CancellationToken::new());
        let began = Instant::now();
        caller.write_all(begun.as_bytes()).await.unwrap();
        rest(caller).await;
        assert_eq!(began.elapsed().as_secs(), 10, "{begun:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_are_told_who_asks() {
    let who = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
    let router = Router::new().route("/", get(who));
    let mut caller = connected(router, &CancellationToken::new());
    let request = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    caller.write_all(request).await.unwrap();
    let reply = rest(caller).await;
    assert!(reply.ends_with("\r\n\r\n192.0.2.7:4711"), "{reply}");
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_the_end_is_answered() {
    let (asked, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&asked), Arc::clone(&go_on));
    let slow = move || async move {
        tell.notify_one();
        wait.notified().await;
        "done"
    };
    let soft = CancellationToken::new();
    let mut caller = connected(Router::new().route("/", get(slow)), &soft);
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    caller.write_all(request).await.unwrap();
    asked.notified().await;
    soft.cancel();
    go_on.notify_one();
    let began = Instant::now();
    assert!(rest(caller).await.ends_with("\r\n\r\ndone"));
    assert_eq!(
        began.elapsed().as_secs(),
        0,
        "and then it is closed at once"
    );
}
