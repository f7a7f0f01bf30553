//! The Pub/Sub API as a client meets it: in process on a paused clock, and over a socket.

mod socket;
mod trouble;

use std::time::Duration;

use model::ManualClock;
use salesforce_sim::{Object, Options, RecordId, Sim};
use serde_json::{Value as Json, json};
use tokio::time::Instant;
use tonic::Code;

use crate::bus_client::{
    Bus, CUSTOM, ConsumerEvent, EARLIEST, FetchRequest, FetchResponse, LATEST, TopicRequest, code,
    fetch, resume,
};
use crate::world::{ada, empty, noon};

const LEADS: &str = "/data/LeadChangeEvent";

fn org() -> (Sim, Bus, ManualClock) {
    org_with(empty())
}

fn org_with(options: Options) -> (Sim, Bus, ManualClock) {
    let clock = ManualClock::at(noon());
    let sim = Sim::new(options, std::sync::Arc::new(clock.clone()), 1);
    let bus = Bus::in_process(&sim);
    (sim, bus, clock)
}

fn set(sim: &Sim, change: impl FnOnce(&mut salesforce_sim::ChangeEventOptions)) {
    sim.with_world(|world| {
        let mut options = world.change_events().clone();
        change(&mut options);
        world.set_change_events(options).unwrap();
    });
}

fn create(sim: &Sim, leads: usize) -> Vec<RecordId> {
    let made = (0..leads).map(|_| sim.create_as_rep(Object::Lead, &ada()).unwrap());
    made.collect()
}

fn title(sim: &Sim, id: RecordId, title: &str) {
    sim.edit_as_rep(id, &json!({"Title": title})).unwrap();
}

async fn record_ids(bus: &Bus, events: &[ConsumerEvent]) -> Vec<String> {
    let mut ids = Vec::new();
    for event in events {
        let told = bus.read(event).await;
        let id = told["ChangeEventHeader"]["recordIds"][0].as_str().unwrap();
        ids.push(id.to_owned());
    }
    ids
}

fn texts(ids: &[RecordId]) -> Vec<String> {
    ids.iter().map(RecordId::to_string).collect()
}

