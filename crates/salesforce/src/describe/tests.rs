use super::*;

fn read(fields: &str) -> ObjectDescribe {
    let wire: DescribeWire = serde_json::from_str(&format!(r#"{{"fields":[{fields}]}}"#)).unwrap();
    ObjectDescribe {
        fields: wire.fields.into_iter().map(FieldDescribe::from).collect(),
    }
}

fn field(name: &str, createable: bool, nillable: bool, defaulted: bool) -> String {
    format!(
        r#"{{"name":"{name}","label":"{name}","type":"string","length":80,"createable":{createable},
            "updateable":true,"nillable":{nillable},"defaultedOnCreate":{defaulted},
            "restrictedPicklist":false,"picklistValues":[],"byteLength":240}}"#
    )
}

#[test]
fn a_field_is_required_if_it_can_be_given_cannot_be_empty_and_has_no_default() {
    let fields = [
        field("LastName", true, false, false),
        field("FirstName", true, true, false),
        field("Status", true, false, true),
        field("CreatedDate", false, false, false),
    ];
    let describe = read(&fields.join(","));
    let required: Vec<&str> = describe
        .required_on_create()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(required, ["LastName"]);
    assert_eq!(
        describe.field("FirstName").map(|field| field.length),
        Some(80)
    );
    assert_eq!(describe.field("Hidden__c"), None);
}

#[test]
fn a_picklist_shows_values_labels_and_default() {
    let describe = read(
        r#"{"name":"Status","label":"Lead Status","type":"picklist","length":255,"createable":true,
            "updateable":true,"nillable":false,"defaultedOnCreate":true,"restrictedPicklist":true,
            "picklistValues":[
              {"active":true,"defaultValue":true,"label":"Offen","validFor":null,"value":"Open"},
              {"active":false,"defaultValue":false,"label":null,"validFor":null,"value":"Closed"}]}"#,
    );
    let expected = FieldDescribe {
        name: "Status".to_owned(),
        label: "Lead Status".to_owned(),
        kind: FieldKind::Picklist,
        length: 255,
        createable: true,
        updateable: true,
        nillable: false,
        defaulted_on_create: true,
        restricted_picklist: true,
        picklist: vec![
            PicklistValue {
                value: "Open".to_owned(),
                label: "Offen".to_owned(),
                active: true,
                default: true,
            },
            PicklistValue {
                value: "Closed".to_owned(),
                label: "Closed".to_owned(),
                active: false,
                default: false,
            },
        ],
    };
    assert_eq!(describe.fields, [expected]);
}

#[test]
fn a_kind_that_is_not_known_keeps_its_name() {
    assert_eq!(FieldKind::from("currency"), FieldKind::Currency);
    assert_eq!(
        FieldKind::from("hologram"),
        FieldKind::Other("hologram".to_owned())
    );
}
