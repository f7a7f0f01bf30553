//! Fields and rights that permissions take from apps.

use std::collections::BTreeSet;

use salesforce_sim::{FieldLevel, Object, Restriction, Right};
use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

fn hide(org: &mut Org, field: &str, level: FieldLevel) {
    let restriction = Restriction::Field {
        object: Object::Lead,
        field: field.to_owned(),
        level,
    };
    org.world.restrict(restriction, 0);
}

fn without(org: &mut Org, object: Object, rights: &[Right]) {
    let without: BTreeSet<Right> = rights.iter().copied().collect();
    org.world
        .restrict(Restriction::Rights { object, without }, 0);
}

fn field(org: &mut Org, name: &str) -> Json {
    let (_, lead) = org.get("sobjects/Lead/describe");
    let fields = lead["fields"].as_array().unwrap();
    let found = fields.iter().find(|field| field["name"] == name);
    found.cloned().unwrap_or(Json::Null)
}

#[test]
fn a_hidden_field_is_as_if_it_did_not_exist() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    hide(&mut org, "email", FieldLevel::Hidden);
    assert_eq!(field(&mut org, "Email"), Json::Null);
    let message = "No such column 'Email' on entity 'Lead'. If you are attempting to use a custom \
                   field, be sure to append the '__c' after the custom field name. Please \
                   reference your WSDL or the describe call for the appropriate names.";
    assert_eq!(
        refusal(org.query("SELECT Email FROM Lead")),
        format!(
            "400 INVALID_FIELD: \nSELECT Email FROM Lead\n       ^\nERROR at Row:1:Column:8\n\
             {message}"
        )
    );
    let filtered = refusal(org.query("SELECT Id FROM Lead WHERE Email = 'a@b.example'"));
    assert!(filtered.starts_with("400 INVALID_FIELD: "), "{filtered}");
    let sorted = refusal(org.query("SELECT Id FROM Lead ORDER BY Email"));
    assert!(sorted.starts_with("400 INVALID_FIELD: "), "{sorted}");
    let path = format!("sobjects/Lead/{id}");
    let (_, read) = org.get(&path);
    assert_eq!(
        (&read["Email"], &read["LastName"]),
        (&Json::Null, &json!("Lovelace"))
    );
    assert!(!read.as_object().unwrap().contains_key("Email"));
    assert_eq!(
        refusal(org.get(&format!("{path}?fields=Email"))),
        "400 INVALID_FIELD: No such column 'Email' on sobject of type Lead"
    );
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({"Email": "x@y.example"}))),
        "400 INVALID_FIELD: No such column 'Email' on sobject of type Lead"
    );
    let edit = json!({"Email": "rep@y.example"});
    org.world.edit_as_rep(id, &edit).unwrap();
    assert_eq!(org.field(id, "Email"), "rep@y.example", "people see it");
    org.world.lift_restrictions();
    assert_eq!(org.rows("SELECT Email FROM Lead"), "rep@y.example");
}

#[test]
fn what_follows_from_a_hidden_field_is_still_told() {
    let mut org = Org::empty();
    let task = org.create("Task", &json!({"Subject": "Call", "Status": "Completed"}));
    org.world.restrict(
        Restriction::Field {
            object: Object::Task,
            field: "Priority".to_owned(),
            level: FieldLevel::Hidden,
        },
        0,
    );
    assert_eq!(
        org.rows("SELECT IsClosed, IsHighPriority FROM Task"),
        "true|false"
    );
    assert_eq!(org.get(&format!("sobjects/Task/{task}")).0, 200);
}

#[test]
fn a_read_only_field_can_be_read_and_not_written() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    hide(&mut org, "Title", FieldLevel::ReadOnly);
    let title = field(&mut org, "Title");
    assert_eq!(
        (&title["createable"], &title["updateable"]),
        (&json!(false), &json!(false))
    );
    let told = "400 INVALID_FIELD_FOR_INSERT_UPDATE: Unable to create/update fields: Title. Please \
                check the security settings of this field and verify that it is read/write for \
                your profile or permission set.";
    let path = format!("sobjects/Lead/{id}");
    let title = json!({"Title": "Countess"});
    assert_eq!(refusal(org.call("PATCH", &path, &title)), told);
    let lead = json!({"LastName": "L", "Company": "C", "Title": "Countess"});
    assert_eq!(refusal(org.call("POST", "sobjects/Lead", &lead)), told);
    assert_eq!(org.query("SELECT Title FROM Lead").0, 200);
}

