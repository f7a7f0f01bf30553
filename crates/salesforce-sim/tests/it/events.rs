//! Change Data Capture: which changes are told, in which order and how, as the log shows it.

mod late;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use salesforce_sim::{ChangeEventOptions, Conversion, Object, RecordId};
use serde_json::{Value as Json, json};

use crate::world::{Org, ada};

/// The events so far, oldest first: `CREATE Lead`, an update with its fields.
fn told(org: &mut Org) -> Vec<String> {
    let mut lines: Vec<String> = log(org).iter().map(line).collect();
    lines.reverse();
    lines
}

fn log(org: &mut Org) -> Vec<Json> {
    let (status, body) = org.get("/_sim/change-events/log");
    assert_eq!(status, 200, "{body}");
    body.as_array().unwrap().clone()
}

fn line(event: &Json) -> String {
    let text = |key: &str| event[key].as_str().unwrap().to_owned();
    let fields: Vec<&str> = event["changedFields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field.as_str().unwrap())
        .collect();
    let mut line = format!("{} {}", text("changeType"), text("entityName"));
    let records = event["recordIds"].as_array().unwrap().len();
    if records > 1 {
        line = format!("{line} x{records}");
    }
    if !fields.is_empty() {
        line = format!("{line} {}", fields.join(","));
    }
    line
}

fn settings(org: &mut Org, settings: &Json) {
    let (status, body) = org.call("PUT", "/_sim/change-events", settings);
    assert_eq!(status, 200, "{body}");
}

/// An org with one lead and nothing to tell yet.
fn with_ada() -> (Org, RecordId) {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    forget(&mut org);
    (org, id)
}

fn forget(org: &mut Org) {
    let (status, _) = org.call("POST", "/_sim/change-events/expire", &json!({}));
    assert_eq!(status, 200);
    assert_eq!(told(org), Vec::<String>::new());
}

fn patch(org: &mut Org, id: RecordId, fields: &Json) {
    let (status, body) = org.call("PATCH", &format!("sobjects/Lead/{id}"), fields);
    assert_eq!(status, 204, "{body}");
}

#[test]
fn a_life_is_told_in_its_order() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    patch(
        &mut org,
        id,
        &json!({"Company": "Looms", "FirstName": null}),
    );
    org.call("DELETE", &format!("sobjects/Lead/{id}"), &Json::Null);
    org.world.undelete_as_rep(id).unwrap();
    assert_eq!(
        told(&mut org),
        [
            "CREATE Lead",
            "UPDATE Lead Name.FirstName,Company,LastModifiedDate",
            "DELETE Lead",
            "UNDELETE Lead",
        ]
    );
}

#[test]
fn an_update_by_somebody_else_names_who_changed_it() {
    let (mut org, id) = with_ada();
    org.wait(Duration::from_secs(5));
    org.world
        .edit_as_rep(id, &json!({"Title": "Countess"}))
        .unwrap();
    assert_eq!(
        told(&mut org),
        ["UPDATE Lead Title,LastModifiedDate,LastModifiedById"]
    );
    let rep = org.world.rep();
    assert_eq!(log(&mut org)[0]["commitUser"], rep.to_string());
}

#[test]
fn saving_without_a_change_still_moves_the_stamp() {
    let (mut org, id) = with_ada();
    org.wait(Duration::from_secs(2));
    patch(&mut org, id, &json!({"Company": "Engines"}));
    assert_eq!(told(&mut org), ["UPDATE Lead LastModifiedDate"]);
}

#[test]
fn only_selected_objects_are_told() {
    let mut org = Org::empty();
    settings(&mut org, &json!({"entities": ["Contact"]}));
    org.create("Lead", &ada());
    org.create("Contact", &json!({"LastName": "Babbage"}));
    assert_eq!(told(&mut org), ["CREATE Contact"]);
}

