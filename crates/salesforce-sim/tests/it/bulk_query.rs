//! Bulk query jobs seen by somebody who is strict: information, files, lists, limits, refusals.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use salesforce_sim::{Body, BulkSwitches, Object, Options, Response};
use serde_json::{Value as Json, json};

use crate::world::{Org, empty, refusal};

fn with_leads(count: usize) -> Org {
    let mut org = Org::empty();
    for n in 0..count {
        let lead = json!({"LastName": format!("L{n}"), "Company": "C"});
        org.world.create_as_rep(Object::Lead, &lead).unwrap();
    }
    org
}

/// Makes a job and says its id.
fn job(org: &mut Org, body: &Json) -> String {
    let (status, job) = org.call("POST", "jobs/query", body);
    assert_eq!(status, 200, "{job}");
    job["id"].as_str().unwrap().to_owned()
}

fn leads_job(org: &mut Org) -> String {
    let body = json!({"operation": "query", "query": "SELECT LastName FROM Lead"});
    job(org, &body)
}

fn download(org: &mut Org, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = http::Request::get(format!("/services/data/v67.0/{path}"))
        .header("authorization", "Bearer token");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = org.send(request.body(String::new()).unwrap());
    assert_eq!(response.status(), 200);
    response
}

fn text(response: Response) -> String {
    String::from_utf8(response.into_body().into_bytes().to_vec()).unwrap()
}

#[test]
fn a_new_job_says_what_it_will_do() {
    let mut org = with_leads(3);
    let body = json!({
        "operation": "queryAll", "query": "SELECT LastName FROM Lead", "contentType": "CSV",
        "columnDelimiter": "PIPE", "lineEnding": "CRLF",
    });
    let (status, mut info) = org.call("POST", "jobs/query", &body);
    assert_eq!(status, 200);
    info.as_object_mut().unwrap().remove("createdById");
    let mut expected = json!({
        "id": "7505e0000000001AAA", "operation": "queryAll", "object": "Lead",
        "createdDate": "2026-06-10T12:00:00.000+0000",
        "systemModstamp": "2026-06-10T12:00:00.000+0000", "state": "UploadComplete",
        "concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": 67.0,
        "lineEnding": "CRLF", "columnDelimiter": "PIPE",
    });
    assert_eq!(info, expected);
    let (_, info) = org.get("jobs/query/7505e0000000001AAA");
    for (key, value) in [
        ("state", json!("UploadComplete")),
        ("jobType", json!("V2Query")),
        ("numberRecordsProcessed", json!(0)),
        ("retries", json!(0)),
        ("totalProcessingTime", json!(0)),
        ("isPkChunkingSupported", json!(true)),
    ] {
        assert_eq!(info[key], value, "{key}");
    }
    org.wait(Duration::from_millis(125));
    let (_, mut info) = org.get("jobs/query/7505e0000000001AAA");
    info.as_object_mut().unwrap().remove("createdById");
    // The job works from 50 ms to 200 ms, so that half of its three rows are written.
    expected["state"] = "InProgress".into();
    expected["systemModstamp"] = "2026-06-10T12:00:00.125+0000".into();
    for (key, value) in [
        ("jobType", json!("V2Query")),
        ("numberRecordsProcessed", json!(1)),
        ("retries", json!(0)),
        ("totalProcessingTime", json!(75)),
        ("isPkChunkingSupported", json!(true)),
    ] {
        expected[key] = value;
    }
    assert_eq!(info, expected);
    org.wait(Duration::from_secs(9));
    let (_, mut info) = org.get("jobs/query/7505e0000000001");
    info.as_object_mut().unwrap().remove("createdById");
    expected["state"] = "JobComplete".into();
    expected["systemModstamp"] = "2026-06-10T12:00:00.200+0000".into();
    expected["numberRecordsProcessed"] = 3.into();
    expected["totalProcessingTime"] = 150.into();
    assert_eq!(info, expected);
}

