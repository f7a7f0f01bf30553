use engine::Click;
use intercom::canvas::request;
use planner::card::View;
use serde_json::{Value, json};

use super::{of, page_of};

/// The click of a submit with this component, these inputs and this stored data.
fn click(component: &str, inputs: &Value, stored: &Value) -> Click {
    let body = json!({
        "workspace_id": "a1b2c3d4",
        "admin": { "type": "admin", "id": "1" },
        "component_id": component,
        "input_values": inputs,
        "current_canvas": { "content": { "components": [] }, "stored_data": stored },
    });
    of(&request::parse(body.to_string().as_bytes()).unwrap())
}

fn lead(typed: &[(&str, &str)], anyway: bool) -> Click {
    let typed = typed
        .iter()
        .map(|(id, text)| ((*id).to_owned(), (*text).to_owned()));
    Click::SubmitLead {
        typed: typed.collect(),
        anyway,
    }
}

#[test]
fn each_control_is_understood() {
    let none = || json!({});
    for (component, inputs, stored, expected) in [
        ("refresh", none(), none(), Click::Refresh(None)),
        (
            "refresh",
            json!({"view": "person"}),
            json!({"view": "account", "page": 1}),
            Click::Refresh(Some(View::Account)),
        ),
        (
            "take",
            json!({"taken": "00QD000000QYVhdMAH"}),
            none(),
            Click::Take("00QD000000QYVhd".parse().unwrap()),
        ),
        (
            "take:0035500001QdQWaAAN",
            none(),
            none(),
            Click::Take("0035500001QdQWa".parse().unwrap()),
        ),
        ("unpin", none(), none(), Click::Unpin),
        ("back", none(), none(), Click::Draw),
        (
            "view",
            json!({"view": "account"}),
            none(),
            Click::View(View::Account),
        ),
        (
            "view",
            json!({"view": "person"}),
            none(),
            Click::View(View::Person),
        ),
        ("next_page", none(), json!({"page": 1}), Click::Page(2)),
        ("previous_page", none(), json!({"page": 1}), Click::Page(0)),
        ("create_lead", none(), none(), Click::AskLead),
    ] {
        assert_eq!(click(component, &inputs, &stored), expected, "{component}");
    }
}

#[test]
fn l1_what_was_typed_comes_with_the_planner_s_ids() {
    let inputs = json!({
        "lead.email": "ada@acme.io",
        "lead.Topics__c": ["a", "b"],
        "lead.Amount__c": 12,
        "view": "person",
    });
    let expected = [
        ("email", "ada@acme.io"),
        ("Topics__c", "a;b"),
        ("Amount__c", "12"),
    ];
    assert_eq!(
        click("submit_lead", &inputs, &json!({})),
        lead(&expected, false)
    );
}

#[test]
fn l6_creating_anyway_sends_what_was_typed_before() {
    let stored = json!({ "typed": { "email": "ada@acme.io", "odd": 3 } });
    let typed_since = json!({ "lead.email": "eve@evil.example" });
    let expected = lead(&[("email", "ada@acme.io")], true);
    assert_eq!(click("submit_anyway", &typed_since, &stored), expected);
}

#[test]
fn whatever_is_not_understood_draws_the_card() {
    for (component, inputs, stored, expected) in [
        ("item.0", json!({}), json!({}), Click::Draw),
        ("view", json!({"view": "admin"}), json!({}), Click::Draw),
        ("view", json!({"view": ["person"]}), json!({}), Click::Draw),
        ("view", json!({}), json!({}), Click::Draw),
        ("take", json!({}), json!({}), Click::Draw),
        (
            "take",
            json!({"taken": "0015500001QdQWa"}),
            json!({}),
            Click::Draw,
        ),
        ("take:", json!({}), json!({}), Click::Draw),
        ("take:00QD000000QYVhdMAI", json!({}), json!({}), Click::Draw),
        (
            "refresh",
            json!({}),
            json!({"view": "admin"}),
            Click::Refresh(None),
        ),
        (
            "refresh",
            json!({}),
            json!({"view": 1}),
            Click::Refresh(None),
        ),
        ("previous_page", json!({}), json!({}), Click::Page(0)),
        ("next_page", json!({}), json!({"page": "2"}), Click::Page(1)),
        ("next_page", json!({}), json!({"page": -1}), Click::Page(1)),
        (
            "next_page",
            json!({}),
            json!({"page": u64::MAX}),
            Click::Page(usize::MAX),
        ),
    ] {
        assert_eq!(click(component, &inputs, &stored), expected, "{component}");
    }
}

#[test]
fn only_a_page_asks_for_a_page() {
    assert_eq!(page_of(&Click::Page(3)), 3);
    assert_eq!(page_of(&Click::Refresh(None)), 0);
}
