//! `/_sim`, and faults.

use http::Method;
use intercom_sim::{CallKind, ConnectionCut, Cut, Fault};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::town::{TOKEN, Town};

pub(crate) async fn control(town: &Town, method: Method, path: &str, body: Value) -> (u16, Value) {
    let headers = [("content-type", "application/json")];
    let answer = town.call_as(&headers, method, path, Some(&body)).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn each_api_call_is_written_down_and_nothing_else() {
    let town = Town::new();
    town.get("/me").await;
    let query = json!({"query": {"field": "role", "operator": "=", "value": "lead"}});
    town.post("/contacts/search", query).await;
    town.post("/contacts", json!({})).await;
    town.page("/inbox", "").await;
    let calls = town.sim.calls();
    let told: Vec<_> = calls
        .iter()
        .map(|it| (it.method.as_str(), it.path.as_str(), it.status, it.kind))
        .collect();
    assert_eq!(
        told,
        [
            ("GET", "/me", 200, CallKind::Read),
            ("POST", "/contacts/search", 200, CallKind::Read),
            ("POST", "/contacts", 400, CallKind::Write),
        ]
    );
    let (_, served) = control(&town, Method::GET, "/_sim/calls", Value::Null).await;
    assert_eq!(served[2]["kind"], "write");
    control(&town, Method::DELETE, "/_sim/calls", Value::Null).await;
    assert!(town.sim.calls().is_empty());
}

#[tokio::test]
async fn the_controls_are_served_too() {
    let town = Town::new();
    let id = town.sim.user_id(1);
    let contact = format!("contacts/{id}");
    let notice = json!({"topic": "contact.user.updated", "contact_id": id.to_string()});
    for (method, path, body, status) in [
        ("POST", contact.as_str(), json!({"name": "Quietly"}), 204),
        ("POST", contact.as_str(), json!({"owner_id": "1"}), 400),
        ("POST", "contacts/nobody", json!({}), 404),
        ("POST", "webhooks", notice, 204),
        ("POST", "webhooks", json!({"topic": "x"}), 400),
        ("POST", "ping", Value::Null, 204),
        ("PUT", "webhooks/controls", json!({"lose_next": 3}), 204),
        ("PUT", "webhooks/controls", json!({"loose_next": 3}), 422),
        ("PUT", "rate-limit", json!({"per_minute": 60}), 204),
        ("PUT", "tokens/revoked", json!({"token": "none"}), 404),
        ("PUT", "tokens/revoked", json!({"token": TOKEN}), 204),
        ("DELETE", "installation", Value::Null, 204),
    ] {
        let (method, path) = (method.parse().unwrap(), format!("/_sim/{path}"));
        let (answered, _) = control(&town, method, &path, body.clone()).await;
        assert_eq!(answered, status, "{path} {body}");
    }
    let (_, controls) = control(&town, Method::GET, "/_sim/webhooks/controls", Value::Null).await;
    assert_eq!(controls["lose_next"], 3);
    assert_eq!(town.topics_of_contacts().await, ["Quietly"]);
    let (_, errors) = control(&town, Method::GET, "/_sim/canvas-errors", Value::Null).await;
    assert_eq!(errors, json!([]));
}

#[tokio::test]
async fn the_dump_is_sorted_and_shows_what_can_change() {
    let town = Town::new();
    let (_, dump) = control(&town, Method::GET, "/_sim/contacts", Value::Null).await;
    let dump = dump.as_array().unwrap();
    assert_eq!(dump, &town.sim.contacts());
    assert_eq!(dump.len(), 24);
    assert!(dump.is_sorted_by_key(|row| row["id"].as_str().unwrap()));
    let lead = town.sim.lead_id(3).to_string();
    let row = dump.iter().find(|row| row["id"] == lead.as_str()).unwrap();
    assert_eq!(row["role"], "lead");
    assert_eq!(row["custom_attributes"], json!({}));
}

#[tokio::test]
async fn a_fault_meets_the_calls_that_it_names_and_no_others() {
    let town = Town::new();
    let path = "/contacts/search".to_owned();
    town.sim.add_fault(Fault {
        path,
        times: 2,
        status: Some(503),
        ..Fault::default()
    });
    let query = json!({"query": {"field": "role", "operator": "=", "value": "lead"}});
    assert_eq!(town.get("/me").await.status, 200);
    for status in [503, 503, 200] {
        assert_eq!(
            town.post("/contacts/search", query.clone()).await.status,
            status
        );
    }
    let body =
        json!({"method": "PUT", "status": 429, "body": {"type": "error.list", "errors": []}});
    assert_eq!(
        control(&town, Method::POST, "/_sim/faults", body).await.0,
        204
    );
    assert_eq!(
        control(&town, Method::DELETE, "/_sim/faults", Value::Null)
            .await
            .0,
        204
    );
    assert_eq!(town.get("/me").await.status, 200);
}

#[tokio::test]
async fn a_cut_connection_is_an_error_before_or_after_the_deed() {
    let town = Town::new();
    for (cut, made) in [(Cut::Before, 24), (Cut::After, 25)] {
        town.sim.add_fault(Fault {
            method: Some("POST".to_owned()),
            cut: Some(cut),
            ..Fault::default()
        });
        let request = http::Request::builder()
            .method("POST")
            .uri("/contacts")
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(axum::body::Body::from(r#"{"role":"lead"}"#))
            .unwrap();
        let error = town.sim.service().oneshot(request).await.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&ConnectionCut(cut)));
        assert_eq!(town.sim.contacts().len(), made);
    }
}

impl Town {
    /// The names in the webhooks about contacts that are due.
    async fn topics_of_contacts(&self) -> Vec<String> {
        self.sim.step_due().await;
        let told = self.app.take();
        let names = told
            .iter()
            .map(|it| serde_json::from_slice::<Value>(&it.body).unwrap());
        names
            .filter_map(|it| it["data"]["item"]["name"].as_str().map(str::to_owned))
            .collect()
    }
}
