//! Composites: references, limits, transactions.

use serde_json::{Value as Json, json};

use crate::world::{Org, refusal};

fn part(method: &str, path: &str, reference: &str, body: &Json) -> Json {
    json!({
        "method": method,
        "url": format!("/services/data/v67.0/{path}"),
        "referenceId": reference,
        "body": body,
    })
}

#[test]
fn later_parts_refer_to_earlier_answers() {
    let mut org = Org::empty();
    let contact = json!({"LastName": "Lee", "AccountId": "@{acc.id}", "Title": "of @{acc.id}"});
    let search = "query?q=SELECT Id, LastName FROM Contact WHERE AccountId = '@{acc.id}'";
    let named = json!({"Department": "@{found.records[0].LastName}"});
    let body = json!({"compositeRequest": [
        part("POST", "sobjects/Account", "acc", &json!({"Name": "Acme"})),
        part("POST", "sobjects/Contact", "con", &contact),
        part("GET", search, "found", &Json::Null),
        part("PATCH", "sobjects/Contact/@{found.records[0].Id}", "named", &named),
        part("GET", "sobjects/Contact/@{con.id}?fields=Department,Title", "read", &Json::Null),
    ]});
    let (status, answer) = org.call("POST", "composite", &body);
    assert_eq!(status, 200);
    let parts = answer["compositeResponse"].as_array().unwrap();
    let statuses: Vec<_> = parts
        .iter()
        .map(|part| part["httpStatusCode"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [201, 201, 200, 204, 200]);
    assert_eq!(parts[3]["body"], Json::Null);
    let account = parts[0]["body"]["id"].as_str().unwrap();
    assert_eq!(
        parts[0]["httpHeaders"]["Location"],
        format!("/services/data/v67.0/sobjects/Account/{account}")
    );
    assert_eq!(parts[4]["body"]["Department"], "Lee");
    assert_eq!(parts[4]["body"]["Title"], format!("of {account}"));
    assert_eq!(parts[4]["referenceId"], "read");
}

#[test]
fn a_part_fails_alone_and_so_does_what_refers_to_it() {
    let mut org = Org::empty();
    let follower = json!({"LastName": "Lee", "AccountId": "@{bad.id}"});
    let body = json!({"compositeRequest": [
        part("POST", "sobjects/Account", "bad", &json!({})),
        part("POST", "sobjects/Contact", "follows", &follower),
        part("POST", "sobjects/Contact", "free", &json!({"LastName": "Poe"})),
    ]});
    let (_, answer) = org.call("POST", "composite", &body);
    let part = |at: usize| &answer["compositeResponse"][at];
    assert_eq!(part(0)["body"][0]["errorCode"], "REQUIRED_FIELD_MISSING");
    assert_eq!(part(1)["body"][0]["errorCode"], "PROCESSING_HALTED");
    assert_eq!(part(2)["httpStatusCode"], 201);
    assert_eq!(org.rows("SELECT LastName FROM Contact"), "Poe");
}

#[test]
fn all_or_none_undoes_every_part() {
    let mut org = Org::empty();
    let lead = json!({"attributes": {"type": "Lead"}, "LastName": "L"});
    let body = json!({"allOrNone": true, "compositeRequest": [
        part("POST", "sobjects/Account", "good", &json!({"Name": "Acme"})),
        part("POST", "composite/sobjects", "many", &json!({"allOrNone": true, "records": [lead]})),
    ]});
    let (_, answer) = org.call("POST", "composite", &body);
    assert_eq!(
        answer["compositeResponse"][0]["body"][0]["errorCode"],
        "PROCESSING_HALTED"
    );
    assert_eq!(org.rows("SELECT Name FROM Account"), "");
    assert_eq!(
        org.create("Account", &json!({"Name": "After"})).short(),
        "0015e0000000002"
    );
}

#[test]
fn at_most_five_parts_may_query() {
    let mut org = Org::empty();
    let query = |n: usize| {
        part(
            "GET",
            "query?q=SELECT+Id+FROM+Lead",
            &format!("q{n}"),
            &Json::Null,
        )
    };
    let five: Vec<_> = (0..5).map(query).collect();
    assert_eq!(
        org.call("POST", "composite", &json!({"compositeRequest": five}))
            .0,
        200
    );
    let six: Vec<_> = (0..6).map(query).collect();
    let refused = org.call("POST", "composite", &json!({"compositeRequest": six}));
    assert_eq!(
        refusal(refused),
        "400 LIMIT_EXCEEDED: A composite holds at most 5 query and sObject collection subrequests"
    );
    let limits: Vec<_> = (0..26)
        .map(|n| part("GET", "limits", &format!("l{n}"), &Json::Null))
        .collect();
    let refused = org.call("POST", "composite", &json!({"compositeRequest": limits}));
    assert_eq!(
        refusal(refused),
        "400 LIMIT_EXCEEDED: A composite holds at most 25 subrequests"
    );
}

#[test]
fn a_composite_is_one_call_of_the_day() {
    let mut org = Org::empty();
    let parts: Vec<_> = (0..3)
        .map(|n| part("GET", "limits", &format!("l{n}"), &Json::Null))
        .collect();
    let (_, answer) = org.call("POST", "composite", &json!({"compositeRequest": parts}));
    assert_eq!(
        answer["compositeResponse"][2]["body"]["DailyApiRequests"],
        json!({"Max": 100_000, "Remaining": 99_999})
    );
}

#[test]
fn headers_of_a_part_are_its_own() {
    let mut org = Org::empty();
    let rules = salesforce_sim::Rules {
        lead_assignment: true,
        ..org.world.rules().clone()
    };
    org.world.set_rules(rules).unwrap();
    let mut first = part(
        "POST",
        "sobjects/Lead",
        "kept",
        &json!({"LastName": "Kept", "Company": "C"}),
    );
    first["httpHeaders"] = json!({"Sforce-Auto-Assign": "FALSE"});
    let second = part(
        "POST",
        "sobjects/Lead",
        "ruled",
        &json!({"LastName": "Ruled", "Company": "C"}),
    );
    org.call(
        "POST",
        "composite",
        &json!({"compositeRequest": [first, second]}),
    );
    assert_eq!(
        org.rows("SELECT LastName, Owner.Type FROM Lead"),
        "Kept|User; Ruled|Queue"
    );
}

#[test]
fn references_must_be_words_and_unique() {
    let mut org = Org::empty();
    let twice = [
        part("GET", "limits", "a", &Json::Null),
        part("GET", "limits", "a", &Json::Null),
    ];
    let refused = org.call("POST", "composite", &json!({"compositeRequest": twice}));
    assert_eq!(
        refusal(refused),
        "400 INVALID_INPUT: The referenceId 'a' is not valid or not unique"
    );
    let bulk = [part("GET", "jobs/query", "jobs", &Json::Null)];
    let (_, answer) = org.call("POST", "composite", &json!({"compositeRequest": bulk}));
    assert_eq!(
        answer["compositeResponse"][0]["body"][0]["errorCode"],
        "INVALID_INPUT"
    );
}

#[test]
fn what_refers_to_a_failure_or_to_nothing_is_not_tried() {
    let mut org = Org::empty();
    let body = json!({"compositeRequest": [
        part("POST", "sobjects/Account", "bad", &json!({})),
        part("POST", "sobjects/Account", "good", &json!({"Name": "Acme"})),
        part("GET", "sobjects/Account/@{bad.id}", "failed", &Json::Null),
        part("PATCH", "sobjects/Account/@{good.id}", "gap",
            &json!({"Parent": {"Name": ["@{good.records[0].Id}"]}})),
        part("GET", "sobjects/Account/@{Good.id}", "case", &Json::Null),
        part("GET", "sobjects/Account/@{later.id}", "later", &Json::Null),
    ]});
    let (_, answer) = org.call("POST", "composite", &body);
    let said = |at: usize| {
        let error = &answer["compositeResponse"][at]["body"][0];
        let text = |key: &str| error[key].as_str().unwrap().to_owned();
        format!("{}: {}", text("errorCode"), text("message"))
    };
    assert_eq!(
        said(2),
        "PROCESSING_HALTED: The transaction was rolled back since another operation in the same \
         transaction failed."
    );
    for (at, path) in [(3, "good.records[0].Id"), (4, "Good.id"), (5, "later.id")] {
        assert_eq!(
            said(at),
            format!(
                "PROCESSING_HALTED: Invalid reference specified. No value for {path} found in the \
                 response"
            )
        );
    }
}

#[test]
fn every_part_of_a_rolled_back_composite_says_so() {
    let mut org = Org::empty();
    let body = json!({"allOrNone": true, "collateSubrequests": true, "compositeRequest": [
        part("POST", "sobjects/Account", "first", &json!({"Name": "Acme"})),
        part("POST", "sobjects/Account", "bad", &json!({})),
        part("GET", "limits", "after", &Json::Null),
    ]});
    let (status, answer) = org.call("POST", "composite", &body);
    assert_eq!(status, 200);
    let halted = json!([{
        "message": "The transaction was rolled back since another operation in the same \
                    transaction failed.",
        "errorCode": "PROCESSING_HALTED",
    }]);
    assert_eq!(
        answer["compositeResponse"][0],
        json!({"body": halted, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": "first"})
    );
    assert_eq!(
        answer["compositeResponse"][1]["body"][0]["errorCode"],
        "REQUIRED_FIELD_MISSING"
    );
    assert_eq!(answer["compositeResponse"][2]["body"], halted);
}

#[test]
fn a_composite_holds_no_other_and_no_credentials() {
    let mut org = Org::empty();
    for path in [
        "composite",
        "composite/batch",
        "composite/graph",
        "composite/tree/Lead",
        "search",
    ] {
        let nested = part("POST", path, "nested", &json!({}));
        let (_, answer) = org.call("POST", "composite", &json!({"compositeRequest": [nested]}));
        assert_eq!(
            answer["compositeResponse"][0]["body"],
            json!([{
                "message": format!("/services/data/v67.0/{path} cannot be part of a composite"),
                "errorCode": "INVALID_INPUT",
            }])
        );
    }
    let mut bearer = part("GET", "limits", "limits", &Json::Null);
    bearer["httpHeaders"] = json!({"Authorization": "Bearer other"});
    assert_eq!(
        refusal(org.call("POST", "composite", &json!({"compositeRequest": [bearer]}))),
        "400 INVALID_INPUT: The header Authorization cannot be set for a subrequest"
    );
}

#[test]
fn a_part_has_its_own_conditions_and_tells_its_tag() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Acme"}));
    let path = format!("sobjects/Account/{account}");
    let read = part("GET", &format!("{path}?fields=Name"), "read", &Json::Null);
    let (_, answer) = org.call("POST", "composite", &json!({"compositeRequest": [read]}));
    let headers = &answer["compositeResponse"][0]["httpHeaders"];
    assert_eq!(headers["Last-Modified"], "Wed, 10 Jun 2026 12:00:00 GMT");
    let mut stale = part("PATCH", &path, "stale", &json!({"Name": "Beta"}));
    stale["httpHeaders"] = json!({"If-Match": "\"other\""});
    let mut fresh = part("PATCH", &path, "fresh", &json!({"Name": "Gamma"}));
    fresh["httpHeaders"] = json!({"If-Match": headers["ETag"]});
    let body = json!({"compositeRequest": [stale, fresh]});
    let (_, answer) = org.call("POST", "composite", &body);
    let status = |at: usize| answer["compositeResponse"][at]["httpStatusCode"].clone();
    assert_eq!((status(0), status(1)), (json!(412), json!(204)));
    assert_eq!(org.field(account, "Name"), "Gamma");
}
