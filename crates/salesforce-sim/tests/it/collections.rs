//! Collections: what becomes of each record, in the order in which they were sent.

use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

fn typed(kind: &str, fields: &Json) -> Json {
    let mut record = fields.clone();
    record["attributes"] = json!({ "type": kind });
    record
}

/// `saved` or the code of the refusal, for each record.
fn outcomes((status, body): (u16, Json)) -> Vec<String> {
    assert_eq!(status, 200, "{body}");
    let outcome = |item: &Json| {
        if item["success"] == json!(true) {
            assert_eq!(item["errors"], json!([]));
            return "saved".to_owned();
        }
        assert_eq!(item.get("id"), None, "a failure has no id");
        item["errors"][0]["statusCode"].as_str().unwrap().to_owned()
    };
    body.as_array().unwrap().iter().map(outcome).collect()
}

#[test]
fn a_late_commit_outlives_what_was_rolled_back_over_it() {
    let mut org = Org::empty();
    let lead = json!({"LastName": "L", "Company": "C"});
    let (first, second) = (org.create("Lead", &lead), org.create("Lead", &lead));
    org.world
        .delay_commits(Some(std::time::Duration::from_mins(1)));
    let edited = org.call(
        "PATCH",
        &format!("sobjects/Lead/{first}"),
        &json!({"Title": "Late"}),
    );
    assert_eq!(edited.0, 204);
    org.world.delay_commits(None);
    let records = json!({"allOrNone": true, "records": [
        {"attributes": {"type": "Lead"}, "id": first, "Title": "Undone"},
        {"attributes": {"type": "Lead"}, "id": second, "LastName": ""},
    ]});
    let (status, outcomes) = org.call("PATCH", "composite/sobjects", &records);
    assert_eq!((status, &outcomes[0]["success"]), (200, &json!(false)));
    let titles = "SELECT Id, Title FROM Lead WHERE Title != null";
    assert_eq!(org.rows(titles), "", "it is still waiting");
    org.wait(std::time::Duration::from_mins(1));
    assert_eq!(org.rows(titles), format!("{first}|Late"));
}

#[test]
fn types_may_be_mixed_and_have_to_be_named() {
    let mut org = Org::empty();
    let records = json!({"records": [
        typed("Lead", &ada()),
        typed("contact", &json!({"LastName": "Lee"})),
        typed("Gizmo", &json!({"LastName": "Lee"})),
        {"LastName": "Lee"},
        typed("Account", &json!({"Name": "Acme"})),
    ]});
    let answer = org.call("POST", "composite/sobjects", &records);
    assert_eq!(
        answer.1[2],
        json!({"success": false, "errors": [{
            "statusCode": "INVALID_TYPE",
            "message": "sObject type 'Gizmo' is not supported.",
            "fields": [],
        }]})
    );
    assert_eq!(
        outcomes(answer),
        ["saved", "saved", "INVALID_TYPE", "INVALID_INPUT", "saved"]
    );
}

#[test]
fn updates_need_an_id_that_fits_and_comes_once() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let contact = org.create("Contact", &json!({"LastName": "Lee"}));
    let title = |id: Json| typed("Lead", &json!({"id": id, "Title": "T"}));
    let records = json!({"records": [
        title(json!(lead)),
        title(json!(lead.short())),
        title(json!(contact)),
        title(json!("00Q")),
        typed("Lead", &json!({"Title": "T"})),
        title(Json::Null),
    ]});
    let answer = org.call("PATCH", "composite/sobjects", &records);
    assert_eq!(
        answer.1[1],
        json!({"success": false, "errors": [{
            "statusCode": "DUPLICATE_VALUE",
            "message": format!("Duplicate id in list: {lead}"),
            "fields": ["Id"],
        }]})
    );
    assert_eq!(
        answer.1[3],
        json!({"success": false, "errors": [{
            "statusCode": "MALFORMED_ID", "message": "malformed id 00Q", "fields": [],
        }]})
    );
    assert_eq!(
        outcomes(answer),
        [
            "saved",
            "DUPLICATE_VALUE",
            "INVALID_CROSS_REFERENCE_KEY",
            "MALFORMED_ID",
            "MISSING_ARGUMENT",
            "MISSING_ARGUMENT",
        ]
    );
    assert_eq!(org.field(lead, "Title"), "T");
}

