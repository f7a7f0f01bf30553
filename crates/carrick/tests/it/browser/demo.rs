//! A running `carrick demo` with a folder of its own.

use http::Method;
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use crate::process::{Running, carrick};
use crate::web_client;

/// The process, and where its three servers are. It is ended when this is dropped.
pub(super) struct Demo {
    // Before the folder: what it writes to goes after it.
    process: Running,
    _folder: TempDir,
    pub(super) inbox: Url,
    pub(super) org: Url,
    pub(super) settings: Url,
}

impl Demo {
    /// Starts it on free ports and waits until it says where everything is.
    pub(super) fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let arguments = ["demo", "--no-browser", "--port", "0"];
        let process = Running::start(&mut carrick(folder.path(), &arguments));
        let address = |label: &str| {
            let line = process.line_with(label);
            let word = line
                .split_whitespace()
                .nth(1)
                .expect("a label and an address");
            word.parse::<Url>().unwrap()
        };
        let inbox = address("  Inbox ");
        let org = address("  Org ");
        let settings = address("  Settings ");
        Self {
            process,
            _folder: folder,
            inbox,
            org,
            settings,
        }
    }

    /// Ctrl-C; returns the exit code.
    pub(super) fn end(mut self) -> Option<i32> {
        self.process.interrupt();
        self.process.ended().code()
    }

    /// What one of the simulated clouds says about itself.
    pub(super) async fn asked(&self, method: Method, url: Url, body: Option<Value>) -> Value {
        let asking = move || {
            let reply = web_client::ask(method, url.as_str(), body.as_ref());
            assert!(reply.status.is_success(), "{url}: {}", reply.status);
            serde_json::from_slice(&reply.body).unwrap_or(Value::Null)
        };
        tokio::task::spawn_blocking(asking).await.unwrap()
    }
}