#[test]
fn a_right_that_is_taken_away_is_described_and_refused() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    let path = format!("sobjects/Lead/{id}");
    without(&mut org, Object::Lead, &[Right::Edit, Right::Delete]);
    let denied = "400 INSUFFICIENT_ACCESS_OR_READONLY: insufficient access rights on object id";
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({"Title": "T"}))),
        denied
    );
    assert_eq!(refusal(org.call("DELETE", &path, &Json::Null)), denied);
    let (_, lead) = org.get("sobjects/Lead/describe");
    for (flag, holds) in [
        ("createable", true),
        ("updateable", false),
        ("deletable", false),
        ("queryable", true),
    ] {
        assert_eq!(lead[flag], holds, "{flag}");
    }
    let (_, global) = org.get("sobjects");
    let listed = global["sobjects"].as_array().unwrap();
    let lead = listed.iter().find(|object| object["name"] == "Lead");
    assert_eq!(lead.unwrap()["updateable"], false);
    assert_eq!(field(&mut org, "Title")["updateable"], false);
    assert_eq!(field(&mut org, "Title")["createable"], true);
    org.create("Lead", &ada());
    without(&mut org, Object::Lead, &[Right::Create]);
    let refused = org.call("POST", "sobjects/Lead", &ada());
    assert_eq!(
        refusal(refused),
        "400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: entity type cannot be inserted: Lead"
    );
    org.world.edit_as_rep(id, &json!({"Title": "T"})).unwrap();
}

#[test]
fn the_rows_of_permissions_follow() {
    let mut org = Org::empty();
    let mine = "SELECT PermissionsEdit, PermissionsRead FROM FieldPermissions \
                WHERE Field = 'Lead.Email' AND Parent.Profile.Name = 'System Administrator'";
    assert_eq!(org.rows(mine), "true|true");
    hide(&mut org, "Email", FieldLevel::ReadOnly);
    assert_eq!(org.rows(mine), "false|true");
    hide(&mut org, "Email", FieldLevel::Hidden);
    assert_eq!(org.rows(mine), "false|false");
    without(&mut org, Object::Case, &[Right::Edit]);
    let cases = "SELECT Parent.Profile.Name, PermissionsEdit FROM ObjectPermissions \
                 WHERE SobjectType = 'Case'";
    assert_eq!(
        org.rows(cases),
        "System Administrator|false; Standard User|true; Read Only|false"
    );
    org.world.lift_restrictions();
    assert_eq!(org.rows(mine), "true|true");
}

#[test]
fn a_describe_is_newer_when_a_permission_changed() {
    let mut org = Org::empty();
    org.wait(std::time::Duration::from_mins(5));
    let since = [("if-modified-since", "Wed, 10 Jun 2026 12:00:00 GMT")];
    let describe = |org: &mut Org| {
        let path = "sobjects/Lead/describe";
        org.call_with("GET", path, &since, &Json::Null).0
    };
    assert_eq!(describe(&mut org), 304);
    let id = org.create("Lead", &ada());
    org.world.restrict(Restriction::Records(vec![id]), 0);
    assert_eq!(describe(&mut org), 304, "sharing is no metadata");
    hide(&mut org, "Email", FieldLevel::Hidden);
    assert_eq!(describe(&mut org), 200);
}

#[test]
fn field_security_is_served_too() {
    let mut org = Org::empty();
    let hidden = json!({"restriction": {"field": {
        "object": "Lead", "field": "Email", "level": "hidden",
    }}});
    assert_eq!(org.call("POST", "/_sim/restrictions", &hidden).0, 200);
    assert_eq!(org.query("SELECT Email FROM Lead").0, 400);
    let rights = json!({"restriction": {"rights": {"object": "Case", "without": ["create"]}}});
    assert_eq!(org.call("POST", "/_sim/restrictions", &rights).0, 200);
    assert_eq!(
        org.get("/_sim/restrictions").1,
        json!({
            "records": [], "percents": {}, "objects": [], "waiting": [],
            "rights": {"Case": ["create"]}, "fields": {"Lead": {"Email": "hidden"}},
        })
    );
    for unknown in ["LastName", "Id", "Foo"] {
        let field = json!({"restriction": {"field": {
            "object": "Lead", "field": unknown, "level": "hidden",
        }}});
        let (status, body) = org.call("POST", "/_sim/restrictions", &field);
        assert_eq!((status, &body["code"]), (400, &json!("INVALID_FIELD")));
    }
}
