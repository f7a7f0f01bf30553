//! Ways to name a record in a path: ids, keys, relationships; and paths that name nothing.

use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

#[test]
fn both_forms_of_an_id_and_a_slash_at_the_end_are_taken() {
    let mut org = Org::empty();
    let (status, body) = org.call("POST", "sobjects/lead/", &ada());
    assert_eq!(status, 201);
    let id = body["id"].as_str().unwrap();
    assert_eq!(body, json!({"id": id, "success": true, "errors": []}));
    for path in [id, &id[..15], &format!("{id}/")] {
        let (status, lead) = org.get(&format!("sobjects/Lead/{path}?fields=lastname,EMAIL"));
        assert_eq!(status, 200);
        assert_eq!(
            lead,
            json!({
                "attributes": {
                    "type": "Lead",
                    "url": format!("/services/data/v67.0/sobjects/Lead/{id}"),
                },
                "LastName": "Lovelace",
                "Email": "Ada@Engines.example",
            })
        );
    }
    let wrong_checksum = format!("{}AAA", &id[..15]);
    assert_eq!(
        refusal(org.get(&format!("sobjects/Lead/{wrong_checksum}"))),
        format!("400 MALFORMED_ID: malformed id {wrong_checksum}")
    );
    assert_eq!(
        refusal(org.get(&format!("sobjects/Contact/{id}"))),
        "404 NOT_FOUND: The requested resource does not exist"
    );
}

#[test]
fn the_place_of_a_new_record_is_told() {
    let mut org = Org::empty();
    let request = http::Request::post("/services/data/v59.0/sobjects/Lead")
        .header("authorization", "Bearer token")
        .body(ada().to_string())
        .unwrap();
    let response = org.send(request);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(
        response.headers()["content-type"],
        "application/json;charset=UTF-8"
    );
    let body: Json = serde_json::from_slice(&response.into_body().into_bytes()).unwrap();
    let id = body["id"].as_str().unwrap();
    assert_eq!(location, format!("/services/data/v59.0/sobjects/Lead/{id}"));
}

#[test]
fn a_key_finds_one_record_or_offers_several() {
    let mut org = Org::empty();
    let first = org.create("Lead", &ada());
    let path = "sobjects/Lead/Email/ada%40engines.example";
    let (status, lead) = org.get(&format!("{path}?fields=Id"));
    assert_eq!((status, &lead["Id"]), (200, &json!(first)));
    let second = org.create("Lead", &ada());
    assert_eq!(
        org.get(path),
        (
            300,
            json!([
                format!("/services/data/v67.0/sobjects/Lead/{first}"),
                format!("/services/data/v67.0/sobjects/Lead/{second}"),
            ])
        )
    );
    assert_eq!(org.call("DELETE", path, &Json::Null).0, 300);
    assert_eq!(
        org.call("DELETE", &format!("sobjects/Lead/Id/{second}"), &Json::Null)
            .0,
        204
    );
    assert_eq!(org.call("DELETE", path, &Json::Null), (204, Json::Null));
    let missing = "404 NOT_FOUND: The requested resource does not exist";
    assert_eq!(refusal(org.get(path)), missing);
    assert_eq!(refusal(org.call("DELETE", path, &Json::Null)), missing);
    for field in ["LastName", "Foo"] {
        assert_eq!(
            refusal(org.get(&format!("sobjects/Lead/{field}/Lovelace"))),
            format!(
                "404 NOT_FOUND: Provided external ID field does not exist or is not accessible: \
                 {field}"
            )
        );
    }
}

