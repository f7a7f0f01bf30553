//! Numbers at the ends of what a field can hold: an answer, and never a broken world.

use http::Method;
use serde_json::{Value, json};

use crate::town::Town;

const EDGES: [i64; 4] = [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX];

#[tokio::test]
async fn times_at_the_ends_of_the_calendar_are_searched_for() {
    let town = Town::new();
    for edge in EDGES {
        for field in ["created_at", "updated_at"] {
            for operator in ["=", ">", "<"] {
                let filter = json!({"field": field, "operator": operator, "value": edge});
                for path in ["/contacts/search", "/conversations/search"] {
                    let answer = town.post(path, json!({"query": filter})).await;
                    assert_eq!(answer.status, 200, "{path} {filter}");
                    let all = (operator == ">") == (edge < 0);
                    let found = answer.body["total_count"].as_u64().unwrap();
                    let wanted = operator != "=" && all;
                    assert_eq!(found > 0, wanted, "{path} {filter}");
                }
            }
        }
    }
    let never = json!({"operator": "AND", "value": [
        {"field": "updated_at", "operator": ">", "value": 1_900_000_000},
        {"field": "updated_at", "operator": "<", "value": 1_000_000_000},
    ]});
    let answer = town.post("/contacts/search", json!({"query": never})).await;
    assert_eq!(
        (answer.status, &answer.body["total_count"]),
        (200, &json!(0))
    );
}

#[tokio::test]
async fn pages_far_beyond_the_last_are_empty() {
    let town = Town::new();
    let lead = town.lead("far@x.example").await;
    for path in [
        format!("/contacts/{lead}/notes"),
        format!("/contacts/{lead}/companies"),
        "/companies".to_owned(),
    ] {
        let answer = town
            .get(&format!("{path}?page={}&per_page=150", u64::MAX))
            .await;
        assert!(
            matches!(answer.status, 200 | 400),
            "{path}: {}",
            answer.status
        );
        if answer.status == 200 {
            assert_eq!(answer.body["data"], json!([]), "{path}");
        }
    }
}

#[tokio::test]
async fn somebody_who_was_seen_before_time_is_shown() {
    let town = Town::new();
    let lead = town.lead("old@x.example").await;
    for edge in EDGES {
        let body = json!({"last_seen_at": edge});
        let answer = town
            .call(Method::PUT, &format!("/contacts/{lead}"), Some(&body))
            .await;
        assert!(matches!(answer.status, 200 | 400), "{}", answer.status);
        for page in [
            "/inbox/contacts".to_owned(),
            format!("/inbox/contacts/{lead}"),
        ] {
            assert_eq!(town.page(&page, "").await.0, 200, "{page}");
        }
    }
}

/// Who was merged, and what they said.
#[tokio::test]
async fn what_a_lead_said_is_the_users_after_a_merge() {
    let town = Town::new();
    let lead = town.lead("both@x.example").await;
    let user = json!({"role": "user", "email": "both@x.example", "name": "Bo Th"});
    let user = town.post("/contacts", user).await.body["id"].clone();
    let start = json!({"from": {"type": "lead", "id": lead}, "body": "Hello"});
    let id = town.post("/conversations", start).await.body["conversation_id"].clone();
    let path = format!("/conversations/{}", id.as_str().unwrap());
    let reply = json!({
        "message_type": "comment", "type": "user", "intercom_user_id": lead, "body": "Still me",
    });
    assert_eq!(town.post(&format!("{path}/reply"), reply).await.status, 200);
    let admin = town.get("/me").await.body["id"].clone();
    let join = json!({"admin_id": admin, "customer": {"intercom_user_id": user}});
    town.post(&format!("{path}/customers"), join).await;

    let merge = json!({"from": lead, "into": user});
    assert_eq!(town.post("/contacts/merge", merge).await.status, 200);
    let whole = town.get(&path).await.body;
    let contacts = whole["contacts"]["contacts"].as_array().unwrap();
    assert_eq!(contacts.len(), 1, "once: {contacts:?}");
    assert_eq!(contacts[0]["id"], user);
    let part = &whole["conversation_parts"]["conversation_parts"][0];
    for author in [&whole["source"]["author"], &part["author"]] {
        assert_eq!((&author["type"], &author["id"]), (&json!("user"), &user));
        assert_eq!(author["name"], "Bo Th");
    }
}

#[tokio::test]
async fn an_email_that_another_user_has_stays_with_them() {
    let town = Town::new();
    let lead = town.lead("one@x.example").await;
    let holder = json!({"role": "user", "email": "one@x.example"});
    town.post("/contacts", holder).await;
    let user = json!({"role": "user", "external_id": "no-mail"});
    let user = town.post("/contacts", user).await.body["id"].clone();
    let merge = json!({"from": lead, "into": user, "skip_duplicate_validation": true});
    let merged = town.post("/contacts/merge", merge).await;
    assert_eq!((merged.status, &merged.body["email"]), (200, &Value::Null));
    let path = format!("/contacts/{}", user.as_str().unwrap());
    let renamed = town.put(&path, json!({"name": "Renamed"})).await;
    assert_eq!(
        (renamed.status, &renamed.body["name"]),
        (200, &json!("Renamed"))
    );
}
