//! What ends a subscription or keeps events from it: tokens, retention, the day's deliveries, faults.

use std::time::Duration;

use axum::body::Body as HttpBody;
use salesforce_sim::{Sim, World};
use serde_json::{Value as Json, json};
use tonic::Code;

use super::{LEADS, create, org, record_ids, set, texts, title};
use crate::bus_client::{Bus, EARLIEST, LATEST, code, fetch, resume};

#[tokio::test(start_paused = true)]
async fn an_expired_token_ends_the_stream() {
    let (sim, bus, clock) = org();
    let mut stream = bus.subscribe(fetch(LEADS, LATEST, 9)).await.unwrap();
    assert_eq!(stream.answer().await.events, []);
    sim.with_world(World::expire_access_tokens);
    let status = stream.refusal().await;
    assert_eq!(
        (status.code(), code(&status)),
        (Code::Unauthenticated, "service.auth.error".to_owned())
    );
    let (_, bus, idle) = org();
    let mut stream = bus.subscribe(fetch(LEADS, LATEST, 9)).await.unwrap();
    // Reading events does not keep a token alive: two hours unused are its end.
    idle.advance(Duration::from_secs(2 * 60 * 60 + 1));
    assert_eq!(code(&stream.refusal().await), "service.auth.error");
    drop(clock);
}

#[tokio::test(start_paused = true)]
async fn an_id_out_of_retention_is_corrupted() {
    let (sim, bus, clock) = org();
    create(&sim, 2);
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 2)).await.unwrap();
    let events = stream.answer().await.events;
    sim.with_world(World::expire_events);
    let mut late = bus
        .subscribe(resume(LEADS, &events[1].replay_id, 1))
        .await
        .unwrap();
    assert_eq!(
        code(&late.refusal().await),
        "subscription.fetch.replayid.corrupted"
    );
    let made = create(&sim, 1);
    let mut earliest = bus.subscribe(fetch(LEADS, EARLIEST, 1)).await.unwrap();
    let answer = earliest.answer().await;
    assert_eq!(record_ids(&bus, &answer.events).await, texts(&made));
    // The token is renewed by a call in between.
    set(&sim, |options| options.retention_ms = 60_000);
    clock.advance(Duration::from_secs(61));
    let mut aged = bus
        .subscribe(resume(LEADS, &answer.latest_replay_id, 1))
        .await
        .unwrap();
    assert_eq!(
        code(&aged.refusal().await),
        "subscription.fetch.replayid.corrupted"
    );
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_is_overtaken_by_the_log_is_told_so() {
    let (sim, bus, _) = org();
    set(&sim, |options| options.log_events_max = 2);
    create(&sim, 1);
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 1)).await.unwrap();
    assert_eq!(stream.answer().await.events.len(), 1);
    create(&sim, 5);
    stream.ask(fetch(LEADS, LATEST, 1));
    assert_eq!(
        code(&stream.refusal().await),
        "subscription.fetch.replayid.corrupted"
    );
}

#[tokio::test(start_paused = true)]
async fn deliveries_of_a_day_run_out_over_all_subscribers() {
    let (sim, bus, clock) = org();
    set(&sim, |options| options.delivery_allocation = 5);
    create(&sim, 3);
    let mut first = bus.subscribe(fetch(LEADS, EARLIEST, 9)).await.unwrap();
    assert_eq!(first.answer().await.events.len(), 3);
    let mut second = bus.subscribe(fetch(LEADS, EARLIEST, 9)).await.unwrap();
    assert_eq!(second.answer().await.events.len(), 2);
    let status = second.refusal().await;
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(code(&status), "subscription.limit.exceeded");
    assert!(
        status
            .message()
            .starts_with("You have exceeded the event delivery limit for your org.")
    );
    let mut third = bus.subscribe(fetch(LEADS, LATEST, 9)).await.unwrap();
    assert_eq!(code(&third.refusal().await), "subscription.limit.exceeded");
    sim.with_world(|world| world.set_used_deliveries(0));
    let mut again = bus.subscribe(fetch(LEADS, EARLIEST, 9)).await.unwrap();
    assert_eq!(again.answer().await.events.len(), 3);
    drop(clock);
}