#[test]
fn relationships_lead_up() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Acme"}));
    let contact = json!({"LastName": "Lee", "AccountId": account});
    let contact = org.create("Contact", &contact);
    let path = format!("sobjects/Contact/{contact}/Account");
    let (status, parent) = org.get(&format!("{path}?fields=Name"));
    assert_eq!(status, 200);
    assert_eq!(
        parent,
        json!({
            "attributes": {
                "type": "Account",
                "url": format!("/services/data/v67.0/sobjects/Account/{account}"),
            },
            "Name": "Acme",
        })
    );
    assert_eq!(org.call("PATCH", &path, &json!({"Name": "Beta"})).0, 204);
    assert_eq!(org.field(account, "Name"), "Beta");
    let orphan = org.create("Contact", &json!({"LastName": "Poe"}));
    let path = format!("sobjects/Contact/{orphan}/Account");
    assert_eq!(org.get(&path), (204, Json::Null));
    let missing = "404 NOT_FOUND: The requested resource does not exist";
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({"Name": "B"}))),
        missing
    );
    assert_eq!(
        refusal(org.get(&format!("sobjects/Contact/{orphan}/Gizmo"))),
        missing
    );
    assert_eq!(
        refusal(org.get("sobjects/Contact/0035e0000000009/Account")),
        missing
    );
}

#[test]
fn relationships_lead_down() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Acme"}));
    let contact = |org: &mut Org, name: &str| {
        org.create("Contact", &json!({"LastName": name, "AccountId": account}))
    };
    let (lee, poe) = (contact(&mut org, "Lee"), contact(&mut org, "Poe"));
    let path = format!("sobjects/Account/{account}/Contacts");
    let url = |id: salesforce_sim::RecordId| format!("/services/data/v67.0/sobjects/Contact/{id}");
    assert_eq!(
        org.get(&format!("{path}?fields=LastName")),
        (
            200,
            json!({"totalSize": 2, "done": true, "records": [
                {"attributes": {"type": "Contact", "url": url(lee)}, "LastName": "Lee"},
                {"attributes": {"type": "Contact", "url": url(poe)}, "LastName": "Poe"},
            ]})
        )
    );
    let (status, all) = org.get(&path);
    assert_eq!(status, 200);
    assert_eq!(all["records"][0]["AccountId"], json!(account));
    let (_, none) = org.get(&format!("sobjects/Account/{account}/Cases?fields=Id"));
    assert_eq!(none, json!({"totalSize": 0, "done": true, "records": []}));
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({}))),
        "405 METHOD_NOT_ALLOWED: HTTP Method 'PATCH' not allowed. Allowed are GET,HEAD"
    );
}

#[test]
fn no_action_converts_a_lead() {
    let mut org = Org::empty();
    for name in ["convertLead", "gizmo"] {
        let path = format!("actions/standard/{name}");
        assert_eq!(
            refusal(org.call("POST", &path, &json!({"inputs": []}))),
            "404 NOT_FOUND: Invalid Action Type"
        );
    }
    assert_eq!(
        refusal(org.call("POST", "sobjects/LeadConvert", &json!({}))),
        "404 NOT_FOUND: The requested resource does not exist"
    );
}

#[test]
fn the_assignment_rule_can_be_applied_by_an_action() {
    let mut org = Org::empty();
    let rules = salesforce_sim::Rules {
        lead_assignment: true,
        ..org.world.rules().clone()
    };
    org.world.set_rules(rules).unwrap();
    let lead = org.create("Lead", &ada());
    assert_eq!(org.rows("SELECT Owner.Type FROM Lead"), "User");
    let path = "actions/standard/invocableApplyLeadAssignmentRules";
    let (status, answer) = org.call("POST", path, &json!({"inputs": [{"leadId": lead}]}));
    assert_eq!(status, 200);
    assert_eq!(
        answer,
        json!([{
            "actionName": "invocableApplyLeadAssignmentRules",
            "errors": null,
            "isSuccess": true,
            "outputValues": null,
        }])
    );
    assert_eq!(org.rows("SELECT Owner.Type FROM Lead"), "Queue");
    let many: Vec<Json> = vec![json!({"leadId": lead}); 21];
    assert_eq!(
        refusal(org.call("POST", path, &json!({"inputs": many}))),
        "400 LIMIT_EXCEEDED: An action takes at most 20 inputs"
    );
}
