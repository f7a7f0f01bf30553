//! How a job is made, closed, aborted, listed, forgotten, and told about.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{four_hundred_and_fifty, info, leads, open, part, set_state, upload};
use crate::world::{Org, refusal};

#[test]
fn a_job_is_opened_filled_closed_and_done() {
    let mut org = Org::empty();
    let asked = json!({
        "object": "lead", "operation": "insert", "contentType": "CSV",
        "columnDelimiter": "COMMA", "lineEnding": "LF",
    });
    let (status, mut job) = org.call("POST", "jobs/ingest", &asked);
    let id = "7505e0000000001AAA";
    job.as_object_mut().unwrap().remove("createdById");
    let mut expected = json!({
        "id": id, "operation": "insert", "object": "Lead",
        "createdDate": "2026-06-10T12:00:00.000+0000",
        "systemModstamp": "2026-06-10T12:00:00.000+0000", "state": "Open",
        "concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": 67.0,
        "lineEnding": "LF", "columnDelimiter": "COMMA",
        "contentUrl": "services/data/v67.0/jobs/ingest/7505e0000000001AAA/batches",
    });
    assert_eq!((status, job), (200, expected.clone()));
    let file = "LastName,Company,Email\nLovelace,Engines,ada@engines.example\n,Nobody,\n";
    assert_eq!(upload(&mut org, id, file), (201, Json::Null));
    assert_eq!(info(&mut org, id)["state"], "Open");
    assert_eq!(
        set_state(&mut org, id, "UploadComplete").1["state"],
        "UploadComplete"
    );
    org.wait(Duration::from_millis(60));
    assert_eq!(info(&mut org, id)["state"], "InProgress");
    org.wait(Duration::from_secs(1));
    let mut job = info(&mut org, id);
    job.as_object_mut().unwrap().remove("createdById");
    expected.as_object_mut().unwrap().remove("contentUrl");
    expected["state"] = "JobComplete".into();
    expected["systemModstamp"] = "2026-06-10T12:00:00.200+0000".into();
    for (key, value) in [
        ("jobType", json!("V2Ingest")),
        ("numberRecordsProcessed", json!(2)),
        ("numberRecordsFailed", json!(1)),
        ("retries", json!(0)),
        ("totalProcessingTime", json!(150)),
        ("apiActiveProcessingTime", json!(150)),
        ("apexProcessingTime", json!(0)),
    ] {
        expected[key] = value;
    }
    assert_eq!(job, expected);
    assert_eq!(
        part(&mut org, id, "successfulResults"),
        "\"sf__Id\",\"sf__Created\",LastName,Company,Email\n\
         \"00Q5e0000000001EAA\",\"true\",\"Lovelace\",\"Engines\",\"ada@engines.example\"\n"
    );
    assert_eq!(
        part(&mut org, id, "failedResults"),
        "\"sf__Id\",\"sf__Error\",LastName,Company,Email\n\
         \"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --\",\
         \"\",\"Nobody\",\"\"\n"
    );
    for spelling in ["unprocessedrecords", "unprocessedRecords"] {
        assert_eq!(part(&mut org, id, spelling), "LastName,Company,Email\n");
    }
    assert_eq!(
        org.rows("SELECT LastName, Email FROM Lead"),
        "ada@engines.example|Lovelace"
    );
}

#[test]
fn a_job_that_is_aborted_keeps_its_chunks_and_lists_the_rest() {
    let mut org = Org::empty();
    let file = four_hundred_and_fifty();
    let id = open(&mut org, &json!({"object": "Lead", "operation": "insert"}));
    upload(&mut org, &id, &file);
    set_state(&mut org, &id, "UploadComplete");
    assert_eq!(
        refusal(org.get(&format!("jobs/ingest/{id}/successfulResults"))),
        "400 INVALIDJOBSTATE: The job is in state UploadComplete; it has no results"
    );
    org.wait(Duration::from_millis(110));
    assert_eq!(
        refusal(org.call("DELETE", &format!("jobs/ingest/{id}"), &Json::Null)),
        "400 INVALIDJOBSTATE: A job in state InProgress cannot be deleted"
    );
    assert_eq!(set_state(&mut org, &id, "Aborted").1["state"], "Aborted");
    org.wait(Duration::from_secs(1));
    let (_, count) = org.query("SELECT COUNT() FROM Lead");
    assert_eq!(count["totalSize"], 200);
    assert_eq!(
        part(&mut org, &id, "successfulResults").lines().count(),
        201
    );
    let rest = part(&mut org, &id, "unprocessedrecords");
    assert!(rest.starts_with("LastName,Company\nL200,C\nL201,C\n"));
    assert!(rest.ends_with("\nL449,C\n"));
    assert_eq!(rest.lines().count(), 251);
    assert_eq!(
        refusal(set_state(&mut org, &id, "Aborted")),
        "400 INVALIDJOBSTATE: Aborting already Aborted Job not allowed"
    );
    assert_eq!(
        org.call("DELETE", &format!("jobs/ingest/{id}"), &Json::Null)
            .0,
        204
    );
    assert_eq!(org.get(&format!("jobs/ingest/{id}")).0, 404);
}

