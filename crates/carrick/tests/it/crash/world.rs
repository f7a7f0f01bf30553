//! Worlds that start equal, as often as one likes, and what is in them in the end.

use std::fmt;
use std::path::Path;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sim::Cloud;
use crate::sync::Clouds;
use crate::web_client::Caller;

pub(super) const TOKEN: &str = "token";
const SALESFORCE_FILE: &str = "salesforce.json";
const INTERCOM_FILE: &str = "intercom.json";

/// Attributes that somebody made before, so that people can write into them at any moment. The
/// others are for the sync to make.
const STANDING_ATTRIBUTES: [&str; 2] = ["SALESFORCE_TITLE", "SALESFORCE_OWNER_NAME"];

/// Two worlds in files. Whoever starts from them starts from the same people, ids and stamps.
pub(super) struct Saved {
    folder: TempDir,
}

impl Saved {
    /// So many leads and as many contacts on each side. No Cases: a contact with one cannot be
    /// deleted.
    pub(super) fn new(seed: u64, people: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (seed, people) = (seed.to_string(), people.to_string());
        let salesforce = [
            &["--seed", &seed, "--leads", &people, "--contacts", &people][..],
            &["--client-id", "key", "--client-secret", "hush"],
            &["--refresh-token", "refresh", "--cases", "0"],
            &["--save", SALESFORCE_FILE],
        ]
        .concat();
        let intercom = [
            &["--seed", &seed, "--leads", &people, "--users", &people][..],
            &["--token", TOKEN, "--save", INTERCOM_FILE],
        ]
        .concat();
        let clouds = Clouds {
            salesforce: Cloud::start(folder.path(), "salesforce", &salesforce),
            intercom: Cloud::start(folder.path(), "intercom", &intercom),
        };
        let caller = Caller::new();
        for name in STANDING_ATTRIBUTES {
            let attribute = json!({ "name": name, "model": "contact", "data_type": "string" });
            call_intercom(&caller, &clouds, "/data_attributes", &attribute);
        }
        clouds.end();
        Self { folder }
    }

    /// Two clouds that go on from the files and never change them.
    pub(super) fn clouds(&self) -> Clouds {
        let intercom = ["--load", INTERCOM_FILE, "--token", TOKEN];
        let intercom = [&intercom[..], &["--rate-limit", "off"]].concat();
        let folder: &Path = self.folder.path();
        Clouds {
            salesforce: Cloud::start(folder, "salesforce", &["--load", SALESFORCE_FILE]),
            intercom: Cloud::start(folder, "intercom", &intercom),
        }
    }
}

/// A call of Intercom's own API by somebody who is not the connector.
pub(super) fn call_intercom(caller: &Caller, clouds: &Clouds, path: &str, body: &Value) {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("{}{path}", clouds.intercom.url))
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("intercom-version", "2.16")
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()));
    let reply = caller.send(request.unwrap());
    assert!(reply.status.is_success(), "{path}: {reply:?}");
}

/// Everything that a person could see in both clouds, one thing a line, without the vendors' own
/// stamps of when it was changed: those tell how long a run took, not what came of it.
#[derive(PartialEq, Eq)]
pub(super) struct Dump {
    lines: Vec<String>,
}

impl Dump {
    pub(super) fn of(caller: &Caller, clouds: &Clouds) -> Self {
        let mut lines = Vec::new();
        for cloud in [&clouds.salesforce, &clouds.intercom] {
            let reply = caller.ask(Method::GET, &format!("{}/_sim/dump", cloud.url), None);
            assert!(reply.status.is_success(), "{}: {}", cloud.url, reply.status);
            let text = std::str::from_utf8(&reply.body).unwrap();
            assert!(
                !text.is_empty(),
                "{}: an empty dump proves nothing",
                cloud.url
            );
            lines.extend(text.lines().map(str::to_owned));
        }
        Self { lines }
    }

    /// Fails with the first lines that differ.
    pub(super) fn assert_is(&self, expected: &Self, what: &dyn fmt::Display) {
        if self == expected {
            return;
        }
        let differing = |these: &Self, those: &Self| {
            let only: Vec<_> = these
                .lines
                .iter()
                .filter(|line| !those.lines.contains(line))
                .take(5)
                .cloned()
                .collect();
            only.join("\n")
        };
        panic!(
            "{what}: the clouds hold something else than after an uninterrupted run.\n\
             Expected, and not there:\n{}\nThere, and not expected:\n{}",
            differing(expected, self),
            differing(self, expected)
        );
    }
}