#[test]
fn every_delimiter_and_line_ending_is_honoured() {
    let mut org = with_leads(1);
    for (delimiter, between) in [
        ("BACKQUOTE", "`"),
        ("CARET", "^"),
        ("COMMA", ","),
        ("PIPE", "|"),
        ("SEMICOLON", ";"),
        ("TAB", "\t"),
    ] {
        for (ending, end) in [("LF", "\n"), ("CRLF", "\r\n")] {
            let id = job(
                &mut org,
                &json!({
                    "operation": "query", "query": "SELECT LastName, Company FROM Lead",
                    "columnDelimiter": delimiter, "lineEnding": ending,
                }),
            );
            org.wait(Duration::from_secs(1));
            let file = text(download(&mut org, &format!("jobs/query/{id}/results"), &[]));
            let expected =
                format!("\"LastName\"{between}\"Company\"{end}\"L0\"{between}\"C\"{end}");
            assert_eq!(file, expected);
        }
    }
}

#[test]
fn results_are_packed_for_who_accepts_it() {
    let mut org = with_leads(700);
    let id = leads_job(&mut org);
    org.wait(Duration::from_secs(1));
    let path = format!("jobs/query/{id}/results?maxRecords=600");
    let plain = download(&mut org, &path, &[]);
    assert!(!plain.headers().contains_key("content-encoding"));
    assert_eq!(plain.headers()["content-type"], "text/csv; charset=UTF-8");
    let packed = download(&mut org, &path, &[("accept-encoding", "gzip, deflate")]);
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["sforce-numberofrecords"], "600");
    assert_ne!(packed.headers()["sforce-locator"], "null");
    assert!(matches!(packed.body(), Body::Chunks(_)));
    let packed = packed.into_body().into_bytes();
    let mut unpacked = String::new();
    GzDecoder::new(packed.as_ref())
        .read_to_string(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, text(plain));
    assert_eq!(unpacked.lines().count(), 601);
}

#[test]
fn pages_are_as_long_as_asked_and_stay_where_they_are() {
    let mut org = with_leads(5);
    let id = leads_job(&mut org);
    org.wait(Duration::from_secs(1));
    let path = format!("jobs/query/{id}/results");
    let first = download(&mut org, &format!("{path}?maxRecords=2"), &[]);
    let second = first.headers()["sforce-locator"]
        .to_str()
        .unwrap()
        .to_owned();
    let next = format!("{path}?maxRecords=2&locator={second}");
    for _ in 0..2 {
        let page = download(&mut org, &next, &[]);
        assert_eq!(text(page), "\"LastName\"\n\"L2\"\n\"L3\"\n");
    }
    let whole = download(&mut org, &format!("{path}?maxRecords=5"), &[]);
    assert_eq!(whole.headers()["sforce-locator"], "null");
    for wrong in ["0", "-1", "many"] {
        assert_eq!(
            refusal(org.get(&format!("{path}?maxRecords={wrong}"))),
            format!(
                "400 ILLEGAL_QUERY_PARAMETER_VALUE: Invalid value '{wrong}' for parameter maxRecords"
            )
        );
    }
}

#[test]
fn columns_are_sorted_by_name_for_old_versions() {
    let mut org = with_leads(1);
    let body = json!({"operation": "query", "query": "SELECT LastName, Company FROM Lead"});
    for (version, expected) in [
        ("49.0", "\"Company\",\"LastName\"\n\"C\",\"L0\"\n"),
        ("50.0", "\"LastName\",\"Company\"\n\"L0\",\"C\"\n"),
    ] {
        let base = format!("/services/data/v{version}/jobs/query");
        let (_, job) = org.call("POST", &base, &body);
        org.wait(Duration::from_secs(1));
        let url = format!("{base}/{}/results", job["id"].as_str().unwrap());
        let request = http::Request::get(url).header("authorization", "Bearer token");
        let response = org.send(request.body(String::new()).unwrap());
        assert_eq!(text(response), expected);
    }
}

#[test]
fn what_a_version_does_not_have_is_not_found() {
    let mut org = with_leads(0);
    let body = json!({"operation": "query", "query": "SELECT Id FROM Lead"});
    assert_eq!(
        org.call("POST", "/services/data/v46.0/jobs/query", &body).0,
        404
    );
    let base = "/services/data/v57.0/jobs/query";
    let (status, job) = org.call("POST", base, &body);
    assert_eq!(status, 200);
    org.wait(Duration::from_secs(1));
    let job = format!("{base}/{}", job["id"].as_str().unwrap());
    assert_eq!(org.get(&format!("{job}/results")).0, 200);
    assert_eq!(org.get(&format!("{job}/resultPages")).0, 404);
    assert_eq!(org.call("PUT", "jobs/query", &Json::Null).0, 405);
    assert_eq!(org.call("POST", "jobs/query/x/results", &Json::Null).0, 405);
    assert_eq!(org.get("jobs/query/7505e0000000001AAA/unknown").0, 404);
    assert_eq!(org.get("jobs/query/7505e0000000999AAA").0, 404);
    assert_eq!(
        refusal(org.get("jobs/query/x")),
        "400 MALFORMED_ID: malformed id x"
    );
    assert_eq!(org.get("jobs").0, 404);
}

