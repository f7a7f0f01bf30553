//! Single records and collections: what is accepted, what is refused, and in which words.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

#[test]
fn a_record_is_created_read_updated_and_deleted() {
    let mut org = Org::empty();
    let (status, body) = org.call("POST", "sobjects/Lead/", &ada());
    assert_eq!(status, 201);
    assert_eq!(
        body,
        json!({"id": body["id"], "success": true, "errors": []})
    );
    let id = body["id"].as_str().unwrap().to_owned();
    assert_eq!(&id[..15], "00Q5e0000000001");

    let (status, lead) = org.get(&format!(
        "sobjects/lead/{id}?fields=Id,Name,status,Email,IsConverted"
    ));
    assert_eq!(status, 200);
    let url = format!("/services/data/v67.0/sobjects/Lead/{id}");
    assert_eq!(
        lead,
        json!({
            "attributes": {"type": "Lead", "url": url},
            "Id": id,
            "Name": "Ada Lovelace",
            "Status": "Open - Not Contacted",
            "Email": "Ada@Engines.example",
            "IsConverted": false,
        })
    );
    org.wait(Duration::from_secs(90));
    let path = format!("sobjects/Lead/{id}");
    assert_eq!(
        org.call(
            "PATCH",
            &path,
            &json!({"title": "  Countess ", "Phone": ""})
        ),
        (204, Json::Null)
    );
    let (_, lead) = org.get(&path);
    assert_eq!(lead["Title"], "Countess");
    assert_eq!(lead["Phone"], Json::Null);
    assert_eq!(lead["CreatedDate"], "2026-06-10T12:00:00.000+0000");
    assert_eq!(lead["SystemModstamp"], "2026-06-10T12:01:30.000+0000");
    assert_eq!(
        lead["CreatedById"],
        org.world.integration_user().to_string()
    );
    assert_eq!(lead["OwnerId"], org.world.integration_user().to_string());
    assert_eq!(org.call("DELETE", &path, &Json::Null), (204, Json::Null));
    assert_eq!(
        refusal(org.get(&path)),
        "404 ENTITY_IS_DELETED: entity is deleted"
    );
}

#[test]
fn stamps_have_whole_seconds() {
    let mut org = Org::empty();
    org.wait(Duration::from_millis(1_750));
    let id = org.create("Lead", &ada());
    assert_eq!(
        org.field(id, "SystemModstamp"),
        "2026-06-10T12:00:01.000+0000"
    );
}

#[test]
fn both_forms_of_an_id_are_read_and_case_counts() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    assert_eq!(org.get(&format!("sobjects/Lead/{}", id.short())).0, 200);
    let lower = id.short().to_lowercase();
    assert_eq!(org.get(&format!("sobjects/Lead/{lower}")).0, 404);
}

#[test]
fn amounts_are_rounded_to_their_scale() {
    let mut org = Org::empty();
    let deal = json!({
        "Name": "N", "StageName": "Prospecting", "CloseDate": "2026-07-01T23:00:00Z",
        "Amount": 10.126,
    });
    let id = org.create("Opportunity", &deal);
    assert_eq!(org.field(id, "Amount"), 10.13);
    assert_eq!(org.field(id, "CloseDate"), "2026-07-01");
}

#[test]
fn an_unlisted_value_of_an_open_picklist_is_taken() {
    let mut org = Org::empty();
    let id = org.create(
        "Lead",
        &json!({"LastName": "L", "Company": "C", "LeadSource": "Intercom"}),
    );
    assert_eq!(org.field(id, "LeadSource"), "Intercom");
}

