//! Asking a server as a browser or a script does.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::Value;
use tokio::runtime::Runtime;
use transport::{Limits, NetworkOptions, Proxy, Reply, network, send};

const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(30),
    body_bytes_max: 16 * 1024 * 1024,
};

/// Sends one request and waits for the answer.
pub(crate) fn ask(method: Method, url: &str, body: Option<&Value>) -> Reply {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let http = network(NetworkOptions {
            proxy: Proxy::Direct,
            ..NetworkOptions::default()
        });
        let request = Request::builder().method(method).uri(url);
        let request = match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(Bytes::from(body.to_string())),
            None => request.body(Bytes::new()),
        };
        send(&http, request.unwrap(), LIMITS).await.unwrap()
    })
}

/// The JSON at `url`.
pub(crate) fn json(url: &str) -> Value {
    let reply = ask(Method::GET, url, None);
    assert!(reply.status.is_success(), "{url}: {}", reply.status);
    serde_json::from_slice(&reply.body).unwrap()
}

/// The text at `url`.
pub(crate) fn page(url: &str) -> String {
    let reply = ask(Method::GET, url, None);
    assert!(reply.status.is_success(), "{url}: {}", reply.status);
    String::from_utf8(reply.body.to_vec()).unwrap()
}
