//! What the org does by itself: assignment, duplicates, conversion, merging, the Recycle Bin.

use salesforce_sim::{Conversion, DuplicateMode, Object, Rules};
use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

fn with_rules(change: impl FnOnce(Rules) -> Rules) -> Org {
    let mut org = Org::empty();
    let rules = change(org.world.rules().clone());
    org.world.set_rules(rules).unwrap();
    org
}

/// Who owns a lead that was given to `rep` under the header.
fn owner(active: bool, header: Option<&str>) -> &'static str {
    let mut org = with_rules(|rules| Rules {
        lead_assignment: active,
        ..rules
    });
    let rep = org.world.rep();
    let mut lead = ada();
    lead["OwnerId"] = json!(rep);
    let headers: Vec<_> = header
        .map(|value| ("sforce-auto-assign", value))
        .into_iter()
        .collect();
    let (status, body) = org.call_with("POST", "sobjects/Lead", &headers, &lead);
    assert_eq!(status, 201, "{body}");
    let owner = org.field(body["id"].as_str().unwrap().parse().unwrap(), "OwnerId");
    if owner == json!(rep) {
        "given"
    } else if owner == json!(org.world.queue()) {
        "queue"
    } else {
        "somebody else"
    }
}

#[test]
fn the_assignment_rule_overrides_the_owner_unless_told_not_to() {
    assert_eq!(owner(true, None), "queue");
    assert_eq!(owner(true, Some("TRUE")), "queue");
    assert_eq!(owner(true, Some("false")), "given");
    assert_eq!(owner(false, None), "given");
    assert_eq!(owner(false, Some("TRUE")), "given");
    assert_eq!(owner(false, Some("FALSE")), "given");
    assert_eq!(
        owner(false, Some("01Q5e0000000001")),
        "queue",
        "a rule by id applies although inactive"
    );
}

#[test]
fn an_update_moves_the_owner_too() {
    let mut org = with_rules(|rules| Rules {
        lead_assignment: true,
        ..rules
    });
    assert_eq!(
        org.rows("SELECT Active FROM AssignmentRule WHERE SobjectType = 'Lead'"),
        "true"
    );
    let id = org.create("Lead", &ada());
    let path = format!("sobjects/Lead/{id}");
    org.call("PATCH", &path, &json!({"Title": "T"}));
    assert_eq!(org.rows("SELECT Owner.Type FROM Lead"), "User");
    org.call_with("PATCH", &path, &[], &json!({"Title": "U"}));
    assert_eq!(org.rows("SELECT Owner.Type FROM Lead"), "Queue");
}

#[test]
fn an_inactive_user_cannot_become_owner() {
    let mut org = Org::empty();
    let rep = org.world.rep();
    org.world
        .edit_as_rep(rep, &json!({"IsActive": false}))
        .unwrap();
    let mut lead = ada();
    lead["OwnerId"] = json!(rep);
    assert_eq!(
        refusal(org.call("POST", "sobjects/Lead", &lead)),
        format!(
            "400 INACTIVE_OWNER_OR_USER: operation performed with inactive user [{}] as owner of \
             lead",
            rep.short()
        )
    );
    let contact = json!({"LastName": "L", "OwnerId": org.world.queue()});
    let refused = org.call("POST", "sobjects/Contact", &contact);
    assert_eq!(
        refused.1[0]["errorCode"], "MALFORMED_ID",
        "a queue cannot own a contact"
    );
}

#[test]
fn an_alert_can_be_passed_and_a_block_cannot() {
    let allow = [(
        "sforce-duplicate-rule-header",
        "allowSave=true; includeRecordDetails=false",
    )];
    for (mode, allow_save, words, passes) in [
        (
            DuplicateMode::Alert,
            true,
            "Use one of these records?",
            true,
        ),
        (
            DuplicateMode::Block,
            false,
            "You're creating a duplicate record. We recommend you use an existing record instead.",
            false,
        ),
    ] {
        let mut org = with_rules(|rules| Rules {
            lead_duplicates: mode,
            ..rules
        });
        let contact = org.create(
            "Contact",
            &json!({"LastName": "L", "Email": "ADA@engines.example"}),
        );
        let (status, body) = org.call("POST", "sobjects/Lead", &ada());
        assert_eq!(
            (status, &body[0]["errorCode"]),
            (400, &json!("DUPLICATES_DETECTED"))
        );
        assert_eq!(body[0]["message"], words);
        let result = &body[0]["duplicateResut"];
        assert_eq!(result["allowSave"], allow_save);
        let found = &result["matchResults"][0]["matchRecords"][0]["record"];
        assert_eq!(
            (&found["Id"], &found["attributes"]["type"]),
            (&json!(contact), &json!("Contact"))
        );
        let (status, _) = org.call_with("POST", "sobjects/Lead", &allow, &ada());
        assert_eq!(status == 201, passes);
        let mut typed = ada();
        typed["attributes"] = json!({"type": "Lead"});
        let collection = json!({ "records": [typed] });
        let (_, outcomes) = org.call("POST", "composite/sobjects", &collection);
        assert_eq!(
            outcomes[0]["errors"],
            json!([{"statusCode": "DUPLICATES_DETECTED", "message": words}])
        );
    }
}