#[test]
fn at_most_five_objects_are_selected_and_only_those_that_have_events() {
    let mut org = Org::empty();
    let six = json!({"entities": ["Lead", "Contact", "Account", "Case", "Task", "Opportunity"]});
    let (status, body) = org.call("PUT", "/_sim/change-events", &six);
    assert_eq!((status, &body["code"]), (400, &json!("INVALID_INPUT")));
    let (status, _) = org.call(
        "PUT",
        "/_sim/change-events",
        &json!({"entities": ["Group"]}),
    );
    assert_eq!(status, 400);
    let (status, _) = org.call("PUT", "/_sim/change-events", &json!({"entites": []}));
    assert_eq!(status, 400);
    assert_eq!(org.world.change_events(), &ChangeEventOptions::default());
    let lifted = json!({"entitiesMax": 6, "entities": six["entities"]});
    settings(&mut org, &lifted);
    assert_eq!(org.world.change_events().entities.len(), 6);
}

#[test]
fn emptying_the_recycle_bin_is_not_told() {
    let (mut org, id) = with_ada();
    org.call("DELETE", &format!("sobjects/Lead/{id}"), &Json::Null);
    org.world.purge_as_rep(id).unwrap();
    assert_eq!(told(&mut org), ["DELETE Lead"]);
}

#[test]
fn a_conversion_is_one_transaction_in_the_vendors_order() {
    let mut org = Org::empty();
    settings(
        &mut org,
        &json!({"entities": ["Lead", "Contact", "Account", "Opportunity"]}),
    );
    let id = org.create("Lead", &ada());
    forget(&mut org);
    let how = Conversion {
        opportunity_name: Some("Engine".to_owned()),
        ..Conversion::default()
    };
    org.world.convert_as_rep(id, &how).unwrap();
    let events = log(&mut org);
    let kinds: Vec<String> = events
        .iter()
        .rev()
        .map(|event| {
            let text = |key: &str| event[key].as_str().unwrap().to_owned();
            format!(
                "{} {} {}",
                event["sequenceNumber"],
                text("changeType"),
                text("entityName")
            )
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "1 CREATE Account",
            "2 CREATE Contact",
            "3 CREATE Opportunity",
            "4 UPDATE Lead"
        ]
    );
    let changed = events[0]["changedFields"].as_array().unwrap();
    for field in [
        "Status",
        "IsConverted",
        "ConvertedDate",
        "ConvertedAccountId",
        "ConvertedContactId",
        "ConvertedOpportunityId",
    ] {
        assert!(changed.contains(&json!(field)), "{field}");
    }
    let key = &events[0]["transactionKey"];
    assert!(events.iter().all(|event| &event["transactionKey"] == key));
    let commits: Vec<i64> = events
        .iter()
        .map(|e| e["commitNumber"].as_i64().unwrap())
        .collect();
    assert!(commits.is_sorted_by(|later, earlier| later > earlier));
}

#[test]
fn a_merge_deletes_the_losers_and_updates_the_winner() {
    let (mut org, master) = with_ada();
    let losers = [org.create("Lead", &ada()), org.create("Lead", &ada())];
    forget(&mut org);
    org.wait(Duration::from_secs(1));
    org.world.merge_as_rep(master, &losers).unwrap();
    let told = told(&mut org);
    assert_eq!(told[0], "DELETE Lead x2");
    assert!(
        told[1].starts_with("UPDATE Lead LastModifiedDate"),
        "{told:?}"
    );
    assert_eq!(told.len(), 2);
}

#[test]
fn several_writes_of_a_record_in_one_transaction_are_one_event() {
    let mut org = Org::empty();
    let part = |method: &str, url: String, name: &str, body: &Json| json!({"method": method, "url": url, "referenceId": name, "body": body});
    let root = "/services/data/v67.0/sobjects/Lead";
    let composite = json!({"allOrNone": true, "compositeRequest": [
        part("POST", root.to_owned(), "made", &ada()),
        part("PATCH", format!("{root}/@{{made.id}}"), "changed", &json!({"Title": "Countess"})),
    ]});
    let (status, _) = org.call("POST", "composite", &composite);
    assert_eq!(status, 200);
    assert_eq!(told(&mut org), ["CREATE Lead"]);
    let alone = json!({"allOrNone": false, "compositeRequest": composite["compositeRequest"]});
    forget(&mut org);
    org.call("POST", "composite", &alone);
    assert_eq!(told(&mut org)[0], "CREATE Lead");
    assert!(told(&mut org)[1].starts_with("UPDATE Lead Title,"));
}

