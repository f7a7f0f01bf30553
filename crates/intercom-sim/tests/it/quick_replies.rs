//! Answers that a teammate offers and a contact takes with a click.

use serde_json::{Value, json};

use crate::town::Town;

const YES: &str = "a5e1c524-5ddd-4c3e-9328-6bca5d6e3edb";
const NO: &str = "f4a98af1-be56-4948-a57e-e1a83f8484c6";

/// The address for replies to a conversation of a new lead, the lead, and a teammate.
async fn begun(town: &Town) -> (String, String, Value) {
    let lead = town.lead("quick@x.example").await;
    let start = json!({"from": {"type": "lead", "id": lead}, "body": "Hello"});
    let message = town.post("/conversations", start).await.body;
    let id = message["conversation_id"].as_str().unwrap();
    let me = town.get("/me").await.body["id"].clone();
    town.topics().await;
    (format!("/conversations/{id}/reply"), lead, me)
}

#[tokio::test]
async fn answers_are_offered_and_one_is_taken() {
    let town = Town::new();
    let (path, lead, me) = begun(&town).await;
    let options = json!([{"text": "Yes", "uuid": YES}, {"text": "No", "uuid": NO}]);
    let offer = json!({"message_type": "quick_reply", "type": "admin", "admin_id": me,
                       "reply_options": options});
    let shown = town.post(&path, offer).await.body;
    let part = &shown["conversation_parts"]["conversation_parts"][0];
    assert_eq!(
        (&part["part_type"], &part["body"]),
        (&json!("quick_reply"), &Value::Null)
    );
    assert_eq!(part["metadata"], json!({"quick_reply_options": options}));
    assert_eq!(shown["waiting_since"], Value::Null);
    assert_eq!(town.topics().await, ["conversation.admin.replied"]);

    for (message_type, text, uuid) in [("quick_reply", "Yes", YES), ("comment", "No", NO)] {
        let pick = json!({"message_type": message_type, "type": "user", "intercom_user_id": lead,
                          "body": text, "reply_options": [{"text": text, "uuid": uuid}]});
        let shown = town.post(&path, pick).await.body;
        let parts = shown["conversation_parts"]["conversation_parts"].as_array();
        let part = parts.unwrap().last().unwrap();
        assert_eq!(
            (&part["part_type"], &part["body"]),
            (&json!("comment"), &json!(format!("<p>{text}</p>")))
        );
        assert_eq!(part["metadata"], json!({ "quick_reply_uuid": uuid }));
        assert_eq!(town.topics().await, ["conversation.user.replied"]);
    }
}

#[tokio::test]
async fn answers_that_make_no_sense_are_refused() {
    let town = Town::new();
    let (path, lead, me) = begun(&town).await;
    let offer = |options: Value| {
        json!({"message_type": "quick_reply", "type": "admin", "admin_id": me,
               "reply_options": options})
    };
    let pick = |options: Value| {
        json!({"message_type": "quick_reply", "type": "user", "intercom_user_id": lead,
               "reply_options": options})
    };
    let yes = json!([{"text": "Yes", "uuid": YES}]);
    for (body, code, message) in [
        (
            offer(Value::Null),
            "parameter_not_found",
            "reply_options must be given",
        ),
        (
            offer(json!([])),
            "parameter_not_found",
            "reply_options must be given",
        ),
        (
            offer(json!("Yes")),
            "parameter_invalid",
            "reply_options must be an array",
        ),
        (
            offer(json!([{"text": "Yes", "uuid": "1"}])),
            "parameter_invalid",
            "reply_options must each hold a text and a uuid",
        ),
        (
            pick(yes.clone()),
            "parameter_invalid",
            "reply_options must hold one that was offered",
        ),
        (
            pick(json!([])),
            "parameter_invalid",
            "reply_options must hold the one that was chosen",
        ),
    ] {
        let refused = town.post(&path, body).await;
        assert_eq!(
            (refused.status, refused.code(), refused.message()),
            (400, code, message)
        );
    }
    assert_eq!(town.topics().await, [""; 0]);
}

#[tokio::test]
async fn a_first_message_needs_words_even_with_files() {
    let town = Town::new();
    let lead = town.lead("quick@x.example").await;
    let start = json!({"from": {"type": "lead", "id": lead},
                       "attachment_urls": ["https://x.example/a.png"]});
    let refused = town.post("/conversations", start).await;
    assert_eq!(
        (refused.status, refused.code()),
        (400, "parameter_not_found")
    );
}
