//! `/conversations`.

use http::Method;
use serde_json::{Value, json};

use crate::town::{NOON, TOKEN, Town};

async fn started(town: &Town) -> (String, String) {
    let lead = town.lead("talk@x.example").await;
    let start = json!({"from": {"type": "lead", "id": lead}, "body": "Hi <b>there</b>"});
    let message = town.post("/conversations", start).await.body;
    (
        message["conversation_id"].as_str().unwrap().to_owned(),
        lead,
    )
}

fn admin(town: &Value) -> String {
    town["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_message_is_the_source_and_never_a_part() {
    let town = Town::new();
    let (id, lead) = started(&town).await;
    let shown = town.get(&format!("/conversations/{id}")).await.body;
    assert_eq!(
        shown["source"]["body"],
        "<p>Hi &lt;b&gt;there&lt;/b&gt;</p>"
    );
    assert_eq!(shown["source"]["author"]["type"], "lead");
    assert_eq!(shown["contacts"]["contacts"][0]["id"], lead.as_str());
    assert_eq!(shown["conversation_parts"]["total_count"], 0);
    assert_eq!(shown["open"], true);
    let plain = town
        .get(&format!("/conversations/{id}?display_as=plaintext"))
        .await
        .body;
    assert_eq!(plain["source"]["body"], "Hi <b>there</b>");
    let nobody = json!({"from": {"type": "lead", "id": "0".repeat(24)}, "body": "x"});
    assert_eq!(
        town.post("/conversations", nobody).await.message(),
        "User Not Found"
    );
    assert_eq!(
        town.get("/conversations/1").await.code(),
        "conversation_not_found"
    );
}

/// What the app was told about conversations since it was last asked.
async fn told(town: &Town) -> Vec<Value> {
    town.sim.step_due().await;
    let told: Vec<Value> = town
        .app
        .take()
        .iter()
        .map(crate::town::Received::json)
        .collect();
    told.into_iter()
        .filter(|it| it["data"]["item"]["type"] == "conversation")
        .collect()
}

#[tokio::test]
async fn each_deed_is_a_part_a_state_and_a_topic() {
    let town = Town::new();
    let (id, lead) = started(&town).await;
    let me = admin(&town.get("/me").await.body);
    told(&town).await;
    let note = json!({"message_type": "note", "type": "admin", "admin_id": me, "body": "Big fish"});
    let comment = json!({"message_type": "comment", "type": "admin", "admin_id": me, "body": "Hi"});
    let close = json!({"message_type": "close", "type": "admin", "admin_id": me});
    let answer = json!({"message_type": "comment", "type": "user", "intercom_user_id": lead,
                        "body": "Hm"});
    let snooze = json!({"message_type": "snoozed", "admin_id": me, "snoozed_until": NOON + 60});
    let open = json!({"message_type": "open", "admin_id": me});
    let assign = json!({"message_type": "assignment", "type": "admin", "admin_id": me,
                        "assignee_id": me});
    for (path, body, topic, part, state) in [
        ("reply", note, "admin.noted", "note", "open"),
        ("reply", comment, "admin.replied", "comment", "open"),
        ("parts", close, "admin.closed", "close", "closed"),
        ("reply", answer, "user.replied", "comment", "open"),
        ("parts", snooze, "admin.snoozed", "snoozed", "snoozed"),
        ("parts", open, "admin.opened", "open", "open"),
        ("parts", assign, "admin.assigned", "assignment", "open"),
    ] {
        let shown = town
            .post(&format!("/conversations/{id}/{path}"), body)
            .await;
        assert_eq!(shown.status, 200, "{topic}");
        assert_eq!(shown.body["state"], state, "{topic}");
        let all = shown.body["conversation_parts"]["conversation_parts"]
            .as_array()
            .unwrap();
        assert_eq!(all.last().unwrap()["part_type"], part);
        let told = told(&town).await;
        assert_eq!(told.len(), 1, "{topic}");
        assert_eq!(told[0]["topic"], format!("conversation.{topic}"));
        let parts = &told[0]["data"]["item"]["conversation_parts"]["conversation_parts"];
        assert_eq!(
            parts.as_array().unwrap().len(),
            1,
            "only the part that caused it"
        );
    }
    let shown = town.get(&format!("/conversations/{id}")).await.body;
    assert_eq!(shown["admin_assignee_id"].to_string(), me);
}

#[tokio::test]
async fn a_contact_knows_when_it_last_spoke_and_was_spoken_to() {
    let town = Town::new();
    let (id, lead) = started(&town).await;
    let me = admin(&town.get("/me").await.body);
    town.wait(60);
    let comment = json!({"message_type": "comment", "type": "admin", "admin_id": me, "body": "Hi"});
    town.post(&format!("/conversations/{id}/reply"), comment)
        .await;
    let contact = town.get(&format!("/contacts/{lead}")).await.body;
    assert_eq!(contact["last_replied_at"], NOON);
    assert_eq!(contact["last_contacted_at"], NOON + 60);
}

#[tokio::test]
async fn a_note_of_an_app_keeps_its_links_and_nothing_that_runs() {
    let town = Town::new();
    let (id, _) = started(&town).await;
    let me = admin(&town.get("/me").await.body);
    let markup = "<p>See <a href=\"https://crm.example/1\">it</a><script>x()</script></p>";
    let note = json!({"message_type": "note", "type": "admin", "admin_id": me, "body": markup});
    let shown = town
        .post(&format!("/conversations/{id}/reply"), note)
        .await
        .body;
    let part = &shown["conversation_parts"]["conversation_parts"][0];
    assert_eq!(
        part["body"],
        "<p>See <a href=\"https://crm.example/1\" rel=\"noopener noreferrer\">it</a></p>"
    );
    assert_eq!(
        part["app_package_code"], "client",
        "so that an app knows its own parts"
    );
}

#[tokio::test]
async fn what_cannot_be_said_is_refused() {
    let town = Town::new();
    let (id, _) = started(&town).await;
    let me = admin(&town.get("/me").await.body);
    for (path, body, code) in [
        (
            "reply",
            json!({"message_type": "note", "type": "admin", "admin_id": me}),
            "parameter_not_found",
        ),
        (
            "reply",
            json!({"message_type": "note", "type": "admin", "body": "x"}),
            "parameter_not_found",
        ),
        (
            "reply",
            json!({"message_type": "note", "type": "admin", "admin_id": "1", "body": "x"}),
            "admin_not_found",
        ),
        (
            "reply",
            json!({"message_type": "shout", "type": "admin", "admin_id": me, "body": "x"}),
            "parameter_invalid",
        ),
        (
            "reply",
            json!({"message_type": "comment", "type": "user", "email": "no@x.example", "body": "x"}),
            "not_found",
        ),
        (
            "parts",
            json!({"message_type": "assignment", "type": "admin", "admin_id": me, "assignee_id": "1"}),
            "assignee_not_found",
        ),
        (
            "parts",
            json!({"message_type": "snoozed", "admin_id": me}),
            "parameter_not_found",
        ),
        (
            "parts",
            json!({"message_type": "explode", "admin_id": me}),
            "parameter_invalid",
        ),
    ] {
        let answer = town
            .post(&format!("/conversations/{id}/{path}"), body.clone())
            .await;
        assert_eq!(answer.code(), code, "{body}");
    }
    let shown = town.get(&format!("/conversations/{id}")).await.body;
    assert_eq!(shown["conversation_parts"]["total_count"], 0);
}

#[tokio::test]
async fn conversations_are_listed_changed_and_deleted() {
    let town = Town::new();
    let list = town.get("/conversations?per_page=150").await.body;
    assert_eq!(list["total_count"], 14);
    let first = &list["conversations"][0];
    let contact = town
        .get(&format!("/contacts/{}", town.sim.lead_id(3)))
        .await
        .body;
    assert_eq!(
        first["contacts"]["contacts"][0]["id"], contact["id"],
        "lead 3 comes first"
    );
    assert!(contact["email"].is_string());

    let path = format!("/conversations/{}", first["id"].as_str().unwrap());
    let changed = town.put(&path, json!({"title": "T", "read": true}));
    assert_eq!(changed.await.body["title"], "T");
    town.topics().await;
    for last in [
        town.delete("/conversations/last").await,
        town.get("/conversations/last").await,
    ] {
        assert_eq!((last.status, last.code()), (404, "conversation_not_found"));
    }
    assert_eq!(town.delete(&path).await.body["deleted"], true);
    assert_eq!(town.topics().await, ["conversation.deleted"]);
    assert_eq!(town.get(&path).await.status, 404);
}

#[tokio::test]
async fn what_older_clients_of_the_vendor_call_is_answered() {
    let town = Town::new();
    let me = town.get("/me").await.body["id"].clone();
    let id = town.get("/conversations?per_page=1").await.body["conversations"][0]["id"].clone();
    let path = format!("/conversations/{}", id.as_str().unwrap());
    // Neither is described, so that no version is named to be held against.
    let authorization = format!("Bearer {TOKEN}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.14"),
    ];
    let post = async |end: &str, body: Value| {
        let path = format!("{path}/{end}");
        town.call_as(&headers, Method::POST, &path, Some(&body))
            .await
    };
    let snooze = json!({"message_type": "snoozed", "admin_id": me, "snoozed_until": NOON + 60});
    let snoozed = post("reply", snooze).await;
    assert_eq!(snoozed.body["state"], "snoozed", "{snoozed:?}");
    for end in ["run_assignment_rules", "run_assignment_rules/parts"] {
        let unchanged = post(end, json!({})).await;
        assert_eq!(
            (unchanged.status, &unchanged.body["id"]),
            (200, &id),
            "{end}"
        );
    }
    assert_eq!(
        post("run_assignment_rules/twice", json!({})).await.status,
        404
    );
}

