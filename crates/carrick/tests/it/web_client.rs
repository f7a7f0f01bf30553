//! Asking a server as a browser or a script does.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::Value;
use tokio::runtime::Runtime;
use transport::{HttpService, Limits, NetworkOptions, Proxy, Reach, Reply, network, send};

const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(30),
    body_bytes_max: 16 * 1024 * 1024,
};

/// Somebody who asks often, on connections that stay open.
pub(crate) struct Caller {
    runtime: Runtime,
    http: HttpService,
}

impl Caller {
    pub(crate) fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        // Its idle connections need the runtime that they were made on.
        let http = runtime.block_on(async {
            network(NetworkOptions {
                proxy: Proxy::Direct,
                reach: Reach::PublicAndLoopback,
                ..NetworkOptions::default()
            })
        });
        Self { runtime, http }
    }

    /// Sends one request and waits for the answer.
    pub(crate) fn send(&self, request: Request<Bytes>) -> Reply {
        self.runtime
            .block_on(send(&self.http, request, LIMITS))
            .unwrap()
    }

    /// Sends one request, with a body if there is one, and waits for the answer.
    pub(crate) fn ask(&self, method: Method, url: &str, body: Option<&Value>) -> Reply {
        let request = Request::builder().method(method).uri(url);
        let request = match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(Bytes::from(body.to_string())),
            None => request.body(Bytes::new()),
        };
        self.send(request.unwrap())
    }

    /// The JSON at `url`.
    pub(crate) fn json(&self, url: &str) -> Value {
        let reply = self.ask(Method::GET, url, None);
        assert!(reply.status.is_success(), "{url}: {}", reply.status);
        serde_json::from_slice(&reply.body).unwrap()
    }
}

/// Sends one request and waits for the answer.
pub(crate) fn ask(method: Method, url: &str, body: Option<&Value>) -> Reply {
    Caller::new().ask(method, url, body)
}

/// The JSON at `url`.
pub(crate) fn json(url: &str) -> Value {
    Caller::new().json(url)
}

/// The text at `url`.
pub(crate) fn page(url: &str) -> String {
    let reply = ask(Method::GET, url, None);
    assert!(reply.status.is_success(), "{url}: {}", reply.status);
    String::from_utf8(reply.body.to_vec()).unwrap()
}