#[test]
fn a_job_that_fails_says_why_and_has_no_results() {
    let mut org = with_leads(2);
    org.world.set_bulk_switches(BulkSwitches {
        failing_queries: 1,
        ..BulkSwitches::default()
    });
    let failing = leads_job(&mut org);
    let fine = leads_job(&mut org);
    org.wait(Duration::from_secs(1));
    let (_, info) = org.get(&format!("jobs/query/{failing}"));
    assert_eq!(
        (&info["state"], &info["errorMessage"], &info["retries"]),
        (
            &json!("Failed"),
            &json!("Retried more than 20 times"),
            &json!(20)
        )
    );
    assert_eq!(info["numberRecordsProcessed"], 0);
    assert_eq!(
        refusal(org.get(&format!("jobs/query/{failing}/results"))),
        "400 INVALIDJOBSTATE: The job is in state Failed; it has no results"
    );
    let (_, info) = org.get(&format!("jobs/query/{fine}"));
    assert_eq!(info["state"], "JobComplete");
    assert_eq!(info.get("errorMessage"), None);
}

#[test]
fn only_what_runs_is_aborted_and_only_what_is_over_is_deleted() {
    let mut org = with_leads(1);
    let id = leads_job(&mut org);
    let path = format!("jobs/query/{id}");
    assert_eq!(
        refusal(org.call("DELETE", &path, &Json::Null)),
        "400 INVALIDJOBSTATE: A job in state UploadComplete cannot be deleted"
    );
    let wrong = org.call("PATCH", &path, &json!({"state": "UploadComplete"}));
    assert_eq!(
        refusal(wrong),
        "400 INVALIDJOBSTATE: A query job cannot be set to state 'UploadComplete'"
    );
    let (status, info) = org.call("PATCH", &path, &json!({"state": "Aborted"}));
    assert_eq!((status, &info["state"]), (200, &json!("Aborted")));
    org.wait(Duration::from_secs(1));
    assert_eq!(org.get(&path).1["state"], "Aborted");
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({"state": "Aborted"}))),
        "400 INVALIDJOBSTATE: Aborting already Aborted Job not allowed"
    );
    let done = leads_job(&mut org);
    org.wait(Duration::from_secs(1));
    assert_eq!(
        refusal(org.call(
            "PATCH",
            &format!("jobs/query/{done}"),
            &json!({"state": "Aborted"})
        )),
        "400 INVALIDJOBSTATE: Aborting already Completed Job not allowed"
    );
    assert_eq!(org.call("DELETE", &path, &Json::Null).0, 204);
    assert_eq!(org.call("DELETE", &path, &Json::Null).0, 404);
}

#[test]
fn jobs_are_forgotten_after_seven_days() {
    let mut org = Org::new(Options {
        session_timeout: Duration::from_hours(1_000),
        ..empty()
    });
    let id = leads_job(&mut org);
    org.wait(Duration::from_secs(7 * 24 * 3_600 - 1));
    assert_eq!(org.get(&format!("jobs/query/{id}")).0, 200);
    org.wait(Duration::from_secs(1));
    assert_eq!(org.get(&format!("jobs/query/{id}")).0, 404);
}

#[test]
fn a_day_allows_so_many_jobs() {
    let mut org = with_leads(1);
    org.world.set_bulk_switches(BulkSwitches {
        daily_query_jobs: 2,
        ..BulkSwitches::default()
    });
    leads_job(&mut org);
    let deleted = leads_job(&mut org);
    org.wait(Duration::from_secs(1));
    org.call("DELETE", &format!("jobs/query/{deleted}"), &Json::Null);
    let body = json!({"operation": "query", "query": "SELECT Id FROM Lead"});
    assert_eq!(
        refusal(org.call("POST", "jobs/query", &body)),
        "400 LIMIT_EXCEEDED: Max bulk v2 query jobs (2) per 24 hrs has been reached (2)"
    );
    let (_, limits) = org.get("limits");
    assert_eq!(
        limits["DailyBulkV2QueryJobs"],
        json!({"Max": 2, "Remaining": 0})
    );
}

