//! `carrick demo`: one command, three addresses; it goes on where it was, however it ended.

use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::process::{Running, carrick, run};
use crate::web_client::{ask, json, page};

const FEW: [&str; 6] = ["--leads", "12", "--contacts", "12", "--conversations", "6"];

/// How often a level is looked at, and how many times before it is given up.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS_MAX: usize = 300;

struct Demo {
    process: Running,
    inbox: String,
    org: String,
    settings: String,
}

impl Demo {
    fn start(folder: &Path, port: &str, arguments: &[&str]) -> Self {
        let usual = ["demo", "--no-browser", "--port", port];
        let process = Running::start(&mut carrick(folder, &[&usual, arguments].concat()));
        let address = |label| {
            let line = process.line_with(label);
            line.trim().strip_prefix(label).unwrap().trim().to_owned()
        };
        let (inbox, org, settings) = (address("Inbox"), address("Org"), address("Settings"));
        Self {
            process,
            inbox,
            org,
            settings,
        }
    }

    fn port(&self) -> u16 {
        self.settings
            .trim_end_matches('/')
            .rsplit(':')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    }

    fn intercom(&self) -> &str {
        self.inbox.strip_suffix("/inbox").unwrap()
    }

    fn contacts(&self) -> Vec<Value> {
        let contacts = json(&format!("{}/_sim/contacts", self.intercom()));
        contacts.as_array().unwrap().clone()
    }

    fn rename(&self, contact: &Value, name: &str) {
        let url = format!(
            "{}/_sim/contacts/{}",
            self.intercom(),
            contact["id"].as_str().unwrap()
        );
        let edited = ask(Method::POST, &url, Some(&json!({ "name": name })));
        assert!(edited.status.is_success());
    }

    fn end(mut self) {
        self.process.interrupt();
        let status = self.process.ended();
        assert!(
            status.success(),
            "{status}: {}",
            self.process.rest_of_stderr()
        );
    }
}

/// Waits until `level` holds.
fn eventually(what: &str, level: impl Fn() -> bool) {
    let (_open, never) = channel::<()>();
    for _ in 0..LOOKS_MAX {
        if level() {
            return;
        }
        let _elapsed = never.recv_timeout(LOOK_EVERY);
    }
    panic!("it never came to it: {what}");
}

fn shows_a_record(contact: &Value) -> bool {
    contact["custom_attributes"]["SALESFORCE_ID"].is_string()
}

#[test]
fn a_newcomer_sees_three_places_and_everybody_linked() {
    let folder = tempdir().unwrap();
    let demo = Demo::start(folder.path(), "0", &FEW);
    assert!(page(&demo.inbox).contains("data-conversation-id"));
    assert!(page(&demo.org).contains("<html"));
    assert!(page(&demo.settings).contains("demo"));
    assert_eq!(
        demo.contacts()
            .iter()
            .filter(|contact| shows_a_record(contact))
            .count(),
        11
    );
    assert_eq!(demo.org, format!("http://127.0.0.1:{}/", demo.port() + 10));
    assert_eq!(
        demo.inbox,
        format!("http://127.0.0.1:{}/inbox", demo.port() + 20)
    );

    // A title that a rep edits shows in Intercom.
    let contacts = demo.contacts();
    let linked = contacts
        .iter()
        .find(|contact| shows_a_record(contact))
        .unwrap();
    let record = linked["custom_attributes"]["SALESFORCE_ID"]
        .as_str()
        .unwrap();
    let edit = format!("{}_sim/records/{record}", demo.org);
    let edited = ask(
        Method::PATCH,
        &edit,
        Some(&json!({ "Title": "Chief Demonstrator" })),
    );
    assert!(edited.status.is_success());
    eventually("the title shows in Intercom", || {
        demo.contacts().iter().any(|contact| {
            contact["id"] == linked["id"]
                && contact["custom_attributes"]["SALESFORCE_TITLE"] == "Chief Demonstrator"
        })
    });
    demo.end();
}

#[test]
fn a_second_start_goes_on_where_the_first_was() {
    let folder = tempdir().unwrap();
    let first = Demo::start(folder.path(), "0", &FEW);
    let port = first.port().to_string();
    let before = first.contacts();
    first.rename(&before[0], "Known Before");
    first.end();

    let second = Demo::start(folder.path(), &port, &[]);
    let after = second.contacts();
    assert_eq!(after.len(), before.len());
    assert_eq!(after[0]["name"], "Known Before");
    assert_eq!(
        after
            .iter()
            .filter(|contact| shows_a_record(contact))
            .count(),
        11
    );
    let calls = json(&format!("{}/_sim/calls", second.intercom()));
    let paths = calls
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["path"].as_str().unwrap());
    assert!(
        !paths.into_iter().any(|path| path.starts_with("/auth")),
        "no second sign-in"
    );
    second.end();

    // On other ports the same clouds are connected anew.
    let moved = Demo::start(folder.path(), "0", &["--seed", "1"]);
    assert_eq!(moved.contacts()[0]["name"], "Known Before");
    moved.end();
}

#[test]
fn a_killed_demo_goes_on_too() {
    let folder = tempdir().unwrap();
    let first = Demo::start(folder.path(), "0", &FEW);
    let port = first.port().to_string();
    let contact = first.contacts()[0].clone();
    first.rename(&contact, "Saved In Time");
    let saved = folder.path().join("carrick-demo/intercom.json");
    eventually("the edit is saved", || {
        std::fs::read_to_string(&saved).is_ok_and(|world| world.contains("Saved In Time"))
    });
    first.process.kill();

    let second = Demo::start(folder.path(), &port, &[]);
    assert_eq!(second.contacts()[0]["name"], "Saved In Time");
    assert_eq!(
        second
            .contacts()
            .iter()
            .filter(|contact| shows_a_record(contact))
            .count(),
        11
    );
    second.end();
}

#[test]
fn another_seed_needs_another_folder() {
    let folder = tempdir().unwrap();
    Demo::start(folder.path(), "0", &FEW).end();
    let other = ["demo", "--no-browser", "--port", "0", "--seed", "7"];
    let refused = run(folder.path(), &other);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("was begun with --seed 1"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("remove carrick-demo to start over"),
        "{}",
        refused.stderr
    );

    let strange = tempdir().unwrap();
    std::fs::create_dir(strange.path().join("carrick-demo")).unwrap();
    std::fs::write(strange.path().join("carrick-demo/thesis.txt"), "precious").unwrap();
    let refused = run(strange.path(), &["demo", "--no-browser", "--port", "0"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("is not the folder of a demo"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_busy_port_of_the_three_is_named() {
    let folder = tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for (below, whose) in [
        (0, "Carrick"),
        (10, "the simulated Salesforce"),
        (20, "the simulated Intercom"),
    ] {
        let base = (port - below).to_string();
        let busy = run(folder.path(), &["demo", "--no-browser", "--port", &base]);
        assert_eq!(busy.code, Some(1), "{whose}");
        assert!(
            busy.stderr.contains("is in use"),
            "{whose}: {}",
            busy.stderr
        );
        assert!(
            busy.stderr.contains("carrick demo --port N"),
            "{whose}: {}",
            busy.stderr
        );
        if below == 0 {
            assert!(
                busy.stderr.contains(&format!("port {port} is in use")),
                "{}",
                busy.stderr
            );
        }
        assert!(
            !folder.path().join("carrick-demo").exists(),
            "nothing was made"
        );
    }
}
