//! Graphs: several transactions in one call.

use serde_json::{Value as Json, json};

use crate::world::{Org, refusal};

fn node(method: &str, path: &str, reference: &str, body: &Json) -> Json {
    json!({
        "method": method,
        "url": format!("/services/data/v67.0/{path}"),
        "referenceId": reference,
        "body": body,
    })
}

fn account_with_contact(id: &str, name: &str, contact: &Json) -> Json {
    let mut contact = contact.clone();
    contact["AccountId"] = json!("@{acc.id}");
    json!({"graphId": id, "compositeRequest": [
        node("POST", "sobjects/Account", "acc", &json!({"Name": name})),
        node("POST", "sobjects/Contact", "con", &contact),
    ]})
}

#[test]
fn a_graph_is_kept_whole_or_not_at_all() {
    let mut org = Org::empty();
    let body = json!({"graphs": [
        account_with_contact("bad", "Lost", &json!({})),
        account_with_contact("good", "Kept", &json!({"LastName": "Lee"})),
    ]});
    let (status, answer) = org.call("POST", "composite/graph", &body);
    assert_eq!(status, 200);
    let [bad, good] = [&answer["graphs"][0], &answer["graphs"][1]];
    assert_eq!(
        *bad,
        json!({"graphId": "bad", "isSuccessful": false, "graphResponse": {"compositeResponse": [
            {"body": [{
                "message": "The transaction was rolled back since another operation in the same \
                            transaction failed.",
                "errorCode": "PROCESSING_HALTED",
            }], "httpHeaders": {}, "httpStatusCode": 400, "referenceId": "acc"},
            {"body": [{
                "message": "Required fields are missing: [LastName]",
                "errorCode": "REQUIRED_FIELD_MISSING",
                "fields": ["LastName"],
            }], "httpHeaders": {}, "httpStatusCode": 400, "referenceId": "con"},
        ]}})
    );
    assert_eq!(good["isSuccessful"], true);
    assert_eq!(
        good["graphResponse"]["compositeResponse"][1]["httpStatusCode"],
        201
    );
    assert_eq!(
        org.rows("SELECT LastName, Account.Name FROM Contact"),
        "Kept|Lee"
    );
    assert_eq!(org.rows("SELECT Name FROM Account"), "Kept");
}

#[test]
fn graphs_have_limits() {
    let mut org = Org::empty();
    let create = |n: usize| {
        let reference = format!("n{n}");
        node(
            "POST",
            "sobjects/Account",
            &reference,
            &json!({"Name": "A"}),
        )
    };
    let graph = |id: usize, nodes: Vec<Json>| json!({"graphId": format!("g{id}"), "compositeRequest": nodes});
    let mut said = |graphs: Vec<Json>| {
        refusal(org.call("POST", "composite/graph", &json!({"graphs": graphs})))
    };
    assert_eq!(
        said((0..76).map(|n| graph(n, vec![create(0)])).collect()),
        "400 LIMIT_EXCEEDED: A request holds at most 75 graphs"
    );
    assert_eq!(
        said(vec![graph(0, (0..501).map(create).collect())]),
        "400 LIMIT_EXCEEDED: A request holds at most 500 nodes"
    );
    let chain = (0..16).map(|n: usize| {
        let parent = format!("@{{n{}.id}}", n.saturating_sub(1));
        let body = if n == 0 {
            json!({"Name": "A"})
        } else {
            json!({"Name": "A", "ParentId": parent})
        };
        node("POST", "sobjects/Account", &format!("n{n}"), &body)
    });
    assert_eq!(
        said(vec![graph(0, chain.collect())]),
        "400 LIMIT_EXCEEDED: A graph is at most 15 nodes deep"
    );
    let objects = ["Account", "Contact", "Lead", "Case", "Task", "Opportunity"];
    let kinds = objects
        .iter()
        .flat_map(|object| ["POST", "PATCH", "DELETE"].map(|method| (method, *object)));
    let kinds = kinds.take(16).enumerate().map(|(n, (method, object))| {
        node(
            method,
            &format!("sobjects/{object}/x"),
            &format!("n{n}"),
            &json!({}),
        )
    });
    assert_eq!(
        said(vec![graph(0, kinds.collect())]),
        "400 LIMIT_EXCEEDED: A request holds at most 15 different kinds of nodes"
    );
    assert_eq!(
        said(vec![graph(0, vec![create(0)]), graph(0, vec![create(0)])]),
        "400 INVALID_INPUT: The graphId 'g0' is not valid or not unique"
    );
}

#[test]
fn after_fourteen_failures_nothing_more_is_begun() {
    let mut org = Org::empty();
    let graphs: Vec<Json> = (0..16)
        .map(|n| {
            let name = if n < 14 {
                json!({})
            } else {
                json!({"Name": "A"})
            };
            json!({"graphId": n.to_string(), "compositeRequest": [
                node("POST", "sobjects/Account", "a", &name),
            ]})
        })
        .collect();
    let (_, answer) = org.call("POST", "composite/graph", &json!({"graphs": graphs}));
    let last = &answer["graphs"][15];
    assert_eq!(last["isSuccessful"], false);
    assert_eq!(
        last["graphResponse"]["compositeResponse"][0]["body"][0]["errorCode"],
        "PROCESSING_HALTED"
    );
    assert_eq!(org.rows("SELECT Id FROM Account"), "");
}

#[test]
fn every_graph_is_a_transaction_of_its_own() {
    let mut org = Org::empty();
    let body = json!({"graphs": [
        account_with_contact("one", "First", &json!({"LastName": "Lee"})),
        account_with_contact("two", "Second", &json!({"LastName": "Ray"})),
    ]});
    org.call("POST", "composite/graph", &body);
    let (_, log) = org.get("/_sim/change-events/log");
    let events = log.as_array().unwrap();
    let transactions: Vec<&Json> = events
        .iter()
        .map(|event| &event["transactionKey"])
        .collect();
    let [second, second_too, first, first_too] = transactions[..] else {
        panic!("{log}");
    };
    assert_eq!((first, second), (first_too, second_too));
    assert_ne!(first, second);
}

#[test]
fn nodes_are_about_single_records() {
    let mut org = Org::empty();
    let body = json!({"graphs": [{"graphId": "g", "compositeRequest": [
        node("GET", "query?q=SELECT+Id+FROM+Lead", "q", &Json::Null),
    ]}]});
    let (_, answer) = org.call("POST", "composite/graph", &body);
    let part = &answer["graphs"][0]["graphResponse"]["compositeResponse"][0];
    assert_eq!(part["body"][0]["errorCode"], "INVALID_INPUT");
}
