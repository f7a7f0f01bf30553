//! References by a key of the other record, unique values, and ids that lead nowhere.

use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

fn org() -> Org {
    let mut org = Org::empty();
    for (object, name) in [("Account", "Ext__c"), ("Contact", "Ext__c")] {
        let field = json!({
            "object": object, "name": name, "type": "text", "length": 40,
            "externalId": true, "unique": object == "Account",
        });
        let (status, body) = org.call("POST", "/_sim/fields", &field);
        assert_eq!(status, 200, "{body}");
    }
    org
}

#[test]
fn a_parent_is_named_by_its_key() {
    let mut org = org();
    let account = org.create("Account", &json!({"Name": "Engines", "Ext__c": "X1"}));
    let contact = org.create(
        "Contact",
        &json!({"LastName": "L", "Ext__c": "Y1", "Account": {"Ext__c": "x1"}}),
    );
    assert_eq!(org.field(contact, "AccountId"), json!(account));
    let task = org.create(
        "Task",
        &json!({"Who": {"attributes": {"type": "Contact"}, "Ext__c": "Y1"}}),
    );
    assert_eq!(org.field(task, "WhoId"), json!(contact));
    let path = format!("sobjects/Contact/{contact}");
    assert_eq!(org.call("PATCH", &path, &json!({"Account": null})).0, 204);
    assert_eq!(org.field(contact, "AccountId"), Json::Null);
}

#[test]
fn a_key_that_leads_nowhere_is_refused() {
    let mut org = org();
    let account = org.create("Account", &json!({"Name": "Engines", "Ext__c": "X1"}));
    for name in ["A", "B"] {
        org.create("Contact", &json!({"LastName": name, "Ext__c": "Y"}));
    }
    for (object, fields, told) in [
        (
            "Contact",
            json!({"LastName": "L", "Account": {"Ext__c": "X2"}}),
            "400 INVALID_FIELD: Foreign key external ID: X2 not found for field Ext__c in entity \
             Account"
                .to_owned(),
        ),
        (
            "Contact",
            json!({"LastName": "L", "Account": {"Site": "X"}}),
            "400 INVALID_FIELD: Field name provided, Site does not match an External ID, \
             Salesforce Id, or indexed field for Account"
                .to_owned(),
        ),
        (
            "Contact",
            json!({"LastName": "L", "AccountId": account, "Account": {"Ext__c": "X1"}}),
            "400 INVALID_FIELD: Cannot specify both an external ID reference Account and a \
             salesforce id, AccountId"
                .to_owned(),
        ),
        (
            "Task",
            json!({"Who": {"Ext__c": "Y"}}),
            "400 INVALID_FIELD: The relationship Who needs the type that it leads to".to_owned(),
        ),
        (
            "Task",
            json!({"Who": {"attributes": {"type": "Contact"}, "Ext__c": "Y"}}),
            "400 DUPLICATE_EXTERNAL_ID: Foreign key external ID: Y matches more than one Contact"
                .to_owned(),
        ),
    ] {
        let answer = org.call("POST", &format!("sobjects/{object}"), &fields);
        assert_eq!(refusal(answer), told);
    }
}

#[test]
fn a_unique_value_is_there_once() {
    let mut org = org();
    let first = org.create("Account", &json!({"Name": "A", "Ext__c": "X1"}));
    let second = org.create("Account", &json!({"Name": "B", "Ext__c": "X2"}));
    let told = format!(
        "400 DUPLICATE_VALUE: duplicate value found: Ext__c duplicates value on record with id: {}",
        first.short()
    );
    let account = json!({"Name": "C", "Ext__c": "x1"});
    assert_eq!(
        refusal(org.call("POST", "sobjects/Account", &account)),
        told
    );
    let path = format!("sobjects/Account/{second}");
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({"Ext__c": "X1"}))),
        told
    );
    assert_eq!(org.call("PATCH", &path, &json!({"Ext__c": "X2"})).0, 204);
    org.call("DELETE", &format!("sobjects/Account/{first}"), &Json::Null);
    assert_eq!(org.call("PATCH", &path, &json!({"Ext__c": "X1"})).0, 204);
}

#[test]
fn a_create_takes_no_id() {
    let mut org = Org::empty();
    let mut lead = ada();
    lead["Id"] = json!("00Q5e0000000009");
    assert_eq!(
        org.call("POST", "sobjects/Lead", &lead),
        (
            400,
            json!([{
                "errorCode": "INVALID_FIELD_FOR_INSERT_UPDATE",
                "message": "cannot specify Id in an insert call",
                "fields": ["Id"],
            }])
        )
    );
}

#[test]
fn several_values_are_kept_in_the_picklists_order() {
    let mut org = Org::empty();
    let field = json!({
        "object": "Lead", "name": "Needs__c", "type": "multiPicklist",
        "values": ["Looms", "Engines", "Cards"], "restricted": true,
    });
    let (status, body) = org.call("POST", "/_sim/fields", &field);
    assert_eq!(status, 200, "{body}");
    let mut lead = ada();
    lead["Needs__c"] = json!("Cards; Looms;Cards");
    let id = org.create("Lead", &lead);
    assert_eq!(org.field(id, "Needs__c"), "Looms;Cards");
    lead["Needs__c"] = json!("Looms;Steam");
    assert_eq!(
        refusal(org.call("POST", "sobjects/Lead", &lead)),
        "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: Needs: bad value for restricted picklist \
         field: Steam"
    );
    let path = format!("sobjects/Lead/{id}");
    assert_eq!(org.call("PATCH", &path, &json!({"Needs__c": ";"})).0, 204);
    assert_eq!(org.field(id, "Needs__c"), Json::Null);
}
