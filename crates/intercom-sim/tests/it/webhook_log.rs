//! The subscription's address and topics, and the log of what became of deliveries.

use http::{Method, StatusCode};
use intercom_sim::{DeliveryFilter, DropReason, Fate, WebhookControls};
use serde_json::{Value, json};

use crate::town::{App, NOON, SECRET, Town};

async fn control(town: &Town, method: Method, path: &str, body: Value) -> (u16, Value) {
    let headers = [("content-type", "application/json")];
    let path = format!("/_sim/webhooks/{path}");
    let answer = town.call_as(&headers, method, &path, Some(&body)).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn an_address_is_saved_when_it_answers_head() {
    let town = Town::new();
    let url = json!({"url": "https://app.example/elsewhere"});
    let saved = control(&town, Method::PUT, "subscription", url.clone()).await;
    assert_eq!(saved.0, 204);
    let asked = town.app.take();
    assert_eq!((asked.len(), &asked[0].method), (1, &Method::HEAD));
    assert_eq!(asked[0].path, "/elsewhere");
    assert!(asked[0].body.is_empty());
    town.lead("a@x.example").await;
    town.sim.step_due().await;
    assert_eq!(town.app.take()[0].path, "/elsewhere");

    town.app
        .will_answer(StatusCode::METHOD_NOT_ALLOWED, json!({}));
    let refused = town
        .sim
        .set_webhook_url("https://app.example/get-only")
        .await;
    assert_eq!(
        refused,
        Err("the address answered HEAD with 405".to_owned())
    );
    town.app.will_answer(StatusCode::NOT_FOUND, json!({}));
    let (status, _) = control(&town, Method::PUT, "subscription", url).await;
    assert_eq!(status, 400);
    let (_, standing) = control(&town, Method::GET, "subscription", Value::Null).await;
    assert_eq!(standing["url"], "https://app.example/elsewhere");
}

#[tokio::test(start_paused = true)]
async fn an_address_that_does_not_answer_head_in_five_seconds_is_refused() {
    let town = Town::new();
    town.sim.connect(App::silent());
    let refused = town.sim.set_webhook_url("https://app.example/silent").await;
    let words = "the address did not answer HEAD within 5 s";
    assert_eq!(refused, Err(words.to_owned()));
}

#[tokio::test]
async fn only_what_is_subscribed_is_told_and_pings_always() {
    let town = Town::new();
    let topics = json!({"topics": ["contact.email.updated", "contact.deleted"]});
    let set = control(&town, Method::PUT, "subscription", topics).await;
    assert_eq!(set.0, 204);
    let id = town.lead("a@x.example").await;
    let path = format!("/contacts/{id}");
    town.put(&path, json!({"email": "b@x.example"})).await;
    town.delete(&path).await;
    town.sim.ping();
    let told = town.topics().await;
    assert_eq!(told, ["contact.email.updated", "contact.deleted", "ping"]);

    let unknown = json!({"topics": ["contact.deleted", "contact.created"]});
    let (status, _) = control(&town, Method::PUT, "subscription", unknown).await;
    assert_eq!(status, 400);
    let refused = town.sim.set_webhook_topics(&["user.created".to_owned()]);
    assert_eq!(refused, Err("there is no topic user.created".to_owned()));
    let (_, standing) = control(&town, Method::GET, "subscription", Value::Null).await;
    assert_eq!(
        standing["topics"],
        json!(["contact.email.updated", "contact.deleted"])
    );
}

#[tokio::test]
async fn each_attempt_is_written_down_with_what_became_of_it() {
    let town = Town::new();
    town.lead("a@x.example").await;
    town.app.will_answer(StatusCode::BAD_GATEWAY, json!({}));
    town.sim.step_due().await;
    town.wait(60);
    town.sim.step_due().await;
    let id = town.app.take()[0].json()["id"].clone();
    let (_, told) = control(&town, Method::GET, "deliveries", Value::Null).await;
    let expected = json!([
        {
            "sequence": 1, "id": id, "topic": "contact.lead.created", "attempt": 1,
            "at": NOON * 1_000, "latency_ms": 0, "slow": false, "status": 502,
            "fate": "repeated", "reason": null,
        },
        {
            "sequence": 1, "id": id, "topic": "contact.lead.created", "attempt": 2,
            "at": (NOON + 60) * 1_000, "latency_ms": 0, "slow": false, "status": 200,
            "fate": "delivered", "reason": null,
        },
    ]);
    assert_eq!(told, expected);

    town.sim.set_webhook_controls(WebhookControls {
        lose_next: 1,
        ..WebhookControls::default()
    });
    town.lead("lost@x.example").await;
    let query = "deliveries?fate=dropped&topic=contact.lead.created";
    let (_, lost) = control(&town, Method::GET, query, Value::Null).await;
    assert_eq!(lost.as_array().unwrap().len(), 1);
    assert_eq!(lost[0]["reason"], "lost_on_purpose");
    assert_eq!(
        (&lost[0]["attempt"], &lost[0]["status"]),
        (&json!(0), &Value::Null)
    );
    let (_, latest) = control(&town, Method::GET, "deliveries?limit=1", Value::Null).await;
    assert_eq!(latest, lost);
    let (status, _) = control(&town, Method::GET, "deliveries?faith=lost", Value::Null).await;
    assert_eq!(status, 400);
    let (_, standing) = control(&town, Method::GET, "subscription", Value::Null).await;
    assert_eq!(
        standing["counts"],
        json!({
            "delivered": 1, "repeated": 1, "held_back": 0, "slow": 0,
            "dropped": {"lost_on_purpose": 1},
        })
    );
    control(&town, Method::DELETE, "deliveries", Value::Null).await;
    assert!(town.sim.deliveries(&DeliveryFilter::default()).is_empty());
}

#[tokio::test]
async fn an_answer_after_half_a_second_is_slow() {
    let town = Town::new();
    for (milliseconds, is_slow) in [(500, false), (501, true)] {
        town.sim.ping();
        let effects = town.sim.take_effects();
        let [intercom_sim::Effect::Webhook(delivery)] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        let time = std::time::Duration::from_millis(milliseconds);
        town.clock.advance(time);
        let taken = intercom_sim::Outcome::Answered(StatusCode::OK);
        town.sim.delivered(delivery.sequence, taken);
        let told = town.sim.deliveries(&DeliveryFilter::default());
        let last = told.last().unwrap();
        assert_eq!((last.latency_ms, last.slow), (Some(milliseconds), is_slow));
    }
    assert_eq!(town.sim.subscription().counts.slow, 1);
}

#[tokio::test]
async fn a_delivery_is_sent_again_with_its_id() {
    let town = Town::new();
    town.lead("a@x.example").await;
    town.sim.step_due().await;
    let first = town.app.take().remove(0);
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let path = format!("deliveries/{id}/resend");
    assert_eq!(
        control(&town, Method::POST, &path, Value::Null).await.0,
        204
    );
    town.sim.step_due().await;
    let again = town.app.take().remove(0);
    assert_eq!(again.body, first.body, "to the byte");

    town.sim.ping();
    town.sim.step_due().await;
    let sequence = town.sim.deliveries(&DeliveryFilter::default())[2].sequence;
    assert!(town.sim.resend_webhook(&sequence.to_string()));
    assert_eq!(town.topics().await, ["ping", "ping"]);
    let unknown = "deliveries/notif_none/resend";
    assert_eq!(
        control(&town, Method::POST, unknown, Value::Null).await.0,
        404
    );
}

#[tokio::test]
async fn each_so_many_th_notification_is_lost_or_doubled() {
    let town = Town::new();
    town.sim.set_webhook_controls(WebhookControls {
        lose_every: 5,
        ..WebhookControls::default()
    });
    for _ in 0..20 {
        town.sim.send_webhook("company.updated", json!({}));
    }
    assert_eq!(town.sim.step_due().await, 16);
    let lost = town.sim.deliveries(&DeliveryFilter {
        fate: Some(Fate::Dropped),
        ..DeliveryFilter::default()
    });
    let numbers: Vec<u64> = lost.iter().map(|it| it.sequence).collect();
    assert_eq!(numbers, [5, 10, 15, 20]);
    assert!(
        lost.iter()
            .all(|it| it.reason == Some(DropReason::LostOnPurpose))
    );

    town.app.take();
    town.sim.set_webhook_controls(WebhookControls {
        duplicate_every: 3,
        ..WebhookControls::default()
    });
    for _ in 0..6 {
        town.sim.send_webhook("company.updated", json!({}));
    }
    town.sim.step_due().await;
    let told = town.app.take();
    let mut ids: Vec<String> = told.iter().map(|it| it.json()["id"].to_string()).collect();
    assert_eq!(ids.len(), 8);
    ids.dedup();
    assert_eq!(ids.len(), 6, "a duplicate has the id of the first");
}

#[tokio::test]
async fn ten_thousand_deliveries_are_remembered() {
    let town = Town::new();
    for _ in 0..10_001 {
        town.sim.send_webhook("company.updated", json!({}));
    }
    assert_eq!(town.sim.step_due().await, 10_001);
    let told = town.sim.deliveries(&DeliveryFilter::default());
    assert_eq!((told.len(), told[0].sequence), (10_000, 2));
    assert_eq!(town.sim.subscription().counts.delivered, 10_001);
    assert!(!town.sim.resend_webhook("9001"), "its text is forgotten");
    assert!(town.sim.resend_webhook("9002"));
}

#[tokio::test]
async fn an_app_that_is_removed_hears_what_was_under_way_and_nothing_more_until_it_is_back() {
    let town = Town::new();
    town.lead("before@x.example").await;
    town.sim.uninstall();
    town.sim.contact_writes(town.sim.lead_id(0), "Hello?");
    town.sim.step_due().await;
    let paths: Vec<String> = town.app.take().into_iter().map(|it| it.path).collect();
    assert_eq!(paths, ["/webhooks", "/uninstalled"]);
    let notice = town.sim.deliveries(&DeliveryFilter {
        topic: Some("uninstall".to_owned()),
        ..DeliveryFilter::default()
    });
    assert_eq!((notice.len(), notice[0].fate), (1, Fate::Delivered));

    let fields = [
        ("client_id", "client"),
        ("redirect_uri", "https://app.example/back"),
        ("decision", "allow"),
    ];
    let (_, to, _) = town.form("/oauth", &fields).await;
    let to = url::Url::parse(&to).unwrap();
    let (_, code) = to.query_pairs().find(|(name, _)| name == "code").unwrap();
    let exchange = json!({"code": code, "client_id": "client", "client_secret": SECRET});
    let path = "/auth/eagle/token";
    town.call_as(&[], Method::POST, path, Some(&exchange)).await;
    town.sim
        .contact_writes(town.sim.lead_id(0), "Are you back?");
    assert_eq!(town.topics().await, ["conversation.user.created"]);
}

#[tokio::test]
async fn an_uninstall_notice_that_fails_is_not_repeated() {
    let town = Town::new();
    town.sim.uninstall();
    town.app
        .will_answer(StatusCode::INTERNAL_SERVER_ERROR, json!({}));
    assert_eq!(town.sim.step_due().await, 1);
    town.wait(3600);
    assert_eq!(town.sim.step_due().await, 0);
    assert_eq!(town.sim.next_due(), None);
    let told = town.sim.deliveries(&DeliveryFilter::default());
    assert_eq!(told[0].reason, Some(DropReason::Failed));
}