#[test]
fn missing_and_deleted_ids_answer_by_method() {
    let mut org = Org::empty();
    let unknown = "sobjects/Lead/00Q5e0000000009";
    assert_eq!(
        refusal(org.get(unknown)),
        "404 NOT_FOUND: The requested resource does not exist"
    );
    let patched = org.call("PATCH", unknown, &json!({"Title": "T"}));
    assert_eq!(
        refusal(patched),
        "404 INVALID_CROSS_REFERENCE_KEY: invalid cross reference id"
    );
    let deleted = org.call("DELETE", unknown, &Json::Null);
    assert_eq!(
        refusal(deleted),
        "404 INVALID_CROSS_REFERENCE_KEY: invalid cross reference id"
    );
    assert_eq!(
        refusal(org.get("sobjects/Lead/23foo")),
        "404 NOT_FOUND: Provided external ID field does not exist or is not accessible: 23foo"
    );
    assert_eq!(
        refusal(org.get("sobjects/Gizmo")),
        "404 NOT_FOUND: The requested resource does not exist"
    );
    let id = org.create("Lead", &ada());
    let path = format!("sobjects/Lead/{id}");
    let with_id = org.call("PATCH", &path, &json!({"Id": id, "Title": "T"}));
    assert_eq!(
        refusal(with_id),
        "400 INVALID_FIELD: The Id field should not be specified in the sobject data."
    );
    org.call("DELETE", &path, &Json::Null);
    let patched = org.call("PATCH", &path, &json!({"Title": "T"}));
    assert_eq!(refusal(patched), "404 ENTITY_IS_DELETED: entity is deleted");
    let put = org.call("PUT", &path, &json!({}));
    assert_eq!(put.0, 405);
}

#[test]
fn conditional_requests_compare_whole_seconds() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    let path = format!("sobjects/Lead/{id}");
    let at_creation = "Wed, 10 Jun 2026 12:00:00 GMT";
    let conditional = |org: &mut Org, method: &str, header: &str, body: &Json| {
        org.call_with(method, &path, &[(header, at_creation)], body)
            .0
    };
    assert_eq!(
        conditional(&mut org, "GET", "if-modified-since", &Json::Null),
        304
    );
    org.wait(Duration::from_secs(5));
    assert_eq!(
        conditional(
            &mut org,
            "PATCH",
            "if-unmodified-since",
            &json!({"Title": "A"})
        ),
        204
    );
    assert_eq!(
        conditional(
            &mut org,
            "PATCH",
            "if-unmodified-since",
            &json!({"Title": "B"})
        ),
        412
    );
    assert_eq!(
        conditional(&mut org, "GET", "if-modified-since", &Json::Null),
        200
    );
    assert_eq!(org.field(id, "Title"), "A");
}

#[test]
fn a_collection_answers_for_each_record() {
    let mut org = Org::empty();
    let lead = |fields: Json| {
        let mut fields = fields;
        fields["attributes"] = json!({"type": "Lead"});
        fields
    };
    let records = json!([lead(ada()), lead(json!({"LastName": "L"}))]);
    let (status, outcomes) = org.call("POST", "composite/sobjects", &json!({"records": records}));
    assert_eq!(status, 200);
    let id = outcomes[0]["id"].clone();
    assert_eq!(outcomes[0]["success"], true);
    assert_eq!(
        outcomes[1],
        json!({"success": false, "errors": [{
            "statusCode": "REQUIRED_FIELD_MISSING",
            "message": "Required fields are missing: [Company]",
            "fields": ["Company"],
        }]})
    );
    let records = json!([
        {"attributes": {"type": "Lead"}, "id": id, "Title": "Countess"},
        {"attributes": {"type": "Lead"}, "Id": id, "Title": "Twice"},
        {"attributes": {"type": "Lead"}, "Id": "00Q5e0000000009", "Title": "Nobody"},
    ]);
    let (_, outcomes) = org.call("PATCH", "composite/sobjects", &json!({"records": records}));
    let codes: Vec<_> = outcomes
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| {
            outcome["errors"][0]["statusCode"]
                .as_str()
                .unwrap_or("saved")
        })
        .collect();
    assert_eq!(
        codes,
        ["saved", "DUPLICATE_VALUE", "INVALID_CROSS_REFERENCE_KEY"]
    );
    assert_eq!(org.rows("SELECT Title FROM Lead"), "Countess");

    let path = format!(
        "composite/sobjects/Lead?ids=00Q5e0000000009,{}&fields=Title",
        id.as_str().unwrap()
    );
    let (_, found) = org.get(&path);
    assert_eq!(found[0], Json::Null);
    assert_eq!(found[1]["Title"], "Countess");
    let asked = json!({"ids": [id], "fields": ["Title", "Nope"]});
    let refused = org.call("POST", "composite/sobjects/Lead", &asked);
    assert_eq!(
        refusal(refused),
        "400 INVALID_FIELD: No such column 'Nope' on sobject of type Lead"
    );

    let path = format!("composite/sobjects?ids={}", id.as_str().unwrap());
    let (_, outcomes) = org.call("DELETE", &path, &Json::Null);
    assert_eq!(outcomes, json!([{"id": id, "success": true, "errors": []}]));
}

