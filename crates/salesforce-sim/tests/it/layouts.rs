//! Layouts: which fields people fill in, per record type.

use salesforce_sim::{Fixture, Options};
use serde_json::{Value as Json, json};

use crate::world::{Org, empty, refusal};

const TYPES: &str = r#"
    [[recordTypes]]
    object = "Lead"
    name = "Partner lead"
    developerName = "Partner"
    defaultFor = ["System Administrator"]
"#;

fn items(layout: &Json) -> Vec<(&str, bool)> {
    let rows = layout["detailLayoutSections"][0]["layoutRows"].as_array();
    rows.unwrap()
        .iter()
        .map(|row| {
            let item = &row["layoutItems"][0];
            let name = item["layoutComponents"][0]["value"].as_str().unwrap();
            (name, item["required"].as_bool().unwrap())
        })
        .collect()
}

#[test]
fn every_record_type_and_the_master_have_a_layout() {
    let mut org = Org::new(Options {
        fixture: Some(Fixture::parse(TYPES).unwrap()),
        ..empty()
    });
    let (status, body) = org.get("sobjects/Lead/describe/layouts");
    assert_eq!(status, 200);
    assert_eq!(body["recordTypeSelectorRequired"], json!([true]));
    let mappings = body["recordTypeMappings"].as_array().unwrap();
    let names: Vec<_> = mappings
        .iter()
        .map(|mapping| (&mapping["developerName"], &mapping["master"]))
        .collect();
    assert_eq!(
        names,
        [
            (&json!("Partner"), &json!(false)),
            (&json!("Master"), &json!(true))
        ]
    );
    let url = mappings[0]["urls"]["layout"].as_str().unwrap();
    let (status, layout) = org.get(url);
    assert_eq!((status, &layout["id"]), (200, &mappings[0]["layoutId"]));
    let items = items(&layout);
    assert!(items.contains(&("LastName", true)), "{items:?}");
    assert!(items.contains(&("Email", false)));
    assert!(
        !items.iter().any(|(name, _)| *name == "Name"),
        "put together"
    );
    let (_, described) = org.get("sobjects/Lead/describe");
    let info = described["recordTypeInfos"][1]["urls"]["layout"].as_str();
    assert_eq!(org.get(info.unwrap()).0, 200, "describe leads to it");
    let listed = described["urls"]["layouts"].as_str().unwrap();
    assert_eq!(org.get(listed).0, 200);
}

#[test]
fn another_objects_record_type_has_no_layout_here() {
    let mut org = Org::empty();
    let missing = "404 NOT_FOUND: The requested resource does not exist";
    let path = "sobjects/Lead/describe/layouts/0125e0000000001";
    assert_eq!(refusal(org.get(path)), missing);
    let garbled = org.get("sobjects/Lead/describe/layouts/nothing");
    assert_eq!(refusal(garbled), "400 MALFORMED_ID: malformed id nothing");
    let posted = org.call("POST", "sobjects/Lead/describe/layouts", &json!({}));
    assert_eq!(posted.0, 405);
}
