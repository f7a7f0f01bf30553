//! `POST /messages`: what a teammate sends is a conversation once it is answered.

use http::Method;
use serde_json::{Value, json};

use crate::controls::control;
use crate::town::{NOON, Town};

async fn ann(town: &Town) -> Value {
    town.get("/me").await.body["id"].clone()
}

fn id_number(id: &Value) -> Value {
    json!(id.as_str().unwrap().parse::<u64>().unwrap())
}

#[tokio::test]
async fn a_message_of_a_contact_is_a_conversation_at_once() {
    let town = Town::new();
    let lead = town.lead("lead@x.example").await;
    town.topics().await;
    let sent = json!({"from": {"type": "lead", "id": lead}, "body": "heyy",
                      "referer": "https://shop.example/prices"});
    let message = town.post("/messages", sent).await.body;
    assert_eq!(message["type"], "user_message");
    assert_eq!(message["message_type"], "inapp");
    let path = format!(
        "/conversations/{}",
        message["conversation_id"].as_str().unwrap()
    );
    let shown = town.get(&path).await.body;
    assert_eq!(shown["source"]["id"], message["id"]);
    assert_eq!(shown["source"]["url"], "https://shop.example/prices");
    assert_eq!(town.topics().await, ["conversation.user.created"]);
}

/// An email of a teammate to two new leads, and the second of them.
async fn sent(town: &Town) -> (Value, String) {
    let lead = town.lead("lead@x.example").await;
    let other = town.lead("other@x.example").await;
    let me = ann(town).await;
    town.topics().await;
    let sent = json!({
        "message_type": "email", "subject": "Our prices", "body": "Hello <b>you</b>",
        "template": "plain", "from": {"type": "admin", "id": id_number(&me)},
        "to": [{"type": "lead", "id": lead}, {"type": "lead", "id": other}],
    });
    let message = town.post("/messages", sent).await.body;
    assert_eq!(message["type"], "admin_message");
    assert_eq!(message["subject"], "Our prices");
    assert_eq!(message["message_type"], "email");
    assert_eq!(message["owner"]["id"], me);
    assert!(message.get("conversation_id").is_none());
    assert_eq!(town.topics().await, [""; 0]);
    let written_to = town.get(&format!("/contacts/{lead}")).await.body;
    assert_eq!(written_to["last_contacted_at"], NOON);
    (message, other)
}

#[tokio::test]
async fn what_a_teammate_sends_is_a_conversation_once_somebody_answers() {
    let town = Town::new();
    let (message, other) = sent(&town).await;
    let sought = json!({"query": {"field": "source.id", "operator": "=", "value": message["id"]}});
    let search = "/conversations/search";
    let found = town.post(search, sought.clone()).await.body;
    assert_eq!(found["total_count"], 0);

    town.wait(60);
    let to = format!("/_sim/messages/{}/answer", message["id"].as_str().unwrap());
    let stranger = json!({"contact": town.sim.user_id(0).to_string(), "body": "Who?"});
    assert_eq!(control(&town, Method::POST, &to, stranger).await.0, 400);
    let said = json!({"contact": other, "body": "Too much!"});
    let (status, begun) = control(&town, Method::POST, &to, said.clone()).await;
    assert_eq!(status, 200);
    let found = town.post(search, sought).await.body;
    assert_eq!(found["conversations"][0]["id"], begun["conversation_id"]);
    let told = [
        "conversation.admin.single.created",
        "conversation.user.replied",
    ];
    assert_eq!(town.topics().await, told);
    let again = control(&town, Method::POST, &to, said).await;
    assert_eq!(again.0, 400, "there is a conversation now");
}

#[tokio::test]
async fn an_answered_message_is_the_source_as_it_was_sent() {
    let town = Town::new();
    let (message, other) = sent(&town).await;
    town.wait(60);
    let to = format!("/_sim/messages/{}/answer", message["id"].as_str().unwrap());
    let said = json!({"contact": other, "body": "Too much!"});
    let begun = control(&town, Method::POST, &to, said).await.1;
    let id = begun["conversation_id"].as_str().unwrap();
    let shown = town.get(&format!("/conversations/{id}")).await.body;
    let source = &shown["source"];
    for (name, value) in [
        ("type", "email"),
        ("delivered_as", "admin_initiated"),
        ("subject", "Our prices"),
        ("body", "Hello <b>you</b>"),
    ] {
        assert_eq!(source[name], value);
    }
    assert_eq!(shown["channel"]["initial"], "email");
    assert_eq!(shown["contacts"]["contacts"].as_array().unwrap().len(), 2);
    assert_eq!(shown["first_contact_reply"]["created_at"], NOON + 60);
    assert_eq!(shown["waiting_since"], NOON + 60);
    let parts = &shown["conversation_parts"]["conversation_parts"];
    assert_eq!(parts[0]["body"], "<p>Too much!</p>");
}

#[tokio::test]
async fn a_conversation_without_an_answer_is_begun_if_it_is_asked_for() {
    let town = Town::new();
    let me = ann(&town).await;
    let user = json!({"role": "user", "external_id": "u-1", "email": "u@x.example"});
    let user = town.post("/contacts", user).await.body["id"].clone();
    town.topics().await;
    let sent = json!({
        "message_type": "in_app", "body": "Hello", "from": {"type": "admin", "id": id_number(&me)},
        "to": {"type": "user", "id": user}, "create_conversation_without_contact_reply": true,
    });
    let message = town.post("/messages", sent).await.body;
    let path = format!(
        "/conversations/{}",
        message["conversation_id"].as_str().unwrap()
    );
    let shown = town.get(&path).await.body;
    assert_eq!(shown["source"]["author"]["id"], me);
    assert_eq!(
        (&shown["waiting_since"], &shown["first_contact_reply"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(town.topics().await, ["conversation.admin.single.created"]);
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_is_refused_as_documented() {
    let town = Town::new();
    let lead = town.lead("lead@x.example").await;
    let me = ann(&town).await;
    let from = json!({"type": "admin", "id": me});
    let to = json!({"type": "lead", "id": lead});
    for (body, status, code, message) in [
        (
            json!({"from": from, "to": to, "message_type": "inapp", "body": null}),
            400,
            "parameter_invalid",
            "Body is required",
        ),
        (
            json!({"from": from, "to": to, "message_type": "email", "body": "hey there"}),
            422,
            "parameter_not_found",
            "No subject supplied for email message",
        ),
        (
            json!({"from": from, "to": {"type": "user", "user_id": "nobody"},
                   "message_type": "inapp", "body": "x"}),
            404,
            "not_found",
            "User Not Found",
        ),
        (
            json!({"from": {"type": "admin", "id": 1}, "to": to,
                   "message_type": "inapp", "body": "x"}),
            404,
            "admin_not_found",
            "Admin not found",
        ),
        (
            json!({"from": from, "to": to, "message_type": "whatsapp", "template": "t"}),
            400,
            "parameter_invalid",
            "WhatsApp is not connected to this workspace",
        ),
        (
            json!({"from": from, "message_type": "inapp", "body": "x"}),
            400,
            "parameter_not_found",
            "to must be given",
        ),
        (
            json!({"message_type": "inapp", "body": "x"}),
            400,
            "parameter_not_found",
            "from must be given",
        ),
    ] {
        let refused = town.post("/messages", body).await;
        assert_eq!(
            (refused.status, refused.code(), refused.message()),
            (status, code, message)
        );
    }
}
