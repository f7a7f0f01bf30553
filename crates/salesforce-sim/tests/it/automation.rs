//! What administrators made the org do: validation rules, flows, failing triggers; and what holds a
//! write up: locks, full storage, slow transactions of others.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

fn with_rules(rules: &Json) -> Org {
    let mut org = Org::empty();
    let (status, body) = org.call("PUT", "/_sim/rules", rules);
    assert_eq!(status, 200, "{body}");
    org
}

#[test]
fn every_broken_validation_rule_is_told() {
    let mut org = with_rules(&json!({"validations": [
        {"object": "Lead", "formula": "ISBLANK(Phone)", "message": "Who can call them?",
         "field": "Phone"},
        {"object": "Lead", "formula": "LEN(Company) < 3", "message": "Too short a company."},
        {"object": "Contact", "formula": "TRUE", "message": "No contacts."},
    ]}));
    let lead = json!({"LastName": "L", "Company": "C"});
    let (status, body) = org.call("POST", "sobjects/Lead", &lead);
    assert_eq!(status, 400);
    let by_field = json!({
        "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "message": "Who can call them?",
        "fields": ["Phone"],
    });
    let by_page = json!({
        "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "message": "Too short a company.",
        "fields": [],
    });
    assert_eq!(body, json!([by_field, by_page]));
    let mut typed = lead.clone();
    typed["attributes"] = json!({"type": "Lead"});
    let (_, outcomes) = org.call("POST", "composite/sobjects", &json!({"records": [typed]}));
    assert_eq!(outcomes[0]["errors"].as_array().unwrap().len(), 2);
    assert_eq!(
        outcomes[0]["errors"][1]["statusCode"],
        "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    );
    assert_eq!(org.rows("SELECT Id FROM Lead"), "");
}

#[test]
fn a_validation_rule_can_watch_a_change() {
    let mut org = with_rules(&json!({"validations": [{
        "object": "Lead",
        "formula": "AND(NOT(ISNEW()), ISCHANGED(Company), PRIORVALUE(Company) = 'Engines')",
        "message": "Engines stays.",
    }]}));
    let id = org.create("Lead", &ada());
    let path = format!("sobjects/Lead/{id}");
    assert_eq!(org.call("PATCH", &path, &json!({"Title": "T"})).0, 204);
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({"Company": "Looms"}))),
        "400 FIELD_CUSTOM_VALIDATION_EXCEPTION: Engines stays."
    );
    assert_eq!(org.field(id, "Company"), "Engines");
}

#[test]
fn a_rule_that_cannot_be_is_refused_when_it_is_set() {
    let mut org = Org::empty();
    for (rules, told) in [
        (
            json!({"validations": [{"object": "Lead", "formula": "Foo = 1", "message": "m"}]}),
            "validations[0]: Field Foo does not exist. Check spelling.",
        ),
        (
            json!({"validations": [
                {"object": "Lead", "formula": "TRUE", "message": "m", "field": "Foo"},
            ]}),
            "validations[0]: Lead has no field Foo",
        ),
        (
            json!({"flows": [{"object": "Lead", "field": "Name", "change": "upper"}]}),
            "flows[0]: Lead has no field Name to write",
        ),
        (
            json!({"flows": [{"object": "Lead", "field": "City", "change": {"copyOf": "Rating"}}]}),
            "flows[0]: Rating is of another kind",
        ),
    ] {
        let (status, body) = org.call("PUT", "/_sim/rules", &rules);
        assert_eq!((status, &body["message"]), (400, &json!(told)));
    }
    assert_eq!(org.world.rules(), &salesforce_sim::Rules::default());
}

#[test]
fn a_flow_changes_what_was_written() {
    let mut org = with_rules(&json!({"flows": [
        {"object": "Lead", "field": "Company", "change": "upper"},
        {"object": "Lead", "field": "Title", "change": {"prefix": "X-"}},
        {"object": "Lead", "field": "LeadSource", "change": {"constant": "Web"}},
        {"object": "Lead", "field": "MobilePhone", "change": {"copyOf": "Phone"}},
    ]}));
    let mut lead = ada();
    lead["Phone"] = json!("+353 21 1");
    let id = org.create("Lead", &lead);
    let path = format!("sobjects/Lead/{id}");
    org.call(
        "PATCH",
        &path,
        &json!({"Title": "Countess", "LeadSource": "Other"}),
    );
    let read = |org: &Org, field: &str| org.field(id, field);
    assert_eq!(read(&org, "Company"), "ENGINES");
    assert_eq!(read(&org, "Title"), "X-Countess");
    assert_eq!(read(&org, "LeadSource"), "Web");
    assert_eq!(read(&org, "MobilePhone"), "+353 21 1");
    org.call("PATCH", &path, &json!({"City": "Cork"}));
    assert_eq!(read(&org, "Title"), "X-Countess", "once is enough");
}