#[test]
fn all_or_none_takes_everything_back() {
    let mut org = Org::empty();
    let good = json!({"attributes": {"type": "Lead"}, "LastName": "L", "Company": "C"});
    let bad = json!({"attributes": {"type": "Lead"}, "LastName": "L"});
    let body = json!({"allOrNone": true, "records": [good, bad]});
    let (status, outcomes) = org.call("POST", "composite/sobjects", &body);
    assert_eq!(status, 200);
    assert_eq!(
        outcomes[0]["errors"][0]["statusCode"],
        "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    );
    assert_eq!(
        outcomes[1]["errors"][0]["statusCode"],
        "REQUIRED_FIELD_MISSING"
    );
    assert_eq!(org.rows("SELECT Id FROM Lead"), "");
}

#[test]
fn a_collection_has_limits() {
    let mut org = Org::empty();
    let lead = json!({"attributes": {"type": "Lead"}, "LastName": "L", "Company": "C"});
    let account = json!({"attributes": {"type": "Account"}, "Name": "A"});
    let many = json!({"records": vec![lead.clone(); 201]});
    assert_eq!(
        org.call("POST", "composite/sobjects", &many).1[0]["errorCode"],
        "LIMIT_EXCEEDED"
    );
    let mixed: Vec<Json> = (0..11)
        .map(|n| {
            if n % 2 == 0 {
                lead.clone()
            } else {
                account.clone()
            }
        })
        .collect();
    let chunked = org.call("POST", "composite/sobjects", &json!({"records": mixed}));
    assert_eq!(chunked.1[0]["errorCode"], "INVALID_INPUT");
    assert_eq!(org.rows("SELECT Id FROM Lead"), "");
}

#[test]
fn describe_says_what_a_create_needs() {
    let mut org = Org::empty();
    let (_, global) = org.get("sobjects");
    assert_eq!(global["sobjects"].as_array().unwrap().len(), 27);
    for item in global["sobjects"].as_array().unwrap() {
        let (status, described) = org.get(item["urls"]["describe"].as_str().unwrap());
        assert_eq!((status, &described["name"]), (200, &item["name"]));
        assert_eq!(described["keyPrefix"].as_str().unwrap().len(), 3);
    }
    let (_, lead) = org.get("sobjects/Lead/describe");
    let fields = lead["fields"].as_array().unwrap();
    let required: Vec<_> = fields
        .iter()
        .filter(|f| {
            f["createable"] == true && f["nillable"] == false && f["defaultedOnCreate"] == false
        })
        .map(|f| f["name"].as_str().unwrap())
        .collect();
    assert_eq!(required, ["LastName", "Company"]);
    let field = |name: &str| fields.iter().find(|f| f["name"] == name).unwrap();
    assert_eq!(field("OwnerId")["referenceTo"], json!(["Group", "User"]));
    assert_eq!(field("OwnerId")["relationshipName"], "Owner");
    assert_eq!(field("OwnerId")["polymorphicForeignKey"], true);
    assert_eq!(field("Email")["idLookup"], true);
    assert_eq!(field("Email")["byteLength"], 240);
    assert_eq!(field("Description")["filterable"], false);
    assert_eq!(field("Street")["compoundFieldName"], "Address");
    assert_eq!(field("Status")["restrictedPicklist"], false);
    assert_eq!(
        field("Status")["picklistValues"][0],
        json!({
            "active": true, "defaultValue": true, "label": "Open - Not Contacted",
            "validFor": null, "value": "Open - Not Contacted",
        })
    );
    assert_eq!(field("Status").as_object().unwrap().len(), 57);
}

#[test]
fn an_unchanged_describe_is_not_sent_again() {
    let mut org = Org::empty();
    let header = [("if-modified-since", "Wed, 10 Jun 2026 12:00:00 GMT")];
    assert_eq!(
        org.call_with("GET", "sobjects/Lead/describe", &header, &Json::Null)
            .0,
        304
    );
    let header = [("if-modified-since", "Wed, 10 Jun 2026 11:00:00 GMT")];
    assert_eq!(
        org.call_with("GET", "sobjects", &header, &Json::Null).0,
        200
    );
}

#[test]
fn a_task_follows_its_status_and_cannot_join_a_lead_with_a_deal() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Engines"}));
    let contact = org.create("Contact", &json!({"LastName": "L", "AccountId": account}));
    let lead = org.create("Lead", &ada());
    let task = org.create(
        "Task",
        &json!({"WhoId": contact, "Subject": "Call", "Status": "Completed"}),
    );
    assert_eq!(org.field(task, "AccountId"), account.to_string());
    assert_eq!(org.field(task, "IsClosed"), true);
    assert_eq!(
        org.field(task, "CompletedDateTime"),
        "2026-06-10T12:00:00.000+0000"
    );
    org.call(
        "PATCH",
        &format!("sobjects/Task/{task}"),
        &json!({"Status": "In Progress"}),
    );
    assert_eq!(org.field(task, "CompletedDateTime"), Json::Null);
    let refused = org.call(
        "POST",
        "sobjects/Task",
        &json!({"WhoId": lead, "WhatId": account}),
    );
    assert_eq!(refused.1[0]["errorCode"], "FIELD_INTEGRITY_EXCEPTION");
}

