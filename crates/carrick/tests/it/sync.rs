//! `connect` and `sync` against two simulated clouds, over HTTP.
//!
//! Which of the first twelve leads and contacts match follows from the table in `population`'s
//! documentation, whatever the seed: of the leads' contacts 0, 6, 7 and 11 have one record, 1 and 8
//! several, the other six none; of the users 0, 1, 5, 6, 7, 10 and 11 have one, 8 several, the other
//! four none.

use std::path::Path;

use http::Method;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::process::{Ended, Running, carrick, run};
use crate::sim::Cloud;
use crate::web_client::{ask, json};

pub(crate) struct Clouds {
    pub(crate) salesforce: Cloud,
    pub(crate) intercom: Cloud,
}

impl Clouds {
    /// Both clouds with so many leads and contacts each.
    fn start(folder: &Path, people: &str) -> Self {
        let salesforce = [
            &["--leads", people, "--contacts", people][..],
            &[
                "--client-id",
                "key",
                "--client-secret",
                "hush",
                "--refresh-token",
                "refresh",
            ],
        ]
        .concat();
        let intercom = ["--leads", people, "--users", people, "--token", "token"];
        Self {
            salesforce: Cloud::start(folder, "salesforce", &salesforce),
            intercom: Cloud::start(folder, "intercom", &intercom),
        }
    }

    pub(crate) fn connect(&self, folder: &Path, intercom_token: &str) -> Ended {
        run(
            folder,
            &[
                &[
                    "connect",
                    "--name",
                    "acme",
                    "--intercom-token",
                    intercom_token,
                ][..],
                &[
                    "--intercom-url",
                    &self.intercom.url,
                    "--salesforce-url",
                    &self.salesforce.url,
                ],
                &[
                    "--salesforce-client-id",
                    "key",
                    "--salesforce-client-secret",
                    "hush",
                ],
                &["--salesforce-refresh-token", "refresh"],
            ]
            .concat(),
        )
    }

    pub(crate) fn connected(folder: &Path, people: &str) -> Self {
        let clouds = Self::start(folder, people);
        let connected = clouds.connect(folder, "token");
        assert_eq!(connected.code, Some(0), "{}", connected.stderr);
        assert!(
            connected.stdout.contains("Next: carrick sync acme"),
            "{}",
            connected.stdout
        );
        clouds
    }

    pub(crate) fn end(self) {
        self.salesforce.end();
        self.intercom.end();
    }
}

