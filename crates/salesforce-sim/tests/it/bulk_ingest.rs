//! Bulk ingest jobs: their life, their files, and what becomes of each row.

use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use salesforce_sim::{BulkSwitches, Object, RecordId, Rules};
use serde_json::{Value as Json, json};

use crate::world::{Answer, Org, ada, refusal};

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
fn rows_are_written_in_chunks_of_two_hundred_while_the_job_runs() {
    let mut org = Org::empty();
    let rows: String = (0..450).map(|n| format!("L{n},C\n")).collect();
    let id = open(&mut org, &json!({"object": "Lead", "operation": "insert"}));
    upload(&mut org, &id, &format!("LastName,Company\n{rows}"));
    set_state(&mut org, &id, "UploadComplete");
    // Three chunks share the time from 50 ms to 200 ms.
    for (wait, processed, state) in [
        (49, 0, "UploadComplete"),
        (1, 0, "InProgress"),
        (49, 0, "InProgress"),
        (1, 200, "InProgress"),
        (50, 400, "InProgress"),
        (49, 400, "InProgress"),
        (1, 450, "JobComplete"),
    ] {
        org.wait(Duration::from_millis(wait));
        let info = info(&mut org, &id);
        assert_eq!(
            (&info["numberRecordsProcessed"], &info["state"]),
            (&json!(processed), &json!(state))
        );
        let (_, count) = org.query("SELECT COUNT() FROM Lead");
        assert_eq!(count["totalSize"], processed);
    }
    assert_eq!(org.world.next_due(), None);
}

#[test]
fn a_job_that_is_aborted_keeps_its_chunks_and_lists_the_rest() {
    let mut org = Org::empty();
    let rows: String = (0..450).map(|n| format!("L{n},C\n")).collect();
    let id = open(&mut org, &json!({"object": "Lead", "operation": "insert"}));
    upload(&mut org, &id, &format!("LastName,Company\n{rows}"));
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
fn updates_empty_what_says_so_and_leave_what_says_nothing() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let file = format!(
        "Id,FirstName,Company,HasOptedOutOfEmail,AnnualRevenue\n\
         {lead},#N/A,,1,12\n00Q5e0000000009EAA,X,,,\nxyz,X,,,\n,X,,,\n{lead},,,maybe,\n\
         {lead},,,,much\n"
    );
    let id = leads(&mut org, "update", &file);
    assert_eq!(
        errors(&mut org, &id),
        [
            "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
            "MALFORMED_ID:bad id xyz:Id --",
            "MISSING_ARGUMENT:Id not specified in an update call:--",
            "INVALID_TYPE_ON_FIELD_IN_RECORD:Email Opt Out: value not of required type: \
             maybe:HasOptedOutOfEmail --",
            "INVALID_TYPE_ON_FIELD_IN_RECORD:Annual Revenue: value not of required type: \
             much:AnnualRevenue --",
        ]
    );
    assert_eq!(
        part(&mut org, &id, "successfulResults")
            .lines()
            .nth(1)
            .unwrap(),
        format!("\"{lead}\",\"false\",\"{lead}\",\"#N/A\",\"\",\"1\",\"12\"")
    );
    // Of a row that failed the file names the record that it meant.
    let failed = part(&mut org, &id, "failedResults");
    assert!(failed.contains("\n\"00Q5e0000000009EAA\",\"INVALID_CROSS"));
    assert!(failed.contains("\n\"\",\"MALFORMED_ID"));
    assert!(failed.contains(&format!(
        "\n\"{lead}\",\"INVALID_TYPE_ON_FIELD_IN_RECORD:Email"
    )));
    assert_eq!(org.field(lead, "FirstName"), Json::Null);
    assert_eq!(org.field(lead, "Company"), "Engines");
    assert_eq!(org.field(lead, "HasOptedOutOfEmail"), true);
    assert_eq!(org.field(lead, "AnnualRevenue"), 12.0);
}