#[test]
fn the_spelling_of_the_finding_can_be_mended() {
    let mut org = with_rules(|rules| Rules {
        lead_duplicates: DuplicateMode::Block,
        misspell_duplicate_result: false,
        ..rules
    });
    org.create("Lead", &ada());
    let (_, body) = org.call("POST", "sobjects/Lead", &ada());
    assert!(body[0]["duplicateResult"].is_object(), "{body}");
}

#[test]
fn a_lead_without_a_known_email_is_no_duplicate() {
    let mut org = with_rules(|rules| Rules {
        lead_duplicates: DuplicateMode::Block,
        ..rules
    });
    let id = org.create("Lead", &ada());
    let path = format!("sobjects/Lead/{id}");
    assert_eq!(
        org.call("PATCH", &path, &json!({"Title": "T"})).0,
        204,
        "a lead is not its own duplicate"
    );
    org.create("Lead", &json!({"LastName": "L", "Company": "C"}));
    org.create(
        "Lead",
        &json!({"LastName": "L", "Company": "C", "Email": "other@engines.example"}),
    );
}

#[test]
fn a_converted_lead_is_read_only_and_its_tasks_move() {
    let mut org = Org::empty();
    let lead = org.create("Lead", &ada());
    let task = org.create("Task", &json!({"WhoId": lead, "Subject": "Call"}));
    let how = Conversion {
        opportunity_name: Some("Deal".to_owned()),
        ..Conversion::default()
    };
    let converted = org.world.convert_as_rep(lead, &how).unwrap();
    assert_eq!(org.field(lead, "IsConverted"), true);
    assert_eq!(org.field(lead, "Status"), "Closed - Converted");
    assert_eq!(org.field(lead, "ConvertedDate"), "2026-06-10");
    assert_eq!(
        org.field(lead, "ConvertedContactId"),
        json!(converted.contact_id)
    );
    assert_eq!(
        org.field(converted.contact_id, "Email"),
        "Ada@Engines.example"
    );
    assert_eq!(
        org.field(converted.contact_id, "AccountId"),
        json!(converted.account_id)
    );
    assert_eq!(org.field(converted.account_id, "Name"), "Engines");
    assert_eq!(org.field(task, "WhoId"), json!(converted.contact_id));
    let roles = "SELECT Opportunity.Name, ContactId, IsPrimary FROM OpportunityContactRole";
    assert_eq!(
        org.rows(roles),
        format!("{}|true|Deal", converted.contact_id)
    );
    let refused = org.call(
        "PATCH",
        &format!("sobjects/Lead/{lead}"),
        &json!({"Title": "T"}),
    );
    assert_eq!(
        refusal(refused),
        "400 CANNOT_UPDATE_CONVERTED_LEAD: cannot reference converted lead"
    );
    let refused = org.call("POST", "sobjects/Task", &json!({"WhoId": lead}));
    assert_eq!(
        refusal(refused),
        "400 CANNOT_UPDATE_CONVERTED_LEAD: cannot reference converted lead"
    );
    assert_eq!(
        org.world.convert_as_rep(lead, &how).unwrap_err().code,
        "CANNOT_UPDATE_CONVERTED_LEAD"
    );
    assert_eq!(
        org.rows("SELECT Id FROM Lead WHERE IsConverted = true"),
        lead.to_string()
    );
    assert_eq!(
        org.call("DELETE", &format!("sobjects/Lead/{lead}"), &Json::Null)
            .0,
        204
    );
}

#[test]
fn converting_into_a_contact_fills_only_what_is_empty() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Kept"}));
    let contact = org.create(
        "Contact",
        &json!({"LastName": "Kept", "AccountId": account}),
    );
    let lead = org.create("Lead", &ada());
    let how = Conversion {
        contact_id: Some(contact),
        ..Conversion::default()
    };
    let converted = org.world.convert_as_rep(lead, &how).unwrap();
    assert_eq!(
        (converted.contact_id, converted.account_id),
        (contact, account)
    );
    assert_eq!(org.field(contact, "LastName"), "Kept");
    assert_eq!(org.field(contact, "FirstName"), "Ada");
    assert_eq!(org.field(account, "Name"), "Kept");
}

