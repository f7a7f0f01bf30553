//! What is kept from apps: records, shares of an object, whole objects, now or in mid-scan.

use std::collections::BTreeSet;
use std::time::Duration;

use salesforce_sim::{Object, RecordId, Restriction};
use serde_json::{Value as Json, json};

use crate::world::{Org, ada, printed, refusal};

fn lead(org: &mut Org, name: &str) -> RecordId {
    org.create("Lead", &json!({"LastName": name, "Company": "C"}))
}

fn leads(org: &mut Org, count: usize) -> Vec<RecordId> {
    (0..count).map(|n| lead(org, &format!("L{n}"))).collect()
}

#[test]
fn a_hidden_record_is_in_no_answer() {
    let mut org = Org::empty();
    let ids = leads(&mut org, 3);
    org.world.delete_as_rep(ids[2]).unwrap();
    let hidden = vec![ids[1], ids[2]];
    org.world.restrict(Restriction::Records(hidden), 0);
    assert_eq!(org.rows("SELECT LastName FROM Lead"), "L0");
    let (_, all) = org.query_by("queryAll", "SELECT LastName FROM Lead");
    assert_eq!(printed(&all["records"]), "L0");
    assert_eq!(org.query("SELECT COUNT() FROM Lead").1["totalSize"], 1);
    let by_id = org.get(&format!("sobjects/Lead/{}", ids[1]));
    assert_eq!(
        refusal(by_id),
        "404 NOT_FOUND: The requested resource does not exist"
    );
    let asked = json!({"ids": [ids[0], ids[1]], "fields": ["LastName"]});
    let (_, many) = org.call("POST", "composite/sobjects/Lead", &asked);
    assert_eq!(
        (&many[0]["LastName"], &many[1]),
        (&json!("L0"), &Json::Null)
    );
    org.world.show_records(&[ids[1]]);
    assert_eq!(org.rows("SELECT LastName FROM Lead"), "L0; L1");
}

#[test]
fn a_write_to_a_hidden_record_lacks_access_and_changes_nothing() {
    let mut org = Org::empty();
    let id = lead(&mut org, "L");
    org.world.restrict(Restriction::Records(vec![id]), 0);
    let path = format!("sobjects/Lead/{id}");
    let told = "400 INSUFFICIENT_ACCESS_OR_READONLY: insufficient access rights on object id";
    let name = json!({"LastName": "M"});
    assert_eq!(refusal(org.call("PATCH", &path, &name)), told);
    assert_eq!(refusal(org.call("DELETE", &path, &Json::Null)), told);
    let typed = json!({"attributes": {"type": "Lead"}, "Id": id, "LastName": "M"});
    let (status, body) = org.call("PATCH", "composite/sobjects", &json!({"records": [typed]}));
    let error = &body[0]["errors"][0];
    assert_eq!(
        (status, &error["statusCode"]),
        (200, &json!("INSUFFICIENT_ACCESS_OR_READONLY"))
    );
    let task = json!({"Subject": "Call", "WhoId": id});
    assert_eq!(
        refusal(org.call("POST", "sobjects/Task", &task)),
        format!(
            "400 INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: insufficient access rights on \
             cross-reference id: {id}"
        )
    );
    assert_eq!(org.field(id, "LastName"), "L");
}

#[test]
fn a_rep_sees_and_writes_what_is_kept_from_apps() {
    let mut org = Org::empty();
    let id = lead(&mut org, "L");
    org.world.restrict(Restriction::Object(Object::Lead), 0);
    let stamp = org.field(id, "SystemModstamp");
    org.world
        .edit_as_rep(id, &json!({"LastName": "M"}))
        .unwrap();
    assert_eq!(org.field(id, "LastName"), "M");
    org.world.lift_restrictions();
    assert_eq!(org.rows("SELECT LastName FROM Lead"), "M");
    assert_eq!(org.field(id, "SystemModstamp"), stamp);
}

#[test]
fn a_share_holds_every_smaller_share() {
    let mut org = Org::empty();
    leads(&mut org, 150);
    let mut shown = |percent| {
        let object = Object::Lead;
        org.world
            .restrict(Restriction::Share { object, percent }, 0);
        let (_, body) = org.query("SELECT Id FROM Lead");
        let rows = body["records"].as_array().unwrap().clone();
        let ids = rows
            .iter()
            .map(|row| row["Id"].as_str().unwrap().to_owned());
        ids.collect::<BTreeSet<_>>()
    };
    let (all, most, few, none) = (shown(0), shown(20), shown(80), shown(100));
    assert_eq!((all.len(), none.len()), (150, 0));
    assert!((100..140).contains(&most.len()), "{}", most.len());
    assert!((10..50).contains(&few.len()), "{}", few.len());
    assert!(few.is_subset(&most));
}

#[test]
fn a_restriction_can_wait_for_calls() {
    let mut org = Org::empty();
    let id = lead(&mut org, "L");
    org.world.restrict(Restriction::Records(vec![id]), 2);
    for seen in ["L", "L", "", ""] {
        assert_eq!(org.rows("SELECT LastName FROM Lead"), seen);
    }
}

