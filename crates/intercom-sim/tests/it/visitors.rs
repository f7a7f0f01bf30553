//! `/visitors`: people who said nothing yet.

use http::Method;
use serde_json::{Value, json};

use crate::town::{NOON, Town};

async fn visit(town: &Town, name: Value) -> String {
    let headers = [("content-type", "application/json")];
    let body = json!({"name": name});
    let path = "/_sim/visitors";
    let made = town
        .call_as(&headers, Method::POST, path, Some(&body))
        .await;
    made.body["user_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_visitor_is_read_and_changed_and_is_in_no_list() {
    let town = Town::new();
    let user_id = visit(&town, Value::Null).await;
    let path = format!("/visitors?user_id={user_id}");
    let visitor = town.get(&path).await.body;
    assert_eq!(visitor["type"], "visitor");
    assert_eq!(visitor["anonymous"], true);
    assert_eq!(
        (visitor["name"].clone(), visitor["created_at"].clone()),
        (Value::Null, json!(NOON))
    );
    assert_eq!(visitor["pseudonym"].as_str().unwrap().split(' ').count(), 2);
    let by_id = json!({"id": visitor["id"], "name": "Gareth"});
    assert_eq!(town.put("/visitors", by_id).await.body["name"], "Gareth");
    let by_user_id = json!({"user_id": user_id, "name": "Bale"});
    assert_eq!(town.put("/visitors", by_user_id).await.body["name"], "Bale");
    assert_eq!(town.get("/contacts").await.body["total_count"], 24);
    for (path, status) in [("/visitors?user_id=none", 404), ("/visitors", 400)] {
        assert_eq!(town.get(path).await.status, status, "{path}");
    }
    for (body, status, message) in [
        (json!({"id": "none"}), 404, "Visitor Not Found"),
        (json!({"name": "x"}), 400, "id or user_id must be given"),
        (
            json!({"user_id": user_id, "name": 7}),
            400,
            "name must be a string",
        ),
        (
            json!({"user_id": user_id, "name": null}),
            400,
            "name must be a string",
        ),
    ] {
        let answer = town.put("/visitors", body.clone()).await;
        assert_eq!(
            (answer.status, answer.message()),
            (status, message),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_visitor_becomes_a_contact_or_part_of_one() {
    let town = Town::new();
    let convert = async |user_id: &str, kind: &str, user: Value| {
        let body = json!({"type": kind, "visitor": {"user_id": user_id}, "user": user});
        town.post("/visitors/convert", body).await
    };
    let first = visit(&town, json!("Gareth")).await;
    let made = convert(
        &first,
        "user",
        json!({"user_id": "v-1", "email": "Foo@bar.example"}),
    )
    .await;
    assert_eq!(made.status, 200);
    assert_eq!(made.body["role"], "user");
    assert_eq!(made.body["email"], "foo@bar.example");
    assert_eq!(made.body["name"], "Gareth");
    assert_eq!(town.topics().await, ["contact.user.created"]);
    let path = format!("/visitors?user_id={first}");
    assert_eq!(town.get(&path).await.message(), "Visitor Not Found");

    let second = visit(&town, Value::Null).await;
    let merged = convert(
        &second,
        "user",
        json!({"user_id": "v-9", "email": "foo@bar.example"}),
    )
    .await;
    assert_eq!(merged.body["id"], made.body["id"]);
    assert!(town.topics().await.is_empty());

    let known = visit(&town, Value::Null).await;
    let by_email = json!({"email": "foo@bar.example"});
    let by_email = convert(&known, "user", by_email).await;
    assert_eq!(by_email.body["id"], made.body["id"]);

    let third = visit(&town, Value::Null).await;
    let lead = convert(
        &third,
        "lead",
        json!({"user_id": "v-2", "email": "l@bar.example"}),
    )
    .await;
    assert_eq!(lead.body["role"], "lead");
    let fourth = visit(&town, Value::Null).await;
    for (kind, user, status) in [
        ("person", json!({}), 400),
        ("user", Value::Null, 400),
        ("user", json!({"id": "none"}), 404),
    ] {
        let answer = convert(&fourth, kind, user.clone()).await;
        assert_eq!(answer.status, status, "{kind} {user}");
    }
    let gone = convert(
        &third,
        "lead",
        json!({"user_id": "v-2", "email": "l@bar.example"}),
    )
    .await;
    assert_eq!((gone.status, gone.message()), (404, "Visitor Not Found"));
}