#[test]
fn only_a_conversion_sets_a_converted_status() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    let refused = org.call(
        "PATCH",
        &format!("sobjects/Lead/{id}"),
        &json!({"Status": "Closed - Converted"}),
    );
    assert_eq!(refused.1[0]["errorCode"], "INVALID_STATUS");
    let refused = org.call(
        "POST",
        "sobjects/Lead",
        &json!({"LastName": "L", "Company": "C", "IsConverted": true}),
    );
    assert_eq!(refused.1[0]["errorCode"], "INVALID_FIELD_FOR_INSERT_UPDATE");
}

#[test]
fn a_merge_points_its_losers_at_the_winner() {
    let mut org = Org::empty();
    let winner = org.create("Contact", &json!({"LastName": "Winner"}));
    let loser = org.create("Contact", &json!({"LastName": "Loser"}));
    let case = org.create("Case", &json!({"ContactId": loser}));
    org.world.merge_as_rep(winner, &[loser]).unwrap();
    assert_eq!(org.rows("SELECT LastName FROM Contact"), "Winner");
    assert_eq!(org.field(case, "ContactId"), json!(winner));
    let (_, all) = org.query_by(
        "queryAll",
        "SELECT MasterRecordId FROM Contact WHERE IsDeleted = true",
    );
    assert_eq!(all["records"][0]["MasterRecordId"], json!(winner));
    assert_eq!(
        org.world.undelete_as_rep(winner).unwrap_err().code,
        "UNDELETE_FAILED",
        "it was never deleted"
    );
    assert_eq!(
        org.world.merge_as_rep(winner, &[winner]).unwrap_err().code,
        "INVALID_NUMBER_OF_RECORDS"
    );
}

#[test]
fn what_was_deleted_can_come_back() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    org.world.delete_as_rep(id).unwrap();
    assert_eq!(org.rows("SELECT Id FROM Lead"), "");
    org.world.undelete_as_rep(id).unwrap();
    assert_eq!(org.rows("SELECT Id FROM Lead"), id.to_string());
}

#[test]
fn the_day_has_a_limit() {
    let mut org = Org::empty();
    org.world.set_used_requests(99_999);
    let request = |org: &mut Org| {
        let request = http::Request::get("/services/data/v67.0/limits")
            .header("authorization", "Bearer token")
            .body(String::new())
            .unwrap();
        org.send(request)
    };
    let last = request(&mut org);
    assert_eq!(
        (last.status().as_u16(), &last.headers()["sforce-limit-info"]),
        (200, &"api-usage=100000/100000".parse().unwrap())
    );
    assert_eq!(request(&mut org).status(), 403);
    assert_eq!(
        refusal(org.get("limits")),
        "403 REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded."
    );
}

#[test]
fn controls_answer_over_http_too() {
    let mut org = Org::empty();
    let (status, created) = org.call("POST", "/_sim/records/Lead", &ada());
    assert_eq!(status, 200);
    let id = created["id"].as_str().unwrap().to_owned();
    assert_eq!(
        org.call(
            "PATCH",
            &format!("/_sim/records/{id}"),
            &json!({"Title": "T"})
        )
        .0,
        200
    );
    assert_eq!(org.get(&format!("/_sim/records/{id}")).1["Title"], "T");
    assert_eq!(
        org.get(&format!("/_sim/records/{id}")).1["LastModifiedById"],
        json!(org.world.rep())
    );
    let (status, refused) = org.call(
        "PATCH",
        &format!("/_sim/records/{id}"),
        &json!({"Foo": "T"}),
    );
    assert_eq!((status, &refused["code"]), (400, &json!("INVALID_FIELD")));
    let mut rules = org.get("/_sim/rules").1;
    assert_eq!(rules["leadDuplicates"], "off");
    rules["leadDuplicates"] = json!("block");
    assert_eq!(org.call("PUT", "/_sim/rules", &rules).0, 200);
    assert_eq!(org.world.rules().lead_duplicates, DuplicateMode::Block);
    let (_, converted) = org.call("POST", &format!("/_sim/leads/{id}/convert"), &json!({}));
    assert!(converted["contactId"].as_str().unwrap().starts_with("003"));
    assert_eq!(
        org.call("DELETE", &format!("/_sim/records/{id}"), &Json::Null)
            .0,
        200
    );
    assert_eq!(
        org.call("POST", &format!("/_sim/records/{id}/undelete"), &Json::Null)
            .0,
        200
    );
    assert_eq!(org.call("PUT", "/_sim/limits", &json!({"used": 5})).0, 200);
    assert_eq!(org.world.used_requests(), 5);
    assert_eq!(
        org.call("POST", "/_sim/tokens/expire", &json!({"access": true}))
            .0,
        200
    );
    assert_eq!(org.get("limits").0, 401);
    assert_eq!(org.get("/_sim/nothing").0, 400);
    let dump = org.get("/_sim/records").1;
    assert_eq!(dump["Lead"].as_array().unwrap().len(), 1);
    assert_eq!(dump.as_object().unwrap().len(), Object::ALL.len());
}