#[test]
fn what_is_rolled_back_is_not_told() {
    let (mut org, id) = with_ada();
    let root = "/services/data/v67.0/sobjects/Lead";
    let composite = json!({"allOrNone": true, "compositeRequest": [
        {"method": "PATCH", "url": format!("{root}/{id}"), "referenceId": "a",
            "body": {"Title": "Countess"}},
        {"method": "POST", "url": root, "referenceId": "b", "body": {"LastName": "No company"}},
    ]});
    org.call("POST", "composite", &composite);
    assert_eq!(told(&mut org), Vec::<String>::new());
    patch(&mut org, id, &json!({"Title": "Lady"}));
    assert_eq!(told(&mut org).len(), 1);
}

#[test]
fn the_same_change_of_several_records_is_one_event() {
    let mut org = Org::empty();
    let ids: Vec<RecordId> = (0..3).map(|_| org.create("Lead", &ada())).collect();
    forget(&mut org);
    let records = |titles: [&str; 3]| -> Json {
        let attributes = json!({"type": "Lead"});
        let record = |(id, title)| json!({"attributes": attributes, "id": id, "Title": title});
        json!({"records": ids.iter().zip(titles).map(record).collect::<Vec<_>>()})
    };
    org.call(
        "PATCH",
        "composite/sobjects",
        &records(["One", "One", "Two"]),
    );
    let lines = told(&mut org);
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("UPDATE Lead x2 Title,"), "{lines:?}");
    settings(&mut org, &json!({"mergeEqualChanges": false}));
    org.call(
        "PATCH",
        "composite/sobjects",
        &records(["Three", "Three", "Three"]),
    );
    assert_eq!(told(&mut org).len(), 5);
}

#[test]
fn the_origin_is_the_api_with_its_client_or_the_screen() {
    let mut org = Org::empty();
    let named = [(
        "Sforce-Call-Options",
        "client=Carrick/1, defaultNamespace=x",
    )];
    org.call_with("POST", "sobjects/Lead", &named, &ada());
    org.create("Lead", &ada());
    org.world.create_as_rep(Object::Lead, &ada()).unwrap();
    let origins: Vec<Json> = log(&mut org)
        .iter()
        .rev()
        .map(|e| e["changeOrigin"].clone())
        .collect();
    assert_eq!(
        origins,
        [
            "com/salesforce/api/rest/67.0;client=Carrick/1",
            "com/salesforce/api/rest/67.0",
            "com/salesforce/api/soap/67.0;client=SfdcInternalAPI/",
        ]
    );
}

#[test]
fn a_transaction_with_too_many_changes_overflows_by_object() {
    let mut org = Org::empty();
    settings(&mut org, &json!({"overflowAfter": 2}));
    let attributes = json!({"type": "Lead"});
    let records: Vec<Json> = (0..4)
        .map(|n| json!({"attributes": attributes, "LastName": format!("L{n}"), "Company": "C"}))
        .collect();
    org.call("POST", "composite/sobjects", &json!({"records": records}));
    assert_eq!(
        told(&mut org),
        ["CREATE Lead", "CREATE Lead", "GAP_OVERFLOW Lead"]
    );
    let events = log(&mut org);
    assert_eq!(events[0]["recordIds"], json!(["000000000000000AAA"]));
    assert_eq!(events[0]["sequenceNumber"], 3);
    assert_eq!(events[0]["transactionKey"], events[1]["transactionKey"]);
}

#[test]
fn in_an_update_every_field_counts_towards_an_overflow() {
    let (mut org, id) = with_ada();
    settings(&mut org, &json!({"overflowAfter": 3}));
    patch(
        &mut org,
        id,
        &json!({"Title": "Countess", "Company": "Looms"}),
    );
    patch(
        &mut org,
        id,
        &json!({"Title": "Lady", "Company": "Mills", "Phone": "1"}),
    );
    assert_eq!(
        told(&mut org),
        [
            "UPDATE Lead Title,Company,LastModifiedDate",
            "GAP_OVERFLOW Lead"
        ]
    );
}

