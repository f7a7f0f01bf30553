//! `/events`: what is accepted, kept, listed and counted.

use serde_json::{Value, json};

use crate::town::{NOON, TOKEN, Town};

const DAY: i64 = 24 * 3600;

async fn user(town: &Town) -> String {
    let body = json!({"external_id": "42", "email": "ev@x.example"});
    let made = town.post("/contacts", body).await.body;
    made["id"].as_str().unwrap().to_owned()
}

async fn listed(town: &Town, query: &str) -> Value {
    let answer = town.get(&format!("/events?type=user&{query}")).await;
    assert_eq!(answer.status, 200, "{query}");
    answer.body
}

#[tokio::test]
async fn a_user_is_named_in_three_ways_and_a_lead_in_one() {
    let town = Town::new();
    let user = user(&town).await;
    let lead = town.lead("lead@x.example").await;
    for (person, status) in [
        (json!({"id": user}), 202),
        (json!({"user_id": "42"}), 202),
        (json!({"email": " EV@x.example"}), 202),
        (json!({"id": lead}), 202),
        (json!({"email": "lead@x.example"}), 404),
        (json!({"user_id": "43"}), 404),
        (json!({"id": "none"}), 404),
        (json!({}), 400),
    ] {
        let mut body = person.clone();
        body["event_name"] = json!("seen");
        body["created_at"] = json!(NOON);
        let answer = town.post("/events", body).await;
        assert_eq!(answer.status, status, "{person}");
        if status == 404 {
            assert_eq!(answer.message(), "User Not Found");
        }
    }
    let by_email = listed(&town, "email=ev%40x.example").await;
    assert_eq!(by_email["events"].as_array().unwrap().len(), 1, "twins");
    assert_eq!(by_email["events"][0]["user_id"], "42");
}

#[tokio::test]
async fn events_that_make_no_sense_are_refused_by_name() {
    let town = Town::new();
    let id = user(&town).await;
    for (fields, code) in [
        (json!({"event_name": " "}), "parameter_not_found"),
        (json!({"created_at": "noon"}), "parameter_invalid"),
        (json!({"created_at": 1.5}), "parameter_invalid"),
        (json!({"metadata": "gold"}), "parameter_invalid"),
        (json!({"metadata": {"list": [1]}}), "parameter_invalid"),
        (
            json!({"metadata": {"deep": {"a": {"b": 1}}}}),
            "parameter_invalid",
        ),
        (
            json!({"metadata": {"price": {"amount": -1, "currency": "eur"}}}),
            "parameter_invalid",
        ),
    ] {
        let mut body = json!({"event_name": "won", "created_at": NOON, "id": id});
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let answer = town.post("/events", body).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{fields}");
    }
    for (query, code) in [
        ("intercom_user_id=x", "parameter_not_found"),
        ("type=admin&intercom_user_id=x", "parameter_invalid"),
        ("type=user", "parameter_not_found"),
        ("type=user&user_id=42&per_page=0", "parameter_invalid"),
    ] {
        let answer = town.get(&format!("/events?{query}")).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{query}");
    }
    assert_eq!(listed(&town, "user_id=42").await["events"], json!([]));
}