#[test]
fn later_pages_lack_what_was_hidden_in_mid_scan() {
    let mut org = Org::empty();
    let ids = leads(&mut org, 600);
    let job = json!({"operation": "query", "query": "SELECT LastName FROM Lead"});
    let (_, job) = org.call("POST", "jobs/query", &job);
    let path = "query?q=SELECT+LastName+FROM+Lead";
    let pages_of_200 = [("sforce-query-options", "batchSize=200")];
    let (_, first) = org.call_with("GET", path, &pages_of_200, &Json::Null);
    let next = first["nextRecordsUrl"].as_str().unwrap().to_owned();
    let hidden = ids[100..500].to_vec();
    org.world.restrict(Restriction::Records(hidden), 0);
    let (_, second) = org.call_with("GET", &next, &pages_of_200, &Json::Null);
    assert_eq!(second["records"], json!([]));
    assert_eq!(second["done"], false);
    let next = second["nextRecordsUrl"].as_str().unwrap().to_owned();
    let (_, third) = org.call_with("GET", &next, &pages_of_200, &Json::Null);
    assert_eq!(third["records"].as_array().unwrap().len(), 100);
    org.wait(Duration::from_secs(1));
    let id = job["id"].as_str().unwrap();
    let request = http::Request::get(format!("/services/data/v67.0/jobs/query/{id}/results"))
        .header("authorization", "Bearer token")
        .body(String::new())
        .unwrap();
    let response = org.send(request);
    assert_eq!(response.headers()["sforce-numberofrecords"], "200");
    let text = response.into_body().into_bytes();
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), 202);
    assert_eq!(
        (lines[100], lines[101]),
        (&b"\"L99\""[..], &b"\"L500\""[..])
    );
}

#[test]
fn an_object_without_permission_is_as_if_it_did_not_exist() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Engines"}));
    let contact = org.create("Contact", &json!({"LastName": "L", "AccountId": account}));
    org.world.restrict(Restriction::Object(Object::Account), 0);
    assert_eq!(
        refusal(org.query("SELECT Id FROM Account")),
        "400 INVALID_TYPE: \nSELECT Id FROM Account\n               ^\nERROR at \
         Row:1:Column:16\nsObject type 'Account' is not supported. If you are attempting to use a \
         custom object, be sure to append the '__c' after the entity name. Please reference your \
         WSDL or the describe call for the appropriate names."
    );
    let through = refusal(org.query("SELECT Account.Name FROM Contact"));
    assert!(through.starts_with("400 INVALID_FIELD: "), "{through}");
    assert!(through.contains("Didn't understand relationship 'Account'"));
    let path = format!("sobjects/Account/{account}");
    let missing = "404 NOT_FOUND: The requested resource does not exist";
    assert_eq!(refusal(org.get(&path)), missing);
    assert_eq!(refusal(org.get("sobjects/Account/describe")), missing);
    let typed = json!({"attributes": {"type": "Account"}, "Id": account, "Name": "N"});
    let (_, body) = org.call("PATCH", "composite/sobjects", &json!({"records": [typed]}));
    assert_eq!(body[0]["errors"][0]["statusCode"], "INVALID_TYPE");
    let (_, global) = org.get("sobjects");
    let listed = global["sobjects"].as_array().unwrap();
    assert!(listed.iter().all(|object| object["name"] != "Account"));
    let by_id = org.get(&format!("sobjects/Contact/{contact}?fields=LastName"));
    assert_eq!(by_id.1["LastName"], "L");
}

#[test]
fn restrictions_are_served_too() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    let hide = |restriction: Json| json!({"afterCalls": 0, "restriction": restriction});
    let records = hide(json!({"records": [id]}));
    let share = json!({"restriction": {"share": {"object": "Lead", "percent": 100}}});
    let object = hide(json!({"object": "Lead"}));
    assert_eq!(org.call("POST", "/_sim/restrictions", &records).0, 200);
    let (_, shown) = org.get("/_sim/restrictions");
    assert_eq!(
        shown,
        json!({
            "records": [id], "percents": {}, "objects": [], "rights": {}, "fields": {},
            "waiting": [],
        })
    );
    let lift_one = format!("/_sim/restrictions/{id}");
    assert_eq!(org.call("DELETE", &lift_one, &Json::Null).0, 200);
    assert_eq!(org.rows("SELECT LastName FROM Lead"), "Lovelace");
    for (restriction, status) in [(share, 200), (object, 400)] {
        org.call("POST", "/_sim/restrictions", &restriction);
        let (answered, body) = org.query("SELECT LastName FROM Lead");
        assert_eq!(answered, status);
        assert!(body["records"].as_array().is_none_or(Vec::is_empty));
    }
    org.call("DELETE", "/_sim/restrictions", &Json::Null);
    assert_eq!(org.rows("SELECT LastName FROM Lead"), "Lovelace");
    let unknown = json!({"restriction": {"object": "Lead"}, "after": 1});
    assert_eq!(org.call("POST", "/_sim/restrictions", &unknown).0, 400);
}