#[test]
fn jobs_are_listed_by_type_and_page() {
    let mut org = with_leads(0);
    for _ in 0..1_001 {
        leads_job(&mut org);
    }
    let (_, page) = org.get("jobs/query?jobType=V2Query");
    assert_eq!(page["records"].as_array().unwrap().len(), 1_000);
    assert_eq!(page["records"][0]["jobType"], "V2Query");
    assert_eq!(page["done"], false);
    let next = page["nextRecordsUrl"].as_str().unwrap();
    assert!(next.starts_with("/services/data/v67.0/jobs/query?jobType=V2Query&queryLocator="));
    let (_, last) = org.get(next);
    assert_eq!(
        (&last["done"], &last["nextRecordsUrl"]),
        (&json!(true), &Json::Null)
    );
    assert_eq!(last["records"].as_array().unwrap().len(), 1);
    for empty in [
        "jobType=Classic",
        "isPkChunkingEnabled=true",
        "concurrencyMode=serial",
    ] {
        let (_, page) = org.get(&format!("jobs/query?{empty}"));
        assert_eq!(
            page,
            json!({"done": true, "records": [], "nextRecordsUrl": null})
        );
    }
    assert_eq!(
        refusal(org.get("jobs/query?jobType=V3")),
        "400 ILLEGAL_QUERY_PARAMETER_VALUE: Invalid value 'V3' for parameter jobType"
    );
    assert_eq!(
        refusal(org.get("jobs/query?queryLocator=x")),
        "400 INVALID_QUERY_LOCATOR: invalid query locator"
    );
}

#[test]
fn a_body_that_makes_no_job_is_refused() {
    let mut org = with_leads(0);
    let query = "SELECT Id FROM Lead";
    for (body, code) in [
        (json!({"operation": "query"}), "JSON_PARSER_ERROR"),
        (
            json!({"operation": "insert", "query": query}),
            "JSON_PARSER_ERROR",
        ),
        (
            json!({"operation": "query", "query": query, "columnDelimiter": "SPACE"}),
            "JSON_PARSER_ERROR",
        ),
        (
            json!({"operation": "query", "query": query, "contentType": "XML"}),
            "INVALIDJOB",
        ),
        (
            json!({"operation": "query", "query": "SELECT"}),
            "MALFORMED_QUERY",
        ),
        (
            json!({"operation": "query", "query": "SELECT Id FROM Nobody"}),
            "INVALID_TYPE",
        ),
    ] {
        let (status, answer) = org.call("POST", "jobs/query", &body);
        assert_eq!(
            (status, &answer[0]["errorCode"]),
            (400, &json!(code)),
            "{body}"
        );
    }
}

#[test]
fn the_switches_are_served_and_kept_where_not_named() {
    let mut org = with_leads(0);
    let expected = json!({
        "durationMs": null, "failingQueries": 0, "failure": "Retried more than 20 times",
        "mayHardDelete": false, "dailyQueryJobs": 10_000,
    });
    assert_eq!(org.get("/_sim/bulk"), (200, expected.clone()));
    let (status, set) = org.call("PUT", "/_sim/bulk", &json!({"durationMs": 5_000}));
    let mut changed = expected;
    changed["durationMs"] = 5_000.into();
    assert_eq!((status, set), (200, changed));
    let id = leads_job(&mut org);
    org.wait(Duration::from_secs(4));
    assert_eq!(
        org.get(&format!("jobs/query/{id}")).1["state"],
        "InProgress"
    );
    org.wait(Duration::from_secs(1));
    assert_eq!(
        org.get(&format!("jobs/query/{id}")).1["state"],
        "JobComplete"
    );
    assert_eq!(org.call("PUT", "/_sim/bulk", &json!({"speed": 1})).0, 400);
    assert_eq!(org.call("PUT", "/_sim/bulk", &json!([])).0, 400);
}
