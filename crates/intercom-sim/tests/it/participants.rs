//! Who takes part in a conversation, and words that are taken away.

use http::Method;
use serde_json::{Value, json};

use crate::town::Town;

/// A conversation of a new user; its address, and the message's id.
async fn begun(town: &Town) -> (String, Value) {
    let user = json!({"role": "user", "email": "first@x.example"});
    let user = town.post("/contacts", user).await.body;
    let start = json!({"from": {"type": "user", "id": user["id"]}, "body": "My card is 4242"});
    let message = town.post("/conversations", start).await.body;
    let path = format!(
        "/conversations/{}",
        message["conversation_id"].as_str().unwrap()
    );
    (path, message["id"].clone())
}

async fn admin(town: &Town) -> Value {
    town.get("/me").await.body["id"].clone()
}

fn ids(conversation: &Value) -> Vec<&Value> {
    let contacts = conversation["contacts"]["contacts"].as_array().unwrap();
    contacts.iter().map(|contact| &contact["id"]).collect()
}

#[tokio::test]
async fn somebody_joins_by_id_external_id_or_email_once_and_leaves() {
    let town = Town::new();
    let (path, _) = begun(&town).await;
    let customers = format!("{path}/customers");
    let admin = admin(&town).await;
    let other = json!({"role": "user", "external_id": "o-1", "email": "Other@x.example"});
    let other = town.post("/contacts", other).await.body["id"].clone();
    town.topics().await;
    for named in [
        json!({"intercom_user_id": other}),
        json!({"user_id": "o-1"}),
        json!({"email": "other@x.example"}),
    ] {
        let body = json!({"admin_id": admin, "customer": named});
        let joined = town.post(&customers, body).await;
        assert_eq!(joined.status, 200);
        assert_eq!(ids(&joined.body).len(), 2);
        assert_eq!(ids(&joined.body)[1], &other);
        let parts = &joined.body["conversation_parts"]["conversation_parts"];
        assert_eq!(parts.as_array().unwrap().len(), 1, "once");
        assert_eq!(parts[0]["part_type"], "participant_added");
    }
    town.sim.step_due().await;
    let told = town.app.take();
    assert_eq!(told.len(), 1);
    let told = told[0].json();
    assert_eq!(told["topic"], "conversation.contact.attached");
    assert_eq!(
        told["data"]["item"]["conversation"]["model"]["created_at"],
        "2026-06-15T12:00:00.000Z"
    );
    assert_eq!(told["data"]["item"]["contact"]["id"], other);

    let leaving = json!({"admin_id": admin});
    let target = format!("{customers}/{}", other.as_str().unwrap());
    let left = town.call(Method::DELETE, &target, Some(&leaving)).await;
    assert_eq!(left.status, 200);
    assert_eq!(ids(&left.body).len(), 1);
    assert_eq!(town.topics().await, ["conversation.contact.detached"]);
    let again = town.call(Method::DELETE, &target, Some(&leaving)).await;
    assert_eq!((again.status, again.message()), (404, "User Not Found"));
}

