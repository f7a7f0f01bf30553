use serde_json::json;

use super::*;
use crate::canvas::tests::SUBMIT;

#[test]
fn a_request_of_odd_values_is_refused_or_read_and_never_more() {
    let whole: Value = serde_json::from_str(SUBMIT).unwrap();
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("../x"),
        json!("y".repeat(100_000)),
        json!([]),
        json!([[[]]]),
        json!({}),
        json!({ "id": { "id": null } }),
    ];
    let members = whole.as_object().unwrap().keys();
    let people = ["contact", "customer", "user", "conversation", "app_id"];
    for member in members.map(String::as_str).chain(people) {
        for value in &odd {
            let mut request = whole.clone();
            request[member] = value.clone();
            let read = parse(request.to_string().as_bytes());
            if ["workspace_id", "admin"].contains(&member) {
                let is_id = member == "workspace_id" && (value.is_u64() || value.is_i64());
                assert_eq!(read.is_ok(), is_id, "{member}: {value}");
            }
        }
    }
    // Cut anywhere, it is no request.
    for end in 0..SUBMIT.len() {
        assert!(parse(&SUBMIT.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn c1_a_first_drawing_is_read_with_conversation_and_without() {
    let drawn = |conversation: &str| {
        let body = format!(
            r#"{{ "workspace_id": "a1b2c3d4", "workspace_region": "US",
              "admin": {{ "type": "admin", "id": "991267715", "name": "Ciara Admin",
                          "email": "ciara@example.com" }}, {conversation}
              "contact": {{ "type": "contact", "id": "5ba682d23d7cf92bef87bfd4", "role": "user",
                            "email": "jane@example.com", "external_id": "42", "name": null }} }}"#
        );
        parse(body.as_bytes()).unwrap()
    };
    let beside = drawn(r#""conversation": { "type": "conversation", "id": 215473853299345 },"#);
    assert_eq!(
        beside.conversation,
        Some("215473853299345".parse().unwrap())
    );
    let profile = drawn("");
    assert_eq!(
        profile,
        CardRequest {
            workspace_id: "a1b2c3d4".parse().unwrap(),
            teammate: CardTeammate {
                id: "991267715".parse().unwrap(),
                name: Some("Ciara Admin".to_owned()),
                email: Some("ciara@example.com".to_owned()),
            },
            conversation: None,
            contact: Some(ContactStub {
                id: "5ba682d23d7cf92bef87bfd4".parse().unwrap(),
                role: Some(Role::User),
                email: Some("jane@example.com".to_owned()),
                name: None,
            }),
            component_id: None,
            input_values: [].into(),
            stored_data: Map::new(),
        }
    );
}

#[test]
fn a_submit_brings_inputs_and_stored_data() {
    let submit = parse(SUBMIT.as_bytes()).unwrap();
    assert_eq!(submit.component_id.as_deref(), Some("save"));
    assert_eq!(
        submit.input_values["note"],
        InputValue::Text("hi".to_owned())
    );
    assert_eq!(submit.stored_data["k"], "v");
    let chosen = br#"{"workspace_id":"a1b2c3d4","admin":{"id":1},"component_id":"create",
        "input_values":{"topics":["a","b"],"none":[],"seats":3,"unset":null}}"#;
    let values = parse(chosen).unwrap().input_values;
    assert_eq!(
        values["topics"],
        InputValue::Many(vec!["a".to_owned(), "b".to_owned()])
    );
    assert_eq!(values["none"], InputValue::Many(Vec::new()));
    assert_eq!(values["seats"], InputValue::Text("3".to_owned()));
    assert_eq!(values.get("unset"), None);
}

#[test]
fn the_contact_comes_under_three_names() {
    let contact = |members: &str| {
        let body = format!(r#"{{"workspace_id":"a1b2c3d4","admin":{{"id":"1"}},{members}}}"#);
        parse(body.as_bytes())
            .unwrap()
            .contact
            .map(|stub| (stub.id.to_string(), stub.role))
    };
    let lead = Some(("65e7".to_owned(), Some(Role::Lead)));
    assert_eq!(
        contact(r#""contact":{"type":"contact","id":"65e7","role":"lead"}"#),
        lead
    );
    assert_eq!(
        contact(r#""contact":null,"customer":{"id":"65e7","role":"lead"}"#),
        lead
    );
    assert_eq!(contact(r#""user":{"type":"lead","id":"65e7"}"#), lead);
    assert_eq!(
        contact(r#""contact":{"id":"65e7","role":"visitor"}"#),
        Some(("65e7".to_owned(), None))
    );
    assert_eq!(contact(r#""user":"ZW5jcnlwdGVk""#), None);
}

#[test]
fn a_request_without_workspace_or_teammate_is_refused() {
    for body in [
        "{}",
        r#"{"workspace_id":"a1b2c3d4"}"#,
        r#"{"admin":{"id":"1"}}"#,
        "[]",
        "",
    ] {
        assert!(parse(body.as_bytes()).is_err(), "{body}");
    }
}