#[tokio::test]
async fn the_first_ten_keys_that_were_sent_are_kept() {
    let town = Town::new();
    let id = user(&town).await;
    // Sent from z to p, so that sorting would keep others.
    let letters = ["z", "y", "x", "w", "v", "u", "t", "s", "r", "q", "p"];
    let keys: Vec<String> = letters.iter().map(|key| format!("\"{key}\":1")).collect();
    let body = format!(
        "{{\"event_name\":\"won\",\"created_at\":{NOON},\"id\":\"{id}\",\"metadata\":{{{}}}}}",
        keys.join(",")
    );
    let request = http::Request::post("/events")
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(axum::body::Body::from(body))
        .unwrap();
    assert_eq!(town.send(request).await.status(), 202);
    let events = listed(&town, "user_id=42").await;
    let kept: Vec<&String> = events["events"][0]["metadata"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(kept, ["q", "r", "s", "t", "u", "v", "w", "x", "y", "z"]);
    let rich = json!({"event_name": "lost", "created_at": NOON, "id": id, "metadata": {
        "order": {"url": "https://x.example/1", "value": "One"}, "close_date": NOON,
        "price": {"amount": 34999, "currency": "eur"}, "link": "https://x.example"}});
    assert_eq!(town.post("/events", rich.clone()).await.status, 202);
    let events = listed(&town, "user_id=42").await;
    assert_eq!(events["events"][0]["metadata"], rich["metadata"]);
}

#[tokio::test]
async fn events_of_90_days_are_listed_page_by_page_and_all_are_counted() {
    let town = Town::new();
    let id = user(&town).await;
    for days in [0, 1, 89, 91] {
        let body = json!({"event_name": "seen", "created_at": NOON - days * DAY, "id": id});
        town.post("/events", body).await;
    }
    let first = listed(&town, "user_id=42&per_page=2").await;
    let times = |body: &Value| -> Vec<i64> {
        let events = body["events"].as_array().unwrap();
        events
            .iter()
            .map(|event| event["created_at"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(times(&first), [NOON, NOON - DAY]);
    let next = first["pages"]["next"].as_str().unwrap();
    let next = url::Url::parse(next).unwrap();
    let rest = town
        .get(&format!("{}?{}", next.path(), next.query().unwrap()))
        .await
        .body;
    assert_eq!(times(&rest), [NOON - 89 * DAY]);
    assert_eq!(rest["pages"].get("next"), None);

    let summary = listed(&town, "user_id=42&summary=true").await;
    assert_eq!(summary["type"], "event.summary");
    assert_eq!(
        summary["events"],
        json!([{"name": "seen", "count": 4, "description": "",
                "first": "2026-03-16T12:00:00.000+00:00",
                "last": "2026-06-15T12:00:00.000+00:00"}])
    );
}

#[tokio::test]
async fn summaries_are_brought_from_elsewhere() {
    let town = Town::new();
    let id = user(&town).await;
    let one = json!({"event_name": "seen", "count": 5, "first": NOON - 10 * DAY,
                     "last": NOON - DAY});
    let body = json!({"user_id": "42", "event_summaries": one});
    let answer = town.post("/events/summaries", body.clone()).await;
    assert_eq!((answer.status, answer.body), (200, Value::Null));
    town.post("/events/summaries", body).await;
    let event = json!({"event_name": "seen", "created_at": NOON, "id": id});
    town.post("/events", event).await;
    let shown = listed(&town, "user_id=42&summary=true").await;
    assert_eq!(
        shown["events"][0]["count"], 6,
        "replaced, and then one more"
    );
    assert_eq!(shown["events"][0]["last"], "2026-06-15T12:00:00.000+00:00");
    for (body, status) in [
        (json!({"user_id": "43", "event_summaries": one}), 404),
        (json!({"event_summaries": one}), 400),
        (json!({"user_id": "42"}), 400),
        (json!({"user_id": "42", "event_summaries": [1]}), 400),
        (
            json!({"user_id": "42", "event_summaries": {"event_name": "seen"}}),
            400,
        ),
    ] {
        let answer = town.post("/events/summaries", body.clone()).await;
        assert_eq!(answer.status, status, "{body}");
    }
}

#[tokio::test]
async fn a_workspace_has_120_names_of_events() {
    let town = Town::new();
    let id = user(&town).await;
    let track = async |name: String| {
        let body = json!({"event_name": name, "created_at": NOON, "id": id});
        town.post("/events", body).await.status
    };
    for at in 0..120 {
        assert_eq!(track(format!("e{at}")).await, 202);
    }
    assert_eq!(track("one more".to_owned()).await, 400);
    assert_eq!(track("e7".to_owned()).await, 202);
}