#[test]
fn upserts_find_by_their_key_or_create() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let twin = json!({"LastName": "T", "Company": "C", "Email": "twin@t.example"});
    let twins = [org.create("Lead", &twin), org.create("Lead", &twin)];
    let job = json!({
        "object": "Lead", "operation": "upsert", "externalIdFieldName": "email",
    });
    let file = "Email,LastName,Company\nADA@engines.example,Byron,\nnew@n.example,New,N\n\
                ,Nobody,N\ntwin@t.example,X,\n";
    let id = done(&mut org, &job, file);
    assert_eq!(info(&mut org, &id)["externalIdFieldName"], "Email");
    let successful = part(&mut org, &id, "successfulResults");
    let rows: Vec<&str> = successful.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            format!("\"{lead}\",\"false\",\"ADA@engines.example\",\"Byron\",\"\""),
            "\"00Q5e0000000004EAA\",\"true\",\"new@n.example\",\"New\",\"N\"".to_owned(),
        ]
    );
    assert_eq!(
        errors(&mut org, &id),
        [
            "MISSING_ARGUMENT:Email not specified:--".to_owned(),
            format!(
                "DUPLICATE_EXTERNAL_ID:Email: more than one record found for external id field: \
                 [{}, {}]:Email --",
                twins[0], twins[1]
            ),
        ]
    );
    assert_eq!(org.field(lead, "LastName"), "Byron");
    let by_id = json!({"object": "Lead", "operation": "upsert", "externalIdFieldName": "Id"});
    let file = format!("Id,LastName,Company\n{lead},King,\n,Fresh,F\n");
    let id = done(&mut org, &by_id, &file);
    let successful = part(&mut org, &id, "successfulResults");
    assert!(successful.contains(&format!("\n\"{lead}\",\"false\",")));
    assert!(successful.contains("\",\"true\",\"\",\"Fresh\",\"F\"\n"));
}

#[test]
fn deletes_take_ids_and_nothing_else() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let refused = leads(&mut org, "delete", &format!("Id,LastName\n{lead},X\n"));
    assert_eq!(
        failure(&mut org, &refused),
        "InvalidBatch : The 'delete' batch must contain only ids"
    );
    assert_eq!(
        part(&mut org, &refused, "unprocessedRecords"),
        format!("Id,LastName\n{lead},X\n")
    );
    let id = leads(&mut org, "delete", &format!("id\n{lead}\n{lead}\n"));
    assert_eq!(
        part(&mut org, &id, "successfulResults"),
        format!("\"sf__Id\",\"sf__Created\",id\n\"{lead}\",\"false\",\"{lead}\"\n")
    );
    assert_eq!(
        errors(&mut org, &id),
        ["ENTITY_IS_DELETED:entity is deleted:--"]
    );
    assert_eq!(org.field(lead, "IsDeleted"), true);
}

#[test]
fn deleting_for_good_needs_a_permission() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let job = json!({"object": "Lead", "operation": "hardDelete"});
    assert_eq!(
        refusal(org.call("POST", "jobs/ingest", &job)),
        "400 FEATURENOTENABLED: hardDelete operation requires special user profile permission, \
         please contact your system administrator"
    );
    org.world.set_bulk_switches(BulkSwitches {
        may_hard_delete: true,
        ..BulkSwitches::default()
    });
    let id = done(&mut org, &job, &format!("Id\n{lead}\n"));
    assert_eq!(info(&mut org, &id)["numberRecordsFailed"], 0);
    let (_, gone) = org.query_by("queryAll", "SELECT Id FROM Lead");
    assert_eq!(gone["totalSize"], 0);
}

#[test]
fn records_are_referred_to_by_a_key_of_theirs() {
    let mut org = Org::empty();
    let contact = json!({"LastName": "Contact", "Email": "c@c.example"});
    let contact: RecordId = org.create("Contact", &contact);
    let lead = org.create("Lead", &ada());
    let file = format!(
        "Subject,Contact:Who.Email,WhoId\na,C@C.example,\nb,nobody@n.example,\nc,,{lead}\n"
    );
    let id = done(
        &mut org,
        &json!({"object": "Task", "operation": "insert"}),
        &file,
    );
    assert_eq!(
        errors(&mut org, &id),
        [
            "INVALID_FIELD:Foreign key external ID: nobody@n.example not found for field Email in \
          entity Contact:--"
        ]
    );
    assert_eq!(
        org.rows("SELECT Subject, WhoId FROM Task ORDER BY Subject"),
        format!("a|{contact}; c|{lead}")
    );
    let file = format!("Id,ReportsTo.Email\n{contact},#N/A\n");
    let id = done(
        &mut org,
        &json!({"object": "Contact", "operation": "update"}),
        &file,
    );
    assert_eq!(info(&mut org, &id)["numberRecordsFailed"], 0);
    for column in [
        "Who.Email",
        "User:Who.Email",
        "Contact:Who.LastName",
        "Contact:Whom.Email",
    ] {
        let id = done(
            &mut org,
            &json!({"object": "Task", "operation": "insert"}),
            &format!("Subject,{column}\na,b\n"),
        );
        assert_eq!(
            failure(&mut org, &id),
            format!("InvalidBatch : Field name not found : {column}")
        );
    }
}