#[tokio::test]
async fn what_was_said_elsewhere_keeps_its_time() {
    let town = Town::new();
    let lead = town.lead("talk@x.example").await;
    let from = json!({"type": "lead", "id": lead});
    let start = json!({"from": from, "body": "Hello", "created_at": NOON - 7200});
    let message = town.post("/conversations", start).await.body;
    assert_eq!(message["created_at"], NOON - 7200);
    let me = admin(&town.get("/me").await.body);
    let path = format!(
        "/conversations/{}",
        message["conversation_id"].as_str().unwrap()
    );
    let reply = json!({"message_type": "comment", "type": "admin", "admin_id": me, "body": "Hi",
                       "created_at": NOON - 3600});
    let shown = town.post(&format!("{path}/reply"), reply).await.body;
    assert_eq!(shown["created_at"], NOON - 7200);
    assert_eq!(shown["updated_at"], NOON);
    assert_eq!(shown["statistics"]["time_to_admin_reply"], 3600);
    let part = &shown["conversation_parts"]["conversation_parts"][0];
    assert_eq!(part["created_at"], NOON - 3600);
    let contact = town.get(&format!("/contacts/{lead}")).await.body;
    assert_eq!(contact["last_replied_at"], NOON - 7200);
    assert_eq!(contact["last_contacted_at"], NOON - 3600);
    let wrong = json!({"from": from, "body": "Hello", "created_at": "yesterday"});
    let refused = town.post("/conversations", wrong).await;
    assert_eq!(refused.message(), "created_at must be a UNIX timestamp");
}