#[test]
fn an_event_that_is_too_long_is_a_gap() {
    let (mut org, id) = with_ada();
    settings(&mut org, &json!({"eventBytesMax": 2_000}));
    patch(&mut org, id, &json!({"Description": "x".repeat(1_500)}));
    patch(&mut org, id, &json!({"Description": "y".repeat(3_000)}));
    assert_eq!(
        told(&mut org),
        [
            "UPDATE Lead Description,LastModifiedDate",
            "GAP_UPDATE Lead"
        ]
    );
}

#[test]
fn gaps_and_overflows_can_be_forced() {
    let (mut org, id) = with_ada();
    let post = |org: &mut Org, path: &str, body: &Json| {
        org.call("POST", &format!("/_sim/change-events/{path}"), body)
            .0
    };
    assert_eq!(post(&mut org, "gaps", &json!({"next": 1})), 200);
    patch(&mut org, id, &json!({"Title": "Countess"}));
    patch(&mut org, id, &json!({"Title": "Lady"}));
    let gap = json!({"changeType": "GAP_DELETE", "recordIds": [id]});
    assert_eq!(post(&mut org, "gaps", &gap), 200);
    assert_eq!(
        post(&mut org, "overflow", &json!({"entity": "Contact"})),
        200
    );
    assert_eq!(post(&mut org, "overflow", &json!({"entity": "Case"})), 400);
    let no_gap = json!({"changeType": "UPDATE", "recordIds": [id]});
    assert_eq!(post(&mut org, "gaps", &no_gap), 400);
    assert_eq!(
        told(&mut org),
        [
            "GAP_UPDATE Lead",
            "UPDATE Lead Title,LastModifiedDate",
            "GAP_DELETE Lead",
            "GAP_OVERFLOW Contact",
        ]
    );
}

#[test]
fn a_schema_is_known_by_an_id_that_stays() {
    let (mut org, id) = with_ada();
    patch(&mut org, id, &json!({"Title": "Countess"}));
    patch(&mut org, id, &json!({"Title": "Lady"}));
    let events = log(&mut org);
    assert_eq!(events[0]["schemaId"], events[1]["schemaId"]);
    assert_eq!(events[0]["schemaId"].as_str().unwrap().len(), 22);
}

#[test]
fn old_events_go_and_a_full_log_loses_the_oldest() {
    let (mut org, id) = with_ada();
    settings(&mut org, &json!({"retentionMs": 60_000, "logEventsMax": 2}));
    for title in ["One", "Two", "Three"] {
        patch(&mut org, id, &json!({"Title": title}));
        org.wait(Duration::from_secs(40));
    }
    assert_eq!(told(&mut org).len(), 2);
    org.wait(Duration::from_secs(50));
    patch(&mut org, id, &json!({"Title": "Four"}));
    assert_eq!(told(&mut org).len(), 1);
}

#[test]
fn a_bulk_job_is_one_transaction_a_chunk_and_comes_from_bulk() {
    let mut org = Org::empty();
    let job = json!({"object": "Lead", "operation": "insert"});
    let client = [("Sforce-Call-Options", "client=Loader")];
    let (_, job) = org.call_with("POST", "jobs/ingest", &client, &job);
    let url = format!(
        "/services/data/v67.0/jobs/ingest/{}",
        job["id"].as_str().unwrap()
    );
    let mut rows = String::from("LastName,Company\n");
    for number in 0..450 {
        writeln!(rows, "L{number},C").unwrap();
    }
    let upload = http::Request::put(format!("{url}/batches"))
        .header("authorization", "Bearer token")
        .header("content-type", "text/csv");
    assert_eq!(org.send(upload.body(rows).unwrap()).status(), 201);
    org.call("PATCH", &url, &json!({"state": "UploadComplete"}));
    org.wait(Duration::from_mins(10));
    let (_, events) = org.get("/_sim/change-events/log?limit=1000");
    let mut of_chunk = BTreeMap::new();
    for event in events.as_array().unwrap() {
        assert_eq!(
            event["changeOrigin"],
            "com/salesforce/api/bulkapi/67.0;client=Loader"
        );
        *of_chunk
            .entry(event["transactionKey"].to_string())
            .or_insert(0) += 1;
    }
    let mut chunks: Vec<i32> = of_chunk.into_values().collect();
    chunks.sort_unstable();
    assert_eq!(chunks, [50, 200, 200]);
}
