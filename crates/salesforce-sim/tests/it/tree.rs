//! Trees: records created with what hangs on them.

use serde_json::{Value as Json, json};

use crate::world::{Org, refusal};

fn record(kind: &str, reference: &str, fields: &Json) -> Json {
    let mut record = fields.clone();
    record["attributes"] = json!({"type": kind, "referenceId": reference});
    record
}

#[test]
fn children_point_at_their_parents() {
    let mut org = Org::empty();
    let role = json!({"Subject": "Call"});
    let contact = json!({
        "LastName": "Lee",
        "Tasks": {"records": [record("Task", "task", &role)]},
    });
    let account = json!({
        "Name": "Acme",
        "Contacts": {"records": [record("Contact", "lee", &contact)]},
        "Opportunities": {"records": [record("Opportunity", "deal", &json!({
            "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-07-01",
        }))]},
    });
    let body = json!({"records": [
        record("Account", "acme", &account),
        record("Account", "beta", &json!({"Name": "Beta"})),
    ]});
    let (status, answer) = org.call("POST", "composite/tree/Account", &body);
    assert_eq!(status, 201, "{answer}");
    assert_eq!(answer["hasErrors"], false);
    let created: Vec<_> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            let id = result["id"].as_str().unwrap();
            format!("{} {}", result["referenceId"].as_str().unwrap(), &id[..3])
        })
        .collect();
    assert_eq!(
        created,
        ["acme 001", "beta 001", "lee 003", "deal 006", "task 00T"]
    );
    assert_eq!(
        org.rows("SELECT LastName, Account.Name FROM Contact"),
        "Acme|Lee"
    );
    assert_eq!(
        org.rows("SELECT Name, Account.Name FROM Opportunity"),
        "Acme|Deal"
    );
    assert_eq!(org.rows("SELECT Subject, Who.Name FROM Task"), "Call|Lee");
}

#[test]
fn one_refused_record_takes_all_back() {
    let mut org = Org::empty();
    let account = json!({
        "Name": "Acme",
        "Contacts": {"records": [
            record("Contact", "nameless", &json!({})),
            record("Contact", "lee", &json!({"LastName": "Lee"})),
        ]},
    });
    let body = json!({"records": [record("Account", "acme", &account)]});
    let (status, answer) = org.call("POST", "composite/tree/Account", &body);
    assert_eq!(status, 400);
    assert_eq!(
        answer,
        json!({"hasErrors": true, "results": [{"referenceId": "nameless", "errors": [{
            "statusCode": "REQUIRED_FIELD_MISSING",
            "message": "Required fields are missing: [LastName]",
            "fields": ["LastName"],
        }]}]})
    );
    assert_eq!(org.rows("SELECT Id FROM Account"), "");
    assert_eq!(org.rows("SELECT Id FROM Contact"), "");
}

#[test]
fn a_tree_has_limits_and_rules() {
    let mut org = Org::empty();
    let mut said = |root: &str, records: Vec<Json>| {
        let path = format!("composite/tree/{root}");
        let (status, answer) = org.call("POST", &path, &json!({"records": records}));
        assert_eq!(status, 400, "{answer}");
        let error = &answer["results"][0]["errors"][0];
        let text = |key: &str| error[key].as_str().unwrap().to_owned();
        format!("{}: {}", text("statusCode"), text("message"))
    };
    let account = |reference: &str| record("Account", reference, &json!({"Name": "A"}));
    assert_eq!(
        said(
            "Account",
            (0..201).map(|n| account(&n.to_string())).collect()
        ),
        "LIMIT_EXCEEDED: A tree holds at most 200 records"
    );
    let mut deep = account("0");
    for level in 1..6 {
        let mut above = account(&level.to_string());
        above["ChildAccounts"] = json!({"records": [deep]});
        deep = above;
    }
    assert_eq!(
        said("Account", vec![deep]),
        "LIMIT_EXCEEDED: A tree has at most 5 levels"
    );
    assert_eq!(
        said("Account", vec![account("a"), account("a")]),
        "INVALID_INPUT: Duplicate ReferenceId provided in the request."
    );
    assert_eq!(
        said(
            "Account",
            vec![json!({"attributes": {"type": "Account"}, "Name": "A"})]
        ),
        "INVALID_INPUT: Include a reference ID for each record in the request."
    );
    assert_eq!(
        said("Lead", vec![account("a")]),
        "INVALID_INPUT: The type of this record has to be Lead, not 'Account'"
    );
    let mut wrong = account("a");
    wrong["Gizmos"] = json!({"records": []});
    assert_eq!(
        said("Account", vec![wrong]),
        "INVALID_INPUT: Account has no child relationship 'Gizmos'"
    );
    assert_eq!(
        refusal(org.call("POST", "composite/tree/Gizmo", &json!({"records": []}))),
        "404 NOT_FOUND: The requested resource does not exist"
    );
}