#[tokio::test]
async fn a_contact_replies_to_their_own_last_conversation() {
    let town = Town::new();
    let (id, lead) = started(&town).await;
    town.wait(60);
    let other = town.lead("other@x.example").await;
    let start = json!({"from": {"type": "lead", "id": other}, "body": "Hi"});
    town.post("/conversations", start).await;
    let reply = json!({"message_type": "comment", "type": "user", "intercom_user_id": lead,
                       "body": "Thanks again"});
    let shown = town.post("/conversations/last/reply", reply).await.body;
    assert_eq!(shown["id"], id.as_str());
    let nobody = json!({"message_type": "comment", "type": "user", "email": "no@x.example",
                        "body": "Thanks again"});
    let refused = town.post("/conversations/last/reply", nobody).await;
    assert_eq!(refused.code(), "conversation_not_found");
}

#[tokio::test]
async fn a_time_that_cannot_be_is_refused_and_breaks_no_list() {
    let town = Town::new();
    let lead = town.lead("time@x.example").await;
    for time in [i64::MIN, -1, 253_402_300_800, NOON * 1000, i64::MAX] {
        let start = json!({
            "from": {"type": "lead", "id": lead}, "body": "When?", "created_at": time,
        });
        let refused = town.post("/conversations", start).await;
        assert_eq!(
            (refused.status, refused.code()),
            (400, "parameter_invalid"),
            "{time}"
        );
    }
    let start = json!({"from": {"type": "lead", "id": lead}, "body": "Then", "created_at": 0});
    assert_eq!(town.post("/conversations", start).await.status, 200);
    assert_eq!(town.get("/conversations?per_page=150").await.status, 200);
}