#[tokio::test(start_paused = true)]
async fn a_topic_names_its_schema() {
    let (_, bus, _) = org();
    let topic = bus.topic(LEADS).await.unwrap();
    assert_eq!(topic.topic_name, LEADS);
    assert!(topic.can_subscribe && !topic.can_publish);
    assert_eq!(topic.rpc_id.len(), 36);
    let schema = bus.schema(&topic.schema_id).await.unwrap();
    assert_eq!(schema.schema_id, topic.schema_id);
    let json: Json = serde_json::from_str(&schema.schema_json).unwrap();
    assert_eq!(json["name"], "LeadChangeEvent");
    assert!(bus.topic("/data/ChangeEvents").await.unwrap().can_subscribe);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_selected_or_no_topic_is_not_found() {
    let (_, bus, _) = org();
    for name in [
        "/data/CaseChangeEvent",
        "/data/leadchangeevent",
        "/data/Nothing__ChangeEvent",
        "/event/Order__e",
        "",
    ] {
        let status = bus.topic(name).await.unwrap_err();
        assert_eq!(status.code(), Code::NotFound, "{name}");
        assert_eq!(code(&status), "topic.not.found");
        let mut stream = bus.subscribe(fetch(name, LATEST, 1)).await.unwrap();
        assert_eq!(code(&stream.refusal().await), "topic.not.found");
    }
    let status = bus.schema("none").await.unwrap_err();
    assert_eq!(
        (status.code(), code(&status)),
        (Code::NotFound, "schema.not.found".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn every_call_needs_the_three_headers() {
    let (_, bus, _) = org();
    for missing in ["accesstoken", "instanceurl", "tenantid"] {
        let mut bus = bus.clone();
        bus.metadata.remove(missing);
        let status = bus.topic(LEADS).await.unwrap_err();
        assert_eq!(code(&status), "service.auth.headers.invalid", "{missing}");
        assert_eq!(status.code(), Code::InvalidArgument);
    }
    for (key, value, expected) in [
        ("accesstoken", "stolen", "service.auth.error"),
        (
            "instanceurl",
            "org.my.salesforce.com",
            "service.auth.headers.invalid",
        ),
        ("tenantid", "acme", "service.auth.headers.invalid"),
        ("tenantid", "00D000000000001EAA", "service.auth.error"),
    ] {
        let mut bus = bus.clone();
        bus.metadata.insert(key, value.to_owned());
        let status = bus.topic(LEADS).await.unwrap_err();
        assert_eq!(code(&status), expected, "{key} {value}");
        let refused = bus.subscribe(fetch(LEADS, LATEST, 1)).await.err().unwrap();
        assert_eq!(code(&refused), expected, "{key} {value}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_publishes_change_events() {
    let (_, bus, _) = org();
    for method in ["Publish", "PublishStream"] {
        let refused = bus.unary::<TopicRequest, TopicRequest>(method, TopicRequest::default());
        let status = refused.await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
        assert_eq!(code(&status), "topic.meta.permission");
    }
    let managed =
        bus.unary::<TopicRequest, TopicRequest>("ManagedSubscribe", TopicRequest::default());
    assert_eq!(managed.await.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test(start_paused = true)]
async fn latest_begins_with_what_comes_next() {
    let (sim, bus, _) = org();
    create(&sim, 1);
    let mut stream = bus.subscribe(fetch(LEADS, LATEST, 2)).await.unwrap();
    // The keepalive says that the subscription stands.
    assert_eq!(stream.answer().await.events, []);
    let made = create(&sim, 1);
    let answer = stream.answer().await;
    assert_eq!(record_ids(&bus, &answer.events).await, texts(&made));
    assert_eq!(answer.pending_num_requested, 1);
    assert_eq!(answer.latest_replay_id, answer.events[0].replay_id);
    assert_eq!(answer.latest_replay_id.len(), 8);
    let told = bus.read(&answer.events[0]).await;
    assert_eq!(told["Email"], "Ada@Engines.example");
    assert_eq!(told["ChangeEventHeader"]["changeType"], "CREATE");
}

#[tokio::test(start_paused = true)]
async fn earliest_begins_with_all_that_is_kept_and_custom_behind_an_id() {
    let (sim, bus, _) = org();
    let made = create(&sim, 3);
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 10)).await.unwrap();
    let all = stream.answer().await;
    assert_eq!(record_ids(&bus, &all.events).await, texts(&made));
    let after_first = resume(LEADS, &all.events[0].replay_id, 10);
    let mut stream = bus.subscribe(after_first).await.unwrap();
    let rest = stream.answer().await;
    assert_eq!(record_ids(&bus, &rest.events).await, texts(&made[1..]));
    assert_eq!(rest.events[0], all.events[1]);
}

#[tokio::test(start_paused = true)]
async fn demand_adds_up_and_nothing_comes_without_it() {
    let (sim, bus, _) = org();
    create(&sim, 7);
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 2)).await.unwrap();
    let first = stream.answer().await;
    assert_eq!((first.events.len(), first.pending_num_requested), (2, 0));
    // Later requests need not name the topic, and their replay options do not count.
    stream.ask(fetch("", EARLIEST, 1));
    stream.ask(FetchRequest {
        replay_id: vec![1],
        ..fetch(LEADS, CUSTOM, 6)
    });
    let mut rest = Vec::new();
    let mut last = FetchResponse::default();
    while rest.len() < 5 {
        last = stream.answer().await;
        rest.extend(last.events.clone());
    }
    assert_eq!(rest.len(), 5);
    assert_eq!(last.pending_num_requested, 2);
    assert!(first.events[1].replay_id < rest[0].replay_id);
}

#[tokio::test(start_paused = true)]
async fn bad_requests_end_the_stream_with_their_code() {
    let (_, bus, _) = org();
    for (request, expected) in [
        (
            fetch(LEADS, LATEST, 0),
            "subscription.fetch.requested.events.invalid",
        ),
        (
            fetch(LEADS, LATEST, -1),
            "subscription.fetch.requested.events.invalid",
        ),
        (
            fetch(LEADS, LATEST, 101),
            "subscription.fetch.requested.events.invalid",
        ),
        (
            fetch(LEADS, CUSTOM, 1),
            "subscription.fetch.replayid.validation.failed",
        ),
        (
            resume(LEADS, b"id", 1),
            "subscription.fetch.replayid.corrupted",
        ),
        (
            resume(LEADS, &[0; 8], 1),
            "subscription.fetch.replayid.corrupted",
        ),
        (
            resume(LEADS, &[255; 8], 1),
            "subscription.fetch.replayid.corrupted",
        ),
    ] {
        let mut stream = bus.subscribe(request).await.unwrap();
        let status = stream.refusal().await;
        assert_eq!(code(&status), expected);
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(stream.next().await.is_none());
    }
    let mut stream = bus.subscribe(fetch(LEADS, LATEST, 1)).await.unwrap();
    stream.ask(fetch("/data/ChangeEvents", LATEST, 1));
    assert_eq!(
        code(&stream.refusal().await),
        "subscription.fetch.topic.mismatch"
    );
}

#[tokio::test(start_paused = true)]
async fn a_waiting_client_hears_from_the_bus_with_an_id_to_resume_from() {
    let (sim, bus, _) = org();
    create(&sim, 1);
    let begun = Instant::now();
    let mut stream = bus.subscribe(fetch(LEADS, LATEST, 5)).await.unwrap();
    let quiet = stream.answer().await;
    assert_eq!(begun.elapsed(), Duration::from_secs(270));
    assert_eq!((quiet.events.len(), quiet.pending_num_requested), (0, 5));
    let again = stream.answer().await;
    assert_eq!(begun.elapsed(), Duration::from_mins(9));
    assert!(quiet.latest_replay_id < again.latest_replay_id);
    drop(stream);
    let made = create(&sim, 1);
    let mut stream = bus
        .subscribe(resume(LEADS, &quiet.latest_replay_id, 5))
        .await
        .unwrap();
    let answer = stream.answer().await;
    assert_eq!(record_ids(&bus, &answer.events).await, texts(&made));
}

#[tokio::test(start_paused = true)]
async fn what_is_committed_as_the_silence_ends_is_delivered() {
    let (sim, bus, clock) = org();
    let slow = salesforce_sim::Rules {
        others_commit_after_ms: 300_000,
        ..sim.with_world(|world| world.rules().clone())
    };
    sim.set_rules(slow).unwrap();
    let made = create(&sim, 1);
    let mut stream = bus.subscribe(fetch(LEADS, LATEST, 5)).await.unwrap();
    // While the client waits the world's time comes, and nobody calls to make it notice.
    let (answer, ()) = tokio::join!(stream.answer(), async {
        // sleeps because: the clock is paused, and the client has to wait by then.
        tokio::time::sleep(Duration::from_mins(1)).await;
        clock.advance(Duration::from_mins(5));
    });
    assert_eq!(record_ids(&bus, &answer.events).await, texts(&made));
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_nothing_is_let_go() {
    let (sim, bus, _) = org();
    create(&sim, 1);
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 1)).await.unwrap();
    assert_eq!(stream.answer().await.pending_num_requested, 0);
    let quiet_since = Instant::now();
    assert!(stream.next().await.is_none());
    assert_eq!(quiet_since.elapsed(), Duration::from_mins(1));
}

#[tokio::test(start_paused = true)]
async fn who_stops_asking_still_gets_what_was_asked_for() {
    let (sim, bus, _) = org();
    let stream = bus.subscribe(fetch(LEADS, LATEST, 2)).await.unwrap();
    let mut answers = stream.done();
    for _ in 0..2 {
        assert!(
            futures_util::StreamExt::next(&mut answers)
                .await
                .unwrap()
                .unwrap()
                .events
                .is_empty()
        );
        create(&sim, 1);
        let answer = futures_util::StreamExt::next(&mut answers)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(answer.events.len(), 1);
    }
    assert!(futures_util::StreamExt::next(&mut answers).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn one_channel_has_the_events_of_all_objects_in_their_order() {
    let (sim, bus, _) = org();
    let lead = create(&sim, 1)[0];
    let contact = sim
        .create_as_rep(Object::Contact, &json!({"LastName": "B"}))
        .unwrap();
    title(&sim, lead, "Countess");
    let mut all = bus
        .subscribe(fetch("/data/ChangeEvents", EARLIEST, 9))
        .await
        .unwrap();
    let answer = all.answer().await;
    assert_eq!(
        record_ids(&bus, &answer.events).await,
        texts(&[lead, contact, lead])
    );
    let schemas: Vec<_> = answer
        .events
        .iter()
        .map(|e| &e.event.as_ref().unwrap().schema_id)
        .collect();
    assert_ne!(schemas[0], schemas[1]);
    assert_eq!(schemas[0], schemas[2]);
    let mut contacts = bus
        .subscribe(fetch("/data/ContactChangeEvent", EARLIEST, 9))
        .await
        .unwrap();
    let answer = contacts.answer().await;
    assert_eq!(record_ids(&bus, &answer.events).await, texts(&[contact]));
}

#[tokio::test(start_paused = true)]
async fn an_object_that_apps_may_not_read_has_no_topic_and_no_events() {
    let (sim, bus, _) = org();
    create(&sim, 1);
    let contact = sim
        .create_as_rep(Object::Contact, &json!({"LastName": "B"}))
        .unwrap();
    let mut leads = bus.subscribe(fetch(LEADS, LATEST, 9)).await.unwrap();
    assert_eq!(leads.answer().await.events, []);
    sim.with_world(|world| world.restrict(salesforce_sim::Restriction::Object(Object::Lead), 0));
    assert_eq!(
        code(&leads.refusal().await),
        "subscription.topic.cannot.subscribe"
    );
    assert_eq!(
        code(&bus.topic(LEADS).await.unwrap_err()),
        "topic.not.found"
    );
    let mut all = bus
        .subscribe(fetch("/data/ChangeEvents", EARLIEST, 9))
        .await
        .unwrap();
    let answer = all.answer().await;
    assert_eq!(record_ids(&bus, &answer.events).await, texts(&[contact]));
}

#[tokio::test(start_paused = true)]
async fn a_field_that_apps_may_not_read_is_not_told() {
    let (sim, bus, _) = org();
    create(&sim, 1);
    let hidden = salesforce_sim::Restriction::Field {
        object: Object::Lead,
        field: "Email".to_owned(),
        level: salesforce_sim::FieldLevel::Hidden,
    };
    sim.with_world(|world| world.restrict(hidden, 0));
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 9)).await.unwrap();
    let answer = stream.answer().await;
    let told = bus.read(&answer.events[0]).await;
    assert_eq!(told.get("Email"), None);
    assert_eq!(told["Company"], "Engines");
}

#[tokio::test(start_paused = true)]
async fn records_that_are_not_shared_are_told_all_the_same() {
    let (sim, bus, _) = org();
    let made = create(&sim, 1);
    let hidden = salesforce_sim::Restriction::Records(made.clone());
    sim.with_world(|world| world.restrict(hidden, 0));
    let mut stream = bus.subscribe(fetch(LEADS, EARLIEST, 9)).await.unwrap();
    let answer = stream.answer().await;
    assert_eq!(record_ids(&bus, &answer.events).await, texts(&made));
}
