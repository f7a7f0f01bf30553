//! The dump by which two orgs are compared.

use std::time::Duration;

use salesforce_sim::{Conversion, Object};
use serde_json::{Value as Json, json};

use crate::world::{Org, ada, empty, noon};

fn lines(org: &Org) -> Vec<Json> {
    let bytes: Vec<u8> = org.world.dump_lines().flatten().collect();
    let text = String::from_utf8(bytes).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn of<'lines>(lines: &'lines [Json], object: &str) -> Vec<&'lines Json> {
    lines
        .iter()
        .filter(|line| line["object"] == object)
        .collect()
}

#[test]
fn a_line_is_a_record_without_the_times_of_its_writes() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    let owner = org.world.integration_user();
    let dump = lines(&org);
    let leads = of(&dump, "Lead");
    assert_eq!(
        leads,
        [&json!({
            "object": "Lead", "Id": id, "IsDeleted": false, "LastName": "Lovelace",
            "FirstName": "Ada", "Name": "Ada Lovelace", "Company": "Engines",
            "Email": "Ada@Engines.example", "Status": "Open - Not Contacted", "OwnerId": owner,
            "IsConverted": false, "CreatedById": owner, "IsUnreadByOwner": false,
            "DoNotCall": false, "HasOptedOutOfEmail": false,
        })]
    );
    org.world.delete_as_rep(id).unwrap();
    assert_eq!(of(&lines(&org), "Lead")[0]["IsDeleted"], true);
    org.world.purge_as_rep(id).unwrap();
    assert_eq!(of(&lines(&org), "Lead"), Vec::<&Json>::new());
}

#[test]
fn orgs_that_came_to_hold_the_same_at_different_times_have_equal_dumps() {
    let mut quick = Org::new(empty());
    let mut slow = Org::new(empty());
    for org in [&mut quick, &mut slow] {
        let id = org.create("Lead", &ada());
        org.wait(Duration::from_mins(10));
        org.world.due(org.now);
        org.world
            .convert_as_rep(id, &Conversion::default())
            .unwrap();
    }
    slow.wait(Duration::from_hours(1));
    let (_, found) = slow.query("SELECT Id FROM Contact");
    let contact = found["records"][0]["Id"].as_str().unwrap().to_owned();
    let path = format!("sobjects/Contact/{contact}");
    slow.call("PATCH", &path, &json!({"LastName": "Lovelace"}));
    assert_ne!(quick.world.dump(), slow.world.dump());
    assert_eq!(lines(&quick), lines(&slow));
    slow.call("PATCH", &path, &json!({"LastName": "King"}));
    assert_ne!(lines(&quick), lines(&slow));
}

#[test]
fn the_dump_is_served_by_object_and_id() {
    let mut org = Org::new(salesforce_sim::Options {
        leads: 300,
        ..empty()
    });
    let request = http::Request::get("/_sim/dump")
        .body(String::new())
        .unwrap();
    let response = org.send(request);
    assert_eq!(response.headers()["content-type"], "application/jsonl");
    let served = response.into_body().into_bytes();
    let told: Vec<u8> = org.world.dump_lines().flatten().collect();
    assert_eq!(served, told);
    let dump = lines(&org);
    let keys = dump.iter().map(|line| {
        let text = |name: &str| line[name].as_str().unwrap();
        (text("object"), text("Id"))
    });
    assert!(keys.is_sorted());
    assert_eq!(of(&dump, Object::Lead.name()).len(), 300);
    assert_eq!(org.now, noon());
}