#[test]
fn deletions_answer_in_their_order() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let contact = org.create("Contact", &json!({"LastName": "Lee"}));
    let path = format!("composite/sobjects?ids={contact},{lead},{lead},0035e0000000009,x");
    assert_eq!(
        outcomes(org.call("DELETE", &path, &Json::Null)),
        [
            "saved",
            "saved",
            "ENTITY_IS_DELETED",
            "INVALID_CROSS_REFERENCE_KEY",
            "MALFORMED_ID"
        ]
    );
    let lead = org.create("Lead", &ada());
    let path = format!("composite/sobjects?ids={lead},x&allOrNone=true");
    assert_eq!(
        outcomes(org.call("DELETE", &path, &Json::Null)),
        ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "MALFORMED_ID"]
    );
    assert_eq!(org.rows("SELECT Id FROM Lead"), lead.to_string());
    let many = vec![lead.to_string(); 201].join(",");
    let path = format!("composite/sobjects?ids={many}");
    assert_eq!(
        refusal(org.call("DELETE", &path, &Json::Null)),
        "400 LIMIT_EXCEEDED: record limit reached. cannot submit more than 200 records in a \
         collection"
    );
}

#[test]
fn all_or_none_updates_keep_nothing() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let records = json!({"allOrNone": true, "records": [
        typed("Lead", &json!({"Id": lead, "Title": "T"})),
        typed("Lead", &json!({"Id": "00Q5e0000000009", "Title": "T"})),
    ]});
    let answer = org.call("PATCH", "composite/sobjects", &records);
    assert_eq!(
        answer.1[0],
        json!({"success": false, "errors": [{
            "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "message": "Record rolled back because not all records were valid and the request was \
                        using AllOrNone header",
            "fields": [],
        }]})
    );
    assert_eq!(org.field(lead, "Title"), Json::Null);
}

#[test]
fn what_is_read_comes_in_the_order_asked() {
    let mut org = Org::empty();
    let ids: Vec<_> = (0..3).map(|_| org.create("Lead", &ada())).collect();
    org.call("DELETE", &format!("sobjects/Lead/{}", ids[1]), &Json::Null);
    let asked = json!({
        "ids": [ids[2], "nonsense", ids[1], ids[0].short(), ids[2]],
        "fields": ["id"],
    });
    let (status, found) = org.call("POST", "composite/sobjects/Lead", &asked);
    assert_eq!(status, 200);
    let record = |at: usize| {
        let url = format!("/services/data/v67.0/sobjects/Lead/{}", ids[at]);
        json!({"attributes": {"type": "Lead", "url": url}, "Id": ids[at]})
    };
    assert_eq!(found, json!([record(2), null, null, record(0), record(2)]));
    let asked = json!({"ids": vec![ids[0]; 2_001], "fields": ["Id"]});
    assert_eq!(
        refusal(org.call("POST", "composite/sobjects/Lead", &asked)),
        "400 LIMIT_EXCEEDED: record limit reached. cannot submit more than 2000 records in a \
         retrieve"
    );
    assert_eq!(
        refusal(org.get(&format!("composite/sobjects/Lead?ids={}", ids[0]))),
        "400 MISSING_ARGUMENT: The parameter 'fields' has to be given"
    );
    let unclear = org.call("POST", "composite/sobjects/Lead", &json!({"ids": []}));
    assert_eq!(
        refusal(unclear),
        "400 JSON_PARSER_ERROR: Cannot deserialize instance of request from START_OBJECT value { \
         or request may be missing a required field at [line:1, column:10]"
    );
}

#[test]
fn ten_changes_of_type_are_taken_and_eleven_are_not() {
    let mut org = Org::empty();
    let records = |count: usize| {
        let records: Vec<Json> = (0..count)
            .map(|n| match n % 2 {
                0 => typed("Lead", &ada()),
                _ => typed("Account", &json!({"Name": "A"})),
            })
            .collect();
        json!({ "records": records })
    };
    let ten = org.call("POST", "composite/sobjects", &records(10));
    assert_eq!(outcomes(ten), vec!["saved"; 10]);
    assert_eq!(
        refusal(org.call("POST", "composite/sobjects", &records(11))),
        "400 INVALID_INPUT: Cannot have more than 10 chunks in a single operation. Please \
         rearrange the data to reduce chunking."
    );
}

#[test]
fn versions_before_collections_are_a_conflict() {
    let mut org = Org::empty();
    let body = json!({"records": [typed("Lead", &ada())]});
    assert_eq!(
        refusal(org.call("POST", "/services/data/v41.0/composite/sobjects", &body)),
        "409 UNSUPPORTED_API_VERSION: sObject Collections are available from version 42.0 on, not \
         in 41.0"
    );
    let first = org.call("POST", "/services/data/v42.0/composite/sobjects", &body);
    assert_eq!(outcomes(first), ["saved"]);
}
