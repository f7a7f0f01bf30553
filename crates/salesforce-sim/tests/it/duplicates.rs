//! Duplicate rules: what they find, and how the finding is told.

use salesforce_sim::{RecordId, Restriction};
use serde_json::{Value as Json, json};

use crate::world::{Org, ada};

fn with_rules(rules: &Json) -> Org {
    let mut org = Org::empty();
    assert_eq!(org.call("PUT", "/_sim/rules", rules).0, 200);
    org
}

fn found(body: &Json, key: &str) -> Vec<(Json, Json)> {
    let results = body[0][key]["matchResults"].as_array().unwrap();
    let matches = results
        .iter()
        .flat_map(|result| result["matchRecords"].as_array().unwrap());
    matches
        .map(|one| {
            let record = &one["record"];
            (record["attributes"]["type"].clone(), record["Id"].clone())
        })
        .collect()
}

#[test]
fn a_blocking_rule_tells_all_that_it_found_by_object() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let twin = org.create(
        "Contact",
        &json!({"LastName": "L", "Email": "ada@engines.example"}),
    );
    org.call("PUT", "/_sim/rules", &json!({"contactDuplicates": "block"}));
    let contact = json!({"LastName": "Byron", "Email": "ADA@ENGINES.EXAMPLE"});
    let (status, body) = org.call("POST", "sobjects/Contact", &contact);
    assert_eq!(status, 400);
    let words =
        "You're creating a duplicate record. We recommend you use an existing record instead.";
    let record = |object: &str, id: RecordId| {
        json!({
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {
                "attributes": {
                    "type": object,
                    "url": format!("/services/data/v67.0/sobjects/{object}/{id}"),
                },
                "Id": id,
            },
        })
    };
    let result = |object: &str, rule: &str, id: RecordId| {
        json!({
            "entityType": object, "errors": [], "matchEngine": "ExactMatchEngine",
            "matchRecords": [record(object, id)], "rule": rule, "size": 1, "success": true,
        })
    };
    assert_eq!(
        body,
        json!([{
            "duplicateResut": {
                "allowSave": false,
                "duplicateRule": "Standard_Contact_Duplicate_Rule",
                "duplicateRuleEntityType": "Contact",
                "errorMessage": words,
                "matchResults": [
                    result("Contact", "Standard_Contact_Match_Rule_v1_1", twin),
                    result("Lead", "Standard_Lead_Match_Rule_v1_0", lead),
                ],
            },
            "errorCode": "DUPLICATES_DETECTED",
            "message": words,
        }])
    );
}

#[test]
fn accounts_are_alike_by_name() {
    let mut org = with_rules(&json!({"accountDuplicates": "alert"}));
    let account = org.create("Account", &json!({"Name": "Engines Ltd"}));
    let (status, body) = org.call("POST", "sobjects/Account", &json!({"Name": "ENGINES ltd "}));
    assert_eq!(status, 400);
    assert_eq!(
        found(&body, "duplicateResut"),
        [(json!("Account"), json!(account))]
    );
    let other = org.create("Account", &json!({"Name": "Looms"}));
    let path = format!("sobjects/Account/{other}");
    let renamed = org.call("PATCH", &path, &json!({"Name": "Engines Ltd"}));
    assert_eq!(renamed.1[0]["errorCode"], "DUPLICATES_DETECTED");
    assert_eq!(org.call("PATCH", &path, &json!({"Site": "Cork"})).0, 204);
}

#[test]
fn the_key_follows_the_version_that_is_set() {
    let mut org = with_rules(&json!({
        "leadDuplicates": "block", "duplicateResultSince": 60,
    }));
    org.create("Lead", &ada());
    for (version, key) in [("v59.0", "duplicateResut"), ("v60.0", "duplicateResult")] {
        let path = format!("/services/data/{version}/sobjects/Lead");
        let (_, body) = org.call("POST", &path, &ada());
        let record = &body[0][key]["matchResults"][0]["matchRecords"][0]["record"];
        let url = record["attributes"]["url"].as_str().unwrap();
        assert!(
            url.starts_with(&format!("/services/data/{version}/")),
            "{body}"
        );
    }
}

#[test]
fn details_are_told_when_they_are_asked_for() {
    let mut org = with_rules(&json!({"leadDuplicates": "alert"}));
    org.create("Lead", &ada());
    let header = [("sforce-duplicate-rule-header", "includeRecordDetails=true")];
    let (_, body) = org.call_with("POST", "sobjects/Lead", &header, &ada());
    let record = &body[0]["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"];
    assert_eq!(record["Company"], "Engines");
    let (_, body) = org.call("POST", "sobjects/Lead", &ada());
    let record = &body[0]["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"];
    assert_eq!(record["Company"], Json::Null);
}

#[test]
fn what_an_app_does_not_see_is_not_listed_but_refuses() {
    let mut org = with_rules(&json!({"leadDuplicates": "block"}));
    let hidden = org.create("Lead", &ada());
    org.world.restrict(Restriction::Records(vec![hidden]), 0);
    let (status, body) = org.call("POST", "sobjects/Lead", &ada());
    assert_eq!(status, 400);
    assert_eq!(found(&body, "duplicateResut"), []);
}

#[test]
fn rules_are_set_one_by_one_and_checked() {
    let mut org = with_rules(&json!({"leadDuplicates": "alert"}));
    org.call("PUT", "/_sim/rules", &json!({"caseAssignment": true}));
    let (_, rules) = org.get("/_sim/rules");
    assert_eq!(
        (&rules["leadDuplicates"], &rules["caseAssignment"]),
        (&json!("alert"), &json!(true))
    );
    let nobody = org.call(
        "PUT",
        "/_sim/rules",
        &json!({"caseAssignee": "0015e0000000001"}),
    );
    assert_eq!(
        nobody,
        (
            400,
            json!({
                "code": "INVALID_INPUT",
                "message": "0015e0000000001AAA is neither a user nor a queue",
            })
        )
    );
    assert_eq!(
        org.call("PUT", "/_sim/rules", &json!({"leadDupes": 1})).0,
        400
    );
    let answer = org.call("PUT", "/_sim/rules", &json!({"leadDuplicates": "maybe"}));
    assert_eq!(answer.1["code"], "JSON_PARSER_ERROR");
}
