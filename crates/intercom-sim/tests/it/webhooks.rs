//! Delivery: signature, envelope, one repetition, and what can be done to it on purpose.

use aws_lc_rs::hmac;
use http::StatusCode;
use intercom_sim::{Effect, Outcome, WebhookControls};
use serde_json::{Value, json};

use crate::town::{App, NOON, Received, SECRET, Town};

async fn delivered(town: &Town) -> Vec<Received> {
    town.sim.step_due().await;
    town.app.take()
}

fn controls(town: &Town, change: impl FnOnce(&mut WebhookControls)) {
    let mut controls = WebhookControls::default();
    change(&mut controls);
    town.sim.set_webhook_controls(controls);
}

#[tokio::test]
async fn a_notification_is_signed_over_its_bytes_and_has_the_envelope() {
    let town = Town::new();
    let id = town.lead("zażółć@x.example").await;
    let told = delivered(&town).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].path, "/webhooks");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, SECRET.as_bytes());
    let signature = hex::decode(
        told[0]
            .header("x-hub-signature")
            .strip_prefix("sha1=")
            .unwrap(),
    );
    hmac::verify(&key, &told[0].body, &signature.unwrap()).unwrap();
    assert!(
        told[0].body.windows(2).any(|pair| pair == "ż".as_bytes()),
        "raw UTF-8, no escapes"
    );

    let mut envelope = told[0].json();
    let item = envelope["data"]["item"].take();
    assert_eq!(item["id"], id.as_str());
    assert!(
        envelope["id"]
            .take()
            .as_str()
            .unwrap()
            .starts_with("notif_")
    );
    let expected = json!({
        "type": "notification_event", "app_id": town.sim.workspace_id(), "id": null,
        "topic": "contact.lead.created",
        "data": {"type": "notification_event_data", "item": null}, "links": {},
        "delivery_status": "pending", "delivery_attempts": 1, "delivered_at": 0,
        "first_sent_at": NOON, "created_at": NOON, "self": null,
    });
    assert_eq!(envelope, expected);
}

#[tokio::test]
async fn a_failed_delivery_is_repeated_once_after_a_minute() {
    let town = Town::new();
    town.lead("a@x.example").await;
    town.app
        .will_answer(StatusCode::INTERNAL_SERVER_ERROR, json!({}));
    let first = delivered(&town).await;
    town.wait(59);
    assert!(delivered(&town).await.is_empty());
    town.wait(1);
    town.app
        .will_answer(StatusCode::INTERNAL_SERVER_ERROR, json!({}));
    let second = delivered(&town).await;
    assert_eq!(second.len(), 1);
    let (first, second) = (first[0].json(), second[0].json());
    assert_eq!(second["id"], first["id"]);
    assert_eq!(second["delivery_status"], "retry");
    assert_eq!(second["delivery_attempts"], 2);
    assert_eq!(second["first_sent_at"], NOON);
    town.wait(3600);
    assert!(delivered(&town).await.is_empty(), "twice failed is lost");
    assert_eq!(town.sim.next_due(), None);
}

