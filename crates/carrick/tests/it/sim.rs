//! The two simulated clouds by themselves.

use std::path::Path;

use http::Method;
use serde_json::json;
use tempfile::tempdir;

use crate::process::{Running, carrick};
use crate::web_client::{ask, json, page};

/// A simulated cloud on a free port.
pub(crate) struct Cloud {
    pub(crate) process: Running,
    pub(crate) url: String,
}

impl Cloud {
    pub(crate) fn start(folder: &Path, vendor: &str, arguments: &[&str]) -> Self {
        let listen = ["sim", vendor, "--listen", "127.0.0.1:0"];
        let process = Running::start(&mut carrick(folder, &[&listen, arguments].concat()));
        let line = process.line_with("simulated ");
        let (_, url) = line.split_once(": ").unwrap();
        Self {
            url: url.to_owned(),
            process,
        }
    }

    pub(crate) fn end(mut self) {
        self.process.interrupt();
        let status = self.process.ended();
        assert!(
            status.success(),
            "{status}: {}",
            self.process.rest_of_stderr()
        );
    }
}

#[test]
fn a_simulated_cloud_answers_as_its_vendor_and_shows_pages() {
    let folder = tempdir().unwrap();
    let salesforce = Cloud::start(folder.path(), "salesforce", &["--leads", "12"]);
    let versions = json(&format!("{}/services/data", salesforce.url));
    assert!(
        versions
            .as_array()
            .is_some_and(|versions| !versions.is_empty()),
        "{versions}"
    );
    let refused = ask(
        Method::GET,
        &format!("{}/services/data/v67.0/limits", salesforce.url),
        None,
    );
    assert_eq!(refused.status.as_u16(), 401);
    assert!(page(&salesforce.url).contains("<html"));
    salesforce.end();

    let intercom = Cloud::start(folder.path(), "intercom", &["--leads", "12"]);
    let refused = ask(Method::GET, &format!("{}/me", intercom.url), None);
    assert_eq!(refused.status.as_u16(), 401);
    assert!(page(&format!("{}/inbox", intercom.url)).contains("<html"));
    intercom.end();
}

#[test]
fn a_saved_world_goes_on() {
    let folder = tempdir().unwrap();
    let few = ["--leads", "12", "--users", "12", "--save", "intercom.json"];
    let first = Cloud::start(folder.path(), "intercom", &few);
    let contacts = json(&format!("{}/_sim/contacts", first.url));
    let id = contacts[0]["id"].as_str().unwrap().to_owned();
    let edit = ask(
        Method::POST,
        &format!("{}/_sim/contacts/{id}", first.url),
        Some(&json!({ "name": "Renamed Person" })),
    );
    assert!(edit.status.is_success());
    first.end();

    let again = ["--load", "intercom.json"];
    let second = Cloud::start(folder.path(), "intercom", &again);
    let contacts = json(&format!("{}/_sim/contacts", second.url));
    assert_eq!(contacts.as_array().unwrap().len(), 24);
    let renamed = contacts
        .as_array()
        .unwrap()
        .iter()
        .find(|contact| contact["id"] == *id);
    assert_eq!(renamed.unwrap()["name"], "Renamed Person");
    second.end();

    let few = ["--leads", "3", "--save", "salesforce.json"];
    let first = Cloud::start(folder.path(), "salesforce", &few);
    let before = json(&format!("{}/_sim/records", first.url));
    first.end();
    let second = Cloud::start(folder.path(), "salesforce", &["--load", "salesforce.json"]);
    assert_eq!(json(&format!("{}/_sim/records", second.url)), before);
    second.end();
}

#[test]
fn what_is_no_saved_world_is_refused() {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("world.json"), "{}").unwrap();
    for vendor in ["salesforce", "intercom"] {
        let arguments = [
            "sim",
            vendor,
            "--listen",
            "127.0.0.1:0",
            "--load",
            "world.json",
        ];
        let ended = crate::process::run(folder.path(), &arguments);
        assert_eq!(ended.code, Some(1), "{vendor}");
        assert!(
            ended.stderr.contains("world.json is not a saved world"),
            "{vendor}: {}",
            ended.stderr
        );
    }
}

#[test]
fn both_clouds_listen_for_tls_and_leave_their_authority() {
    let folder = tempdir().unwrap();
    let sockets = ["--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0"];
    for (vendor, name) in [("intercom", "Intercom"), ("salesforce", "Salesforce")] {
        let command = [&["sim", vendor][..], &sockets, &["--tls-ca-out", "ca.pem"]].concat();
        let mut process = Running::start(&mut carrick(folder.path(), &command));
        let line = process.line_with("over TLS");
        let told = format!("simulated {name} over TLS: https://127.0.0.1:");
        assert!(line.starts_with(&told), "{line}");
        assert!(line.ends_with("(trust ca.pem)"), "{line}");
        let authority = std::fs::read_to_string(folder.path().join("ca.pem")).unwrap();
        assert!(authority.starts_with("-----BEGIN CERTIFICATE-----"));
        let line = process.line_with("simulated ");
        assert!(
            line.starts_with(&format!("simulated {name}: http://")),
            "{line}"
        );
        process.interrupt();
        assert!(process.ended().success());
    }

    let grpc = ["--listen", "127.0.0.1:0", "--grpc-listen", "127.0.0.1:0"];
    let command = [&["sim", "salesforce"][..], &grpc].concat();
    let mut process = Running::start(&mut carrick(folder.path(), &command));
    let line = process.line_with("for gRPC");
    let (_, url) = line.split_once(": ").unwrap();
    assert!(page(url).contains("<html"), "every address takes both");
    process.interrupt();
    assert!(process.ended().success());
}