/// Runs a sync and reads its lines; each must be one JSON object.
fn synced(folder: &Path) -> Vec<Value> {
    let ended = run(folder, &["sync", "acme", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    parsed(&ended.stdout)
}

fn parsed(stdout: &str) -> Vec<Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn writes_to(cloud: &str) -> Vec<String> {
    let calls = json(&format!("{cloud}/_sim/calls"));
    let written = calls
        .as_array()
        .unwrap()
        .iter()
        .filter(|call| call["kind"] == "write");
    written
        .map(|call| format!("{} {}", call["method"], call["path"]))
        .collect()
}

fn counted(summary: &Value, fields: &[&str]) -> Vec<u64> {
    fields
        .iter()
        .map(|field| summary[field].as_u64().unwrap())
        .collect()
}

#[test]
fn i3_a_sync_links_what_matches_and_writes_differences_alone() {
    let folder = tempdir().unwrap();
    let clouds = Clouds::connected(folder.path(), "12");
    let summary_fields = [
        "contacts_read",
        "records_read",
        "linked",
        "ambiguous",
        "unmatched",
        "intercom_writes",
        "salesforce_writes",
    ];

    let first = synced(folder.path());
    let (summary, steps) = first.split_last().unwrap();
    assert_eq!(
        counted(summary, &summary_fields),
        [24, 24, 11, 3, 10, 11, 0]
    );
    assert!(
        !steps.is_empty() && steps.iter().all(|step| step["phase"].is_string()),
        "{steps:?}"
    );
    assert!(summary["read_seconds"].is_f64() && summary["reconcile_seconds"].is_f64());
    assert!(summary["peak_rss_bytes"].as_u64().unwrap() > 1_000_000);
    assert!(summary["intercom_calls"].as_u64().unwrap() > 11);
    assert!(summary["salesforce_calls"].as_u64().unwrap() > 0);

    let forget = format!("{}/_sim/calls", clouds.intercom.url);
    assert!(ask(Method::DELETE, &forget, None).status.is_success());
    let second = synced(folder.path());
    let summary = second.last().unwrap();
    assert_eq!(counted(summary, &summary_fields), [24, 24, 11, 3, 10, 0, 0]);
    assert_eq!(writes_to(&clouds.intercom.url), Vec::<String>::new());

    let linked = linked_contact(&clouds.intercom.url);
    let altered = ask(
        Method::POST,
        &format!("{}/_sim/contacts/{linked}", clouds.intercom.url),
        Some(&json!({ "custom_attributes": { "SALESFORCE_TITLE": "King of France" } })),
    );
    assert!(altered.status.is_success());
    let third = synced(folder.path());
    assert_eq!(
        counted(third.last().unwrap(), &summary_fields),
        [24, 24, 11, 3, 10, 1, 0]
    );
    let written = writes_to(&clouds.intercom.url);
    assert_eq!(written, [format!("\"PUT\" \"/contacts/{linked}\"")]);
    clouds.end();
}

/// The id of a contact that shows a record.
fn linked_contact(intercom: &str) -> String {
    let contacts = json(&format!("{intercom}/_sim/contacts"));
    let linked = contacts
        .as_array()
        .unwrap()
        .iter()
        .find(|contact| contact["custom_attributes"]["SALESFORCE_ID"].is_string())
        .expect("a contact shows its record");
    linked["id"].as_str().unwrap().to_owned()
}

#[test]
fn i3_an_interrupted_sync_stops_cleanly_and_goes_on() {
    let folder = tempdir().unwrap();
    let clouds = Clouds::connected(folder.path(), "800");
    let mut sync = Running::start(&mut carrick(folder.path(), &["sync", "acme", "--json"]));
    sync.line_with("\"reconciling\"");
    sync.interrupt();
    assert_eq!(sync.ended().code(), Some(1));
    let words = sync.rest_of_stderr();
    assert!(words.contains("the sync was stopped"), "{words}");
    assert!(words.contains("`carrick sync acme` goes on"), "{words}");
    let walked_first = parsed(&sync.rest_of_stdout()).last().unwrap()["done"]
        .as_u64()
        .unwrap();
    assert!(walked_first < 1600, "{walked_first}");

    let lines = synced(folder.path());
    assert!(
        lines.iter().all(|line| line["phase"] != "reading"),
        "it reads nothing again"
    );
    let summary = lines.last().unwrap();
    let [read, linked, ambiguous, unmatched, written] = counted(
        summary,
        &[
            "contacts_read",
            "linked",
            "ambiguous",
            "unmatched",
            "intercom_writes",
        ],
    )[..] else {
        panic!("five numbers")
    };
    assert_eq!((read, linked + ambiguous + unmatched), (1600, 1600));
    assert_eq!(linked, written);
    clouds.end();
}

#[test]
fn i1_a_refused_token_is_told_and_changes_nothing() {
    let folder = tempdir().unwrap();
    let clouds = Clouds::start(folder.path(), "12");
    let refused = clouds.connect(folder.path(), "wrong");
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("Intercom could not be connected"),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains("hush"), "{}", refused.stderr);

    let sync = run(folder.path(), &["sync", "acme"]);
    assert_eq!(sync.code, Some(1));
    assert!(
        sync.stderr.contains("acme cannot be synced"),
        "{}",
        sync.stderr
    );
    assert!(sync.stderr.contains("not connected yet"), "{}", sync.stderr);

    let connected = clouds.connect(folder.path(), "token");
    assert_eq!(connected.code, Some(0), "{}", connected.stderr);
    let sync = run(folder.path(), &["sync", "acme"]);
    assert_eq!(sync.code, Some(0), "{}", sync.stderr);
    assert!(
        sync.stdout
            .contains("Linked 11, ambiguous 3, without a match 10."),
        "{}",
        sync.stdout
    );
    clouds.end();
}

#[test]
fn i1_tokens_are_not_sent_in_the_clear() {
    let folder = tempdir().unwrap();
    let refused = run(
        folder.path(),
        &[
            &["connect", "--name", "acme", "--intercom-token", "token"][..],
            &[
                "--intercom-url",
                "http://api.intercom.io",
                "--salesforce-refresh-token",
                "refresh",
            ],
            &[
                "--salesforce-client-id",
                "key",
                "--salesforce-client-secret",
                "hush",
            ],
        ]
        .concat(),
    );
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused
            .stderr
            .contains("--intercom-url must begin with https://"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing is made"
    );
}

#[test]
fn s3_the_timeline_tells_what_was_done_by_email_and_by_id() {
    let folder = tempdir().unwrap();
    let clouds = Clouds::connected(folder.path(), "12");
    synced(folder.path());
    let contacts = json(&format!("{}/_sim/contacts", clouds.intercom.url));
    let linked = linked_contact(&clouds.intercom.url);
    let contact = contacts
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == *linked)
        .unwrap();
    let email = contact["email"].as_str().unwrap();
    let record = contact["custom_attributes"]["SALESFORCE_ID"]
        .as_str()
        .unwrap();

    let by_email = run(folder.path(), &["timeline", "acme", &email.to_uppercase()]);
    assert_eq!(by_email.code, Some(0), "{}", by_email.stderr);
    assert!(by_email.stdout.contains("  A1 "), "{}", by_email.stdout);
    for id in [record, &record[..15], &linked] {
        let by_id = run(folder.path(), &["timeline", "acme", id]);
        assert_eq!(by_id.stdout, by_email.stdout, "{id}: {}", by_id.stderr);
    }
    clouds.end();
}
