//! Tags of conversations and of their parts.

use http::Method;
use serde_json::{Value, json};

use crate::controls::control;
use crate::conversation_changes::begun;
use crate::town::{NOON, Received, Town};

#[tokio::test]
async fn a_tag_tells_who_put_it_on_and_when_and_stays_as_it_was_put_on() {
    let town = Town::new();
    let path = begun(&town).await;
    let tags = format!("{path}/tags");
    let admins = town.get("/admins").await.body;
    let (ann, bob) = (&admins["admins"][0]["id"], &admins["admins"][1]["id"]);
    let tag = json!({"id": "1287", "admin_id": ann});
    let on = json!({
        "type": "tag", "id": "1287", "name": "billing", "applied_at": NOON,
        "applied_by": {"type": "admin", "id": ann},
    });
    assert_eq!(town.post(&tags, tag).await.body, on);
    town.wait(60);
    let again = json!({"id": "1287", "admin_id": bob});
    assert_eq!(town.post(&tags, again).await.body, on);
    let shown = town.get(&path).await.body;
    assert_eq!(shown["tags"], json!({"type": "tag.list", "tags": [on]}));
    assert_eq!(shown["updated_at"], NOON);
    let one = format!("{tags}/1287");
    let by = json!({"admin_id": bob});
    let off = town.call(Method::DELETE, &one, Some(&by)).await;
    assert_eq!((off.status, off.body), (200, on));
    let shown = town.get(&path).await.body;
    assert_eq!(shown["tags"]["tags"], json!([]));
    assert_eq!(shown["updated_at"], NOON + 60);
    let gone = town.call(Method::DELETE, &one, Some(&by)).await;
    assert_eq!((gone.status, gone.code()), (404, "tag_not_found"));
}

#[tokio::test]
async fn a_tag_needs_a_teammate_and_must_exist() {
    let town = Town::new();
    let path = begun(&town).await;
    let tags = format!("{path}/tags");
    let me = town.get("/me").await.body["id"].clone();
    for (body, status, code) in [
        (json!({"id": "1287"}), 400, "parameter_not_found"),
        (json!({"admin_id": me}), 400, "parameter_not_found"),
        (
            json!({"id": "1287", "admin_id": "1"}),
            404,
            "admin_not_found",
        ),
        (json!({"id": "1", "admin_id": me}), 404, "tag_not_found"),
    ] {
        let refused = town.post(&tags, body).await;
        assert_eq!((refused.status, refused.code()), (status, code));
    }
    let nobodys = json!({"id": "1287", "admin_id": me});
    let refused = town.post("/conversations/1/tags", nobodys).await;
    assert_eq!(refused.code(), "conversation_not_found");
    assert_eq!(town.get(&path).await.body["tags"]["tags"], json!([]));
}

#[tokio::test]
async fn a_tag_on_a_part_is_on_its_conversation_and_is_told_with_the_part() {
    let town = Town::new();
    let path = begun(&town).await;
    let me = town.get("/me").await.body["id"].clone();
    let note = json!({"message_type": "note", "type": "admin", "admin_id": me, "body": "Rich"});
    let shown = town.post(&format!("{path}/reply"), note).await.body;
    let part = &shown["conversation_parts"]["conversation_parts"][0];
    town.topics().await;
    let to = format!("/_sim{path}/parts/{}/tags", part["id"].as_str().unwrap());
    for (tag, status) in [("1", 400), ("x", 400), ("1287", 204), ("1287", 204)] {
        let done = control(&town, Method::POST, &to, json!({ "id": tag })).await;
        assert_eq!(done.0, status);
    }
    town.sim.step_due().await;
    let told: Vec<Value> = town.app.take().iter().map(Received::json).collect();
    assert_eq!(told.len(), 1, "once");
    assert_eq!(told[0]["topic"], "conversation_part.tag.created");
    let item = &told[0]["data"]["item"];
    let billing = json!({"type": "tag", "id": "1287", "name": "billing"});
    assert_eq!(
        (&item["type"], &item["id"], &item["tags"]),
        (
            &json!("conversation_part"),
            &part["id"],
            &json!([billing.clone()])
        )
    );
    let shown = town.get(&path).await.body;
    assert_eq!(shown["tags"]["tags"][0]["applied_by"]["id"], me);
    let parts = &shown["conversation_parts"]["conversation_parts"];
    assert_eq!(parts[0]["tags"], json!([billing]));
    let off = json!({ "admin_id": me });
    town.call(Method::DELETE, &format!("{path}/tags/1287"), Some(&off))
        .await;
    let shown = town.get(&path).await.body;
    let parts = &shown["conversation_parts"]["conversation_parts"];
    assert_eq!(parts[0]["tags"], json!([]));
}