#[test]
fn an_open_job_is_given_up_after_a_day_and_a_done_one_forgotten_after_a_week() {
    let mut org = Org::new(salesforce_sim::Options {
        session_timeout: Duration::from_hours(1_000),
        ..crate::world::empty()
    });
    let open = open(&mut org, &json!({"object": "Lead", "operation": "insert"}));
    assert_eq!(
        refusal(org.call("DELETE", &format!("jobs/ingest/{open}"), &Json::Null)),
        "400 INVALIDJOBSTATE: A job in state Open cannot be deleted"
    );
    org.wait(Duration::from_secs(24 * 3_600 - 1));
    assert_eq!(info(&mut org, &open)["state"], "Open");
    org.wait(Duration::from_secs(1));
    assert_eq!(info(&mut org, &open)["state"], "Aborted");
    org.wait(Duration::from_hours(6 * 24));
    assert_eq!(org.get(&format!("jobs/ingest/{open}")).0, 404);
}

#[test]
fn an_empty_job_completes_with_nothing() {
    let mut org = Org::empty();
    let id = open(&mut org, &json!({"object": "Lead", "operation": "insert"}));
    set_state(&mut org, &id, "UploadComplete");
    org.wait(Duration::from_secs(1));
    let info = info(&mut org, &id);
    assert_eq!(
        (&info["state"], &info["numberRecordsProcessed"]),
        (&json!("JobComplete"), &json!(0))
    );
}

#[test]
fn a_job_that_cannot_be_made_is_refused() {
    let mut org = Org::empty();
    for (body, expected) in [
        (
            json!({"object": "Nobody", "operation": "insert"}),
            "400 INVALIDJOB: InvalidJob : Unable to find object: Nobody",
        ),
        (
            json!({"object": "User", "operation": "insert"}),
            "400 INVALIDENTITY: Entity 'User' is not supported by the Bulk API.",
        ),
        (
            json!({"object": "Lead", "operation": "insert", "contentType": "JSON"}),
            "400 INVALIDJOB: InvalidJob : Unsupported contentType: JSON",
        ),
        (
            json!({"object": "Lead", "operation": "upsert"}),
            "400 INVALIDJOB: InvalidJob : External ID was blank for Lead. An External ID must be \
             specified for upsert.",
        ),
        (
            json!({"object": "Lead", "operation": "upsert", "externalIdFieldName": "Company"}),
            "400 INVALIDJOB: InvalidJob : Field name provided, Company does not match an External \
             ID, Salesforce Id, or indexed field for Lead",
        ),
        (
            json!({"object": "Lead", "operation": "insert", "assignmentRuleId": "rule"}),
            "400 MALFORMED_ID: malformed id rule",
        ),
    ] {
        assert_eq!(refusal(org.call("POST", "jobs/ingest", &body)), expected);
    }
    for body in [
        json!({"object": "Lead"}),
        json!({"object": "Lead", "operation": "merge"}),
    ] {
        let (status, answer) = org.call("POST", "jobs/ingest", &body);
        assert_eq!(
            (status, &answer[0]["errorCode"]),
            (400, &json!("JSON_PARSER_ERROR"))
        );
    }
    assert_eq!(org.call("PUT", "jobs/ingest", &Json::Null).0, 405);
    assert_eq!(org.get("jobs/ingest/7505e0000000001AAA/batches").0, 405);
    assert_eq!(org.get("jobs/ingest/7505e0000000001AAA/other").0, 404);
    assert_eq!(org.get("/services/data/v40.0/jobs/ingest").0, 404);
}

#[test]
fn ingest_jobs_are_listed_beside_queries() {
    let mut org = Org::empty();
    let id = leads(&mut org, "insert", "LastName,Company\nL,C\n");
    let (_, page) = org.get("jobs/ingest?jobType=V2Ingest");
    assert_eq!(page["records"][0]["id"], id.as_str());
    assert_eq!(page["records"][0]["jobType"], "V2Ingest");
    assert_eq!(page["done"], true);
    assert_eq!(org.get("jobs/query").1["records"], json!([]));
    assert_eq!(
        org.get("jobs/ingest?jobType=V2Query").1["records"],
        json!([])
    );
}