#[test]
fn a_trigger_fails_with_its_name_and_cause() {
    let mut org = with_rules(&json!({"triggers": [
        {"object": "Lead", "event": "beforeUpdate", "name": "LeadTrigger",
         "cause": "System.NullPointerException: Attempt to de-reference a null object",
         "when": "Title = 'T'"},
        {"object": "Lead", "event": "beforeDelete", "name": "Keeper", "cause": "no"},
    ]}));
    let id = org.create("Lead", &ada());
    let path = format!("sobjects/Lead/{id}");
    assert_eq!(org.call("PATCH", &path, &json!({"Title": "S"})).0, 204);
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({"Title": "T"}))),
        "400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: LeadTrigger: execution of BeforeUpdate caused \
         by: System.NullPointerException: Attempt to de-reference a null object"
    );
    assert_eq!(
        refusal(org.call("DELETE", &path, &Json::Null)),
        "400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: Keeper: execution of BeforeDelete caused by: no"
    );
    assert_eq!(org.field(id, "Title"), "S");
}

#[test]
fn a_lock_meets_so_many_writes_and_holds_what_belongs_to_it() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Engines"}));
    let other = org.create("Account", &json!({"Name": "Looms"}));
    let lock = json!({"record": account, "held": {"writes": 2}});
    assert_eq!(org.call("POST", "/_sim/locks", &lock).0, 200);
    assert_eq!(org.get("/_sim/locks").1, json!([lock]));
    let told = format!(
        "400 UNABLE_TO_LOCK_ROW: unable to obtain exclusive access to this record or 1 records: \
         {account}"
    );
    let path = format!("sobjects/Account/{account}");
    let elsewhere = format!("sobjects/Account/{other}");
    assert_eq!(org.call("PATCH", &elsewhere, &json!({"Site": "S"})).0, 204);
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({"Site": "S"}))),
        told
    );
    let contact = json!({"LastName": "L", "AccountId": account});
    assert_eq!(
        refusal(org.call("POST", "sobjects/Contact", &contact)),
        told
    );
    assert_eq!(org.call("PATCH", &path, &json!({"Site": "S"})).0, 204);
    let missing = json!({"record": "0015e0000000009", "held": "approval"});
    assert_eq!(org.call("POST", "/_sim/locks", &missing).0, 400);
}

#[test]
fn a_lock_ends_with_its_time_or_its_release() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    let path = format!("sobjects/Lead/{id}");
    let end = org.now.plus(Duration::from_secs(30));
    org.call(
        "POST",
        "/_sim/locks",
        &json!({"record": id, "held": {"until": end}}),
    );
    assert_eq!(
        org.call("DELETE", &path, &Json::Null).1[0]["errorCode"],
        "UNABLE_TO_LOCK_ROW"
    );
    org.wait(Duration::from_secs(30));
    assert_eq!(org.call("PATCH", &path, &json!({"Title": "T"})).0, 204);
    org.call(
        "POST",
        "/_sim/locks",
        &json!({"record": id, "held": "approval"}),
    );
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({"Title": "U"}))),
        "400 ENTITY_IS_LOCKED: the entity is locked for editing"
    );
    org.create("Task", &json!({"WhoId": id, "Subject": "Call"}));
    org.call("DELETE", &format!("/_sim/locks/{id}"), &Json::Null);
    assert_eq!(org.call("PATCH", &path, &json!({"Title": "U"})).0, 204);
}

#[test]
fn nothing_new_fits_into_a_full_org() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    org.call("PUT", "/_sim/rules", &json!({"storageFull": true}));
    assert_eq!(
        refusal(org.call("POST", "sobjects/Lead", &ada())),
        "400 STORAGE_LIMIT_EXCEEDED: storage limit exceeded"
    );
    let path = format!("sobjects/Lead/{id}");
    assert_eq!(org.call("PATCH", &path, &json!({"Title": "T"})).0, 204);
}

#[test]
fn what_others_write_becomes_visible_late() {
    let mut org = with_rules(&json!({"othersCommitAfterMs": 60_000}));
    let mine = org.create("Lead", &ada());
    assert_eq!(org.rows("SELECT Id FROM Lead"), mine.to_string());
    let (_, theirs) = org.call(
        "POST",
        "/_sim/records/Lead",
        &json!({"LastName": "B", "Company": "C"}),
    );
    let theirs = theirs["id"].as_str().unwrap().to_owned();
    assert_eq!(org.rows("SELECT Id FROM Lead"), mine.to_string());
    org.wait(Duration::from_mins(1));
    assert_eq!(
        org.rows("SELECT Id, SystemModstamp FROM Lead WHERE LastName = 'B'"),
        format!("{theirs}|2026-06-10T12:00:00.000+0000")
    );
}
