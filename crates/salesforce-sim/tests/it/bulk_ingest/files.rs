//! Which files are taken, how they are sent, and which fail as a whole.

use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use salesforce_sim::{FieldLevel, Object, Restriction};
use serde_json::{Value as Json, json};

use super::{failure, info, leads, open, part, set_state, upload, upload_as};
use crate::world::{Org, refusal};

#[test]
fn a_hidden_column_fails_the_file() {
    let mut org = Org::empty();
    org.world.restrict(
        Restriction::Field {
            object: Object::Lead,
            field: "Email".to_owned(),
            level: FieldLevel::Hidden,
        },
        0,
    );
    let id = leads(
        &mut org,
        "insert",
        "LastName,Company,Email\nL,C,a@x.example\n",
    );
    assert_eq!(
        failure(&mut org, &id),
        "InvalidBatch : Field name not found : Email"
    );
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