#[test]
fn a_file_that_cannot_be_used_fails_as_a_whole() {
    let mut org = Org::empty();
    for (file, expected) in [
        (
            "LastName,Foo__c\nL,x\n",
            "InvalidBatch : Field name not found : Foo__c",
        ),
        (
            "LastName;Company\nL;C\n",
            "InvalidBatch : Field name not found : LastName;Company",
        ),
        (
            "LastName,Company,lastname\nL,C,M\n",
            "InvalidBatch : Duplicate field name : lastname",
        ),
        (
            "LastName,Company\r\nL,C\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting \
             is LF",
        ),
        (
            "\u{feff}\"LastName\",\"Company\"\n\"L\",\"C\"\n",
            "InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote \
             should be within a quote",
        ),
        (
            "\u{feff}LastName,Company\nL,C\n",
            "InvalidBatch : Field name not found : \u{feff}LastName",
        ),
        (
            "LastName,Company\nL,\"C\n",
            "InvalidBatch : Failed to parse CSV. EOF reached before closing an opened quote",
        ),
        (
            "LastName,Company\nL,C\nM\n",
            "InvalidBatch : Failed to parse CSV. The number of columns in the row does not match \
             the header row. Expected 2, found 1",
        ),
    ] {
        let id = leads(&mut org, "insert", file);
        assert_eq!(failure(&mut org, &id), expected, "{file:?}");
        assert_eq!(info(&mut org, &id)["numberRecordsProcessed"], 0);
        let head = part(&mut org, &id, "successfulResults");
        assert_eq!(head.lines().count(), 1, "{head:?}");
    }
    let (_, count) = org.query("SELECT COUNT() FROM Lead");
    assert_eq!(count["totalSize"], 0);
    let broken = leads(&mut org, "insert", "LastName,Company\nL,C\nM\n");
    assert_eq!(
        part(&mut org, &broken, "unprocessedrecords"),
        "LastName,Company\nL,C\nM\n"
    );
}

#[test]
fn every_delimiter_line_ending_and_packing_is_taken() {
    let mut org = Org::empty();
    for (delimiter, between) in [
        ("BACKQUOTE", "`"),
        ("CARET", "^"),
        ("COMMA", ","),
        ("PIPE", "|"),
        ("SEMICOLON", ";"),
        ("TAB", "\t"),
    ] {
        for (ending, end) in [("LF", "\n"), ("CRLF", "\r\n")] {
            let body = json!({
                "object": "Lead", "operation": "insert", "columnDelimiter": delimiter,
                "lineEnding": ending,
            });
            let id = open(&mut org, &body);
            let row = format!("\"a{between}\"\"b\"{between}C");
            let file = format!("LastName{between}Company{end}{row}{end}");
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(file.as_bytes()).unwrap();
            let headers = [
                ("content-type", "text/csv; charset=UTF-8"),
                ("content-encoding", "gzip"),
            ];
            let packed = packed.finish().unwrap().into();
            assert_eq!(
                upload_as(&mut org, &id, &headers, packed),
                (201, Json::Null)
            );
            set_state(&mut org, &id, "UploadComplete");
            org.wait(Duration::from_secs(1));
            let file = part(&mut org, &id, "successfulResults");
            let lines: Vec<&str> = file.split_terminator(end).collect();
            assert_eq!(
                lines[0],
                format!("\"sf__Id\"{between}\"sf__Created\"{between}LastName{between}Company")
            );
            let told = format!("\"{between}\"true\"{between}\"a{between}\"\"b\"{between}\"C\"");
            assert!(lines[1].ends_with(&told), "{file:?}");
            let stored = org.rows("SELECT LastName FROM Lead ORDER BY Id DESC LIMIT 1");
            assert_eq!(stored, format!("a{between}\"b"));
        }
    }
}