#[tokio::test]
async fn the_last_person_stays_and_nobody_unknown_joins() {
    let town = Town::new();
    let (path, _) = begun(&town).await;
    let admin = admin(&town).await;
    let whole = town.get(&path).await.body;
    let only = ids(&whole)[0].as_str().unwrap();
    let target = format!("{path}/customers/{only}");
    let body = json!({"admin_id": admin});
    let refused = town.call(Method::DELETE, &target, Some(&body)).await;
    assert_eq!((refused.status, refused.code()), (422, "parameter_invalid"));
    assert_eq!(
        refused.message(),
        "Removing the last customer is not allowed"
    );
    for named in [
        json!({"intercom_user_id": "5ba682d23d7cf92bef87bfd4"}),
        json!({"user_id": "nobody"}),
        json!({"email": "nobody@x.example"}),
    ] {
        let body = json!({"admin_id": admin, "customer": named});
        let refused = town.post(&format!("{path}/customers"), body).await;
        assert_eq!((refused.status, refused.message()), (404, "User Not Found"));
    }
    let nameless = json!({"customer": {"email": "first@x.example"}});
    let refused = town.post(&format!("{path}/customers"), nameless).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn redacted_words_are_gone_from_a_part_and_from_the_first_message() {
    let town = Town::new();
    let (path, source) = begun(&town).await;
    let id = path.rsplit_once('/').unwrap().1;
    let admin = admin(&town).await;
    let reply = json!({
        "message_type": "comment", "type": "admin", "admin_id": admin, "body": "Your PIN is 1234",
    });
    let said = town.post(&format!("{path}/reply"), reply).await.body;
    let part = &said["conversation_parts"]["conversation_parts"][0]["id"];
    town.topics().await;
    let body = json!({
        "type": "conversation_part", "conversation_id": id, "conversation_part_id": part,
    });
    assert_eq!(town.post("/conversations/redact", body).await.status, 200);
    assert_eq!(town.topics().await, ["conversation_part.redacted"]);
    let body = json!({"type": "source", "conversation_id": id, "source_id": source});
    assert_eq!(town.post("/conversations/redact", body).await.status, 200);
    let whole = town.get(&path).await.body;
    let part = &whole["conversation_parts"]["conversation_parts"][0];
    for message in [part, &whole["source"]] {
        assert_eq!(message["redacted"], true);
        assert_eq!(message["body"], "<p><i>This message was deleted</i></p>");
    }
}

#[tokio::test]
async fn what_has_no_words_or_is_not_there_cannot_be_redacted() {
    let town = Town::new();
    let (path, _) = begun(&town).await;
    let id = path.rsplit_once('/').unwrap().1;
    let admin = admin(&town).await;
    let close = json!({"message_type": "close", "type": "admin", "admin_id": admin});
    let closed = town.post(&format!("{path}/parts"), close).await.body;
    let part = closed["conversation_parts"]["conversation_parts"][0]["id"].clone();
    let named = |part: Value| json!({ "type": "conversation_part", "conversation_id": id, "conversation_part_id": part });
    let refused = town.post("/conversations/redact", named(part)).await;
    assert_eq!(
        (refused.status, refused.code()),
        (422, "conversation_part_not_redactable")
    );
    for body in [
        named(json!("99")),
        json!({"type": "source", "conversation_id": id, "source_id": "99"}),
        json!({"type": "source", "conversation_id": "99", "source_id": "99"}),
    ] {
        let refused = town.post("/conversations/redact", body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (404, "conversation_part_or_message_not_found")
        );
    }
}

#[tokio::test]
async fn conversations_are_found_and_sorted_by_id() {
    let town = Town::new();
    let found = async |query: Value| {
        let body = json!({
            "query": query, "sort": {"field": "id", "order": "ascending"},
            "pagination": {"per_page": 150},
        });
        let page = town.post("/conversations/search", body).await.body;
        let rows = page["conversations"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["id"].as_str().unwrap().parse::<u64>().unwrap())
            .collect::<Vec<_>>()
    };
    let all = found(json!({"field": "id", "operator": ">", "value": ""})).await;
    assert_eq!(all.len(), 14);
    assert!(all.is_sorted());
    let fifth = all[4].to_string();
    let rest = json!({"field": "id", "operator": ">", "value": fifth});
    assert_eq!(found(rest).await, all[5..]);
    let before = json!({"field": "id", "operator": "<", "value": all[4]});
    assert_eq!(found(before).await, all[..4]);
    let some = json!({"field": "id", "operator": "IN", "value": [fifth, "no number"]});
    assert_eq!(found(some).await, all[4..5]);
    let late = json!({"field": "updated_at", "operator": ">", "value": 946_684_800.5});
    assert_eq!(found(late).await, all);
}

#[tokio::test]
async fn a_snoozed_conversation_wakes_up_at_its_time_and_the_app_hears_of_it() {
    let town = Town::new();
    let (path, _) = begun(&town).await;
    let admin = admin(&town).await;
    let until = crate::town::NOON + 600;
    let snooze = json!({"message_type": "snoozed", "admin_id": admin, "snoozed_until": until});
    assert_eq!(
        town.post(&format!("{path}/parts"), snooze).await.status,
        200
    );
    town.topics().await;
    town.wait(599);
    assert_eq!(town.topics().await, Vec::<String>::new());
    assert_eq!(town.get(&path).await.body["state"], "snoozed");
    town.wait(1);
    assert_eq!(town.topics().await, ["conversation.admin.unsnoozed"]);
    let woken = town.get(&path).await.body;
    assert_eq!(
        (&woken["state"], &woken["snoozed_until"]),
        (&json!("open"), &Value::Null)
    );
    let last = woken["conversation_parts"]["conversation_parts"]
        .as_array()
        .unwrap();
    assert_eq!(last.last().unwrap()["part_type"], "timer_unsnooze");
}

#[tokio::test]
async fn who_was_opened_meanwhile_is_not_woken() {
    let town = Town::new();
    let (path, _) = begun(&town).await;
    let admin = admin(&town).await;
    let until = crate::town::NOON + 600;
    for body in [
        json!({"message_type": "snoozed", "admin_id": admin, "snoozed_until": until}),
        json!({"message_type": "open", "admin_id": admin}),
    ] {
        assert_eq!(town.post(&format!("{path}/parts"), body).await.status, 200);
    }
    town.topics().await;
    town.wait(3600);
    assert_eq!(town.topics().await, Vec::<String>::new());
}

#[tokio::test]
async fn bodies_in_webhooks_are_html_until_2_14_and_text_from_2_15() {
    for (version, body) in [
        ("2.14", "<p>My card is 4242</p>"),
        ("2.15", "My card is 4242"),
    ] {
        let town = Town::with(intercom_sim::Options {
            api_version: version.parse().unwrap(),
            ..crate::town::options()
        });
        begun(&town).await;
        town.sim.step_due().await;
        let told = town.app.take();
        let told = told.iter().map(crate::town::Received::json);
        let begun = told
            .into_iter()
            .find(|it| it["topic"] == "conversation.user.created");
        assert_eq!(
            begun.unwrap()["data"]["item"]["source"]["body"],
            body,
            "{version}"
        );
    }
}

#[tokio::test]
async fn files_are_kept_and_fetched_at_addresses_that_differ_and_end() {
    let town = Town::new();
    let (path, _) = begun(&town).await;
    let admin = admin(&town).await;
    let reply = json!({
        "message_type": "comment", "type": "admin", "admin_id": admin,
        "attachment_files": [{"name": "in voice.txt", "content_type": "text/plain", "data": "aGVsbG8="}],
        "attachment_urls": ["https://files.example/a/photo.png?size=1"],
    });
    assert_eq!(town.post(&format!("{path}/reply"), reply).await.status, 200);
    let mut addresses = Vec::new();
    for _ in 0..2 {
        let part =
            town.get(&path).await.body["conversation_parts"]["conversation_parts"][0].clone();
        assert_eq!(part["body"], Value::Null, "files need no words");
        let [photo, invoice] = part["attachments"].as_array().unwrap().as_slice() else {
            panic!("two: {part}");
        };
        assert_eq!(photo["url"], "https://files.example/a/photo.png?size=1");
        assert_eq!(photo["name"], "photo.png");
        assert_eq!(
            (&invoice["name"], &invoice["filesize"]),
            (&json!("in voice.txt"), &json!(5))
        );
        addresses.push(invoice["url"].as_str().unwrap().to_owned());
    }
    assert_ne!(addresses[0], addresses[1], "another one at each fetch");
    let local = |address: &str| {
        let rest = address.split_once("//").unwrap().1;
        let (_, path) = rest.split_once('/').unwrap();
        format!("/{path}")
    };
    for address in &addresses {
        assert_eq!(
            town.page(&local(address), "").await,
            (200, "hello".to_owned())
        );
    }
    let forged = local(&addresses[0]).replace("expires=1", "expires=2");
    assert_eq!(town.page(&forged, "").await.0, 403);
    town.wait(30 * 60 - 1);
    assert_eq!(town.page(&local(&addresses[0]), "").await.0, 200);
    town.wait(1);
    assert_eq!(town.page(&local(&addresses[0]), "").await.0, 403);
}

#[tokio::test]
async fn files_that_cannot_be_kept_are_refused_and_nothing_is_said() {
    let town = Town::new();
    let (path, _) = begun(&town).await;
    let admin = admin(&town).await;
    let file = json!({"name": "a", "content_type": "text/plain", "data": "aGVsbG8="});
    for (name, value) in [
        (
            "attachment_files",
            json!([{"name": "a", "content_type": "text/plain", "data": "?"}]),
        ),
        ("attachment_files", json!([{"name": "a"}])),
        ("attachment_files", Value::Array(vec![file; 11])),
        ("attachment_urls", json!(["no address"])),
        ("attachment_urls", json!(vec!["https://x.example/a"; 11])),
        ("attachment_urls", json!("https://x.example/a")),
    ] {
        let mut body = json!({
            "message_type": "comment", "type": "admin", "admin_id": admin, "body": "Look",
        });
        body[name] = value;
        let refused = town.post(&format!("{path}/reply"), body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (400, "parameter_invalid"),
            "{name}"
        );
    }
    let whole = town.get(&path).await.body;
    assert_eq!(whole["conversation_parts"]["total_count"], 0);
}
