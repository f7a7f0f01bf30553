//! Bulk ingest jobs: their life, their files, and what becomes of each row.

mod files;
mod life;
mod rows;

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::world::{Answer, Org};

fn open(org: &mut Org, body: &Json) -> String {
    let (status, job) = org.call("POST", "jobs/ingest", body);
    assert_eq!((status, &job["state"]), (200, &json!("Open")), "{job}");
    job["id"].as_str().unwrap().to_owned()
}

fn upload_as(org: &mut Org, id: &str, headers: &[(&str, &str)], file: Bytes) -> Answer {
    let mut request = http::Request::put(format!("/services/data/v67.0/jobs/ingest/{id}/batches"))
        .header("authorization", "Bearer token");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = org.send_bytes(&request.body(file).unwrap());
    let status = response.status().as_u16();
    let body = response.into_body().into_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Json::Null))
}

fn upload(org: &mut Org, id: &str, file: &str) -> Answer {
    let file = Bytes::from(file.to_owned());
    upload_as(org, id, &[("content-type", "text/csv")], file)
}

fn set_state(org: &mut Org, id: &str, state: &str) -> Answer {
    org.call(
        "PATCH",
        &format!("jobs/ingest/{id}"),
        &json!({ "state": state }),
    )
}

fn info(org: &mut Org, id: &str) -> Json {
    org.get(&format!("jobs/ingest/{id}")).1
}

/// One of the three files of a job.
fn part(org: &mut Org, id: &str, part: &str) -> String {
    let url = format!("/services/data/v67.0/jobs/ingest/{id}/{part}");
    let request = http::Request::get(url).header("authorization", "Bearer token");
    let response = org.send(request.body(String::new()).unwrap());
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["content-type"],
        "text/csv; charset=UTF-8"
    );
    String::from_utf8(response.into_body().into_bytes().to_vec()).unwrap()
}

/// Does all that a job asks for, and says its id.
fn done(org: &mut Org, body: &Json, file: &str) -> String {
    let id = open(org, body);
    assert_eq!(upload(org, &id, file), (201, Json::Null));
    let (status, job) = set_state(org, &id, "UploadComplete");
    assert_eq!((status, &job["state"]), (200, &json!("UploadComplete")));
    org.wait(Duration::from_secs(1));
    id
}

fn leads(org: &mut Org, operation: &str, file: &str) -> String {
    done(
        org,
        &json!({"object": "Lead", "operation": operation}),
        file,
    )
}

/// The errors of the rows that failed.
fn errors(org: &mut Org, id: &str) -> Vec<String> {
    let file = part(org, id, "failedResults");
    let rows = file.lines().skip(1);
    rows.map(|row| row.split("\",\"").nth(1).unwrap().to_owned())
        .map(|error| error.trim_end_matches('"').to_owned())
        .collect()
}

fn failure(org: &mut Org, id: &str) -> String {
    let info = info(org, id);
    assert_eq!(info["state"], "Failed", "{info}");
    info["errorMessage"].as_str().unwrap().to_owned()
}

/// A file of so many Leads.
fn four_hundred_and_fifty() -> String {
    let rows: Vec<String> = (0..450).map(|n| format!("L{n},C\n")).collect();
    format!("LastName,Company\n{}", rows.concat())
}
