//! Batches: calls that know nothing of each other.

use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

#[test]
fn each_part_is_answered_alone() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let body = json!({"batchRequests": [
        {"method": "GET", "url": format!("v67.0/sobjects/Lead/{lead}?fields=LastName")},
        {"method": "PATCH", "url": format!("v66.0/sobjects/Lead/{lead}"),
         "richInput": {"Title": "Countess"}},
        {"method": "POST", "url": "v67.0/sobjects/Lead", "richInput": {"LastName": "L"}},
        {"method": "GET", "url": "/services/data/v61.0/query?q=SELECT Title FROM Lead"},
    ]});
    let (status, answer) = org.call("POST", "composite/batch", &body);
    assert_eq!(status, 200);
    let attributes = |version: &str| {
        let url = format!("/services/data/v{version}/sobjects/Lead/{lead}");
        json!({"type": "Lead", "url": url})
    };
    assert_eq!(
        answer,
        json!({"hasErrors": true, "results": [
            {"statusCode": 200,
             "result": {"attributes": attributes("67.0"), "LastName": "Lovelace"}},
            {"statusCode": 204, "result": null},
            {"statusCode": 400, "result": [{
                "message": "Required fields are missing: [Company]",
                "errorCode": "REQUIRED_FIELD_MISSING",
                "fields": ["Company"],
            }]},
            {"statusCode": 200, "result": {"totalSize": 1, "done": true, "records": [
                {"attributes": attributes("61.0"), "Title": "Countess"},
            ]}},
        ]})
    );
}

#[test]
fn an_error_halts_the_rest_if_asked() {
    let mut org = Org::empty();
    let body = json!({"haltOnError": true, "batchRequests": [
        {"method": "GET", "url": "v67.0/limits/recordCount?sObjects=Lead"},
        {"method": "GET", "url": "v67.0/sobjects/Gizmo/describe"},
        {"method": "POST", "url": "v67.0/sobjects/Lead", "richInput": ada()},
    ]});
    let (status, answer) = org.call("POST", "composite/batch", &body);
    assert_eq!(status, 200);
    assert_eq!(
        answer,
        json!({"hasErrors": true, "results": [
            {"statusCode": 200, "result": {"sObjects": []}},
            {"statusCode": 404, "result": [{
                "message": "The requested resource does not exist",
                "errorCode": "NOT_FOUND",
            }]},
            {"statusCode": 412, "result": [{
                "message": "Batch processing was halted since an earlier subrequest failed.",
                "errorCode": "BATCH_PROCESSING_HALTED",
            }]},
        ]})
    );
    assert_eq!(org.rows("SELECT Id FROM Lead"), "");
}

#[test]
fn describes_come_twenty_five_at_a_time() {
    let mut org = Org::empty();
    let describe = json!({"method": "GET", "url": "/services/data/v61.0/sobjects/Lead/describe"});
    let body = json!({"haltOnError": true, "batchRequests": vec![describe.clone(); 25]});
    let (_, answer) = org.call("POST", "composite/batch", &body);
    assert_eq!(answer["hasErrors"], false);
    assert_eq!(answer["results"].as_array().unwrap().len(), 25);
    assert_eq!(answer["results"][24]["result"]["name"], "Lead");
    let body = json!({"batchRequests": vec![describe; 26]});
    assert_eq!(
        refusal(org.call("POST", "composite/batch", &body)),
        "400 LIMIT_EXCEEDED: A batch holds at most 25 subrequests"
    );
}

#[test]
fn each_part_is_a_call_of_the_day() {
    let mut org = Org::empty();
    let limits = json!({"method": "GET", "url": "v67.0/limits"});
    let body = json!({"batchRequests": vec![limits; 3]});
    let (_, answer) = org.call("POST", "composite/batch", &body);
    let remaining = |at: usize| {
        answer["results"][at]["result"]["DailyApiRequests"]["Remaining"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(
        [remaining(0), remaining(1), remaining(2)],
        [99_999, 99_998, 99_997]
    );
    org.world.set_used_requests(99_998);
    let (status, answer) = org.call("POST", "composite/batch", &body);
    assert_eq!(status, 200);
    let statuses = |at: usize| answer["results"][at]["statusCode"].as_u64().unwrap();
    assert_eq!([statuses(0), statuses(1), statuses(2)], [200, 200, 403]);
    assert_eq!(
        answer["results"][2]["result"][0]["errorCode"],
        "REQUEST_LIMIT_EXCEEDED"
    );
}

#[test]
fn a_batch_holds_no_composites_and_speaks_one_version_each() {
    let mut org = Org::empty();
    let body = json!({"batchRequests": [
        {"method": "POST", "url": "v67.0/composite", "richInput": {"compositeRequest": []}},
        {"method": "GET", "url": "v30.0/limits"},
        {"method": "GET", "url": "limits"},
    ]});
    let (_, answer) = org.call("POST", "composite/batch", &body);
    let code = |at: usize| {
        let result = &answer["results"][at];
        format!(
            "{} {}",
            result["statusCode"], result["result"][0]["errorCode"]
        )
    };
    assert_eq!(code(0), "400 \"INVALID_INPUT\"");
    assert_eq!(code(1), "410 \"UNSUPPORTED_API_VERSION\"");
    assert_eq!(code(2), "404 \"NOT_FOUND\"");
}

#[test]
fn headers_of_the_whole_speak_for_each_part() {
    let mut org = Org::empty();
    let rules = salesforce_sim::Rules {
        lead_assignment: true,
        ..org.world.rules().clone()
    };
    org.world.set_rules(rules).unwrap();
    let create = json!({"method": "POST", "url": "v67.0/sobjects/Lead", "richInput": ada()});
    let body = json!({"batchRequests": [create]});
    let owner = |org: &mut Org, assign: &str| {
        let headers = [("sforce-auto-assign", assign)];
        let (_, answer) = org.call_with("POST", "composite/batch", &headers, &body);
        let id = answer["results"][0]["result"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        org.rows(&format!("SELECT Owner.Type FROM Lead WHERE Id = '{id}'"))
    };
    assert_eq!(owner(&mut org, "FALSE"), "User");
    assert_eq!(owner(&mut org, "TRUE"), "Queue");
    let (status, refused) = org.call("POST", "composite/batch", &Json::Null);
    assert_eq!(
        (status, &refused[0]["errorCode"]),
        (400, &json!("JSON_PARSER_ERROR"))
    );
}
