//! The dump by which two workspaces are compared, and the counts of calls.

use http::Method;
use intercom_sim::CallCount;
use serde_json::{Value, json};

use crate::town::{NOON, Town};

fn text(town: &Town) -> String {
    let bytes: Vec<u8> = town.sim.dump_lines().flatten().collect();
    String::from_utf8(bytes).unwrap()
}

fn of(town: &Town, kind: &str) -> Vec<Value> {
    let text = text(town);
    let lines = text.lines().map(serde_json::from_str::<Value>);
    lines
        .map(Result::unwrap)
        .filter(|line| line["type"] == kind)
        .collect()
}

/// An attribute, a value, an owner, an event and a note, in one order or the other.
async fn lived(town: &Town, swapped: bool) {
    let mut names = ["plan", "stage"];
    if swapped {
        names.reverse();
    }
    for name in names {
        let body = json!({"model": "contact", "name": name, "data_type": "string"});
        town.post("/data_attributes", body).await;
    }
    let id = town.sim.user_id(0);
    let values = json!({"custom_attributes": {"plan": "gold", "stage": "won"}});
    town.put(&format!("/contacts/{id}"), values).await;
    for name in names {
        let event = json!({"event_name": name, "created_at": NOON, "id": id, "metadata": {"a": 1}});
        town.post("/events", event).await;
        town.wait(60);
        town.post(&format!("/contacts/{id}/notes"), json!({"body": name}))
            .await;
    }
}

#[tokio::test]
async fn workspaces_that_hold_the_same_have_equal_dumps_however_they_got_there() {
    let (one, other) = (Town::new(), Town::new());
    lived(&one, false).await;
    lived(&other, true).await;
    assert_eq!(text(&one), text(&other));
    let attribute = json!({"custom_attributes": {"plan": "silver"}});
    let contact = format!("/contacts/{}", other.sim.user_id(0));
    other.put(&contact, attribute).await;
    assert_ne!(text(&one), text(&other));
}

#[tokio::test]
async fn the_dump_shows_what_a_person_can_see_and_no_times() {
    let town = Town::new();
    lived(&town, false).await;
    let id = town.sim.user_id(0).to_string();
    let contacts = of(&town, "contact");
    assert_eq!(contacts.len(), 24);
    let row = contacts.iter().find(|row| row["id"] == id.as_str());
    assert_eq!(
        row.unwrap()["custom_attributes"],
        json!({"plan": "gold", "stage": "won"})
    );
    assert_eq!(
        of(&town, "event"),
        [
            json!({"type": "event", "contact": id, "name": "plan", "metadata": {"a": 1}}),
            json!({"type": "event", "contact": id, "name": "stage", "metadata": {"a": 1}}),
        ]
    );
    let notes = of(&town, "note");
    assert!(
        notes.contains(
            &json!({"type": "note", "contact": id, "body": "<p>plan</p>", "author": null})
        )
    );
    let names: Vec<Value> = of(&town, "data_attribute")
        .iter()
        .map(|row| row["name"].clone())
        .collect();
    assert_eq!(names, ["plan", "stage", "account_tier", "job_title"]);
    let served = town
        .send(
            http::Request::builder()
                .uri("/_sim/dump")
                .body(axum::body::Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(served.headers()["content-type"], "application/jsonl");
    let served = axum::body::to_bytes(served.into_body(), 1 << 24)
        .await
        .unwrap();
    assert_eq!(served, text(&town));
}

#[tokio::test]
async fn calls_are_counted_by_kind_of_path() {
    let town = Town::new();
    for index in 0..3 {
        let path = format!("/contacts/{}", town.sim.lead_id(index));
        town.get(&path).await;
        town.put(&path, json!({"name": "N"})).await;
    }
    town.get("/admins/12").await;
    let path = |method: &str, path: &str, calls, writes, failed| CallCount {
        method: method.to_owned(),
        path: path.to_owned(),
        calls,
        writes,
        failed,
    };
    let summary = town.sim.call_summary();
    assert_eq!((summary.calls, summary.writes), (7, 3));
    assert_eq!(
        summary.by_path,
        [
            path("GET", "/admins/{id}", 1, 0, 1),
            path("GET", "/contacts/{id}", 3, 0, 0),
            path("PUT", "/contacts/{id}", 3, 3, 0),
        ]
    );
    let url = "/_sim/calls?summary=1";
    let served = town.call_as(&[], Method::GET, url, None).await;
    assert_eq!(served.body, json!(summary));
    town.sim.forget_calls();
    assert_eq!(town.sim.call_summary().calls, 0);
}