#[test]
fn a_job_takes_one_file_while_it_is_open() {
    let mut org = Org::empty();
    let id = open(&mut org, &json!({"object": "Lead", "operation": "insert"}));
    let xml = [("content-type", "application/xml")];
    assert_eq!(
        refusal(upload_as(&mut org, &id, &xml, Bytes::from_static(b"<a/>"))),
        "415 UNSUPPORTED_MEDIA_TYPE: Content type 'application/xml' is not supported; use 'text/csv'"
    );
    assert_eq!(
        refusal(upload(&mut org, &id, "")),
        "400 INVALIDJOB: InvalidJob : Unable to find any data to process"
    );
    let csv = [("content-type", "text/csv")];
    let limit = 150 * 1024 * 1024 / 4 * 3;
    let long = Bytes::from(vec![b'x'; limit + 1]);
    assert_eq!(
        refusal(upload_as(&mut org, &id, &csv, long.clone())),
        "413 EXCEEDED_MAX_SIZE_REQUEST: The upload is larger than 150 MB after it was encoded in \
         base64"
    );
    assert_eq!(upload_as(&mut org, &id, &csv, long.slice(..limit)).0, 201);
    assert_eq!(
        refusal(upload(&mut org, &id, "LastName\n")),
        format!(
            "400 INVALIDJOB: Found multiple contents for job: <{id}>, please 'Close' / 'Abort' / \
             'Delete' the current Job then create a new Job and make sure you only do 'PUT' once \
             on a given Job."
        )
    );
    assert_eq!(set_state(&mut org, &id, "Aborted").0, 200);
    assert_eq!(
        refusal(upload(&mut org, &id, "LastName\n")),
        "400 INVALIDJOBSTATE: A job in state Aborted takes no data"
    );
    assert_eq!(
        refusal(set_state(&mut org, &id, "UploadComplete")),
        "400 INVALIDJOBSTATE: Closing already Aborted Job not allowed"
    );
    assert_eq!(
        refusal(set_state(&mut org, &id, "InProgress")),
        "400 INVALIDJOBSTATE: An ingest job cannot be set to state 'InProgress'"
    );
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
fn a_job_asks_for_no_assignment_rule_unless_it_names_one() {
    let mut org = Org::empty();
    let rules = Rules {
        lead_assignment: true,
        ..org.world.rules().clone()
    };
    org.world.set_rules(rules).unwrap();
    let file = "LastName,Company\nL,C\n";
    let id = leads(&mut org, "insert", file);
    assert_eq!(info(&mut org, &id).get("assignmentRuleId"), None);
    let user = org.world.integration_user().to_string();
    assert_eq!(org.rows("SELECT OwnerId FROM Lead"), user);
    let rule = org.query("SELECT Id FROM AssignmentRule LIMIT 1").1["records"][0]["Id"].clone();
    let job = json!({"object": "Lead", "operation": "insert", "assignmentRuleId": rule});
    let id = done(&mut org, &job, file);
    assert_eq!(info(&mut org, &id)["assignmentRuleId"], rule);
    let queue = org.world.queue().to_string();
    assert_eq!(
        org.rows("SELECT OwnerId FROM Lead ORDER BY Id DESC LIMIT 1"),
        queue
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
fn a_small_job_comes_with_its_file_in_one_request() {
    let mut org = Org::empty();
    let body = |content: &str| {
        format!(
            "--Edge\r\nContent-Type: application/json\r\nContent-Disposition: form-data; \
             name=\"job\"\r\n\r\n{{\"object\": \"Lead\", \"operation\": \"insert\"}}\r\n--Edge\r\n\
             Content-Type: text/csv\r\nContent-Disposition: form-data; name=\"content\"; \
             filename=\"content\"\r\n\r\n{content}\r\n--Edge--\r\n"
        )
    };
    let mut send = |content: &str| {
        let request = http::Request::post("/services/data/v67.0/jobs/ingest")
            .header("authorization", "Bearer token")
            .header("content-type", "multipart/form-data; boundary=\"Edge\"");
        let response = org.send(request.body(body(content)).unwrap());
        let status = response.status().as_u16();
        let answer: Json = serde_json::from_slice(&response.into_body().into_bytes()).unwrap();
        (status, answer)
    };
    let (status, job) = send("LastName,Company\nL,C\n");
    assert_eq!((status, &job["state"]), (200, &json!("UploadComplete")));
    assert_eq!(
        refusal(send(&"x".repeat(100_001))),
        "400 INVALID_MULTIPART_REQUEST: A multipart request holds at most 100000 characters of CSV"
    );
    org.wait(Duration::from_secs(1));
    assert_eq!(org.rows("SELECT LastName FROM Lead"), "L");
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

#[test]
fn what_a_job_writes_is_stamped_with_the_instant_of_its_chunk() {
    let mut org = Org::empty();
    let id = open(&mut org, &json!({"object": "Lead", "operation": "insert"}));
    upload(&mut org, &id, "LastName,Company\nL,C\n");
    org.world.set_bulk_switches(BulkSwitches {
        duration_ms: Some(20_000),
        ..BulkSwitches::default()
    });
    set_state(&mut org, &id, "UploadComplete");
    assert_eq!(
        org.world.next_due(),
        Some(org.now.plus(Duration::from_secs(5)))
    );
    // Nobody asks for a minute; the rows were there all the same.
    org.wait(Duration::from_mins(1));
    let visible = org.world.due(org.now);
    assert_eq!(visible.len(), 1);
    assert_eq!(
        org.field(visible[0], "CreatedDate"),
        "2026-06-10T12:00:20.000+0000"
    );
    assert_eq!(Object::Lead.prefix(), &visible[0].to_string()[..3]);
}