#[tokio::test]
async fn a_delivery_without_an_answer_is_repeated_too() {
    let town = Town::new();
    town.lead("a@x.example").await;
    let effects = town.sim.take_effects();
    let [Effect::Webhook(delivery)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert!(town.sim.take_effects().is_empty(), "it is on its way");
    town.sim.delivered(delivery.sequence, Outcome::Unanswered);
    town.wait(60);
    assert_eq!(delivered(&town).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_five_seconds_is_none() {
    let town = Town::new();
    town.lead("a@x.example").await;
    town.sim.connect(App::silent());
    let before = tokio::time::Instant::now();
    assert_eq!(town.sim.step_due().await, 1);
    assert_eq!(before.elapsed().as_secs(), 5);
    let due = town.sim.next_due().unwrap();
    assert_eq!(due.as_seconds(), NOON + 60, "it is repeated");
}

#[tokio::test]
async fn gone_disables_and_too_many_holds_back() {
    let town = Town::new();
    town.lead("a@x.example").await;
    town.app
        .will_answer(StatusCode::TOO_MANY_REQUESTS, json!({}));
    assert_eq!(delivered(&town).await.len(), 1);
    town.lead("b@x.example").await;
    town.wait(59);
    assert!(
        delivered(&town).await.is_empty(),
        "all of the subscription waits"
    );
    town.wait(1);
    town.app.will_answer(StatusCode::GONE, json!({}));
    assert_eq!(delivered(&town).await.len(), 2);
    town.lead("c@x.example").await;
    assert!(delivered(&town).await.is_empty());
    controls(&town, |_| {});
    town.lead("d@x.example").await;
    assert_eq!(delivered(&town).await.len(), 1, "set live again");
}

#[tokio::test]
async fn deliveries_are_lost_doubled_delayed_and_turned_around_on_demand() {
    let town = Town::new();
    controls(&town, |it| it.lose_next = 1);
    town.lead("lost@x.example").await;
    town.lead("kept@x.example").await;
    let emails = |told: Vec<Received>| -> Vec<Value> {
        told.iter()
            .map(|it| it.json()["data"]["item"]["email"].clone())
            .collect()
    };
    assert_eq!(emails(delivered(&town).await), ["kept@x.example"]);

    controls(&town, |it| it.duplicate_next = 1);
    town.lead("twice@x.example").await;
    let twice = delivered(&town).await;
    assert_eq!(twice.len(), 2);
    assert_eq!(twice[0].json()["id"], twice[1].json()["id"]);

    controls(&town, |it| it.reverse = true);
    town.lead("1@x.example").await;
    town.lead("2@x.example").await;
    assert_eq!(
        emails(delivered(&town).await),
        ["2@x.example", "1@x.example"]
    );

    controls(&town, |it| it.delay_ms = 2_000);
    town.lead("late@x.example").await;
    town.wait(1);
    assert!(delivered(&town).await.is_empty());
    town.wait(1);
    assert_eq!(delivered(&town).await.len(), 1);

    controls(&town, |it| it.off = true);
    town.lead("never@x.example").await;
    controls(&town, |_| {});
    assert!(delivered(&town).await.is_empty());
}

#[tokio::test]
async fn times_can_be_iso_texts() {
    let town = Town::new();
    controls(&town, |it| it.iso_timestamps = true);
    town.lead("iso@x.example").await;
    let item = delivered(&town).await[0].json()["data"]["item"].clone();
    assert_eq!(item["created_at"], "2026-06-15T12:00:00.000+00:00");
    assert_eq!(item["last_replied_at"], Value::Null);
}

#[tokio::test]
async fn a_ping_has_no_id() {
    let town = Town::new();
    town.sim.ping();
    let told = delivered(&town).await;
    assert_eq!(told[0].json()["id"], Value::Null);
    assert_eq!(told[0].json()["data"]["item"]["type"], "ping");
}

#[tokio::test]
async fn an_uninstalled_app_is_told_with_the_other_signature() {
    let town = Town::new();
    town.sim.uninstall();
    assert_eq!(town.get("/me").await.code(), "token_revoked");
    let told = delivered(&town).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].path, "/uninstalled");
    assert_eq!(told[0].json(), json!({"app_id": town.sim.workspace_id()}));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = hex::decode(told[0].header("x-body-signature")).unwrap();
    hmac::verify(&key, &told[0].body, &signature).unwrap();
    assert!(!told[0].headers.contains_key("x-hub-signature"));
}

#[tokio::test]
async fn a_webhook_without_a_change_and_a_change_without_a_webhook() {
    let town = Town::new();
    let id = town.sim.user_id(1);
    let fields = json!({"name": "Quietly"});
    town.sim
        .edit_contact_silently(id, fields.as_object().unwrap())
        .unwrap();
    assert!(delivered(&town).await.is_empty());
    assert_eq!(
        town.get(&format!("/contacts/{id}")).await.body["name"],
        "Quietly"
    );
    town.sim.send_webhook(
        "contact.user.updated",
        json!({"type": "contact", "id": id.to_string()}),
    );
    let told = delivered(&town).await;
    assert_eq!(
        told[0].json()["data"]["item"],
        json!({"type": "contact", "id": id.to_string()})
    );
    let contact = town.sim.contact_writes(town.sim.lead_id(0), "Hello?");
    let told = delivered(&town).await;
    assert_eq!(told[0].json()["topic"], "conversation.user.created");
    assert_eq!(told[0].json()["data"]["item"]["id"], contact.to_string());
    assert_eq!(
        told[0].json()["data"]["item"]["source"]["body"],
        "Hello?",
        "plain since 2.15"
    );
}
