//! Chromium and its driver: whether they are here, starting them, ending them.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::process::{Child, Command, Stdio};

use fantoccini::ClientBuilder;
use futures_util::FutureExt;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

use super::window::{Scheme, Window};

const BROWSER: &str = "chromium";
const DRIVER: &str = "chromedriver";

/// The size of a small laptop's window.
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 800;

/// Says how these tests are run: `required` fails where there is no browser, `later` leaves them
/// out because they have a run of their own.
const HOW: &str = "CARRICK_BROWSER";

/// Does `visit` in a new browser, or says why not. The browser is ended whatever happens.
pub(super) async fn visit(visit: impl AsyncFnOnce(&Window)) {
    if env::var(HOW).is_ok_and(|how| how == "later") {
        return skipped("the browser tests have a run of their own");
    }
    if let Some(missing) = [BROWSER, DRIVER]
        .into_iter()
        .find(|program| !is_here(program))
    {
        assert!(
            !is_required(),
            "{missing} is required here and was not found"
        );
        return skipped(&format!("{missing} was not found"));
    }
    let profile = TempDir::new().unwrap();
    let (driver, port) = Driver::start();
    let window = open(port, &profile).await;
    window.look(Scheme::Light, WIDTH, HEIGHT).await;
    let outcome = AssertUnwindSafe(visit(&window)).catch_unwind().await;
    if outcome.is_err() {
        window.tell().await;
    }
    window.close().await;
    drop(driver);
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// Whether leaving anything out is a failure.
pub(super) fn is_required() -> bool {
    let is = |name, value| env::var(name).is_ok_and(|found| found == value);
    is("CI", "true") || is(HOW, "required")
}

/// Past the test runner, which shows what a test prints only if it fails.
pub(super) fn skipped(why: &str) {
    let mut screen = std::io::stderr();
    writeln!(screen, "\nSKIPPED: {why}.").unwrap();
}

fn is_here(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

async fn open(port: u16, profile: &TempDir) -> Window {
    let profile = format!("--user-data-dir={}", profile.path().display());
    let options = json!({
        "goog:chromeOptions": { "args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--hide-scrollbars", profile,
        ]},
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    let options = options.as_object().expect("it was written as one").clone();
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(options)
        .connect(&format!("http://127.0.0.1:{port}"))
        .await
        .unwrap();
    Window::new(client)
}

/// The driver's process.
struct Driver(Child);

impl Driver {
    /// Starts it on a free port, which it chooses and prints.
    fn start() -> (Self, u16) {
        let mut child = Command::new(DRIVER)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let driver = Self(child);
        let mut lines = output.lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, rest) = line.split_once("started successfully on port ")?;
            rest.trim_end_matches('.').parse().ok()
        });
        std::thread::spawn(move || lines.for_each(drop));
        (driver, port.expect("the driver says where it listens"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
