//! Files go with the messages that they came with.

use serde_json::{Value, json};

use crate::conversation_changes::begun;
use crate::town::Town;

/// Sends a file without words; gives the part.
async fn sent(town: &Town, path: &str, data: &str) -> Value {
    let me = town.get("/me").await.body["id"].clone();
    let reply = json!({
        "message_type": "comment", "type": "admin", "admin_id": me,
        "attachment_files": [{"name": "a.txt", "content_type": "text/plain", "data": data}],
    });
    let shown = town.post(&format!("{path}/reply"), reply).await.body;
    let parts = shown["conversation_parts"]["conversation_parts"].as_array();
    parts.unwrap().last().unwrap().clone()
}

/// What stands at the address of a part's file.
async fn fetched(town: &Town, part: &Value) -> (u16, String) {
    let address = part["attachments"][0]["url"].as_str().unwrap();
    let (_, rest) = address.split_once("//").unwrap();
    let (_, path) = rest.split_once('/').unwrap();
    town.page(&format!("/{path}"), "").await
}

/// The files that a save of the workspace has.
fn kept(town: &Town) -> usize {
    let mut saved = Vec::new();
    town.sim.save(&mut saved).unwrap();
    // They come last, after people and conversations.
    let documents = serde_json::Deserializer::from_slice(&saved).into_iter::<Value>();
    let files = documents.last().unwrap().unwrap();
    files.as_array().unwrap().len()
}

#[tokio::test]
async fn a_redacted_file_is_gone_and_its_address_leads_to_no_other() {
    let town = Town::new();
    let path = begun(&town).await;
    let part = sent(&town, &path, "aGVsbG8=").await;
    assert_eq!(fetched(&town, &part).await, (200, "hello".to_owned()));
    let id = path.rsplit('/').next().unwrap();
    let redact = json!({"type": "conversation_part", "conversation_id": id,
                        "conversation_part_id": part["id"]});
    let shown = town.post("/conversations/redact", redact).await;
    assert_eq!(shown.status, 200);
    let redacted = &shown.body["conversation_parts"]["conversation_parts"][0];
    assert_eq!(
        (
            &redacted["redacted"],
            &redacted["attachments"],
            &redacted["body"]
        ),
        (
            &json!(true),
            &json!([]),
            &json!("<p><i>This message was deleted</i></p>")
        )
    );
    assert_eq!(fetched(&town, &part).await.0, 404);
    assert_eq!(kept(&town), 0);
    let other = sent(&town, &path, "b3RoZXI=").await;
    assert_eq!(fetched(&town, &part).await.0, 404);
    assert_eq!(fetched(&town, &other).await, (200, "other".to_owned()));
}

#[tokio::test]
async fn a_deleted_conversation_takes_its_files_along() {
    let town = Town::new();
    let path = begun(&town).await;
    let one = sent(&town, &path, "aGVsbG8=").await;
    let two = sent(&town, &path, "b3RoZXI=").await;
    let elsewhere = begun(&town).await;
    let stays = sent(&town, &elsewhere, "aGVsbG8=").await;
    assert_eq!(kept(&town), 3);
    assert_eq!(town.delete(&path).await.status, 200);
    for part in [one, two] {
        assert_eq!(fetched(&town, &part).await.0, 404);
    }
    assert_eq!(fetched(&town, &stays).await.0, 200);
    assert_eq!(kept(&town), 1);
}

#[tokio::test]
async fn a_refused_file_leaves_none_of_its_message_behind() {
    let town = Town::new();
    let path = begun(&town).await;
    let me = town.get("/me").await.body["id"].clone();
    let file = |data: &str| json!({"name": "a", "content_type": "text/plain", "data": data});
    let reply = json!({
        "message_type": "comment", "type": "admin", "admin_id": me, "body": "Look",
        "attachment_files": [file("aGVsbG8="), file("no base64")],
    });
    let refused = town.post(&format!("{path}/reply"), reply).await;
    assert_eq!(
        (refused.status, refused.message()),
        (400, "attachment_files must hold base64 in data")
    );
    assert_eq!(kept(&town), 0);
}
