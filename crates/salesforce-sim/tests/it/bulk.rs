//! Bulk query jobs: their life, their pages, their snapshot.

use std::time::Duration;

use salesforce_sim::Object;
use serde_json::{Value as Json, json};

use crate::world::{Org, refusal};

fn with_leads(count: usize) -> Org {
    let mut org = Org::empty();
    for n in 0..count {
        let lead = json!({"LastName": format!("L{n}"), "Company": "A \"B\", C"});
        org.world.create_as_rep(Object::Lead, &lead).unwrap();
    }
    org
}

fn job(org: &mut Org, operation: &str, query: &str) -> String {
    let (status, job) = org.call(
        "POST",
        "jobs/query",
        &json!({"operation": operation, "query": query}),
    );
    assert_eq!(
        (status, &job["state"]),
        (200, &json!("UploadComplete")),
        "{job}"
    );
    assert_eq!(job["apiVersion"], json!(67.0));
    job["id"].as_str().unwrap().to_owned()
}

/// Locator, number of records and text of a result page.
fn page(org: &mut Org, id: &str, query: &str) -> (String, String, String) {
    let request = http::Request::get(format!(
        "/services/data/v67.0/jobs/query/{id}/results{query}"
    ))
    .header("authorization", "Bearer token")
    .body(String::new())
    .unwrap();
    let response = org.send(request);
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    let (locator, count) = (header("sforce-locator"), header("sforce-numberofrecords"));
    let text = String::from_utf8(response.into_body().into_bytes().to_vec()).unwrap();
    (locator, count, text)
}

#[test]
fn a_job_lives_from_upload_to_completion() {
    let mut org = with_leads(1);
    let id = job(&mut org, "query", "SELECT Id FROM Lead");
    let path = format!("jobs/query/{id}");
    let early = org.get(&format!("{path}/results"));
    assert_eq!(early.1[0]["errorCode"], "INVALIDJOBSTATE");
    org.wait(Duration::from_millis(100));
    assert_eq!(org.get(&path).1["state"], "InProgress");
    org.wait(Duration::from_millis(100));
    let (_, done) = org.get(&path);
    assert_eq!(
        (&done["state"], &done["numberRecordsProcessed"]),
        (&json!("JobComplete"), &json!(1))
    );
    assert_eq!(done["jobType"], "V2Query");
    assert_eq!(org.get("jobs/query").1["records"][0]["id"], id);
    let other_version = org.get(&format!("/services/data/v66.0/{path}/results"));
    assert_eq!(other_version.0, 409);
    assert_eq!(org.call("DELETE", &path, &Json::Null).0, 204);
    assert_eq!(org.get(&path).0, 404);
}

#[test]
fn results_are_quoted_and_paged_by_locator() {
    let mut org = with_leads(3);
    let id = job(
        &mut org,
        "query",
        "SELECT LastName, Company, Email, IsConverted, CreatedDate, Owner.Type FROM Lead",
    );
    org.wait(Duration::from_secs(1));
    let head =
        "\"LastName\",\"Company\",\"Email\",\"IsConverted\",\"CreatedDate\",\"Owner.Type\"\n";
    let row = |n: usize| {
        format!(
            "\"L{n}\",\"A \"\"B\"\", C\",\"\",\"false\",\"2026-06-10T12:00:00.000Z\",\"User\"\n"
        )
    };
    let (locator, count, text) = page(&mut org, &id, "?maxRecords=2");
    assert_eq!(
        (count.as_str(), text),
        ("2", format!("{head}{}{}", row(0), row(1)))
    );
    assert_ne!(locator, "null");
    let (last, count, text) = page(&mut org, &id, &format!("?maxRecords=2&locator={locator}"));
    assert_eq!(
        (last.as_str(), count.as_str(), text),
        ("null", "1", format!("{head}{}", row(2)))
    );
    let refused = org.get(&format!("jobs/query/{id}/results?locator=nonsense"));
    assert_eq!(
        refusal(refused),
        "400 INVALID_QUERY_LOCATOR: invalid locator"
    );
    let (_, pages) = org.get(&format!("jobs/query/{id}/resultPages"));
    let url = format!("/services/data/v67.0/jobs/query/{id}/results");
    assert_eq!(
        pages,
        json!({"done": true, "resultPages": [{"resultUrl": url}]})
    );
}

#[test]
fn an_empty_result_is_a_head_and_a_null_locator() {
    let mut org = with_leads(0);
    let id = job(&mut org, "queryAll", "SELECT Id FROM Lead");
    org.wait(Duration::from_secs(1));
    assert_eq!(
        page(&mut org, &id, ""),
        ("null".into(), "0".into(), "\"Id\"\n".into())
    );
}

#[test]
fn a_job_keeps_the_rows_of_its_creation() {
    let mut org = with_leads(600);
    let id = job(&mut org, "query", "SELECT LastName FROM Lead");
    let first = "00Q5e0000000001".parse().unwrap();
    org.world
        .edit_as_rep(first, &json!({"LastName": "Changed"}))
        .unwrap();
    org.world
        .delete_as_rep("00Q5e0000000002".parse().unwrap())
        .unwrap();
    org.wait(Duration::from_secs(1));
    let (_, count, text) = page(&mut org, &id, "");
    assert_eq!(count, "600");
    assert!(
        text.starts_with("\"LastName\"\n\"L0\"\n\"L1\"\n"),
        "{}",
        &text[..40]
    );
    assert!(text.ends_with("\"L599\"\n"));
    let id = job(
        &mut org,
        "queryAll",
        "SELECT LastName FROM Lead WHERE IsDeleted = true",
    );
    org.wait(Duration::from_secs(1));
    assert_eq!(page(&mut org, &id, "").2, "\"LastName\"\n\"L1\"\n");
}

#[test]
fn a_job_can_be_aborted_while_it_runs() {
    let mut org = with_leads(1);
    let id = job(&mut org, "query", "SELECT Id FROM Lead");
    let path = format!("jobs/query/{id}");
    let aborted = org.call("PATCH", &path, &json!({"state": "Aborted"}));
    assert_eq!((aborted.0, &aborted.1["state"]), (200, &json!("Aborted")));
    let again = org.call("PATCH", &path, &json!({"state": "Aborted"}));
    assert_eq!(again.1[0]["errorCode"], "INVALIDJOBSTATE");
}

#[test]
fn what_bulk_cannot_do_is_refused_at_creation() {
    let mut org = with_leads(0);
    for (query, expected) in [
        (
            "SELECT Address FROM Lead",
            "400 API_ERROR: Selecting compound data not supported in Bulk Query",
        ),
        (
            "SELECT COUNT() FROM Lead",
            "400 API_ERROR: Aggregate Relationships not supported in Bulk Query",
        ),
        (
            "SELECT Id FORM Lead",
            "400 MALFORMED_QUERY: unexpected token: 'FORM'",
        ),
    ] {
        let body = json!({"operation": "query", "query": query});
        assert_eq!(refusal(org.call("POST", "jobs/query", &body)), expected);
    }
}