#[tokio::test(start_paused = true)]
async fn an_event_may_come_twice() {
    let (sim, bus, _) = org();
    sim.with_world(|world| world.deliver_twice(1));
    create(&sim, 2);
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 9)).await.unwrap();
    let answer = stream.answer().await;
    assert_eq!(answer.events.len(), 3);
    assert_eq!(answer.events[0], answer.events[1]);
    assert_ne!(answer.events[1], answer.events[2]);
    assert_eq!(answer.pending_num_requested, 6);
}

#[tokio::test(start_paused = true)]
async fn a_late_commit_is_delivered_when_it_is_seen() {
    let (sim, bus, clock) = org();
    let id = create(&sim, 1)[0];
    let mut stream = bus.subscribe(fetch(LEADS, LATEST, 9)).await.unwrap();
    assert_eq!(stream.answer().await.events, []);
    sim.with_world(|world| world.delay_commits(Some(Duration::from_secs(30))));
    title(&sim, id, "Countess");
    sim.with_world(|world| world.delay_commits(None));
    clock.advance(Duration::from_secs(30));
    let answer = stream.answer().await;
    assert_eq!(record_ids(&bus, &answer.events).await, texts(&[id]));
}

async fn control(sim: &Sim, method: &str, path: &str, body: Json) -> Json {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("/_sim/change-events/{path}"))
        .body(HttpBody::from(body.to_string()))
        .unwrap();
    let response = tower::ServiceExt::oneshot(sim.service(), request)
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn streams_are_listed_and_can_be_cut() {
    let (sim, bus, _) = org();
    create(&sim, 2);
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 9)).await.unwrap();
    assert_eq!(stream.answer().await.events.len(), 2);
    let streams = control(&sim, "GET", "streams", Json::Null).await;
    assert_eq!(streams[0]["topic"], LEADS);
    assert_eq!(
        (&streams[0]["delivered"], &streams[0]["pending"]),
        (&json!(2), &json!(7))
    );
    control(
        &sim,
        "DELETE",
        "streams",
        json!({"code": "service.unavailable"}),
    )
    .await;
    let status = stream.refusal().await;
    assert_eq!(
        (status.code(), code(&status)),
        (Code::Unavailable, "service.unavailable".to_owned())
    );
    drop(stream);
    assert_eq!(control(&sim, "GET", "streams", Json::Null).await, json!([]));
}

#[tokio::test(start_paused = true)]
async fn faults_meet_the_next_calls_or_cut_a_stream_after_some_events() {
    let (sim, bus, _) = org();
    create(&sim, 5);
    let faults = json!([
        {"method": "GetTopic", "code": "topic.api.unavailable"},
        {"method": "Subscribe", "code": "subscription.internal.error", "afterEvents": 3},
    ]);
    control(&sim, "POST", "faults", faults).await;
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 100)).await.unwrap();
    assert_eq!(stream.answer().await.events.len(), 3);
    assert_eq!(code(&stream.refusal().await), "subscription.internal.error");
    assert_eq!(
        code(&bus.topic(LEADS).await.unwrap_err()),
        "topic.api.unavailable"
    );
    assert!(bus.topic(LEADS).await.is_ok());
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 100)).await.unwrap();
    assert_eq!(stream.answer().await.events.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_loaded_org_goes_on_with_new_ids() {
    let (sim, bus, clock) = org();
    let id = create(&sim, 1)[0];
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 1)).await.unwrap();
    let old = stream.answer().await;
    let mut file = Vec::new();
    sim.save(&mut file).unwrap();
    let sim = Sim::load(&mut file.as_slice(), std::sync::Arc::new(clock), 1).unwrap();
    let bus = Bus::in_process(&sim);
    title(&sim, id, "Countess");
    let mut late = bus
        .subscribe(resume(LEADS, &old.latest_replay_id, 1))
        .await
        .unwrap();
    assert_eq!(
        code(&late.refusal().await),
        "subscription.fetch.replayid.corrupted"
    );
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 1)).await.unwrap();
    let new = stream.answer().await;
    assert!(old.latest_replay_id < new.latest_replay_id);
    let (old, new) = (
        bus.read(&old.events[0]).await,
        bus.read(&new.events[0]).await,
    );
    let key = |told: &Json| told["ChangeEventHeader"]["transactionKey"].clone();
    assert_ne!(key(&old), key(&new));
}