#[test]
fn a_case_takes_its_account_and_number_and_closes() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Engines"}));
    let contact = org.create("Contact", &json!({"LastName": "L", "AccountId": account}));
    let case = org.create("Case", &json!({"ContactId": contact, "Subject": "Help"}));
    assert_eq!(org.field(case, "CaseNumber"), "00001001");
    assert_eq!(org.field(case, "AccountId"), account.to_string());
    assert_eq!(org.field(case, "Priority"), "Medium");
    org.wait(Duration::from_mins(1));
    org.call(
        "PATCH",
        &format!("sobjects/Case/{case}"),
        &json!({"Status": "Closed"}),
    );
    assert_eq!(
        org.field(case, "ClosedDate"),
        "2026-06-10T12:01:00.000+0000"
    );
    let refused = org.call(
        "DELETE",
        &format!("sobjects/Contact/{contact}"),
        &Json::Null,
    );
    assert_eq!(refused.1[0]["errorCode"], "DELETE_FAILED");
}

#[test]
fn an_opportunity_gets_its_primary_contact_and_odds() {
    let mut org = Org::empty();
    let contact = org.create("Contact", &json!({"LastName": "L"}));
    let other = org.create("Contact", &json!({"LastName": "M"}));
    let deal = org.create(
        "Opportunity",
        &json!({
            "Name": "Deal", "StageName": "Proposal/Price Quote", "CloseDate": "2026-07-01",
            "ContactId": contact,
        }),
    );
    assert_eq!(org.field(deal, "Probability"), 75.0);
    let roles = "SELECT ContactId, IsPrimary FROM OpportunityContactRole ORDER BY Id";
    assert_eq!(org.rows(roles), format!("{contact}|true"));
    org.create(
        "OpportunityContactRole",
        &json!({"OpportunityId": deal, "ContactId": other, "IsPrimary": true}),
    );
    assert_eq!(org.rows(roles), format!("{contact}|false; {other}|true"));
    org.call(
        "PATCH",
        &format!("sobjects/Opportunity/{deal}"),
        &json!({"StageName": "Closed Won"}),
    );
    assert_eq!(org.field(deal, "IsWon"), true);
    assert_eq!(org.field(deal, "Probability"), 100.0);
}
